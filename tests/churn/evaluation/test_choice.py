"""Choices written down before the test: what they may read, and whether they find what was planted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.choice import candidates, choose, chosen

AS_OF, H = date(2025, 12, 31), 90


@pytest.mark.slow
def test_the_choice_reads_nothing_after_the_test_date(table):
    day = pd.Timestamp(AS_OF) - pd.Timedelta(days=H)
    some = table[
        table["as_of"].isin(sorted(table["as_of"].unique())[::-3])
    ]  # a landmark every 90 days: the test date is one
    poisoned = some[some["as_of"] <= day].copy()
    poisoned.loc[poisoned["next_order"] > day, "next_order"] = pd.NaT
    a, b = (choose(t, day, horizon_days=H, penalties=[0.01]) for t in (some, poisoned))
    pd.testing.assert_frame_equal(a, b)
    assert day in set(some["as_of"])
    assert a["chosen"].sum() == 1
    assert a["landmarks"].max() == 3
    assert chosen(a).penalty == 0.01


@pytest.mark.slow
def test_a_second_opinion_is_asked_where_accounts_really_buy_at_random(clean_orders, landmarks_of):
    """Planted by the story of the model: rates ~ Gamma, after each order an account leaves with a chance ~ Beta."""
    rng, lines = np.random.default_rng(8), []
    joined = date(2024, 1, 1).toordinal() + rng.integers(0, 500, 400)
    for i, (day, rate, leave) in enumerate(zip(joined, rng.gamma(1, 1 / 20, 400), rng.beta(1, 6, 400), strict=True)):
        now = float(day)
        while now <= AS_OF.toordinal():
            lines.append((f"K{i:03d}", date.fromordinal(int(now)), 100))
            now = np.inf if rng.random() < leave else now + rng.exponential(1 / rate)
    table = landmarks_of(clean_orders(lines))
    choices = choose(table, pd.Timestamp(AS_OF) - pd.Timedelta(days=H), horizon_days=H)
    asked = choices.groupby("buyers")["brier"].min()
    assert asked[True] < asked[False]
    assert chosen(choices).buyers


def test_candidates_name_the_day_of_the_split_or_that_there_is_none():
    choices = pd.DataFrame({"penalty": 0.1, "split_day": [30.0, np.nan], "buyers": [True, False]})
    found = candidates(choices)
    assert found["split_day"].tolist() == [30, "no_split"] and found["second_opinion"].tolist() == [True, False]
