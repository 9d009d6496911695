"""On whom the company depends, and what losing or waiting for them would cost."""

from kamlib.risk.concentration import by_measure, whale_curve
from kamlib.risk.exposure import exposures
from kamlib.risk.loss_distribution import loss_draws, shortfall_by_customer
from kamlib.risk.references import fallen_references
from kamlib.risk.top_losses import if_they_left, monthly_result

__all__ = [
    "by_measure",
    "exposures",
    "fallen_references",
    "if_they_left",
    "loss_draws",
    "monthly_result",
    "shortfall_by_customer",
    "whale_curve",
]
