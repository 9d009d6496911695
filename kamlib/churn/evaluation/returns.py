"""Which way to predict returns speaks: what the returns on record tell apart, at the level that held in the horizons before."""

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

_CHANCE = 0.05  # of a likelihood so much higher where returns don't differ
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

    test, a row for each of `WAYS`, as estimated a horizon ago: way, expected and came (returns of the last horizon), brier; difference,
    low, high (of Brier scores: less that of one rate, 95 %; 0 for that itself). It waits below 20 customers with a return by then.
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
    """Rates of return as known at `as_of`: by time lost, and by rhythm too, where returns differ by it beyond chance; else one rate for all.

    A way replaces the simpler one before it where the returns on record are likelier by it (likelihood ratio of Poisson counts, 5 %): all of
    them say that, where those of one horizon are few. Each of `WAYS` is held against what came in the last horizon all the same. The level is
    set by the horizons before (`level_of`). Below 20 customers with a return nothing is estimated, and `reason` says so. Whoever had an offer
    counts in each of these until its day (`kamlib.churn.returns.return_rates`).

    Parameters
    ----------
    beyond_days : the rates are tested, and their level is set, on accounts silent for longer: those that they are for.

    References
    ----------
    Wilks (1938), Annals of Mathematical Statistics 9 (likelihood ratio).
    """
    as_of = pd.Timestamp(as_of)
    then = as_of - pd.Timedelta(days=horizon_days)
    if (seen := _returned(episodes, as_of)) < FEWEST.averaged:
        code = "too_few_returns_1" if seen == 1 else "too_few_returns"
        return Returns(pd.DataFrame(), "", Reason(code, {"n": seen, "enough": FEWEST.averaged}), _UNTESTED)
    way, rates = _told_apart(episodes, as_of, horizon_days)
    level = level_of(episodes, as_of, way, horizon_days=horizon_days, beyond_days=beyond_days)
    reason = Reason("returns_alike" if way == next(iter(WAYS)) else "returns_told_apart")
    away = _silent_for(without_offer(lost_at(episodes, then), then), then, beyond_days)
    test = _UNTESTED
    if _returned(episodes, then) >= FEWEST.averaged and len(away):
        test = _tested(episodes, away, then, horizon_days, bootstraps, seed)
    return Returns(calibrated(rates, level), way, reason, test, level)


def _told_apart(episodes: pd.DataFrame, as_of: pd.Timestamp, horizon_days: int) -> tuple[str, pd.DataFrame]:
    """The last of `WAYS` by which the returns known at `as_of` differ beyond chance, and its rates."""
    from scipy.special import xlogy
    from scipy.stats import chi2

    known = {way: return_rates(episodes, as_of, horizon_days=horizon_days, **options) for way, options in WAYS.items()}
    # each way expects as many returns as came, so its log likelihood is this sum but for a constant
    likelihoods = {
        way: float(xlogy(rates["returns"], rates["returns"] / rates["days"].clip(lower=1)).sum())
        for way, rates in known.items()
    }
    told = next(iter(WAYS))
    for way in WAYS:
        more = len(known[way]) - len(known[told])
        if more > 0 and chi2.sf(2 * (likelihoods[way] - likelihoods[told]), more) < _CHANCE:
            told = way
    return told, known[told]


def _tested(
    episodes: pd.DataFrame, away: pd.DataFrame, then: pd.Timestamp, horizon_days: int, bootstraps: int, seed: int
) -> pd.DataFrame:
    """The test of `Returns`, of those `away` on a day."""
    plain = next(iter(WAYS))
    came = returned(away, then + pd.Timedelta(days=horizon_days)).to_numpy(float)
    rows, errors = [], {}
    for way, options in WAYS.items():
        rates = return_rates(episodes, then, horizon_days=horizon_days, **options)
        p = p_return(rates, away, then, horizon_days=horizon_days, until_offer=True)["p_return"].to_numpy()
        errors[way] = (p - came) ** 2
        gain = errors[way] - errors[plain]
        low, high = np.percentile(resampled_sums(gain[:, None], bootstraps, seed) / len(gain), [2.5, 97.5])
        rows.append((way, p.sum(), came.sum(), errors[way].mean(), gain.mean(), low, high))
    return pd.DataFrame(rows, columns=["way", "expected", "came", "brier", "difference", "low", "high"])


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
