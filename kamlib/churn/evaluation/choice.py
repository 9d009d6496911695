"""The choice of the churn model's settings on landmarks before the test, written down before the test is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.levels import chances, log_odds, shift, unseen
from kamlib.churn.models.prediction import relative_risks, still_waiting
from kamlib.churn.models.waiting import OPINIONS, Settings, Training, fitted, training
from kamlib.errors import InputError

_GRID = ["penalty", "split_day", "opinion"]
_VALIDATIONS = 3  # landmarks that a choice is judged on, at most
_CHOICE_ROWS = 20_000  # rows each of the many fits of a choice is made on, at most


def choose(
    table: pd.DataFrame,
    test_date: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    penalties: Sequence[float] = (0.001, 0.01, 0.1),
    seen: dict[pd.Timestamp, Seen] | None = None,
) -> pd.DataFrame:
    """Choose penalty, time split and opinion by the Brier score on landmarks before the test; write the choice down.

    Each of the last three landmarks whose outcome was complete by `test_date` is predicted from what was known at it. What is judged is
    the order of the accounts and not the level, which one season can't tell of the next: before it is scored, each prediction, without the curve
    of the model, is moved (by one number in log odds) to the losses that came. The penalty is chosen where there are three landmarks, without a time split; then a split after a sixth of
    the horizon is compared with none. Both opinions have equal shares, for a mean errs least where levels are not known, unless one
    alone was better at each of three landmarks and the landmarks span a year of seasons.

    Parameters
    ----------
    seen : landmarks of this table that a choice of another day was judged on, by day; those of this choice are added.

    Returns
    -------
    DataFrame, the chosen row first, then by Brier score
        penalty, split_day (missing: none), opinion (a key of `kamlib.churn.models.waiting.OPINIONS`), brier (mean over the validation
        landmarks, the level apart), landmarks (how many it was judged on), chosen. Without any landmark to choose on the middle penalty,
        the split and the mean of both stand.
    """
    horizon, test_date = pd.Timedelta(days=horizon_days), pd.Timestamp(test_date)
    days = sorted(day for day in table["as_of"].unique() if day <= test_date - horizon)
    year = len(days) > 0 and not unseen(pd.DatetimeIndex(days), horizon_days)
    days = [day for day in days if days[0] <= day - horizon][-_VALIDATIONS:]
    split = max(1, round(horizon_days / 6))
    seen = {} if seen is None else seen
    for day in days:
        if day not in seen:
            seen[day] = Seen(table, training(table, day, horizon_days=horizon_days, most_rows=_CHOICE_ROWS))
    each = [seen[day] for day in days]
    scores = pd.DataFrame(columns=[*_GRID, "day", "brier"])
    middle = sorted(penalties)[len(penalties) // 2]
    for penalty in penalties if len(days) == _VALIDATIONS else [middle]:
        scores = _judged(scores, each, Settings(penalty))
    if scores.empty:
        grid = pd.DataFrame([(middle, split, "both", np.nan, 0)], columns=[*_GRID, "brier", "landmarks"])
        return grid.assign(chosen=True)
    scores = _judged(scores, each, Settings(_best(scores)["penalty"], split))
    best = _best(scores)
    tried = scores[(scores["penalty"] == best["penalty"]) & (scores["split_day"] == best["split_day"])]
    brier = tried.pivot(index="day", columns="opinion", values="brier")
    alone = [name for name in brier if (brier[name] < brier["both"]).all() and year and len(brier) >= _VALIDATIONS]
    grid = _summary(scores)
    is_best = (grid["penalty"] == best["penalty"]) & (grid["split_day"] == best["split_day"])
    grid["chosen"] = is_best & (grid["opinion"] == (brier[alone].mean().idxmin() if alone else "both"))
    grid["split_day"] = grid["split_day"].where(grid["split_day"] > 0)
    return grid.sort_values(["chosen", "brier"], ascending=[False, True], ignore_index=True)


def chosen(choices: pd.DataFrame) -> Settings:
    """The settings of the chosen row of `choose`."""
    return _settings(choices.loc[choices["chosen"]].iloc[0])


def candidates(choices: pd.DataFrame) -> pd.DataFrame:
    """`choose` as a reader sees it: split_day is *no_split* where time is not split."""
    split = choices["split_day"].astype(object).where(choices["split_day"].notna(), "no_split")
    return choices.assign(split_day=split)


def _settings(row: pd.Series) -> Settings:
    split = None if pd.isna(row["split_day"]) else int(row["split_day"])
    return Settings(float(row["penalty"]), split, row["opinion"])


class Seen:
    """A landmark that choices are judged on: what was learnt before it, who was at risk on it, and who was lost after it."""

    def __init__(self, table: pd.DataFrame, learnt: Training) -> None:
        self.learnt, end = learnt, learnt.until + pd.Timedelta(days=learnt.horizon_days)
        self.now = table.loc[table["as_of"] == learnt.until]
        self.lost = outcomes(self.now, end, horizon_days=learnt.horizon_days)["lost"].to_numpy()
        self.z = learnt.scale.of(self.now)
        self._scores: dict[Settings, list[tuple[str, float]]] = {}

    def scores(self, settings: Settings) -> list[tuple[str, float]]:
        """The Brier score of each opinion; none where the model can't be estimated."""
        if settings not in self._scores:
            self._scores[settings] = self._scored(settings)
        return self._scores[settings]

    def _scored(self, settings: Settings) -> list[tuple[str, float]]:
        try:
            model = fitted(self.learnt, settings, robust_rows=0)
        except InputError:
            return []  # counted: the summary says on how many landmarks a row was judged
        risks = relative_risks(model, self.z)
        of = {name: replace(model, settings=replace(settings, opinion=name)) for name in ("signs", "buyers")}
        alone = {name: still_waiting(one, self.now, risks, model.horizon_days) for name, one in of.items()}
        found: list[tuple[str, float]] = []
        for opinion, share in OPINIONS.items():
            odds = log_odds(share * alone["signs"] + (1 - share) * alone["buyers"])
            p = chances(odds + shift(odds, self.lost.sum()))
            found.append((opinion, float(((p - self.lost) ** 2).mean())))
        return found


def _judged(scores: pd.DataFrame, seen: list[Seen], settings: Settings) -> pd.DataFrame:
    """`scores` and those of each opinion at each landmark."""
    own = (settings.penalty, settings.split_day or 0)
    rows = [(*own, opinion, at.learnt.until, brier) for at in seen for opinion, brier in at.scores(settings)]
    found = pd.DataFrame(rows, columns=scores.columns)
    told = [part for part in (scores, found) if len(part)]
    return pd.concat(told, ignore_index=True) if told else found


def _summary(scores: pd.DataFrame) -> pd.DataFrame:
    return scores.groupby(_GRID)["brier"].agg(brier="mean", landmarks="size").reset_index()


def _best(scores: pd.DataFrame) -> pd.Series:
    """The best row of the mean of both opinions among those judged on all landmarks."""
    grid = _summary(scores)
    fair = (grid["landmarks"] == grid["landmarks"].max()) & (grid["opinion"] == "both")
    best: pd.Series = grid.loc[grid.loc[fair, "brier"].idxmin()]
    return best
