"""A base of buyers with rhythms of their own that leave at a rate, and the model and the test on it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.holdout import evaluate
from kamlib.churn.landmarks import landmark_dates, landmark_table
from kamlib.churn.model import Settings, fit
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


@pytest.fixture(scope="session")
def landmarks_of():
    """``landmarks_of(orders, as_of, horizon)``: the landmark table of order lines, a landmark every 30 days."""

    def make(orders, as_of: date = AS_OF, horizon: int = H) -> pd.DataFrame:
        first = orders.date.min().execute()
        days = [day.date() for day in landmark_dates(first, as_of, horizon_days=horizon, step_days=30)["as_of"]]
        return landmark_table(account_facts(orders, days, horizon_days=horizon), next_orders(orders, days, as_of))

    return make


@pytest.fixture(scope="session")
def lines():
    return buyers()


@pytest.fixture(scope="session")
def table(clean_orders, lines, landmarks_of):
    return landmarks_of(clean_orders(lines))


@pytest.fixture(scope="session")
def model(table):
    return fit(table, AS_OF, Settings(0.01, "year", 15), horizon_days=H)


@pytest.fixture(scope="session")
def test(table):
    return evaluate(table, AS_OF, Settings(0.01, "year", 15), horizon_days=H, bootstraps=200)
