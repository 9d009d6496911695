"""The honest test of the churn model: choices on earlier landmarks, judgement on a later one, rules of thumb beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from kamlib.churn.evaluation.baselines import BASELINES, baseline_predictions
from kamlib.churn.evaluation.metrics import compare
from kamlib.churn.landmarks import outcomes
from kamlib.churn.model import LEVELS, Model, Settings, fit, level_landmarks, predict
from kamlib.errors import InputError
from kamlib.stats.intervals import wilson

_VALIDATIONS = 3  # landmarks that a choice is judged on, at most; the level is chosen only where all of them allow it
_CHOICE_ROWS = 20_000  # rows each of the many fits of a choice is made on, at most


@dataclass(frozen=True)
class Verdict:
    """What the test decided and why: method "model" or "baseline", and the best rule of thumb (a key of `BASELINES`)."""

    method: str
    baseline: str
    reason: str
    losses: int
    test_date: pd.Timestamp | None


@dataclass(frozen=True)
class Evaluation:
    """The predictions of the test landmark, the measures with intervals, paired differences, the verdict, and the model."""

    predictions: pd.DataFrame
    measures: pd.DataFrame
    differences: pd.DataFrame
    verdict: Verdict
    model: Model | None


def choose(
    table: pd.DataFrame,
    test_date: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    penalties: Sequence[float] = (0.001, 0.01, 0.1),
) -> pd.DataFrame:
    """Choose penalty, time split, level and signs by the Brier score on landmarks before the test; write the choice down.

    Each of the last three landmarks whose outcome was complete by `test_date` is predicted from what was known at it.
    The penalty is chosen without a time split; then a split after a sixth of the horizon is compared with none; then the mean
    with a buyer at random (`kamlib.churn.mbg_nbd`) with the model alone.

    Returns
    -------
    DataFrame, the chosen row first, then by Brier score
        penalty, split_day (missing: none), level, buyers (whether P(lost) is the mean with that of a buyer at random), brier
        (mean over the validation landmarks), landmarks (how many it was judged on), chosen. The level stays "year" where a validation landmark can't give another one or fewer than three are
        there. Without any, the middle penalty and the split are taken: a split model holds the other as a special case.
    """
    horizon, test_date = pd.Timedelta(days=horizon_days), pd.Timestamp(test_date)
    days = sorted(day for day in table["as_of"].unique() if day <= test_date - horizon)
    days = [day for day in days if days[0] <= day - horizon][-_VALIDATIONS:]
    split = max(1, round(horizon_days / 6))
    middle = sorted(penalties)[len(penalties) // 2]
    scores = [row for day in days for p in penalties for row in _scores(table, day, horizon_days, Settings(p))]
    if not scores:
        grid = pd.DataFrame([(middle, split, "year", False, np.nan, 0)], columns=[*_GRID, "brier", "landmarks"])
        return grid.assign(chosen=True)
    best = _settings(_best(_summary(scores), len(days)))
    scores += [row for day in days for row in _scores(table, day, horizon_days, replace(best, split_day=split))]
    best = _settings(_best(_summary(scores), len(days)))
    scores += [row for day in days for row in _scores(table, day, horizon_days, replace(best, buyers=True))]
    grid = _summary(scores)
    grid["chosen"] = grid.index == _best(grid, len(days)).name
    return grid.sort_values(["chosen", "brier"], ascending=[False, True], ignore_index=True)


def chosen(choices: pd.DataFrame) -> Settings:
    """The settings of the chosen row of `choose`."""
    return _settings(choices.loc[choices["chosen"]].iloc[0])


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
        Chosen at the test date by `choose`: nothing is chosen here.
    money : column of `table` that says what an account was worth in the 12 months before.
    fewest_losses : below it, in the test, the verdict falls back to a baseline.

    Returns
    -------
    HonestTest
        predictions: account_id, lost, duration, event, money and the P(lost) of the model and of each of `BASELINES`;
        measures and differences as in `kamlib.churn.evaluation.metrics.compare`. All are empty where the test couldn't be held; the
        verdict says why and what would be enough. The model is used only where it beats every baseline (`beats`).
    """
    as_of = pd.Timestamp(as_of)
    test_date = as_of - pd.Timedelta(days=horizon_days)
    now = table.loc[table["as_of"] == test_date]
    came = outcomes(now, as_of, horizon_days=horizon_days)
    losses = int(came["lost"].sum())
    try:
        if came["lost"].nunique() < 2:
            found = f"{losses} of {len(now)} accounts at risk were lost" if len(now) else "no account was at risk"
            enough = f"{fewest_losses} losses, and accounts that stayed, would be enough"
            raise InputError(f"on {test_date.date()} {found}; {enough}.")
        rules = baseline_predictions(table, test_date, now, horizon_days=horizon_days)
        model = fit(table, test_date, settings, horizon_days=horizon_days, robust_rows=0)
        p_lost = predict(model, now)["p_lost"]
    except InputError as error:
        return _untested(str(error), table, as_of, horizon_days, losses)
    worth = now[money].fillna(now[money.rsplit("_", 1)[0]]).clip(lower=0)
    predictions = pd.concat([now[["account_id"]], came[["lost", "duration", "event"]], worth.rename("money")], axis=1)
    predictions = predictions.assign(model=p_lost, **rules).reset_index(drop=True)
    measures, differences = compare(predictions, ["model", *BASELINES], bootstraps=bootstraps, seed=seed)
    verdict = _verdict(measures, differences, losses, fewest_losses, test_date)
    return Evaluation(predictions, measures, differences, verdict, model)


def losses_by_landmark(table: pd.DataFrame, until: date | pd.Timestamp, *, horizon_days: int = 180) -> pd.DataFrame:
    """Accounts at risk and lost at each landmark whose outcome is complete: as_of, accounts, losses, share, low, high (Wilson)."""
    came = outcomes(table, until, horizon_days=horizon_days)
    complete = came[came["complete"]].groupby(table["as_of"])["lost"].agg(accounts="size", losses="sum")
    low, high = wilson(complete["losses"], complete["accounts"])
    return complete.assign(share=complete["losses"] / complete["accounts"], low=low, high=high).reset_index()


def calibration(predictions: pd.DataFrame, method: str = "model", groups: int = 10) -> pd.DataFrame:
    """Groups of equal size by predicted P(lost): accounts, predicted (mean), lost (share), losses, 95 % Wilson interval.

    At most `groups` of them, with 20 accounts or more in each.
    """
    rank, groups = predictions[method].rank(method="first"), max(1, min(groups, len(predictions) // 20))
    group = ((rank - 1) * groups // max(len(predictions), 1)).astype(int).rename("group")
    found = predictions.groupby(group).agg(
        accounts=(method, "size"), predicted=(method, "mean"), lost=("lost", "mean"), losses=("lost", "sum")
    )
    low, high = wilson(found["losses"], found["accounts"])
    return found.assign(low=low, high=high).reset_index(drop=True)


_GRID = ["penalty", "split_day", "level", "buyers"]


def _settings(row: pd.Series) -> Settings:
    split = None if pd.isna(row["split_day"]) else int(row["split_day"])
    return Settings(float(row["penalty"]), row["level"], split, bool(row["buyers"]))


def _scores(table: pd.DataFrame, day: pd.Timestamp, horizon_days: int, settings: Settings) -> list[tuple]:
    """The Brier score at one validation landmark for each level; none where the model couldn't be fitted there."""
    now = table.loc[table["as_of"] == day]
    lost = outcomes(now, day + pd.Timedelta(days=horizon_days), horizon_days=horizon_days)["lost"]
    split = np.nan if settings.split_day is None else settings.split_day
    try:
        model = fit(table, day, settings, horizon_days=horizon_days, most_rows=_CHOICE_ROWS, robust_rows=0)
    except InputError:
        return []  # counted: the row says on how many landmarks it was judged
    found = []
    for level in LEVELS:
        if level_landmarks(model.landmarks, day, level):
            p = predict(replace(model, settings=replace(settings, level=level)), now)["p_lost"]
            found.append((settings.penalty, split, level, settings.buyers, float(((p - lost) ** 2).mean())))
    return found


def _summary(scores: list[tuple]) -> pd.DataFrame:
    scored = pd.DataFrame(scores, columns=[*_GRID, "brier"])
    return scored.groupby(_GRID, dropna=False)["brier"].agg(brier="mean", landmarks="size").reset_index()


def _best(grid: pd.DataFrame, landmarks: int) -> pd.Series:
    """The best row among those judged on all landmarks; other levels than "year" only where there are three."""
    most = grid["landmarks"].max()
    fair = (grid["landmarks"] == most) & ((grid["level"] == "year") | (landmarks >= _VALIDATIONS))
    return grid.loc[grid.loc[fair, "brier"].idxmin()]


def _verdict(
    measures: pd.DataFrame, differences: pd.DataFrame, losses: int, fewest: int, test_date: pd.Timestamp
) -> Verdict:
    brier = measures[(measures["measure"] == "brier") & (measures["method"] != "model")]
    best = str(brier.loc[brier["value"].idxmin(), "method"])
    if losses < fewest:
        seen = "1 loss was seen" if losses == 1 else f"{losses} losses were seen"
        return Verdict("baseline", best, f"{seen}, {fewest} are needed to judge", losses, test_date)
    if unbeaten := [name for name in BASELINES if not beats(differences[differences["baseline"] == name])]:
        names = " and ".join(BASELINES[name] for name in unbeaten)
        return Verdict("baseline", best, f"the model doesn't beat {names}", losses, test_date)
    return Verdict("model", best, "the model beats every rule of thumb", losses, test_date)


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


def _untested(reason: str, table: pd.DataFrame, as_of: pd.Timestamp, horizon_days: int, losses: int) -> Evaluation:
    days = (as_of - table["first_order"].min()).days if len(table) else 0
    if days < 3 * horizon_days:
        reason += f" The history has {days} days; a test needs three horizons, {3 * horizon_days}."
    reason = reason.rstrip(".")
    empty = pd.DataFrame()
    return Evaluation(empty, empty, empty, Verdict("baseline", "silence", f"not tested: {reason}", losses, None), None)
