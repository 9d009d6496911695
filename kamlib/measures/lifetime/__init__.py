"""What customers are worth: the margin still to come, its test on a later period."""

from kamlib.measures.lifetime.holdout import held_out
from kamlib.measures.lifetime.lifetime_value import lifetime_values
from kamlib.measures.lifetime.whole_base import at_discount, base_value, losses_by_band, totals, value_test

__all__ = ["at_discount", "base_value", "held_out", "lifetime_values", "losses_by_band", "totals", "value_test"]
