"""A year of losses. Oracle: closed forms of few customers, of independent ones, and of the copula."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.risk import loss_distribution as module
from kamlib.risk.loss_distribution import Draws
from kamlib.stats.reasons import waits_for

ONE = pd.DataFrame({"customer_id": ["a"], "industry": ["i"], "p_year": [0.5], "contribution": [100.0]})
NONE = pd.DataFrame(columns=["hours_are", "result"])


def many(n: int = 400, industries: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    money = rng.lognormal(3, 1.5, n)
    rows = {
        "industry": rng.integers(industries, size=n).astype(str),
        "p_year": rng.uniform(0.01, 0.6, n),
        "contribution": money,
    }
    return pd.DataFrame({"customer_id": [f"{k:03}" for k in range(n)]} | rows)


def test_one_customer_has_the_quantile_and_the_shortfall_of_its_closed_form():
    """L = 100 (1 - U) with chance 1/2: P(L > x) = 1/2 (1 - x / 100), so VaR 95 = 90 and the mean beyond it 95; the mean is 25."""
    lost = module.loss_draws(ONE, Draws(0, draws=40_000))
    found = module.figures_of(lost, NONE).iloc[0]
    assert found[["mean", "var_95", "expected_shortfall"]].tolist() == pytest.approx([25, 90, 95], rel=0.02)


def test_independent_customers_have_the_mean_and_variance_of_the_closed_form():
    """E = Σ c p / 2 and, as E[(1 - U)²] = 1/3, Var = Σ c² (p / 3 - p² / 4); by a normal law of many VaR lies 1.645 deviations off."""
    table = many()
    p, c = table["p_year"], table["contribution"].clip(upper=60)
    lost = module.loss_draws(table.assign(contribution=c), Draws(0))
    mean, deviation = (c * p / 2).sum(), np.sqrt((c**2 * (p / 3 - p**2 / 4)).sum())
    assert lost.mean() == pytest.approx(mean, abs=4 * deviation / 100)
    assert lost.std() == pytest.approx(deviation, rel=0.03)
    assert np.quantile(lost, 0.95) == pytest.approx(mean + 1.645 * deviation, rel=0.01)


@pytest.mark.parametrize(("industry", "together"), [("i", 0.25 + np.arcsin(0.3) / (2 * np.pi)), ("k", 0.25)])
def test_two_of_one_industry_stop_together_as_the_copula_says(industry, together):
    """Both of p = 1/2 with chance 1/4 + arcsin ρ / 2π (Sheppard 1899); Var = 2 · (1/6 - 1/16) + 2 · (P(both) - 1/4) / 4."""
    two = pd.concat([ONE, ONE.assign(customer_id="b", industry=industry)]).assign(contribution=1.0)
    lost = module.loss_draws(two, Draws(0.3, draws=200_000))
    assert lost.var() == pytest.approx(2 * (1 / 6 - 1 / 16) + (together - 0.25) / 2, abs=0.002)
    assert lost.mean() == pytest.approx(0.5, abs=0.005)


def test_the_spread_leaves_the_mean_where_it_is_and_widens_the_loss():
    """E[X²] = exp σ²: with σ = 1/2 the second moment 100² · p / 3 grows by exp 1/4."""
    lost = module.loss_draws(ONE, Draws(spread=0.5, draws=200_000))
    assert lost.mean() == pytest.approx(25, rel=0.01)
    assert (lost**2).mean() == pytest.approx(1e4 / 6 * np.exp(0.25), rel=0.03)


@pytest.mark.parametrize("spread", [0, 0.6])
def test_whose_the_shortfall_is_adds_up_to_it_to_the_cent(spread):
    table = many(700)
    how = Draws(spread=spread, draws=5000)
    lost = module.loss_draws(table, how)
    found = module.shortfall_by_customer(table, lost, how)
    told = module.figures_of(lost, NONE).iloc[0]
    assert found["shortfall"].sum() == pytest.approx(told["expected_shortfall"], abs=0.005)
    assert found["expected_loss"].sum() == pytest.approx(told["mean"], abs=0.005)
    assert found["share_of_shortfall"].sum() == pytest.approx(1) and len(found) == len(table)


def test_the_same_seed_gives_the_same_losses_and_another_others():
    table = many(50)
    assert (module.loss_draws(table, Draws(draws=1000)) == module.loss_draws(table, Draws(draws=1000))).all()
    assert (module.loss_draws(table, Draws(draws=1000)) != module.loss_draws(table, Draws(draws=1000, seed=2))).any()


def test_chances_that_the_year_ends_below_zero_by_hand():
    """Twelve months of 5 are 60: three of four losses are below it, and with 30 of cash all are but one."""
    results = pd.DataFrame({"hours_are": ["in_fixed_costs", "besides_fixed_costs"], "result": [5.0, -5.0]})
    found = module.figures_of(np.array([0.0, 50.0, 59.0, 99.0]), results, 30)
    assert found["p_result_below_zero"].tolist() == [0.25, 1] and found["p_cash_below_zero"].tolist() == [0.25, 1]
    assert module.figures_of(np.array([0.0, 1.0]), results)["p_cash_below_zero"].isna().all()
    unknown = module.figures_of(np.array([0.0, 1.0]), NONE, 30)
    assert unknown[["p_result_below_zero", "p_cash_below_zero"]].isna().all(axis=None)


def test_a_likelier_giant_moves_the_bad_year_away_from_the_mean():
    table = pd.concat([many(200).assign(contribution=10.0), ONE.assign(contribution=1000.0)])
    found = module.over_giants(table, pd.Index(["a"]), Draws(0, draws=4000))
    assert found["p_year"].tolist() == list(module.GIANTS_AT) and (found["customers"] == 1).all()
    assert (
        found["above_mean"].is_monotonic_increasing and found["above_mean"].iloc[-1] > 3 * found["above_mean"].iloc[0]
    )
    assert waits_for(module.over_giants(table, pd.Index(["z"]))).code == "no_giant_to_move"


def test_what_cannot_be_drawn_is_refused_by_name():
    with pytest.raises(InputError, match="'007'"):
        module.loss_draws(ONE.assign(customer_id="007", p_year=1.5))
    with pytest.raises(InputError, match="correlation"):
        module.loss_draws(ONE, Draws(1))


def test_without_anybody_who_may_stop_nothing_is_drawn_and_no_loss_is_zero():
    nobody = ONE.head(0)
    lost = module.loss_draws(nobody)
    assert len(lost) == 0
    for table in (
        module.figures_of(lost, NONE),
        module.shortfall_by_customer(nobody, lost),
        module.by_correlation(nobody, NONE),
    ):
        assert waits_for(table).code == "no_chance_of_stopping"


def test_the_correlation_of_the_study_stands_beside_the_three():
    found = module.by_correlation(ONE, NONE, None, Draws(0.2, draws=1000))
    assert found["correlation"].tolist() == [0, 0.1, 0.2, 0.3]
