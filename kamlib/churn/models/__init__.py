"""Models of who orders again and who stops, on the rows of a landmark table."""

from kamlib.churn.models.cox_check import beside_lifelines
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.prediction import predict
from kamlib.churn.models.stopping import fit_stopping, p_stopped

__all__ = ["beside_lifelines", "fit", "fit_stopping", "p_stopped", "predict"]
