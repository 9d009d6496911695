"""Which way to predict returns may speak: tried on the last horizon against one rate for all, at the level that held in the horizons before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kamlib.churn.returns import BLOCKS, lost_at, p_return, return_rates, returned, without_offer
from kamlib.stats.intervals import resampled_sums
from kamlib.stats.reasons import Reason, waiting
from kamlib.study.settings.sections import FEWEST

_PRIOR = 4  # returns promised and come, as it were, before the level of the rates was ever seen
WAYS: dict[str, dict[str, Any]] = {
    "one_rate": {"n_blocks": 1},
    "time_lost": {"n_blocks": BLOCKS},
    "time_lost_and_rhythm": {"n_blocks": BLOCKS, "rhythm": True},
}
_UNTESTED = waiting(
    ["way", "expected", "came", "brier", "difference", "low", "high"], "no_way_tested", enough=FEWEST.averaged
)


@dataclass(frozen=True)
class Returns:
    """How returns are predicted: rates (`calibrated`; empty where refused), way (a key of `WAYS`), reason, the test and the level.

    test, a row for each of `WAYS`: way, expected and came (returns of the last horizon), brier; difference, low, high (of Brier
    scores: less that of one rate, 95 %; 0 for that itself).
    level : `level_of`; empty where refused.
    """

    rates: pd.DataFrame
    way: str
    reason: Reason
    test: pd.DataFrame
    level: pd.Series = field(default_factory=lambda: pd.Series(dtype="float64"))


def learn_returns(
    episodes: pd.DataFrame,
    as_of: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    beyond_days: int = 0,
    bootstraps: int = 500,
    seed: int = 1,
) -> Returns:
    """Rates of return as known at `as_of`, in the way that predicted the last horizon best, or one rate for all.

    Each of `WAYS` is estimated one horizon before `as_of` and held against what came. One that is better than one rate
    for all beyond chance (Brier score, bootstrap of accounts) is used, of two the better one. The level is set by the horizons
    before (`level_of`). Below 20 customers with a return nothing is estimated, and `reason` says so. Whoever had an offer
    counts in each of these until its day (`kamlib.churn.returns.return_rates`).

    Parameters
    ----------
    beyond_days : the rates are tried, and their level is set, on accounts silent for longer: those that they are for.
    """
    as_of = pd.Timestamp(as_of)
    then = as_of - pd.Timedelta(days=horizon_days)
    seen, seen_then = (_returned(episodes, day) for day in (as_of, then))
    if seen < FEWEST.averaged:
        return Returns(pd.DataFrame(), "", _too_few("too_few_returns", seen), _UNTESTED)
    plain = next(iter(WAYS))
    away = _silent_for(without_offer(lost_at(episodes, then), then), then, beyond_days)
    known = {"horizon_days": horizon_days, "beyond_days": beyond_days}
    if seen_then < FEWEST.averaged or away.empty:
        rates, level = (
            return_rates(episodes, as_of, horizon_days=horizon_days, n_blocks=1),
            level_of(episodes, as_of, plain, **known),
        )
        return Returns(calibrated(rates, level), plain, _too_few("returns_not_tested", seen_then), _UNTESTED, level)
    came = returned(away, as_of).to_numpy(float)
    rows, errors = [], {}
    for way, options in WAYS.items():
        rates = return_rates(episodes, then, horizon_days=horizon_days, **options)
        p = p_return(rates, away, then, horizon_days=horizon_days, until_offer=True)["p_return"].to_numpy()
        errors[way] = (p - came) ** 2
        gain = errors[way] - errors[plain]
        low, high = np.percentile(resampled_sums(gain[:, None], bootstraps, seed) / len(gain), [2.5, 97.5])
        rows.append((way, p.sum(), came.sum(), errors[way].mean(), gain.mean(), low, high))
    test = pd.DataFrame(rows, columns=["way", "expected", "came", "brier", "difference", "low", "high"])
    better = test[test["high"] < 0]
    way = plain if better.empty else str(better.loc[better["brier"].idxmin(), "way"])
    rates = return_rates(episodes, as_of, horizon_days=horizon_days, **WAYS[way])
    level = level_of(episodes, as_of, way, **known)
    reason = Reason("no_way_better" if way == plain else "best_way")
    return Returns(calibrated(rates, level), way, reason, test, level)


def level_of(
    episodes: pd.DataFrame, as_of: date | pd.Timestamp, way: str, *, horizon_days: int = 180, beyond_days: int = 0
) -> pd.Series:
    """By how much the rates of a way promised too much or too little in the horizons before `as_of`, one after the other.

    Parameters
    ----------
    beyond_days : counted are accounts silent for longer.

    Returns
    -------
    Series
        horizons (before which 20 customers with a return were on record), expected and came (returns in them), factor, low, high (95 %). The factor is
        Gamma(4 + came, 4 + expected): before anything is seen the level is taken to be right to within a half, as if four
        returns had been promised and had come.
    """
    from scipy.stats import gamma

    day, span = pd.Timestamp(as_of), pd.Timedelta(days=horizon_days)
    horizons, expected, came = 0, 0.0, 0
    while _returned(episodes, day - span) >= FEWEST.averaged:
        then = day - span
        rates = return_rates(episodes, then, horizon_days=horizon_days, **WAYS[way])
        away = _silent_for(without_offer(lost_at(episodes, then), then), then, beyond_days)
        expected += float(p_return(rates, away, then, horizon_days=horizon_days, until_offer=True)["p_return"].sum())
        came += int(returned(away, day).sum())
        horizons, day = horizons + 1, then
    seen, promised = _PRIOR + came, _PRIOR + expected
    low, high = gamma.ppf([0.025, 0.975], seen, scale=1 / promised)
    values = {
        "horizons": horizons,
        "expected": expected,
        "came": came,
        "factor": seen / promised,
        "low": low,
        "high": high,
    }
    return pd.Series(values, dtype="float64")


def calibrated(rates: pd.DataFrame, level: pd.Series) -> pd.DataFrame:
    """Rates (`return_rates`) at the level that held so far (`level_of`); the two doubts add up as squares of logarithms."""
    ends = {
        end: np.exp(np.sign(at) * np.hypot(np.log(rates[end] / rates["rate"]), np.log(level[end] / level["factor"])))
        for end, at in (("low", -1), ("high", 1))
    }
    rate = rates["rate"] * level["factor"]
    found: pd.DataFrame = rates.assign(rate=rate, **{end: rate * width for end, width in ends.items()})
    return found


def _returned(episodes: pd.DataFrame, day: pd.Timestamp) -> int:
    """Customers, each counted once, that had come back by a day without an offer."""
    return int(episodes.loc[returned(episodes, day), "customer_id"].nunique())


def _silent_for(lost: pd.DataFrame, day: pd.Timestamp, beyond_days: int) -> pd.DataFrame:
    """Those of the lost that were silent for more than so many days."""
    found: pd.DataFrame = lost[(day - lost["last_order"]).dt.days > beyond_days]
    return found


def _too_few(code: str, customers: int) -> Reason:
    return Reason(f"{code}_1" if customers == 1 else code, {"n": customers, "enough": FEWEST.averaged})
