"""When the next order of each account is to be expected: the day by which half of its likes have ordered again."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.baselines import recent
from kamlib.churn import Model, covariates, daily_hazard, level_of
from kamlib.errors import InputError
from kamlib.landmarks import outcomes
from kamlib.signs import segments
from kamlib.survival import kaplan_meier

SHARES = {"next_from": 0.25, "next_days": 0.5, "next_to": 0.75}
"""The share of accounts like it that have ordered again by the day of each column."""
_FEWEST = 30  # rows a group's own curve needs; with fewer the curve of all is taken


def next_order_days(
    table: pd.DataFrame, as_of: date | pd.Timestamp, model: Model | None, *, horizon_days: int = 180
) -> pd.DataFrame:
    """Days from `as_of` to the next order of each account at risk: the median, and the range of the middle half.

    Parameters
    ----------
    table : DataFrame
        `kamlib.landmarks.landmark_table` with `as_of` among its landmarks.
    model : Model fitted at `as_of`; None: the Kaplan-Meier curve of the account's group (`kamlib.signs.segments`) at the
        complete landmarks of the last year.

    Returns
    -------
    DataFrame
        account_id, next_from, next_days, next_to: days by which a quarter, half and three quarters have ordered. Missing:
        later than the horizon, or never (the curve doesn't fall so far within it).
    """
    now = table.loc[table["as_of"] == pd.Timestamp(as_of)]
    days = _by_group(table, as_of, now, horizon_days) if model is None else _by_model(model, now)
    return pd.DataFrame({"account_id": now["account_id"], **days}).reset_index(drop=True)


def _by_model(model: Model, now: pd.DataFrame) -> dict[str, np.ndarray]:
    """P(no order by day t) = b + (1 - b) exp(-sum of hazards up to t), solved for t."""
    z = covariates(model, now)
    risks = [np.exp((z @ piece.coefficients).to_numpy()) for piece in model.pieces]
    found = {}
    for name, share in SHARES.items():
        left = (1 - share - model.background) / (1 - model.background)
        needed = np.full(len(now), -np.log(left) if left > 0 else np.inf)
        days = np.full(len(now), np.nan)
        for piece, risk in zip(model.pieces, risks, strict=True):
            for day in now["as_of"].unique():
                hazard = np.cumsum(daily_hazard(piece, level_of(model, day)))
                place = np.searchsorted(hazard, needed / risk) + 1.0
                here = np.isnan(days) & (place <= len(hazard))
                days[here] = piece.start + place[here]
                needed = needed - hazard[-1] * risk
        found[name] = days
    return found


def _by_group(
    table: pd.DataFrame, as_of: date | pd.Timestamp, now: pd.DataFrame, horizon_days: int
) -> dict[str, np.ndarray]:
    try:
        rows, _ = recent(table, as_of, horizon_days)
    except InputError:  # no landmark is complete
        return dict.fromkeys(SHARES, np.full(len(now), np.nan))
    came, group = outcomes(rows, as_of, horizon_days=horizon_days), segments(rows).astype("object")
    group = group.where(group.map(group.value_counts()) >= _FEWEST)
    curves = kaplan_meier(came["duration"], came["event"])
    if group.notna().any():
        curves = pd.concat([curves, kaplan_meier(came["duration"], came["event"], group)])
    own = segments(now).astype("object")
    own = own.where(own.isin(curves["group"]), "all")
    first = {name: curves[curves["share"] <= 1 - share].groupby("group")["day"].min() for name, share in SHARES.items()}
    return {name: own.map(days).to_numpy(dtype="float64") for name, days in first.items()}
