"""The choice of the churn model's settings on landmarks before the test, written down before the test is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from kamlib.churn.landmarks import outcomes
from kamlib.churn.model import LEVELS, Model, Settings, Training, fitted, training
from kamlib.churn.prediction import level_landmarks, relative_risks, standardised, still_waiting
from kamlib.errors import InputError

Score = tuple[float, float, str, bool, float]
_GRID = ["penalty", "split_day", "level", "buyers"]
_VALIDATIONS = 3  # landmarks that a choice is judged on, at most; the level is chosen only where all of them allow it
_CHOICE_ROWS = 20_000  # rows each of the many fits of a choice is made on, at most


def choose(
    table: pd.DataFrame,
    test_date: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    penalties: Sequence[float] = (0.001, 0.01, 0.1),
) -> pd.DataFrame:
    """Choose penalty, time split, level and second opinion by the Brier score on landmarks before the test; write the choice down.

    Each of the last three landmarks whose outcome was complete by `test_date` is predicted from what was known at it.
    The penalty is chosen without a time split; then a split after a sixth of the horizon is compared with none; then the mean
    with the MBG/NBD model (`kamlib.churn.mbg_nbd`) with the model alone.

    Returns
    -------
    DataFrame, the chosen row first, then by Brier score
        penalty, split_day (missing: none), level, buyers (whether P(no order) is the mean with that of the MBG/NBD model), brier
        (mean over the validation landmarks), landmarks (how many it was judged on), chosen. The level stays "year" where a validation landmark can't give another one or fewer than three are
        there. Without any, the middle penalty and the split are taken: a split model holds the other as a special case.
    """
    horizon, test_date = pd.Timedelta(days=horizon_days), pd.Timestamp(test_date)
    days = sorted(day for day in table["as_of"].unique() if day <= test_date - horizon)
    days = [day for day in days if days[0] <= day - horizon][-_VALIDATIONS:]
    split = max(1, round(horizon_days / 6))
    middle = sorted(penalties)[len(penalties) // 2]
    learnt = {day: training(table, day, horizon_days=horizon_days, most_rows=_CHOICE_ROWS) for day in days}

    @cache
    def model_of(day: pd.Timestamp, penalty: float, split_day: int | None) -> Model | None:
        try:
            return fitted(learnt[day], Settings(penalty, "year", split_day), robust_rows=0)
        except InputError:
            return None  # counted: the row says on how many landmarks it was judged

    def judged(settings: Settings) -> list[Score]:
        models = {day: model_of(day, settings.penalty, settings.split_day) for day in days}
        return [row for day, model in models.items() if model for row in _scores(table, learnt[day], model, settings)]

    scores = [row for penalty in penalties for row in judged(Settings(penalty))]
    if not scores:
        grid = pd.DataFrame([(middle, split, "year", False, np.nan, 0)], columns=[*_GRID, "brier", "landmarks"])
        return grid.assign(chosen=True)
    scores += judged(replace(_settings(_best(_summary(scores), len(days))), split_day=split))
    scores += judged(replace(_settings(_best(_summary(scores), len(days))), buyers=True))
    grid = _summary(scores)
    grid["chosen"] = grid.index == _best(grid, len(days)).name
    return grid.sort_values(["chosen", "brier"], ascending=[False, True], ignore_index=True)


def chosen(choices: pd.DataFrame) -> Settings:
    """The settings of the chosen row of `choose`."""
    return _settings(choices.loc[choices["chosen"]].iloc[0])


def candidates(choices: pd.DataFrame) -> pd.DataFrame:
    """`choose` as a reader sees it: split_day is *no_split* where time is not split, and the second opinion has its name."""
    split = choices["split_day"].astype(object).where(choices["split_day"].notna(), "no_split")
    return choices.assign(split_day=split).rename(columns={"buyers": "second_opinion"})


def _settings(row: pd.Series) -> Settings:
    split = None if pd.isna(row["split_day"]) else int(row["split_day"])
    return Settings(float(row["penalty"]), row["level"], split, bool(row["buyers"]))


def _scores(table: pd.DataFrame, learnt: Training, model: Model, settings: Settings) -> list[Score]:
    """The Brier score at the landmark that the model was fitted for, for each level that can be had there."""
    day, horizon_days = model.until, model.horizon_days
    now = table.loc[table["as_of"] == day]
    lost = outcomes(now, day + pd.Timedelta(days=horizon_days), horizon_days=horizon_days)["lost"]
    split = np.nan if settings.split_day is None else settings.split_day
    model = replace(model, mbg_nbd=learnt.mbg_nbd if settings.buyers else None)
    risks, found = relative_risks(model, standardised(model, now)), list[Score]()
    for level in LEVELS:
        if level_landmarks(model.landmarks, day, level):
            p = still_waiting(replace(model, settings=replace(settings, level=level)), now, risks, horizon_days)
            found.append((settings.penalty, split, level, settings.buyers, float(((p - lost) ** 2).mean())))
    return found


def _summary(scores: list[Score]) -> pd.DataFrame:
    scored = pd.DataFrame(scores, columns=[*_GRID, "brier"])
    return scored.groupby(_GRID, dropna=False)["brier"].agg(brier="mean", landmarks="size").reset_index()


def _best(grid: pd.DataFrame, landmarks: int) -> pd.Series:
    """The best row among those judged on all landmarks; other levels than "year" only where there are three."""
    most = grid["landmarks"].max()
    fair = (grid["landmarks"] == most) & ((grid["level"] == "year") | (landmarks >= _VALIDATIONS))
    best: pd.Series = grid.loc[grid.loc[fair, "brier"].idxmin()]
    return best
