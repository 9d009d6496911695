"""The rules of thumb that a churn model must beat: the base rate, silence alone, silence against the own limit, the state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from kamlib.churn.evaluation.metrics import logistic
from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.mbg_nbd import fit_to_rows, p_no_order, repeats
from kamlib.errors import InputError
from kamlib.stats.intervals import wilson
from kamlib.study.settings.sections import FEWEST

BASELINES = ("base_rate", "silence_alone", "silence_in_limits", "state")
BUYERS = "buyers_at_random"
"""The MBG/NBD model alone, which needs no landmark: where no model was tested, and a rival that is used where it is the best."""
Event = Callable[..., pd.DataFrame]
"""`kamlib.churn.landmarks.outcomes` or `stops`: lost and complete of each row of a landmark table, as known on a day."""
_PENALTY = 0.5  # on the slope; with a few accounts no curve claims certainty, with hundreds it hardly counts


def baseline_predictions(
    table: pd.DataFrame,
    until: date | pd.Timestamp,
    now: pd.DataFrame,
    *,
    horizon_days: int = 180,
    event: Event = outcomes,
) -> pd.DataFrame:
    """The chance of an event for each row of `now` by each rule, fitted on the complete landmarks of the last year before `until`.

    Returns
    -------
    DataFrame, index of `now`
        A column for each of `BASELINES`. Silence, and silence over the own limit, become probabilities by a logistic curve on
        their logarithm; their order of accounts stays as it is. A state has the share of those in it, (k + ½) / (n + 1).

    Raises
    ------
    InputError
        If no landmark was complete by `until`.
    """
    train, lost = recent(table, until, horizon_days, event)
    return pd.DataFrame({name: _rule(name, train, lost, now) for name in BASELINES}, index=now.index)


def baseline_range(
    table: pd.DataFrame,
    until: date | pd.Timestamp,
    now: pd.DataFrame,
    name: str,
    *,
    horizon_days: int = 180,
    event: Event = outcomes,
) -> pd.DataFrame:
    """low and high of one rule: the least and the most that any single landmark of that year would have given.

    Each landmark stands at the end of its own 95 % interval: Wilson's for a share, the one of the curve else.
    """
    train, lost = recent(table, until, horizon_days, event)
    each = [
        _ends(name, train[rows], lost[rows], now) for rows in (train["as_of"] == day for day in train["as_of"].unique())
    ]
    low, high = np.nanmin([ends[0] for ends in each], axis=0), np.nanmax([ends[1] for ends in each], axis=0)
    return pd.DataFrame({"low": low, "high": high}, index=now.index)


def by_buyers(rows: pd.DataFrame, now: pd.DataFrame, horizon_days: int) -> pd.Series | None:
    """P(no order) by the MBG/NBD model alone, fitted on `rows`; None where these are not `enough_buyers`."""
    if not enough_buyers(rows):
        return None
    return p_no_order(fit_to_rows(rows), *repeats(now, now["as_of"]), horizon_days)


def enough_buyers(rows: pd.DataFrame) -> bool:
    """Whether 30 customers of `rows` bought twice: fewer are not taken for buyers at random."""
    return bool(rows.loc[rows["gaps"] > 0, "customer_id"].nunique() >= FEWEST.segmented)


def recent(
    table: pd.DataFrame, until: date | pd.Timestamp, horizon_days: int, event: Event = outcomes
) -> tuple[pd.DataFrame, pd.Series]:
    """The rows of the complete landmarks of the last year before `until`, and whether the event came to each."""
    until = pd.Timestamp(until)
    came = event(table, until, horizon_days=horizon_days)
    complete = came["complete"] & (table["as_of"] < until)
    if not complete.any():
        raise InputError(
            f"no landmark with accounts at risk lies a whole horizon of {horizon_days} days before {until.date()}",
            remedy="Give a longer history or a shorter horizon.",
        )
    in_year = complete & (table["as_of"] > table.loc[complete, "as_of"].max() - pd.Timedelta(days=365))
    return table[in_year], came.loc[in_year, "lost"]


def _score(name: str, table: pd.DataFrame) -> pd.Series:
    if name == "base_rate":
        return pd.Series(0.0, index=table.index)
    over = table["own_limit"] if name == "silence_in_limits" else 1.0
    return pd.Series(np.log((table["silence_days"] + 1) / over), index=table.index)


def _by_state(train: pd.DataFrame, lost: pd.Series, now: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Lost and seen accounts of the state that each row of `now` is in, of all where none was seen in it."""
    of = lost.groupby(train["state"]).agg(["sum", "size"])
    found = of.reindex(now["state"]).set_axis(now.index)
    return found["sum"].fillna(lost.sum()), found["size"].fillna(len(lost))


def _rule(name: str, train: pd.DataFrame, lost: pd.Series, now: pd.DataFrame) -> np.ndarray:
    if name == "state":
        k, n = _by_state(train, lost, now)
        share: np.ndarray = ((k + 0.5) / (n + 1)).to_numpy()
        return share
    score, here = _score(name, train), _score(name, now)
    if constant := _constant(score, lost):
        return np.full(len(here), constant)
    intercept, slope = logistic(score.to_numpy(), lost.to_numpy(), penalty=_PENALTY)
    return 1 / (1 + np.exp(-(intercept + slope * here.to_numpy())))


def _ends(name: str, train: pd.DataFrame, lost: pd.Series, now: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of `_rule`."""
    if name == "state":
        low, high = wilson(*_by_state(train, lost, now))
        return low.to_numpy(), high.to_numpy()
    score, here = _score(name, train), _score(name, now)
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
