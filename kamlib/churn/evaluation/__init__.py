"""Whether the model of loss may speak: choices on earlier landmarks, judgement on a later one."""

from kamlib.churn.evaluation.baselines import baseline_predictions
from kamlib.churn.evaluation.choice import choose, chosen
from kamlib.churn.evaluation.holdout import Evaluation, evaluate
from kamlib.churn.evaluation.metrics import compare
from kamlib.churn.evaluation.thresholds import threshold_curve

__all__ = [
    "Evaluation",
    "baseline_predictions",
    "choose",
    "chosen",
    "compare",
    "evaluate",
    "threshold_curve",
]
