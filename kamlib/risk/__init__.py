"""On whom the firm depends, and what losing or waiting for them would cost."""

from kamlib.risk.concentration import by_measure
from kamlib.risk.dependence import by_trait
from kamlib.risk.diversification import won_and_lost
from kamlib.risk.exposure import exposures
from kamlib.risk.loss_distribution import loss_draws
from kamlib.risk.loss_years import loss_backtest
from kamlib.risk.quiet_lines import category_blocks
from kamlib.risk.references import fallen_references
from kamlib.risk.top_losses import if_they_left
from kamlib.risk.year_ahead import at_risk

__all__ = [
    "at_risk",
    "by_measure",
    "by_trait",
    "category_blocks",
    "exposures",
    "fallen_references",
    "if_they_left",
    "loss_backtest",
    "loss_draws",
    "won_and_lost",
]
