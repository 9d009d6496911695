"""Whether the base is getting better, in money, and whether that is more than noise."""

from kamlib.measures.bridge import year_pairs
from kamlib.measures.cohorts import quarters_of_relation
from kamlib.measures.lifetime import base_value
from kamlib.measures.managers import funnels
from kamlib.measures.price_volume import by_article
from kamlib.measures.rank_sets import sets_of_ranks
from kamlib.measures.rates import rates_by_period
from kamlib.measures.scorecard import called_after
from kamlib.measures.targets import against
from kamlib.measures.trade_claims import keeping_or_winning

__all__ = [
    "against",
    "base_value",
    "by_article",
    "called_after",
    "funnels",
    "keeping_or_winning",
    "quarters_of_relation",
    "rates_by_period",
    "sets_of_ranks",
    "year_pairs",
]
