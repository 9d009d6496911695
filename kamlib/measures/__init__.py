"""What customers are worth, and whether the base is getting better."""

from kamlib.measures.lifetime_value import block_losses, block_margins, lifetime_values
from kamlib.measures.lifetime_value_holdout import held_out
from kamlib.measures.trade_claims import keeping_or_winning, managers_share

__all__ = ["block_losses", "block_margins", "held_out", "keeping_or_winning", "lifetime_values", "managers_share"]
