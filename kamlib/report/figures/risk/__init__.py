"""Pictures of dependence: on whom the money rests, who eats what others bring, and what a year of losses costs."""

from kamlib.report.figures.risk.cash import ageing_bars, cash_paths, quiet_blocks, unpaid_curve
from kamlib.report.figures.risk.concentration import concentration_curves, concentration_trend, whale_curve
from kamlib.report.figures.risk.loss_distribution import loss_histogram

__all__ = [
    "ageing_bars",
    "cash_paths",
    "concentration_curves",
    "concentration_trend",
    "loss_histogram",
    "quiet_blocks",
    "unpaid_curve",
    "whale_curve",
]
