"""What the page on measures concludes: of change, of rates and of our own forecasts."""

from kamlib.report.readings.measures.change import board, by_whom, kept
from kamlib.report.readings.measures.rates import net_promoters, outside_chance, targets_met

__all__ = ["board", "by_whom", "kept", "net_promoters", "outside_chance", "targets_met"]
