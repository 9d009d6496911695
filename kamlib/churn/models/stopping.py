"""The model of P(stopped): a logistic curve of who was gone a horizon later, on the signs of the model of waiting.

A buyer who orders each week and leaves next month is not silent for a horizon from today, so the time to the next order says
nothing of it: here what counts is whether anything came in the account's own window after the horizon. A longer silence never
lowers the chance: the coefficients of all its signs are bounded at 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from kamlib.churn.landmarks import stops
from kamlib.churn.models.covariates import FALLING, Scale, scaled
from kamlib.churn.models.cox import sample_accounts
from kamlib.churn.models.levels import chances, shift_interval, unseen
from kamlib.errors import InputError
from kamlib.stats.maximum import Likelihood, highest
from kamlib.study.settings.sections import FEWEST

#: on standardised covariates, for rows that are a customer each: odds ratios of 1.5 are rare before they are seen, of silence those of 7
_RIDGE, _RIDGE_OF_SILENCE = 30.0, 1.0


@dataclass(frozen=True)
class Stopping:
    """A fitted model: log odds of staying by standardised covariates, and how far single landmarks lay from it.

    levels : a row for each landmark: low and high, the 95 % interval of what its log odds of staying add to the pooled ones.
    customers : how many different ones it learnt from.
    """

    horizon_days: int
    until: pd.Timestamp
    scale: Scale
    intercept: float
    coefficients: pd.Series
    levels: pd.DataFrame
    customers: int


def fit_stopping(
    table: pd.DataFrame,
    until: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    most_rows: int = 1_000_000,
    seed: int = 1,
) -> Stopping:
    """Fit the model on the landmarks before `until`, on the accounts whose windows were over by then.

    Parameters
    ----------
    table : DataFrame
        `kamlib.churn.landmarks.landmark_table`; rows at `until` or later are not used.
    most_rows : above it whole accounts are sampled.

    Raises
    ------
    InputError
        If no window was over by `until`, fewer than ten customers stopped or fewer than ten stayed.
    """
    until = pd.Timestamp(until)
    rows = table.loc[table["as_of"] < until]
    came = stops(rows, until, horizon_days=horizon_days)
    rows = sample_accounts(rows[came["complete"]], most_rows, seed)
    stayed = 1 - came.loc[rows.index, "lost"]
    fewest = min(rows.loc[stayed == kind, "customer_id"].nunique() for kind in (0, 1))
    if fewest < FEWEST.compared:
        raise InputError(
            f"too few customers stopped or stayed by {until.date()} to tell them apart",
            found=fewest,
            remedy=f"Give a longer history: {FEWEST.compared} customers of each kind, their windows over.",
        )
    of, z = scaled(rows, pd.Series(True, index=rows.index))
    beta = _logistic(z, stayed.to_numpy(), len(rows) / rows["customer_id"].nunique())
    odds = beta[0] + z.to_numpy() @ beta[1:]
    levels = pd.DataFrame(
        {
            day: shift_interval(odds[at], float(stayed.to_numpy()[at].sum()))
            for day in rows["as_of"].unique()
            for at in [(rows["as_of"] == day).to_numpy()]
        },
        index=["low", "high"],
    ).T
    coefficients = pd.Series(beta[1:], index=z.columns)
    return Stopping(horizon_days, until, of, float(beta[0]), coefficients, levels, rows["customer_id"].nunique())


def p_stopped(model: Stopping, table: pd.DataFrame) -> pd.DataFrame:
    """P(stopped) of each row, with the range between the mildest and the hardest landmark seen.

    Returns
    -------
    DataFrame, index of `table`
        p_stopped; low and high: each landmark at the end of its own 95 % interval, wider while less than a year was seen. They are to be
        summed over many accounts.
    """
    odds = model.intercept + model.scale.of(table).to_numpy() @ model.coefficients.to_numpy()
    wide = unseen(pd.DatetimeIndex(model.levels.index), model.horizon_days)
    mildest, hardest = max(model.levels["high"].max(), wide), min(model.levels["low"].min(), -wide)
    ends = {"p_stopped": 0.0, "low": mildest, "high": hardest}
    return pd.DataFrame({name: chances(-odds - moved) for name, moved in ends.items()}, index=table.index)


def _logistic(z: pd.DataFrame, stayed: np.ndarray, repeats: float) -> np.ndarray:
    """Intercept and coefficients of the penalised likelihood, those of silence at most 0; a customer has so many `repeats`."""
    x, silence = np.column_stack([np.ones(len(z)), z]), z.columns.isin([*FALLING, "within_limit"])
    ridge = np.append(0.0, np.where(silence, _RIDGE_OF_SILENCE, _RIDGE) * repeats)
    bounded = np.append(False, silence)

    def likelihood(beta: np.ndarray) -> Likelihood:
        odds = x @ beta
        p = chances(odds)
        value = float(stayed @ odds - np.logaddexp(0, odds).sum() - ridge @ beta**2 / 2)
        return value, x.T @ (stayed - p) - ridge * beta, x.T @ (x * (p * (1 - p))[:, None]) + np.diag(ridge)

    try:
        with threadpool_limits(1):  # small products: threads would only wait for each other
            return highest(likelihood, bounded)[0]
    except (np.linalg.LinAlgError, ValueError):
        raise InputError("the model can't be estimated from this history", remedy="Give a longer history.") from None
