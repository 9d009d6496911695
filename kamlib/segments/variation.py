"""How much an account's buying varies: the gaps between its order days, with the doubt that few leave, and its period sums."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.study.settings.rfm_segments import GRAINS
from kamlib.study.settings.sections import FEWEST

_FEW, _LEVEL = 60, 0.95
"""Gaps up to which `gap_variation.csv` holds, and the probability of its intervals."""


def cv_interval(cv: pd.Series, gaps: pd.Series) -> pd.DataFrame:
    """95 % interval of the true coefficient of variation of gaps, given the one seen in a few of them.

    Gaps are taken as gamma-distributed (the Poisson buyer is CV 1): the interval holds each true CV for which the seen
    one is in neither tail; by a simulated table for 5 to 60 gaps, above by the limit law (log CV is about
    normal with variance (1 + CV^2) / 2n).

    Parameters
    ----------
    cv : Series, coefficient of variation with ddof 1.
    gaps : Series, number of gaps; fewer than 5 give no interval.

    Returns
    -------
    DataFrame, columns low and high (high at most 5), index of `cv`.
    """
    from scipy.special import ndtri

    seen, n = cv.to_numpy(float), gaps.fillna(0).to_numpy(float)
    low, high = np.full(len(cv), np.nan), np.full(len(cv), np.nan)
    known = np.isfinite(seen) & (n >= FEWEST.gaps)
    for count in np.unique(n[known & (n <= _FEW)]):
        rows = known & (n == count)
        true, below, above = _seen_quantiles(count)
        low[rows], high[rows] = np.interp(seen[rows], above, true), np.interp(seen[rows], below, true)
    many = known & (n > _FEW)
    spread = np.exp(ndtri((1 + _LEVEL) / 2) * np.sqrt((1 + seen[many] ** 2) / (2 * n[many])))
    low[many], high[many] = seen[many] / spread, seen[many] * spread
    return pd.DataFrame({"low": low, "high": high}, index=cv.index)


def period_variation(
    months: pd.DataFrame, money: str = "revenue", *, grain: str = "month", window_months: int = 24
) -> pd.DataFrame:
    """Coefficient of variation of each account's period sums, from its first order on, with ddof 0.

    Where an account has 24 months or more in the window, its own linear trend and month-of-year pattern are fitted by
    least squares and taken out; each fitted parameter beyond the mean takes one from the divisor, so that fitting
    alone makes nobody look regular. Only whole periods count, backwards from the last month of the table, and none
    before or in a month whose money is unknown.

    Parameters
    ----------
    months : DataFrame, one row per account and month
        customer_id, month (first day) and `money`; no row before an account's first order, zeros afterwards.
    money : str
    grain : "month" or "quarter"
    window_months : int
        Months counted back from the last one, at least 12.

    Returns
    -------
    DataFrame: customer_id, periods, mean, cv_raw, cv, adjusted. A mean of zero or less has no CV.
    """
    if grain not in GRAINS:
        raise InputError("no such grain", found=grain, remedy=f"Choose one of {', '.join(GRAINS)}.")
    if missing := [c for c in ("customer_id", "month", money) if c not in months]:
        raise InputError("columns are missing from the account-months", found=some(missing))
    if window_months < 12:
        raise InputError("the window of the period sums must be 12 months or more", found=window_months)
    columns = ["customer_id", "periods", "mean", "cv_raw", "cv", "adjusted"]
    if months.empty:
        return pd.DataFrame(columns=columns)
    account, ids = pd.factorize(months["customer_id"], sort=True)
    number = months["month"].dt.year * 12 + months["month"].dt.month
    block = (number.max() - number) // GRAINS[grain]
    width = window_months // GRAINS[grain]
    inside = block < width
    if (unknown := months[money].isna()).any():
        inside &= ~(number <= number.where(unknown).groupby(account).transform("max"))
    cell = account[inside] * width + block[inside].to_numpy()
    sums, size = (
        np.bincount(cell, weights, len(ids) * width).reshape(-1, width)[:, ::-1]
        for weights in (months.loc[inside, money].to_numpy(dtype="float64"), None)
    )
    values = np.where(size == GRAINS[grain], sums, np.nan)
    seen = np.flatnonzero(np.isfinite(values).any(axis=1))
    values, ids = values[seen], ids[seen]
    periods = np.isfinite(values).sum(axis=1)
    mean = np.nansum(values, axis=1) / np.maximum(periods, 1)
    raw = np.nansum((values - mean[:, None]) ** 2, axis=1) / np.maximum(periods, 1)
    left, adjusted = raw.copy(), np.zeros(len(values), bool)
    a_year = 12 // GRAINS[grain]
    for length in np.unique(periods[periods >= 2 * a_year]):
        rows = periods == length
        y = values[rows][:, -length:]
        time = np.arange(length) - (length - 1) / 2
        design = np.column_stack([np.ones(length), time, np.eye(a_year)[np.arange(length) % a_year][:, 1:]])
        basis, _ = np.linalg.qr(design)
        rest = y - (y @ basis) @ basis.T
        left[rows] = (rest**2).sum(axis=1) / (length - design.shape[1] + 1)
        adjusted[rows] = True
    with np.errstate(divide="ignore", invalid="ignore"):
        cvs = np.where(mean[:, None] > 0, np.sqrt(np.column_stack([raw, left])) / mean[:, None], np.nan)
    return pd.DataFrame(
        {
            "customer_id": ids,
            "periods": periods,
            "mean": mean,
            "cv_raw": cvs[:, 0],
            "cv": cvs[:, 1],
            "adjusted": adjusted,
        }
    )


@lru_cache(maxsize=1)
def _simulated() -> tuple[np.ndarray, ...]:
    """Numbers of gaps, true CVs, and the quantiles (gaps x true) below and above which 2.5 % of the CVs seen in gamma gaps lie.

    Of 3,000 draws each; the test of this module makes the table anew.
    """
    table = pd.read_csv(Path(__file__).with_name("gap_variation.csv"), float_precision="round_trip")
    wide = table.pivot(index="gaps", columns="true")
    return wide.index.to_numpy(), wide["lower"].columns.to_numpy(), wide["lower"].to_numpy(), wide["upper"].to_numpy()


def _seen_quantiles(n: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True CVs and the simulated quantiles for n gaps, between two rows interpolated in 1 / n."""
    gaps, true, *quantiles = _simulated()
    right = int(np.clip(np.searchsorted(gaps, n), 1, len(gaps) - 1))
    a, b = 1 / gaps[right - 1], 1 / gaps[right]
    weight = (1 / n - b) / (a - b)
    low, high = (weight * q[right - 1] + (1 - weight) * q[right] for q in quantiles)
    return true, low, high
