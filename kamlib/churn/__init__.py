"""Who is leaving, tested on a past that the model did not see.

`forecast` does all of it in one call; `fit` and `predict` are the model itself, and `kamlib.churn.evaluation` says whether it may
speak; the losses that happened are counted by themselves.
"""

from kamlib.churn.causes import loss_causes
from kamlib.churn.landmarks import outcomes
from kamlib.churn.losses import loss_episodes, losses_by_quarter
from kamlib.churn.models.prediction import predict
from kamlib.churn.models.waiting import fit
from kamlib.churn.offers import with_offers
from kamlib.churn.returns import return_rates
from kamlib.churn.tested_list import Forecast, forecast

__all__ = [
    "Forecast",
    "fit",
    "forecast",
    "loss_causes",
    "loss_episodes",
    "losses_by_quarter",
    "outcomes",
    "predict",
    "return_rates",
    "with_offers",
]
