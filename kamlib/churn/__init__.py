"""Who is leaving, tested on a past that the model did not see.

`at_risk_history` makes the landmark table; `choose` and `evaluate` (in `kamlib.churn.evaluation`) say whether the model may speak;
`fit` and `predict` are the model itself; the losses that happened are counted by themselves.
"""

from kamlib.churn.landmark_history import at_risk_history
from kamlib.churn.landmarks import landmark_dates, landmark_table, outcomes
from kamlib.churn.losses import loss_episodes, losses_by_quarter
from kamlib.churn.model import fit
from kamlib.churn.next_order import next_order_days
from kamlib.churn.prediction import predict
from kamlib.churn.returns import return_rates

__all__ = [
    "at_risk_history",
    "fit",
    "landmark_dates",
    "landmark_table",
    "loss_episodes",
    "losses_by_quarter",
    "next_order_days",
    "outcomes",
    "predict",
    "return_rates",
]
