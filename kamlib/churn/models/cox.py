"""The Cox fit itself: landmarks as strata, time that can be split, accounts that come more than once.

Days are whole, so that most orders share theirs with others: ties are Efron's. All landmarks are fitted at once on arrays; the
estimates are those of lifelines' CoxPHFitter and of R's coxph, in a tenth of the time of many small fits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from kamlib.errors import InputError
from kamlib.stats.draws import drawn
from kamlib.stats.maximum import Likelihood, highest

NAMES = {"duration": "_duration", "event": "_event", "landmark": "_landmark", "account": "_account"}
_ORDER = [NAMES[name] for name in ("landmark", "duration", "event")]


@dataclass(frozen=True)
class Cox:
    """Coefficients of the covariates and their covariance, the inverse of the penalised information."""

    coefficients: pd.Series
    covariance: pd.DataFrame


def cox_data(
    matrix: pd.DataFrame, rows: pd.DataFrame, came: pd.DataFrame, start: int = 0, end: int | None = None
) -> pd.DataFrame:
    """Covariates with duration, event, landmark and account as `fit_cox` takes them, for the days from `start` to `end`.

    Rows that no longer wait at `start` are left out; time is counted from `start` and cut at `end`.
    """
    last = came["duration"] if end is None else came["duration"].clip(upper=end)
    data = matrix.copy()
    data[NAMES["duration"]] = last - start
    data[NAMES["event"]] = (came["event"] == 1) & (came["duration"] <= last)
    data[NAMES["landmark"]] = rows["as_of"].astype("datetime64[ns]").astype("int64")
    data[NAMES["account"]] = pd.factorize(rows["customer_id"])[0]
    return data.loc[came["duration"] > start]


def fit_cox(data: pd.DataFrame, penalty: float, falling: Collection[str] = ()) -> Cox:
    """A Cox model with a stratum for each landmark, by Newton's method.

    Parameters
    ----------
    data : DataFrame
        From `cox_data`; accounts are not read.
    penalty : of the ridge on coefficients of covariates with a standard deviation of 1: their squares by half of rows x penalty.
    falling : covariates whose coefficient is at most 0; one that is 0 by that has a variance of 0.

    Raises
    ------
    InputError
        If nobody bought, or there is no finite estimate.

    References
    ----------
    Cox (1972), JRSS B 34; Efron (1977), JASA 72 (ties).
    """
    remedy = "Give a longer history, or a higher churn.penalties."
    if not data[NAMES["event"]].any():
        raise InputError("no account bought again after any landmark", remedy=remedy)
    matrix = data[data.columns.difference(list(NAMES.values()), sort=False)]
    mean, sd = matrix.mean(), matrix.std()
    waits, ridge = _Waits(data, ((matrix - mean) / sd).to_numpy()), len(data) * penalty
    bounded = matrix.columns.isin(list(falling))
    try:
        with threadpool_limits(1):  # many small products: threads would only wait for each other
            beta, information, free = highest(lambda beta: waits.likelihood(beta, ridge), bounded)
    except (np.linalg.LinAlgError, ValueError):
        raise InputError("the model can't be estimated from this history", remedy=remedy) from None
    covariance = np.zeros_like(information)
    covariance[np.ix_(free, free)] = np.linalg.inv(information[np.ix_(free, free)])
    return Cox(beta / sd, pd.DataFrame(covariance / np.outer(sd, sd), sd.index, sd.index))


class _Waits:
    """Rows by landmark and day, those without an event first: what the likelihood of any coefficients is made from.

    A moment is a day after a landmark on which waits end, a cell its rows with or without an event.
    """

    def __init__(self, data: pd.DataFrame, x: np.ndarray) -> None:
        landmark, day, event = keys = [data[name].to_numpy() for name in _ORDER]
        order = np.lexsort(keys[::-1])
        landmark, day, event = landmark[order], day[order], event[order]
        self.x, self.event = np.column_stack([np.ones(len(x)), x])[order], event
        new_landmark = np.diff(landmark, prepend=landmark[0] - 1) != 0
        new_moment = new_landmark | (np.diff(day, prepend=0) != 0)
        new_cell = new_moment | np.diff(event, prepend=False)
        self.cells = np.flatnonzero(np.append(new_cell, True))
        self.moment = np.cumsum(new_moment) - 1  # of each row
        cell_moment = self.moment[new_cell]
        self.moments = np.flatnonzero(np.diff(cell_moment, prepend=-1))  # the first cell of each
        self.landmarks = np.split(np.arange(len(self.moments)), np.flatnonzero(new_landmark[new_moment])[1:])
        self.deadly, died = event[new_cell], self.moment[event]
        self.at = cell_moment[self.deadly]  # moments with events
        self.tie = np.searchsorted(self.at, died)  # of each event, its place among them
        deaths = np.bincount(self.tie)
        place = np.arange(len(died)) - (np.cumsum(deaths) - deaths)[self.tie]
        self.share = place / deaths[self.tie]  # Efron's, of those at the same moment who are taken to have gone before

    def likelihood(self, beta: np.ndarray, ridge: float) -> Likelihood:
        """The log partial likelihood less the ridge, its gradient, and the information (less its second derivative)."""
        x = self.x[:, 1:]
        risk = np.exp(x @ beta)
        sums = csr_array((risk, np.arange(len(risk)), self.cells)) @ self.x
        tied, waiting = sums[self.deadly], np.add.reduceat(sums, self.moments)
        for moments in self.landmarks:
            waiting[moments] = waiting[moments][::-1].cumsum(axis=0)[::-1]
        waiting = waiting[self.at]
        below = waiting[self.tie, 0] - self.share * tied[self.tie, 0]
        once, part = (np.bincount(self.tie, factor / below) for factor in (1.0, self.share))
        twice, cross, parts = (np.bincount(self.tie, factor / below**2) for factor in (1.0, self.share, self.share**2))
        still, gone = waiting[:, 1:], tied[:, 1:]
        gradient = x[self.event].sum(axis=0) - once @ still + part @ gone
        hazard = np.zeros(len(self.moments))
        hazard[self.at] = once
        for moments in self.landmarks:
            hazard[moments] = hazard[moments].cumsum()
        weight = hazard[self.moment]
        weight[self.event] -= part[self.tie]
        mixed = still.T @ (cross[:, None] * gone)
        spread = still.T @ (twice[:, None] * still) - mixed - mixed.T + gone.T @ (parts[:, None] * gone)
        information = x.T @ (x * (risk * weight)[:, None]) - spread + ridge * np.eye(len(beta))
        value = (x[self.event] @ beta).sum() - np.log(below).sum() - ridge * (beta @ beta) / 2
        return float(value), gradient - ridge * beta, information


def sample_accounts(table: pd.DataFrame, most: int, seed: int, column: str = "customer_id") -> pd.DataFrame:
    """All rows of a random part of the accounts, about `most` rows; the table itself where it is not longer."""
    if len(table) <= most:
        return table
    ids = table[column].unique()
    return table.loc[table[column].isin(drawn(ids, int(len(ids) * most / len(table)), seed))]


def widening(
    data: pd.DataFrame, penalty: float, fitted: Cox, rows: int, seed: int, falling: Collection[str] = ()
) -> pd.Series:
    """Robust over naive standard error of each coefficient, accounts as clusters, on a sample of whole accounts.

    References
    ----------
    Lin & Wei (1989), JASA 84.
    """
    part = sample_accounts(data, rows, seed, NAMES["account"])
    own = fitted if len(part) == len(data) else fit_cox(part, penalty, falling)
    moved = _score_residuals(part, own.coefficients).groupby(part[NAMES["account"]]).sum() @ own.covariance
    variance = pd.Series(np.diag(own.covariance), index=own.coefficients.index)
    wider: pd.Series = np.sqrt((moved**2).sum() / variance.where(variance > 0)).fillna(1.0)
    return wider


def _score_residuals(data: pd.DataFrame, coefficients: pd.Series) -> pd.DataFrame:
    """Each row's part of the gradient; ties are taken in the order of the rows, as lifelines does."""
    parts = []
    for _, rows in data.sort_values(_ORDER).groupby(_ORDER[0]):
        matrix, event = rows[coefficients.index], rows[NAMES["event"]].to_numpy(dtype="float64")[:, None]
        x, risk = matrix.to_numpy(), np.exp((matrix @ coefficients).to_numpy())[:, None]
        waiting = risk[::-1].cumsum(axis=0)[::-1]
        mean = (risk * x)[::-1].cumsum(axis=0)[::-1] / waiting
        hazard = (event / waiting).cumsum(axis=0)
        found = event * (x - mean) - risk * (x * hazard - (event * mean / waiting).cumsum(axis=0))
        parts.append(pd.DataFrame(found, rows.index, coefficients.index))
    return pd.concat(parts)
