"""What the model says of an account: P(no order) with its range of seasons, and P(no order yet) on any day.

The level of a prediction is that of the landmarks of the last year or, where the same season of an earlier year was seen, the
mean of both: the one is many landmarks of all seasons, the other a few of the right one. It is not chosen on the landmarks just
before, which are of another season. Until the outcomes of a year were seen it is that of buyers at random, who need no landmark.
Afterwards a curve sets right what is too sure, or not sure enough (`kamlib.churn.models.fitting`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.models.levels import chances, log_odds, unseen
from kamlib.churn.models.mbg_nbd import p_no_order, repeats
from kamlib.churn.models.waiting import OPINIONS, Model, daily_hazard, whole_hazards

_SEASON_DAYS = 45  # landmarks this near to the same day of an earlier year are of the same season


def predict(model: Model, table: pd.DataFrame) -> pd.DataFrame:
    """P(no order by H) of each row, with the range between the mildest and the hardest season seen.

    Returns
    -------
    DataFrame, index of `table`
        p_silent; low and high: by the landmark with the most and with the fewest orders, each at the end of the 95 %
        interval of the coefficients, without the second opinion, which knows no seasons, and wider while less than a year was seen; same_season: at the level of the same season of earlier years
        alone, missing where none was seen. They are ranges of seasons, to be summed over many accounts, and no intervals of one.
    """
    z = model.scale.of(table)
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
    low, high = (
        _curved(model, model.signs_curve, model.background + (1 - model.background) * np.exp(-orders))
        for orders in (most, fewest)
    )
    wide = unseen(model.landmarks, model.horizon_days)
    low = np.minimum(low, chances(log_odds(p_silent) - wide))
    high = np.maximum(high, chances(log_odds(p_silent) + wide))
    same = np.full(len(table), np.nan)
    for day in table["as_of"].unique():
        if season := same_season(model.landmarks, day, model.horizon_days):
            at = (table["as_of"] == day).to_numpy()
            same[at] = _curved(
                model, model.signs_curve, _by_signs(model, [risk[at] for risk in risks], model.horizon_days, [season])
            )
    return pd.DataFrame(
        {
            "p_silent": p_silent,
            "low": low,
            "high": high,
            "same_season": same,
        },
        index=table.index,
    )


def still_waiting(model: Model, table: pd.DataFrame, risks: list[np.ndarray], days: np.ndarray | int) -> np.ndarray:
    """P(no order within `days`) of each row, up to the horizon: what `predict` gives at the horizon.

    Parameters
    ----------
    risks : of `relative_risks`.
    days : for all rows, or for each.
    """
    by_horizon = _uncurved(model, table, risks, model.horizon_days)
    curved = _curved(model, model.curve, by_horizon)
    if isinstance(days, int) and days == model.horizon_days:
        return curved
    found = _uncurved(model, table, risks, days)
    # whether an order comes is set right, and when it comes, if it does, stays as it was
    coming = np.divide(1 - curved, 1 - by_horizon, out=np.ones(len(found)), where=by_horizon < 1)
    still: np.ndarray = 1 - (1 - found) * coming
    return still


def _uncurved(model: Model, table: pd.DataFrame, risks: list[np.ndarray], days: np.ndarray | int) -> np.ndarray:
    share, found = OPINIONS[model.settings.opinion], np.zeros(len(table))
    for day in table["as_of"].unique() if share else ():
        at = (table["as_of"] == day).to_numpy()
        passed = days[at] if isinstance(days, np.ndarray) else days
        found[at] = _by_signs(model, [risk[at] for risk in risks], passed, levels(model, day))
    if share < 1:
        second = p_no_order(model.mbg_nbd, *repeats(table, table["as_of"]), days).to_numpy()
        found = share * found + (1 - share) * second
    return found


def _curved(model: Model, curve: tuple[float, float], p: np.ndarray) -> np.ndarray:
    """`p` by a curve, which makes nobody safer than the background of the model."""
    intercept, slope = curve
    found: np.ndarray = np.maximum(chances(intercept + slope * log_odds(p)), np.minimum(p, model.background))
    return found


def relative_risks(model: Model, z: pd.DataFrame) -> list[np.ndarray]:
    """The hazard of each row of standardised covariates against the average account's, piece by piece."""
    return [np.exp((z @ piece.coefficients).to_numpy()) for piece in model.pieces]


def levels(model: Model, day: pd.Timestamp) -> list[list[pd.Timestamp]]:
    """The sets of complete landmarks whose levels make that of a prediction at `day`, in equal shares: the last year's, and the same season's."""
    complete = model.landmarks
    year = list(complete[complete > complete.max() - pd.Timedelta(days=365)])
    season = same_season(complete, day, model.horizon_days)
    return [year, season] if season else [year]


def same_season(complete: pd.DatetimeIndex, day: pd.Timestamp, horizon_days: int) -> list[pd.Timestamp]:
    """The complete landmarks within 45 days of the same day of an earlier year; not those of the first horizon of all landmarks.

    So soon after the records begin nobody can have been silent for long, and the level is that of a young base.
    """
    back = -(complete - day).days
    near = np.abs((back + 182.625) % 365.25 - 182.625) <= _SEASON_DAYS
    return list(complete[near & (back > 182) & (complete >= complete.min() + pd.Timedelta(days=horizon_days))])


def _by_signs(
    model: Model, risks: list[np.ndarray], days: np.ndarray | int, of: list[list[pd.Timestamp]]
) -> np.ndarray:
    """P(no order within `days`) by the Cox model alone, the mean over the levels of sets of landmarks."""
    total = np.zeros(len(risks[0]))
    for landmarks in of:
        expected = np.zeros(len(total))
        for piece, risk in zip(model.pieces, risks, strict=True):
            hazard = np.append(0.0, np.cumsum(daily_hazard(piece, landmarks)))
            expected += hazard[np.clip(days - piece.start, 0, piece.end - piece.start)] * risk
        total += model.background + (1 - model.background) * np.exp(-model.level * expected)
    mean: np.ndarray = total / len(of)
    return mean
