"""Our Cox fit beside that of lifelines: the same rows, the same penalty, coefficients side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.cox import NAMES, cox_data, fit_cox, sample_accounts
from kamlib.churn.models.waiting import Model
from kamlib.stats.reasons import waiting

if TYPE_CHECKING:
    from kamlib.churn.evaluation.holdout import Evaluation

_CLOSE = {"precision": 1e-13, "r_precision": 1e-15}  # by itself lifelines stops a little before the highest point


def beside_lifelines(data: pd.DataFrame, penalty: float = 0.0) -> pd.DataFrame:
    """Coefficients by `kamlib.churn.models.cox.fit_cox` and by lifelines, ties by Efron in both.

    Parameters
    ----------
    data : `kamlib.churn.models.cox.cox_data`; no coefficient is bounded.

    Returns
    -------
    DataFrame, index sign
        ours, lifelines, difference (the first less the second).

    References
    ----------
    Davidson-Pilon (2019), lifelines, Journal of Open Source Software 4(40).
    """
    from lifelines import CoxPHFitter

    fitter = CoxPHFitter(penalizer=penalty, strata=[NAMES["landmark"]])
    theirs = fitter.fit(data.drop(columns=NAMES["account"]), NAMES["duration"], NAMES["event"], fit_options=_CLOSE)
    found = pd.DataFrame({"ours": fit_cox(data, penalty).coefficients, "lifelines": theirs.params_})
    return found.assign(difference=found["ours"] - found["lifelines"]).rename_axis("sign")


def on_landmarks(table: pd.DataFrame, test: Evaluation, *, rows: int = 10_000, seed: int = 1) -> pd.DataFrame:
    """`beside_lifelines` on what the tested model of P(no order) learnt from; it waits where there is none.

    Parameters
    ----------
    table : `kamlib.churn.landmarks.landmark_table`, the one that `test` was held on.
    rows : whole accounts are sampled to about so many landmark rows.
    """
    model = test.model
    if not isinstance(model, Model):
        return waiting(
            ["sign", "ours", "lifelines", "difference"], test.verdict.reason.code, **test.verdict.reason.values
        )
    learnt = sample_accounts(table.loc[table["as_of"] < model.until], rows, seed)
    came = outcomes(learnt, model.until, horizon_days=model.horizon_days)
    return beside_lifelines(cox_data(model.scale.of(learnt), learnt, came), model.settings.penalty)
