"""Who is leaving, tested on a past that the model did not see.

`forecast` does all of it in one call; `fit` and `predict` are the model itself, and `kamlib.churn.evaluation` says whether it may
speak; `earlier_forecasts` makes those of earlier days anew. The losses that happened are counted by themselves.
"""

from kamlib.churn.causes import loss_causes
from kamlib.churn.landmarks import outcomes
from kamlib.churn.losses import loss_episodes, losses_by_quarter
from kamlib.churn.made_anew import earlier_forecasts
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.prediction import predict
from kamlib.churn.offers import with_offers
from kamlib.churn.tested_list import Forecast, forecast

__all__ = [
    "Forecast",
    "earlier_forecasts",
    "fit",
    "forecast",
    "loss_causes",
    "loss_episodes",
    "losses_by_quarter",
    "outcomes",
    "predict",
    "with_offers",
]
