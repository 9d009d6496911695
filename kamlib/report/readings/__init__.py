"""What the pages conclude from their results: codes with values, one module a page, that the catalogue puts into words."""

from kamlib.report.readings.churn import stops_expected, verdict
from kamlib.report.readings.cleaning import came_in
from kamlib.report.readings.clusters import taking_part
from kamlib.report.readings.segments import held_still, largest_segment, left_healthy
from kamlib.report.readings.validation import another_model
from kamlib.report.readings.value import worth_of_base
from kamlib.report.readings.winback import expected_returns

__all__ = [
    "another_model",
    "came_in",
    "expected_returns",
    "held_still",
    "largest_segment",
    "left_healthy",
    "stops_expected",
    "taking_part",
    "verdict",
    "worth_of_base",
]
