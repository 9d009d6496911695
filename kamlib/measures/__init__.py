"""Whether the base is getting better, in money, and whether that is more than noise."""

from kamlib.measures.bridge import year_pairs
from kamlib.measures.cohorts import quarters_of_relation
from kamlib.measures.lifetime import base_value
from kamlib.measures.price_volume import by_article
from kamlib.measures.rates import rates_by_period
from kamlib.measures.scoreboard import Sources
from kamlib.measures.targets import against
from kamlib.measures.trade_claims import keeping_or_winning, managers_share

__all__ = [
    "Sources",
    "against",
    "base_value",
    "by_article",
    "keeping_or_winning",
    "managers_share",
    "quarters_of_relation",
    "rates_by_period",
    "year_pairs",
]
