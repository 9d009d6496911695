"""The test of a churn model on landmarks that it did not learn from, rules of thumb beside it, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from kamlib.churn.evaluation.baselines import BASELINES, BUYERS, baseline_predictions, enough_buyers
from kamlib.churn.evaluation.level import losses_by_landmark
from kamlib.churn.evaluation.metrics import compare
from kamlib.churn.landmarks import outcomes, stops
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.mbg_nbd import p_no_order, repeats
from kamlib.churn.models.prediction import predict
from kamlib.churn.models.stopping import Stopping, fit_stopping, p_stopped
from kamlib.churn.models.waiting import Model, Settings
from kamlib.errors import InputError
from kamlib.stats.reasons import Reason, waiting


@dataclass(frozen=True)
class Verdict:
    """What the test decided and why: method "model", "baseline" or, where no test could be held, "untested"; the best other way (one of
    `BASELINES` or `BUYERS`); and, where that is because the history is short, how short it is."""

    method: str
    baseline: str
    reason: Reason
    losses: int
    test_date: pd.Timestamp | None
    history: Reason | None = None

    @property
    def way(self) -> str:
        """What gives the list: the model, untested too, or the best other way."""
        return self.baseline if self.method == "baseline" else "model"


@dataclass(frozen=True)
class Evaluation:
    """The predictions of the test landmark, the measures with intervals, paired differences, the verdict, and the model.

    earlier : the same test one horizon before, with what could be known then; None where it could not be held.
    """

    predictions: pd.DataFrame
    measures: pd.DataFrame
    differences: pd.DataFrame
    verdict: Verdict
    model: Model | Stopping | None
    earlier: Evaluation | None = None


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
    """Predict no order within H at the landmark one horizon before `as_of` from earlier ones, and compare with what came.

    Parameters
    ----------
    table : DataFrame
        `kamlib.churn.landmarks.landmark_table`.
    settings : Settings
        Chosen at the test date by `kamlib.churn.evaluation.choice.choose`: nothing is chosen here.
    money : column of `table` that says what an account was worth in the 12 months before.
    fewest_losses : below it, in the test, the verdict falls back to another way.

    Returns
    -------
    Evaluation
        predictions: customer_id, lost, duration, event, money, low and high of the model, and P(no order) of the model and of each of `BASELINES` and of `BUYERS`;
        measures and differences as in `kamlib.churn.evaluation.metrics.compare`. All are empty where the test couldn't be held; the
        verdict says why and what would be enough. The model is used only where it beats every baseline (`beats`).
    """
    as_of = pd.Timestamp(as_of)
    day = as_of - pd.Timedelta(days=horizon_days)
    now = table.loc[table["as_of"] == day]
    came = outcomes(now, as_of, horizon_days=horizon_days)
    if refused := _refused(table, day, as_of, now, came, horizon_days, fewest_losses):
        return refused
    try:
        ways = baseline_predictions(table, day, now, horizon_days=horizon_days)
        model = fit(table, day, settings, horizon_days=horizon_days, robust_rows=0)
        said = predict(model, now)
    except InputError as error:
        why = Reason("not_estimated", {"problem": str(error).rstrip(".")})
        return _untested(why, table, as_of, 3 * horizon_days, int(came["lost"].sum()))
    if enough_buyers(table[table["as_of"] <= day]):
        ways[BUYERS] = p_no_order(model.mbg_nbd, *repeats(now, now["as_of"]), horizon_days)
    told = came[["lost", "duration", "event"]].join(said.rename(columns={"p_silent": "model"}))
    return _judged(now, told, ways, model, day, money, fewest_losses, bootstraps, seed)


def evaluate_stops(
    table: pd.DataFrame,
    as_of: date | pd.Timestamp,
    *,
    before: pd.Timestamp | None = None,
    horizon_days: int = 180,
    money: str = "revenue_12m",
    fewest_losses: int = 50,
    bootstraps: int = 500,
    seed: int = 1,
) -> Evaluation:
    """The same of P(stopped): at the last landmark at which windows were over by `as_of`, on the accounts whose windows were.

    Parameters and result are those of `evaluate`; predictions have no time to an order, and `BUYERS` says nothing of it.
    before : the landmark is not a later one; None: the last one. What came after it is read as known at `as_of`.
    """
    as_of = pd.Timestamp(as_of)
    came = stops(table, as_of, horizon_days=horizon_days)
    over = table.loc[came["complete"] & (table["as_of"] <= (before or as_of)), "as_of"]
    day = over.max() if len(over) else as_of
    now = table[came["complete"] & (table["as_of"] == day)]
    came = came.loc[now.index]
    needed = 2 * (horizon_days + max(horizon_days, 180)) + horizon_days
    try:
        if came["lost"].nunique() < 2:
            raise InputError("nobody whose window was over stopped, or all did")
        ways = baseline_predictions(table, day, now, horizon_days=horizon_days, event=stops)
        model = fit_stopping(table, day, horizon_days=horizon_days)
    except InputError as error:
        why = Reason("not_estimated", {"problem": str(error).rstrip(".")})
        return _untested(why, table, as_of, needed, int(came["lost"].sum()))
    said = p_stopped(model, now).rename(columns={"p_stopped": "model"})
    return _judged(now, came[["lost"]].join(said), ways, model, day, money, fewest_losses, bootstraps, seed)


def on_two_landmarks(last: Evaluation, earlier: Evaluation | None = None, *, fewest_losses: int = 50) -> Evaluation:
    """The last test with the one before it: where both could be judged, the model must beat each rule on both landmarks together.

    What it gained is then the mean of both differences. Its interval is the mean of both intervals, the widest that it can be: as if both
    landmarks erred alike. The best other way is that with the least mean Brier score.
    """
    if earlier is None or last.verdict.test_date is None or earlier.verdict.test_date is None:
        return last
    if min(last.verdict.losses, earlier.verdict.losses) < fewest_losses:
        return replace(last, earlier=earlier)
    ends = ["difference", "low", "high"]
    both = last.differences.merge(earlier.differences, on=["baseline", "measure"], suffixes=("", "_before"))
    both[ends] = (both[ends] + both[[f"{name}_before" for name in ends]].to_numpy()) / 2
    unbeaten = _unbeaten(both)
    days = {"day": last.verdict.test_date, "before": earlier.verdict.test_date}
    code = "model_not_better_on_two" if unbeaten else "model_better_on_two"
    why = Reason(code, days | ({"rules": unbeaten} if unbeaten else {}))
    best = _best(pd.concat([last.measures, earlier.measures]))
    verdict = replace(last.verdict, method="baseline" if unbeaten else "model", baseline=best, reason=why)
    return replace(last, verdict=verdict, earlier=earlier)


def beats(differences: pd.DataFrame) -> bool:
    """Whether the model beats one rule: a lower Brier score, that or the AUC better beyond chance, and nothing worse beyond chance.

    A better C alone is no reason: the day of the next order may be told well where the loss is not.

    Parameters
    ----------
    differences : rows of one baseline of `kamlib.churn.evaluation.metrics.compare`; beyond chance: the 95 % interval leaves out 0
        (an interval of Brier score or AUC that is missing shows nothing).
    """
    gain = {}
    for measure, sign in (("brier", -1), ("auc", 1), ("c", 1), ("money", 1)):
        for row in differences.loc[differences["measure"] == measure, ["low", "high", "difference"]].to_numpy(float):
            gain[measure] = (*sorted(sign * row[:2]), sign * row[2])
    if np.isnan([*gain["brier"], *gain["auc"]]).any():
        return False
    worse = any(high < 0 for _, high, _ in gain.values())
    return gain["brier"][2] > 0 and max(gain["brier"][0], gain["auc"][0]) > 0 and not worse


def _judged(
    now: pd.DataFrame,
    told: pd.DataFrame,
    ways: pd.DataFrame,
    model: Model | Stopping,
    day: pd.Timestamp,
    money: str,
    fewest: int,
    bootstraps: int,
    seed: int,
) -> Evaluation:
    """The evaluation of what was `told` on a day (lost, model, low, high, …) beside other ways."""
    worth = now[money].fillna(now[money.rsplit("_", 1)[0]]).clip(lower=0)
    predictions = pd.concat([now[["customer_id"]], told, worth.rename("money"), ways], axis=1).reset_index(drop=True)
    measures, differences = compare(predictions, ["model", *ways], bootstraps=bootstraps, seed=seed)
    best, losses = _best(measures), int(told["lost"].sum())
    unbeaten = _unbeaten(differences)
    if losses < fewest:
        why = Reason("too_few_losses_1" if losses == 1 else "too_few_losses", {"n": losses, "enough": fewest})
    else:
        why = Reason("model_not_better", {"rules": unbeaten}) if unbeaten else Reason("model_better")
    method = "model" if why.code == "model_better" else "baseline"
    return Evaluation(predictions, measures, differences, Verdict(method, best, why, losses, day), model)


def _best(measures: pd.DataFrame) -> str:
    """The way beside the model with the least (mean) Brier score."""
    brier = measures[(measures["measure"] == "brier") & (measures["method"] != "model")]
    return str(brier.groupby("method")["value"].mean().idxmin())


def _unbeaten(differences: pd.DataFrame) -> list[str]:
    return [name for name in BASELINES if not beats(differences[differences["baseline"] == name])]


def _refused(
    table: pd.DataFrame,
    day: pd.Timestamp,
    as_of: pd.Timestamp,
    now: pd.DataFrame,
    came: pd.DataFrame,
    horizon_days: int,
    fewest: int,
) -> Evaluation | None:
    losses, needed = int(came["lost"].sum()), 3 * horizon_days
    if came["lost"].nunique() < 2:
        found = {"losses": losses, "accounts": len(now)} if len(now) else {}
        why = Reason("one_outcome" if found else "nobody_at_risk", {"day": day, **found, "enough": fewest})
        return _untested(why, table, as_of, needed, losses)
    if losses_by_landmark(table, day, horizon_days=horizon_days).empty:
        why = Reason("no_landmark_before", {"day": day, "horizon_days": horizon_days})
        return _untested(why, table, as_of, needed, losses)
    return None


def _untested(why: Reason, table: pd.DataFrame, as_of: pd.Timestamp, needed: int, losses: int) -> Evaluation:
    days = (as_of - table["first_order"].min()).days if len(table) else 0
    short = Reason("history_short", {"days": days, "needed": needed}) if days < needed else None
    columns = ["customer_id", "lost", "duration", "event", "low", "high", "money", "model", *BASELINES]
    measures = waiting(["method", "measure", "value", "low", "high"], "no_test")
    differences = waiting(["baseline", "measure", "difference", "low", "high"], "no_differences")
    verdict = Verdict("untested", BUYERS, why, losses, None, short)
    return Evaluation(waiting(columns, "no_test"), measures, differences, verdict, None)
