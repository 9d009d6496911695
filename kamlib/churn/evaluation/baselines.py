"""The rules of thumb that a churn model must beat: the base rate, silence alone, silence against the own rhythm."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.churn.covariates import Usual, own_gap, usual
from kamlib.churn.evaluation.metrics import logistic
from kamlib.churn.landmarks import outcomes
from kamlib.errors import InputError
from kamlib.stats.intervals import wilson

BASELINES = ("base_rate", "silence_alone", "silence_in_own_gaps")
_PENALTY = 0.5  # on the slope; with a few accounts no curve claims certainty, with hundreds it hardly counts


def baseline_predictions(
    table: pd.DataFrame, until: date | pd.Timestamp, now: pd.DataFrame, *, horizon_days: int = 180
) -> pd.DataFrame:
    """P(no order) of each row of `now` by each rule, fitted on the complete landmarks of the last year before `until`.

    Returns
    -------
    DataFrame, index of `now`
        A column for each of `BASELINES`. Silence, and silence in own gaps, become probabilities by a logistic curve on
        their logarithm; their order of accounts stays as it is.

    Raises
    ------
    InputError
        If no landmark was complete by `until`.
    """
    train, lost = recent(table, until, horizon_days)
    common = usual(train)
    rules = {name: _rule(_score(name, train, common), lost, _score(name, now, common)) for name in BASELINES}
    return pd.DataFrame(rules, index=now.index)


def baseline_range(
    table: pd.DataFrame, until: date | pd.Timestamp, now: pd.DataFrame, name: str, *, horizon_days: int = 180
) -> pd.DataFrame:
    """low and high of one rule: the least and the most that any single landmark of that year would have given.

    Each landmark stands at the end of its own 95 % interval: Wilson's for a constant, the one of the curve else.
    """
    train, lost = recent(table, until, horizon_days)
    common = usual(train)
    score, here = _score(name, train, common), _score(name, now, common)
    each = [_ends(score[rows], lost[rows], here) for rows in (train["as_of"] == day for day in train["as_of"].unique())]
    low, high = np.min([ends[0] for ends in each], axis=0), np.max([ends[1] for ends in each], axis=0)
    return pd.DataFrame({"low": low, "high": high}, index=now.index)


def recent(table: pd.DataFrame, until: date | pd.Timestamp, horizon_days: int) -> tuple[pd.DataFrame, pd.Series]:
    """The rows of the complete landmarks of the last year before `until`, and whether each was lost."""
    until = pd.Timestamp(until)
    came = outcomes(table, until, horizon_days=horizon_days)
    complete = came["complete"] & (table["as_of"] < until)
    if not complete.any():
        raise InputError(
            f"no landmark with accounts at risk lies a whole horizon of {horizon_days} days before {until.date()}",
            remedy="Give a longer history or a shorter horizon.",
        )
    in_year = complete & (table["as_of"] > table.loc[complete, "as_of"].max() - pd.Timedelta(days=365))
    return table[in_year], came.loc[in_year, "lost"]


def _score(name: str, table: pd.DataFrame, common: Usual) -> pd.Series:
    if name == "base_rate":
        return pd.Series(0.0, index=table.index)
    if name == "silence_alone":
        return pd.Series(np.log1p(table["silence_days"]), index=table.index)
    return pd.Series(np.log((table["silence_days"] + 1) / own_gap(table, common)), index=table.index)


def _rule(score: pd.Series, lost: pd.Series, here: pd.Series) -> np.ndarray:
    if constant := _constant(score, lost):
        return np.full(len(here), constant)
    intercept, slope = logistic(score.to_numpy(), lost.to_numpy(), penalty=_PENALTY)
    return 1 / (1 + np.exp(-(intercept + slope * here.to_numpy())))


def _ends(score: pd.Series, lost: pd.Series, here: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of `_rule`."""
    if _constant(score, lost):
        low, high = wilson(pd.Series([lost.sum()]), pd.Series([len(lost)]))
        return np.full(len(here), low.iloc[0]), np.full(len(here), high.iloc[0])
    intercept, slope = logistic(score.to_numpy(), lost.to_numpy(), penalty=_PENALTY)
    mu = 1 / (1 + np.exp(-(intercept + slope * score.to_numpy())))
    middle, sd = score.mean(), score.std(ddof=0)
    design, at = (np.column_stack([np.ones(len(x)), (x - middle) / sd]) for x in (score, here))
    covariance = np.linalg.inv(design.T @ (design * (mu * (1 - mu))[:, None]) + np.diag([1e-3, _PENALTY]))
    odds, error = intercept + slope * here.to_numpy(), np.sqrt(np.einsum("ij,jk,ik->i", at, covariance, at))
    return 1 / (1 + np.exp(1.96 * error - odds)), 1 / (1 + np.exp(-1.96 * error - odds))


def _constant(score: pd.Series, lost: pd.Series) -> float:
    """The share lost where no curve can be had, half a loss added where none or all were lost; 0 where a curve can."""
    if score.nunique() > 1 and lost.nunique() > 1:
        return 0.0
    share = float(lost.mean())
    return share if 0 < share < 1 else (float(lost.sum()) + 0.5) / (len(lost) + 1)
