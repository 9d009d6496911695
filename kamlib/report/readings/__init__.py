"""What the pages conclude from their results: codes with values, one module a page, that the catalogue puts into words."""

from kamlib.report.readings.cleaning import came_in, worst_month
from kamlib.report.readings.clusters import taking_part
from kamlib.report.readings.segments import held_still, largest_segment, left_healthy
from kamlib.report.readings.validation import another_model

__all__ = ["another_model", "came_in", "held_still", "largest_segment", "left_healthy", "taking_part", "worst_month"]
