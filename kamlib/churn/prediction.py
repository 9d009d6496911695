"""What the churn model says of an account: P(no order) with its range, and P(no order yet) on any day.

The level of a prediction is a choice: pooled over the landmarks of the last year, those of the same season, or the latest one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.covariates import covariates
from kamlib.churn.mbg_nbd import p_no_order, repeats
from kamlib.churn.model import Level, Model, daily_hazard, whole_hazards
from kamlib.errors import InputError

_SEASON_DAYS = 45  # landmarks this near to the same day of an earlier year are of the same season


def predict(model: Model, table: pd.DataFrame) -> pd.DataFrame:
    """P(no order by H) of each row, with the range between the mildest and the hardest landmark seen.

    Returns
    -------
    DataFrame, index of `table`
        p_silent; low and high: by the landmark with the most and with the fewest orders, each at the end of the 95 %
        interval of the coefficients. A second opinion moves all three alike.
    """
    z = standardised(model, table)
    risks = relative_risks(model, z)
    p_silent = still_waiting(model, table, risks, model.horizon_days)
    most, fewest = np.zeros(len(table)), np.zeros(len(table))
    hazards = [whole_hazards(piece) for piece in model.pieces]
    each = np.sum(hazards, axis=0)
    mildest, hardest = model.landmarks[int(np.argmax(each))], model.landmarks[int(np.argmin(each))]
    for piece, risk, hazard in zip(model.pieces, risks, hazards, strict=True):
        spread = np.exp(1.96 * np.sqrt(np.einsum("ij,jk,ik->i", z, piece.covariance, z, optimize=True).clip(min=0)))
        most += hazard[mildest] * risk * spread
        fewest += hazard[hardest] * risk / spread
    high = model.background + (1 - model.background) * np.exp(-fewest)
    low, high = (_averaged(model, table, p, model.horizon_days) for p in (np.exp(-most), high))
    return pd.DataFrame(
        {"p_silent": p_silent, "low": np.minimum(low, p_silent), "high": np.maximum(high, p_silent)}, index=table.index
    )


def still_waiting(model: Model, table: pd.DataFrame, risks: list[np.ndarray], days: np.ndarray | int) -> np.ndarray:
    """P(no order within `days`) of each row, up to the horizon: what `predict` gives at the horizon.

    Parameters
    ----------
    risks : of `relative_risks`.
    days : for all rows, or for each.
    """
    expected = np.zeros(len(table))
    for piece, risk in zip(model.pieces, risks, strict=True):
        passed = np.clip(days - piece.start, 0, piece.end - piece.start)
        for day in table["as_of"].unique():
            hazard = np.append(0.0, np.cumsum(daily_hazard(piece, level_of(model, day))))
            expected += np.where(table["as_of"] == day, hazard[passed] * risk, 0.0)
    return _averaged(model, table, model.background + (1 - model.background) * np.exp(-expected), days)


def relative_risks(model: Model, z: pd.DataFrame) -> list[np.ndarray]:
    """The hazard of each row of `standardised` against the average account's, piece by piece."""
    return [np.exp((z @ piece.coefficients).to_numpy()) for piece in model.pieces]


def standardised(model: Model, table: pd.DataFrame) -> pd.DataFrame:
    """The standardised covariates of each row, by the training landmarks' statistics; a missing one stands at the mean."""
    natural = covariates(table, model.common)[model.mean.index]
    return ((natural - model.mean) / model.sd).fillna(0.0)


def level_landmarks(complete: pd.Index, day: pd.Timestamp, level: Level) -> list[pd.Timestamp]:
    """Which complete landmarks give the level of a prediction at `day`; empty where the level can't be had."""
    complete = pd.DatetimeIndex(complete)
    if level == "latest":
        return [complete.max()]
    if level == "year":
        return list(complete[complete > complete.max() - pd.Timedelta(days=365)])
    back = -(complete - day).days
    return list(complete[(np.abs((back + 182.625) % 365.25 - 182.625) <= _SEASON_DAYS) & (back > 182)])


def level_of(model: Model, day: pd.Timestamp) -> list[pd.Timestamp]:
    """The landmarks that give the level of this model's prediction at `day`; an `InputError` where there are none."""
    if found := level_landmarks(model.landmarks, day, model.settings.level):
        return found
    raise InputError(
        f"no complete landmark gives the level {model.settings.level!r} for {day.date()}",
        remedy='Take the level "year", or give a longer history.',
    )


def _averaged(model: Model, table: pd.DataFrame, p: np.ndarray, days: np.ndarray | int) -> np.ndarray:
    """`p` itself, or its mean with what the second opinion says of so many days."""
    if model.mbg_nbd is None:
        return p
    second = p_no_order(model.mbg_nbd, *repeats(table, table["as_of"]), days).to_numpy()
    mean: np.ndarray = (p + second) / 2
    return mean
