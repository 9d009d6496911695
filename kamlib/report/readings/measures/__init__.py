"""What the page on measures concludes: of change, of rates and of our own forecasts."""

from kamlib.report.readings.measures.change import board, by_whom, kept
from kamlib.report.readings.measures.forecasts import held, hits, left_out, ranks_left_open, value_biased
from kamlib.report.readings.measures.rates import net_promoters, outside_chance

__all__ = [
    "board",
    "by_whom",
    "held",
    "hits",
    "kept",
    "left_out",
    "net_promoters",
    "outside_chance",
    "ranks_left_open",
    "value_biased",
]
