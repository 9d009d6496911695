"""A base of buyers with rhythms of their own that leave at a rate, and the model and the test on it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.holdout import evaluate
from kamlib.churn.landmarks import landmark_dates, landmark_table
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.waiting import Settings
from kamlib.facts import account_facts, next_orders

START, AS_OF, H = date(2024, 1, 1), date(2025, 12, 31), 90


def buyers(seed: int = 0, n: int = 260, *, leaving: float = 0.5) -> list[tuple[str, date, int]]:
    """Order lines of accounts with their own rhythm (gaps of 5 to 60 days, gamma with shape 4) that leave at a yearly rate."""
    rng = np.random.default_rng(seed)
    gap = np.exp(rng.uniform(np.log(5), np.log(60), n))
    joined = rng.uniform(0, 500, n)
    left = joined + (rng.exponential(365 / leaving, n) if leaving else np.full(n, np.inf))
    lines = []
    for i in range(n):
        days = joined[i] + np.cumsum(rng.gamma(4, gap[i] / 4, 400))
        for day in days[days < min(left[i], (AS_OF - START).days + 1)]:
            lines.append((f"K{i:03d}", date.fromordinal(START.toordinal() + int(day)), int(rng.integers(50, 500))))
    return lines


def simulated(
    seed: int,
    n: int = 260,
    *,
    gap: tuple[float, float] = (5, 60),
    shape: float = 4,
    leaving: float = 0.3,
    years: float = 3,
    at_month_end: bool = False,
) -> tuple[list[tuple[str, date, int]], pd.DataFrame]:
    """Order lines of `years` up to `AS_OF`, and the truth of each account: left (the day after which it orders no more), gap (its true
    mean), quiet (days since its last order at the end of `AS_OF`; missing where there was none), shape and leaving as given.

    Mean gaps between the ends of `gap`, waits gamma with a shape (1: at random), a yearly rate of leaving; at month ends each order is put off to
    one of the last three days of its month, where a wholesaler's clients order.
    """
    rng = np.random.default_rng(seed)
    start = pd.Timestamp(AS_OF) - pd.Timedelta(days=round(365.25 * years) - 1)
    mean = np.exp(rng.uniform(*np.log(gap), n))
    joined = rng.uniform(0, 365.25 * years / 2, n)
    left = joined + rng.exponential(365.25 / leaving, n)
    waits = rng.gamma(shape, mean[:, None] / shape, (n, int(365.25 * years / gap[0] * 2) + 10))
    waits[:, 0] = 0
    days = joined[:, None] + waits.cumsum(axis=1)
    who, order = np.nonzero(days < np.minimum(left, 365.25 * years - 1)[:, None])
    on = start + pd.to_timedelta(np.floor(days[who, order]), unit="D")
    if at_month_end:
        on = on + pd.offsets.MonthEnd(0) - pd.to_timedelta(rng.integers(0, 3, len(on)), unit="D")
    lines = pd.DataFrame({"who": who, "on": on, "amount": rng.integers(50, 500, len(who))})
    lines = lines[lines["on"] <= pd.Timestamp(AS_OF)].drop_duplicates(["who", "on"])
    names = [f"K{i:04d}" for i in range(n)]
    rows = [(names[row.who], row.on.date(), int(row.amount)) for row in lines.itertuples()]
    gone = start + pd.to_timedelta(np.floor(left.clip(max=30_000)), unit="D")
    last = pd.Series(days[who, order]).groupby(who).max().reindex(range(n))
    truth = {"left": gone, "gap": mean, "quiet": 365.25 * years - last.to_numpy(), "shape": shape, "leaving": leaving}
    return rows, pd.DataFrame(truth, names)


@pytest.fixture(scope="session")
def landmarks_of():
    """``landmarks_of(orders, as_of, horizon)``: the landmark table of order lines, a landmark every 30 days (`step` days)."""

    def make(orders, as_of: date = AS_OF, horizon: int = H, step: int = 30) -> pd.DataFrame:
        first = orders.date.min().execute()
        days = [day.date() for day in landmark_dates(first, as_of, horizon_days=horizon, step_days=step)["as_of"]]
        ends = [end for day in days if (end := day + timedelta(days=horizon)) <= as_of]
        came, later = (next_orders(orders, some, as_of) if some else None for some in (days, ends))
        return landmark_table(account_facts(orders, days, horizon_days=horizon), came, later, horizon_days=horizon)

    return make


@pytest.fixture(scope="session")
def planted():
    """``planted(seed, n, early, late, slow)``: episodes of loss, each for 100 days at first, up to 2026-06-30."""
    as_of = pd.Timestamp("2026-06-30")

    def lose(seed: int, n: int = 600, early: float = 0.004, late: float = 0.0005, slow: float = 1.0) -> pd.DataFrame:
        """Losses over three years; those away return at `early` a day in the first horizon, at `late` after it; slow buyers at a multiple."""
        rng = np.random.default_rng(seed)
        lost_on = as_of - pd.to_timedelta(rng.integers(1, 1000, n), unit="D")
        kind = np.where(rng.random(n) < 0.5, slow, 1.0)
        one, two = rng.exponential(1 / (early * kind)), 100 + rng.exponential(1 / (late * kind))
        returned = lost_on + pd.to_timedelta(np.ceil(np.where(one < 100, one, two)), unit="D")
        return pd.DataFrame(
            {
                "customer_id": [f"K{i}" for i in range(n)],
                "lost_on": lost_on,
                "last_order": lost_on - pd.Timedelta(days=100),
                "ended_on": pd.NaT,
                "returned_on": returned.where(returned <= as_of),
                "gap_days": np.where(kind == 1.0, 10.0, np.nan),
            }
        ).astype({"ended_on": "datetime64[ns]"})

    return lose


#: kinds of bases: what `simulated` makes of them
KINDS = {
    "regular": {},
    "at random": {"shape": 1, "gap": (10, 60)},
    "all paces": {"shape": 1, "gap": (5, 150), "n": 400},
    "grocery": {"gap": (4, 14), "leaving": 0.25},
    "month ends": {"gap": (20, 40), "at_month_end": True},
    "slow at month ends": {"gap": (25, 100), "at_month_end": True},
}


@pytest.fixture(scope="session")
def base_of(clean_orders, landmarks_of):
    """``base_of(kind, seed, horizon, step)``: the landmark table of a base of `KINDS`, and the truth of its accounts (`simulated`)."""

    @cache
    def make(kind: str, seed: int = 1, horizon: int = H, step: int = 30) -> tuple[pd.DataFrame, pd.DataFrame]:
        lines, truth = simulated(seed, **KINDS[kind])
        return landmarks_of(clean_orders(lines), AS_OF, horizon, step), truth

    return make


@pytest.fixture(scope="session")
def lines():
    return buyers()


@pytest.fixture(scope="session")
def table(clean_orders, lines, landmarks_of):
    return landmarks_of(clean_orders(lines))


@pytest.fixture(scope="session")
def model(table):
    return fit(table, AS_OF, Settings(0.01, 15, "signs"), horizon_days=H)


@pytest.fixture(scope="session")
def test(table):
    return evaluate(table, AS_OF, Settings(0.01, 15, "signs"), horizon_days=H, bootstraps=200)
