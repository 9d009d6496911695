"""What the pages conclude from their results: codes with values, one module a page, that the catalogue puts into words."""

from kamlib.report.readings.churn import expected_losses, verdict
from kamlib.report.readings.value import worth_of_base
from kamlib.report.readings.winback import expected_returns

__all__ = ["expected_losses", "expected_returns", "verdict", "worth_of_base"]
