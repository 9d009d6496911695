"""The MBG/NBD model, orders at random until the account leaves: planted parameters, the published likelihood, and one-order accounts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.models.mbg_nbd import MbgNbd, alive, fit_mbg_nbd, fit_to_rows, p_no_order

TRUE = MbgNbd(r=0.8, alpha=6.0, a=0.8, b=2.5)


@pytest.fixture(scope="module")
def simulated() -> pd.DataFrame:
    """20,000 accounts over 40 to 100 weeks, by the story of the model, and whether each is still there at the end."""
    rng = np.random.default_rng(4)
    n = 20_000
    rate, leave = rng.gamma(TRUE.r, 1 / TRUE.alpha, n), rng.beta(TRUE.a, TRUE.b, n)
    age, now, last = rng.uniform(40, 100, n), np.zeros(n), np.zeros(n)
    x, alive = np.zeros(n), rng.random(n) >= leave  # the first order may be the last
    active = alive.copy()
    while active.any():
        who = np.flatnonzero(active)
        now[who] += rng.exponential(1 / rate[who])
        ordered = who[now[who] <= age[who]]
        x[ordered] += 1
        last[ordered] = now[ordered]
        alive[ordered] = rng.random(len(ordered)) >= leave[ordered]
        active[who] = False
        active[ordered] = alive[ordered]
    return pd.DataFrame({"x": x, "recency": 7 * last, "age": 7 * age, "alive": alive, "rate": rate / 7})


def test_planted_parameters_are_found(simulated):
    found = fit_mbg_nbd(*(simulated[name] for name in ("x", "recency", "age")))
    assert found.r == pytest.approx(TRUE.r, rel=0.15)
    assert found.alpha == pytest.approx(TRUE.alpha, rel=0.2)
    assert found.a / (found.a + found.b) == pytest.approx(TRUE.a / (TRUE.a + TRUE.b), rel=0.15)


def test_the_chance_to_be_still_there_is_right_in_each_tenth(simulated):
    found = alive(TRUE, simulated["x"], simulated["recency"], simulated["age"])
    tenth = pd.qcut(found, 10, duplicates="drop")
    groups = simulated["alive"].groupby(tenth, observed=True)
    means = found.groupby(tenth, observed=True).mean()
    assert (groups.mean() - means).abs().max() < 4 * 0.5 / np.sqrt(groups.size().min())


@pytest.mark.parametrize("days", [7, 60, 365])
def test_the_chance_of_no_order_in_the_days_to_come_is_that_of_the_story(simulated, days):
    """By the planted rates: who has left orders nothing, the others nothing with a chance of exp(-rate days)."""
    found = p_no_order(TRUE, simulated["x"], simulated["recency"], simulated["age"], days)
    true = np.where(simulated["alive"], np.exp(-simulated["rate"] * days), 1.0)
    tenth = pd.qcut(found, 10, duplicates="drop")
    apart = found.groupby(tenth, observed=True).mean() - pd.Series(true).groupby(tenth, observed=True).mean()
    assert apart.abs().max() < 4 * 0.5 / np.sqrt(len(found) / 10)


def test_it_is_the_model_of_lifetimes(simulated):
    lifetimes = pytest.importorskip("lifetimes")
    part = simulated.head(2000)
    weeks = part["x"], part["recency"] / 7, part["age"] / 7
    theirs = lifetimes.ModifiedBetaGeoFitter().fit(*weeks)
    ours = alive(fit_mbg_nbd(part["x"], part["recency"], part["age"]), part["x"], part["recency"], part["age"])
    np.testing.assert_allclose(ours, theirs.conditional_probability_alive(*weeks), atol=0.02)


def test_nobody_with_one_order_is_there_for_certain():
    found = alive(TRUE, pd.Series([0.0, 0.0]), pd.Series([0.0, 0.0]), pd.Series([0, 700]))
    # by hand, at once: 1 / (1 + a / b) = 1 / (1 + 0.32); the longer it is silent, the less
    assert found.iloc[0] == pytest.approx(1 / 1.32)
    assert found.iloc[1] < 0.5 < found.iloc[0]


def test_a_buyer_of_every_day_that_fell_silent_is_gone_without_a_warning():
    with np.errstate(all="raise"):
        found = alive(TRUE, pd.Series([700.0]), pd.Series([700.0]), pd.Series([2000.0]))
    assert found.iloc[0] == pytest.approx(0, abs=1e-12)


def test_of_a_landmark_table_each_account_counts_once_as_it_was_last_seen_on_the_last_day(simulated):
    """All are seen at a first landmark, half of them also at a second: those who fell silent keep their old row, looked at from the second."""
    part = simulated.head(600).reset_index(drop=True)
    first, second = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-04-01")
    since = first - pd.to_timedelta(part["age"].round(), unit="D")
    last = since + pd.to_timedelta(part["recency"].round(), unit="D")
    rows = pd.DataFrame({"customer_id": part.index, "as_of": first, "first_order": since, "last_order": last})
    rows["order_days"] = part["x"] + 1
    again = rows.iloc[::2].assign(
        as_of=second, last_order=second - pd.Timedelta(days=5), order_days=lambda t: t["order_days"] + 4
    )
    seen = pd.concat([again, rows.iloc[1::2]]).sort_index()
    recency, age = (seen["last_order"] - since).dt.days, (second - since).dt.days
    by_hand = fit_mbg_nbd(seen["order_days"] - 1, recency, age)
    found = fit_to_rows(pd.concat([rows, again], ignore_index=True))
    for name in ("r", "alpha", "a", "b"):
        assert getattr(found, name) == pytest.approx(getattr(by_hand, name), rel=0.01)


def test_the_fit_depends_on_no_order_of_rows(simulated):
    """7,000 accounts of one landmark, of which 5,000 are drawn: the same ones, however the rows stand."""
    part, day = simulated.head(7000), pd.Timestamp("2025-01-01")
    first = day - pd.to_timedelta(part["age"].round(), unit="D")
    rows = pd.DataFrame({"customer_id": [f"K{i:04d}" for i in part.index], "as_of": day, "first_order": first})
    rows["last_order"] = first + pd.to_timedelta(part["recency"].round(), unit="D")
    rows["order_days"] = part["x"] + 1
    found = fit_to_rows(rows)
    assert found == fit_to_rows(rows[::-1]) == fit_to_rows(rows.sample(frac=1, random_state=2))
    assert found.a / (found.a + found.b) == pytest.approx(TRUE.a / (TRUE.a + TRUE.b), rel=0.15)
