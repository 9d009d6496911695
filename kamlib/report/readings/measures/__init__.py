"""What the page on measures concludes, by its parts."""

from kamlib.report.readings.measures.rates import net_promoters, outside_chance, targets_met

__all__ = ["net_promoters", "outside_chance", "targets_met"]
