"""Whether the model of loss may speak: choices on earlier landmarks, judgement on a later one."""

from kamlib.churn.evaluation.baselines import baseline_predictions
from kamlib.churn.evaluation.choice import choose, chosen
from kamlib.churn.evaluation.holdout import Evaluation, evaluate
from kamlib.churn.evaluation.level import losses_by_landmark
from kamlib.churn.evaluation.metrics import compare
from kamlib.churn.evaluation.thresholds import threshold_curve, warnings
from kamlib.churn.evaluation.waits import waits_by_band

__all__ = [
    "Evaluation",
    "baseline_predictions",
    "choose",
    "chosen",
    "compare",
    "evaluate",
    "losses_by_landmark",
    "threshold_curve",
    "waits_by_band",
    "warnings",
]
