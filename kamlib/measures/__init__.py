"""Whether the base is getting better, in money, and whether that is more than noise."""

from kamlib.measures.lifetime import base_value
from kamlib.measures.rank_sets import sets_of_ranks
from kamlib.measures.scorecard import called_after
from kamlib.measures.trade_claims import keeping_or_winning

__all__ = ["base_value", "called_after", "keeping_or_winning", "sets_of_ranks"]
