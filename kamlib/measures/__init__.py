"""What customers are worth, and whether the base is getting better."""

from kamlib.measures.lifetime_value import lifetime_values
from kamlib.measures.lifetime_value_holdout import held_out
from kamlib.measures.trade_claims import keeping_or_winning, managers_share
from kamlib.measures.whole_base import at_discount, base_value, losses_by_band, totals, value_test

__all__ = [
    "at_discount",
    "base_value",
    "held_out",
    "keeping_or_winning",
    "lifetime_values",
    "losses_by_band",
    "managers_share",
    "totals",
    "value_test",
]
