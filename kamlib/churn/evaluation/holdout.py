"""The test of the churn model on a landmark that it did not learn from, rules of thumb beside it, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kamlib.churn.evaluation.baselines import BASELINES, baseline_predictions
from kamlib.churn.evaluation.metrics import compare
from kamlib.churn.landmarks import outcomes
from kamlib.churn.model import Model, Settings, fit
from kamlib.churn.prediction import predict
from kamlib.errors import InputError
from kamlib.stats.intervals import wilson
from kamlib.stats.reasons import Reason, waiting


@dataclass(frozen=True)
class Verdict:
    """What the test decided and why: method "model" or "baseline", the best rule of thumb (one of `BASELINES`), and, where no test could
    be held because the history is short, how short it is."""

    method: str
    baseline: str
    reason: Reason
    losses: int
    test_date: pd.Timestamp | None
    history: Reason | None = None

    @property
    def way(self) -> str:
        """What gives the list: the model, or the best rule of thumb."""
        return "model" if self.method == "model" else self.baseline


@dataclass(frozen=True)
class Evaluation:
    """The predictions of the test landmark, the measures with intervals, paired differences, the verdict, and the model."""

    predictions: pd.DataFrame
    measures: pd.DataFrame
    differences: pd.DataFrame
    verdict: Verdict
    model: Model | None


def evaluate(
    table: pd.DataFrame,
    as_of: date | pd.Timestamp,
    settings: Settings,
    *,
    horizon_days: int = 180,
    money: str = "revenue_12m",
    fewest_losses: int = 50,
    bootstraps: int = 500,
    seed: int = 1,
) -> Evaluation:
    """Predict the landmark one horizon before `as_of` from earlier ones, and compare with what came.

    Parameters
    ----------
    table : DataFrame
        `kamlib.churn.landmarks.landmark_table`.
    settings : Settings
        Chosen at the test date by `kamlib.churn.evaluation.choice.choose`: nothing is chosen here.
    money : column of `table` that says what an account was worth in the 12 months before.
    fewest_losses : below it, in the test, the verdict falls back to a baseline.

    Returns
    -------
    Evaluation
        predictions: customer_id, lost, duration, event, money and the P(no order) of the model and of each of `BASELINES`;
        measures and differences as in `kamlib.churn.evaluation.metrics.compare`. All are empty where the test couldn't be held; the
        verdict says why and what would be enough. The model is used only where it beats every baseline (`beats`).
    """
    as_of = pd.Timestamp(as_of)
    test_date = as_of - pd.Timedelta(days=horizon_days)
    now = table.loc[table["as_of"] == test_date]
    came = outcomes(now, as_of, horizon_days=horizon_days)
    losses = int(came["lost"].sum())
    if came["lost"].nunique() < 2:
        found = {"losses": losses, "accounts": len(now)} if len(now) else {}
        why = Reason("one_outcome" if found else "nobody_at_risk", {"day": test_date, **found, "enough": fewest_losses})
        return _untested(why, table, as_of, horizon_days, losses)
    if losses_by_landmark(table, test_date, horizon_days=horizon_days).empty:
        why = Reason("no_landmark_before", {"day": test_date, "horizon_days": horizon_days})
        return _untested(why, table, as_of, horizon_days, losses)
    try:
        rules = baseline_predictions(table, test_date, now, horizon_days=horizon_days)
        model = fit(table, test_date, settings, horizon_days=horizon_days, robust_rows=0)
        p_silent = predict(model, now)["p_silent"]
    except InputError as error:
        why = Reason("not_estimated", {"problem": str(error).rstrip(".")})
        return _untested(why, table, as_of, horizon_days, losses)
    worth = now[money].fillna(now[money.rsplit("_", 1)[0]]).clip(lower=0)
    predictions = pd.concat([now[["customer_id"]], came[["lost", "duration", "event"]], worth.rename("money")], axis=1)
    predictions = predictions.assign(model=p_silent, **rules).reset_index(drop=True)
    measures, differences = compare(predictions, ["model", *BASELINES], bootstraps=bootstraps, seed=seed)
    verdict = _verdict(measures, differences, losses, fewest_losses, test_date)
    return Evaluation(predictions, measures, differences, verdict, model)


def losses_by_landmark(table: pd.DataFrame, until: date | pd.Timestamp, *, horizon_days: int = 180) -> pd.DataFrame:
    """Accounts at risk and lost at each landmark whose outcome is complete: as_of, accounts, losses, share, low, high (Wilson).

    Without such a landmark it waits for one.
    """
    came = outcomes(table, until, horizon_days=horizon_days)
    complete = came[came["complete"]].groupby(table["as_of"]).agg(accounts=("lost", "size"), losses=("lost", "sum"))
    if complete.empty:
        return waiting(
            ["as_of", "accounts", "losses", "share", "low", "high"], "no_landmark_complete", days=horizon_days
        )
    low, high = wilson(complete["losses"], complete["accounts"])
    return complete.assign(share=complete["losses"] / complete["accounts"], low=low, high=high).reset_index()


def calibration(predictions: pd.DataFrame, method: str = "model", groups: int = 10) -> pd.DataFrame:
    """Groups of equal size by predicted P(no order): accounts, predicted (mean), lost (share), losses, 95 % Wilson interval.

    At most `groups` of them, with 20 accounts or more in each; none without predictions.
    """
    if predictions.empty:
        return waiting(["accounts", "predicted", "lost", "losses", "low", "high"], "no_test")
    rank, groups = predictions[method].rank(method="first"), max(1, min(groups, len(predictions) // 20))
    group = ((rank - 1) * groups // max(len(predictions), 1)).astype(int).rename("group")
    found = predictions.groupby(group).agg(
        accounts=(method, "size"), predicted=(method, "mean"), lost=("lost", "mean"), losses=("lost", "sum")
    )
    low, high = wilson(found["losses"], found["accounts"])
    return found.assign(low=low, high=high).reset_index(drop=True)


def _verdict(
    measures: pd.DataFrame, differences: pd.DataFrame, losses: int, fewest: int, test_date: pd.Timestamp
) -> Verdict:
    brier = measures[(measures["measure"] == "brier") & (measures["method"] != "model")]
    best = str(brier.loc[brier["value"].idxmin(), "method"])
    if losses < fewest:
        why = Reason("too_few_losses_1" if losses == 1 else "too_few_losses", {"n": losses, "enough": fewest})
        return Verdict("baseline", best, why, losses, test_date)
    if unbeaten := [name for name in BASELINES if not beats(differences[differences["baseline"] == name])]:
        return Verdict("baseline", best, Reason("model_not_better", {"rules": unbeaten}), losses, test_date)
    return Verdict("model", best, Reason("model_better"), losses, test_date)


def beats(differences: pd.DataFrame) -> bool:
    """Whether the model beats one rule: a lower Brier score, and of Brier score, AUC and C one better and none worse beyond chance.

    Parameters
    ----------
    differences : rows of one baseline of `kamlib.churn.evaluation.metrics.compare`; beyond chance: the 95 % interval leaves out 0
        (an interval that is missing shows nothing).
    """
    gain = []
    for measure, sign in (("brier", -1), ("auc", 1), ("c", 1)):
        row = differences[differences["measure"] == measure].iloc[0]
        gain.append([*sorted(sign * row[["low", "high"]].astype(float)), sign * float(row["difference"])])
    if np.isnan(gain).any():
        return False
    return gain[0][2] > 0 and max(low for low, _, _ in gain) > 0 and min(high for _, high, _ in gain) >= 0


def _untested(why: Reason, table: pd.DataFrame, as_of: pd.Timestamp, horizon_days: int, losses: int) -> Evaluation:
    days, needed = (as_of - table["first_order"].min()).days if len(table) else 0, 3 * horizon_days
    short = Reason("history_short", {"days": days, "needed": needed}) if days < needed else None
    predictions = waiting(["customer_id", "lost", "duration", "event", "money", "model", *BASELINES], "no_test")
    measures = waiting(["method", "measure", "value", "low", "high"], "no_test")
    differences = waiting(["baseline", "measure", "difference", "low", "high"], "no_differences")
    verdict = Verdict("baseline", "silence_alone", why, losses, None, short)
    return Evaluation(predictions, measures, differences, verdict, None)
