"""A check of the Cox model by another kind of model: accelerated failure time, where a covariate stretches the wait for the order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.churn.evaluation.holdout import Evaluation
from kamlib.churn.evaluation.metrics import compare
from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.cox import sample_accounts
from kamlib.stats.reasons import Reason, waiting

FAMILIES = {"WeibullAFTFitter": "Weibull", "LogNormalAFTFitter": "log-normal", "LogLogisticAFTFitter": "log-logistic"}
_PENALTY = 1e-4  # only keeps an estimate finite


@dataclass(frozen=True)
class AftCheck:
    """The families by AIC, the measures of both models on the test clients, their differences, and how alike they rank.

    Empty, and `spearman` missing, where there is no tested model to check or none of the families can be estimated.
    """

    families: pd.DataFrame
    measures: pd.DataFrame
    differences: pd.DataFrame
    spearman: float


def aft_check(
    table: pd.DataFrame, test: Evaluation, *, rows: int = 10_000, bootstraps: int = 500, seed: int = 1
) -> AftCheck:
    """Fit three AFT families on what the tested Cox model learnt from, and predict the test clients with the best.

    Parameters
    ----------
    table : DataFrame
        `kamlib.churn.landmarks.landmark_table`, the one that `test` was held on.
    test : a test that was held (its `model` is there). The covariates, standardised, are those of its model.
    rows : whole accounts are sampled to about so many landmark rows. A landmark has no level of its own here.

    Returns
    -------
    AftCheck
        families: family, aic, rows, chosen (lowest AIC; missing where it can't be estimated). measures and differences:
        as in `kamlib.churn.evaluation.metrics.compare`, of "model" (Cox, and its second opinion where one is asked) and "aft", whose P(no order)
        is S(H | x). spearman: rank correlation of the two P(no order).

    References
    ----------
    Wei (1992), Statistics in Medicine 11; Akaike (1974), IEEE Transactions on Automatic Control 19.
    """
    import lifelines
    from lifelines.exceptions import ConvergenceError

    if (model := test.model) is None:
        return _nothing(test.verdict.reason)
    train = sample_accounts(table.loc[table["as_of"] < model.until], rows, seed)
    came = outcomes(train, model.until, horizon_days=model.horizon_days)
    data = model.scale.of(train).assign(_duration=came["duration"], _event=came["event"])
    data = data[data["_duration"] > 0]
    fitted, found = {}, []
    for fitter, family in FAMILIES.items():
        try:
            fitted[family] = getattr(lifelines, fitter)(penalizer=_PENALTY).fit(data, "_duration", "_event")
            found.append((family, fitted[family].AIC_, len(data)))
        except ConvergenceError:
            found.append((family, np.nan, len(data)))
    families = pd.DataFrame(found, columns=["family", "aic", "rows"]).sort_values("aic", ignore_index=True)
    if not fitted:
        return _nothing(Reason("aft_not_estimated"))
    families["chosen"] = families.index == 0
    now = table.loc[table["as_of"] == model.until].set_index("customer_id").loc[test.predictions["customer_id"]]
    best = fitted[str(families.loc[0, "family"])]
    stays = best.predict_survival_function(model.scale.of(now.reset_index()), times=[model.horizon_days])
    predictions = test.predictions.assign(aft=stays.to_numpy()[0])
    measures, differences = compare(predictions, ["model", "aft"], bootstraps=bootstraps, seed=seed)
    return AftCheck(families, measures, differences, float(predictions["model"].corr(predictions["aft"], "spearman")))


def side_by_side(check: AftCheck) -> pd.DataFrame:
    """The Brier score, AUC, C and slope of both models: a row for "Cox" and one for "AFT"; index model."""
    if check.measures.empty:
        return check.measures
    table = check.measures.pivot(index="method", columns="measure", values="value").loc[["model", "aft"]]
    named = table[["brier", "auc", "c", "slope"]].set_axis(["Cox", "AFT"])
    return named.rename_axis(index="model", columns=None)


def _nothing(why: Reason) -> AftCheck:
    nothing = waiting(["method", "measure", "value"], why.code, **why.values)
    return AftCheck(
        waiting(["family", "aic", "rows", "chosen"], why.code, **why.values), nothing, nothing, float("nan")
    )
