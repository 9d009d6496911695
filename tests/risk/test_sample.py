"""The tables of a run of the sample. Oracle: `bench.oracles`, which adds the same files up without the kit, and what was planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.oracles import FIGURES, SAMPLE, read_books
from kamlib.risk import at_risk, loss_draws
from kamlib.risk.concentration import shares, whale_curve
from kamlib.risk.diversification import won_and_lost
from kamlib.risk.loss_distribution import Draws, over_giants
from kamlib.risk.year_ahead import chance_within

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def books():
    return read_books(SAMPLE)


@pytest.fixture(scope="module")
def kept(sample_report):
    return lambda name: pd.read_parquet(sample_report / "tables" / f"{name}.parquet")


def test_concentration_and_the_whale_curve_are_those_of_the_oracle(books, kept):
    """An order that was cancelled whole is no order here: one customer less bought, one more was served without an order.

    As that customer has no revenue, 1 - Gini = (2 Σ s · rank - 1) / n moves by n alone.
    """
    told = FIGURES["dependence"](books)
    row = kept("concentration").set_index("measure").loc["revenue"]
    assert row["hhi"] == pytest.approx(told["HHI"]) and row["effective_number"] == pytest.approx(told["N"])
    assert (1 - row["gini"]) * row["customers"] == pytest.approx((1 - told["Gini"]) * (row["customers"] + 1))
    tops = [100 * row[f"top_{n}"] for n in (1, 3, 5, 10)]
    assert tops == pytest.approx([told[f"share of top {n}, %"] for n in (1, 3, 5, 10)])
    whale = whale_curve(kept("exposure"))
    assert 100 * whale["cumulative_share"].max() == pytest.approx(told["whale: peak, %"])
    assert (
        whale["cumulative_share"].argmax() + 1 == told["whale: at customer"] and len(whale) == told["whale: customers"]
    )
    below = whale.loc[whale["contribution"] < 0, "contribution"]
    assert [len(below), -below.sum()] == pytest.approx([told["whale: customers below zero"], told["whale: they eat"]])
    assert (whale["order_days"] == 0).sum() == told["served without an order"] + 1


def test_receivables_are_what_is_open_less_open_credit_notes(books, kept):
    told = FIGURES["receivables"](books)
    owed = kept("exposure")["receivables"].sum()
    assert owed == pytest.approx(told["open, gross"] - told["open credit notes"])


def test_months_of_cash_and_new_customers_are_those_of_the_oracle(books, kept):
    told, left = FIGURES["if they left"](books), kept("if_they_left").set_index(["set", "hours_are"])
    month = kept("exposure")[["margin", "touch_cost", "hours_cost"]].sum() / 12
    assert month.tolist() == pytest.approx([told[f"{name} a month"] for name in ("margin", "touches", "hours")])
    for ours, theirs in (("in_fixed_costs", "inside fixed costs"), ("besides_fixed_costs", "besides")):
        assert left.loc[("the largest", ours), "result_before"] == pytest.approx(told[f"result, hours {theirs}"])
        for n in (1, 3, 5):
            months = told[f"months of cash without top {n}, hours {theirs.split()[0]}"]
            assert left.loc[("the largest" if n == 1 else f"the {n} largest", ours), "months_left"] == pytest.approx(
                months
            )
    row = left.loc[("the largest", "in_fixed_costs")]
    assert row["replaced_by"] == np.ceil(row["contribution"] / told["... contribution of their first year"])
    assert row["replaced_years"] == pytest.approx(row["replaced_by"] / told["joined in the base year"])


def test_customers_won_are_the_new_ones_of_the_bridge(books, kept):
    told, facts = FIGURES["bridge"](books), kept("facts")
    found = won_and_lost(facts[facts["as_of"] == facts["as_of"].max()], kept("losses"))
    assert [found["won"], found["won_revenue"]] == pytest.approx([told["new: customers"], told["new"]])
    assert 100 * found["share"] == pytest.approx(told["new, % of R1"])


def test_a_year_by_the_planted_chances_is_that_of_the_closed_form(books, kept):
    told, exposure = FIGURES["a year of losses"](books), kept("exposure")
    planted = books.truth["p_stopped_seen"].astype(float)
    rows = kept("churn")[["customer_id"]]
    p = chance_within(rows["customer_id"].map(planted), 365, 180)
    rows = rows.assign(industry="", p_year=p).merge(exposure[["customer_id", "contribution"]]).dropna()
    lost = loss_draws(rows, Draws(0))
    assert lost.mean() == pytest.approx(told["mean"], rel=0.02) and lost.std() == pytest.approx(
        told["standard deviation"], rel=0.03
    )


def test_the_bad_year_by_the_chance_of_the_largest_is_that_of_the_oracle(books, kept):
    """All who hold a tenth of the revenue at 1 % and at 6 %, the others by their planted chances, nobody together: draws of the oracle's own."""
    told, exposure = FIGURES["a year of losses"](books), kept("exposure")
    rows = kept("churn")[["customer_id"]]
    p = chance_within(rows["customer_id"].map(books.truth["p_stopped_seen"].astype(float)), 365, 180)
    rows = rows.assign(industry="", p_year=p).merge(exposure[["customer_id", "contribution"]]).dropna()
    giants = pd.Index(exposure.loc[shares(exposure["revenue"]) >= 0.1, "customer_id"])
    assert len(giants) == told["customers of a tenth or more"]
    found = over_giants(rows, giants, Draws(0, draws=40_000)).set_index("p_year")["above_mean"]
    expected = [told[f"VaR 95 less mean, the largest at {p:.0%}"] for p in (0.01, 0.06)]
    assert found[[0.01, 0.06]].tolist() == pytest.approx(expected, rel=0.05)


def test_with_the_chance_of_no_order_the_bad_year_falls_to_a_third_or_less(kept):
    """The trap: a daily buyer who leaves next month is not silent for 180 days from today."""
    exposure, churn, none = kept("exposure"), kept("churn"), pd.Series(dtype=object)
    silent = churn.assign(p_stopped=churn["p_silent"])
    bad = [np.quantile(loss_draws(at_risk(exposure, table, none, 180)), 0.95) for table in (churn, silent)]
    assert bad[1] <= bad[0] / 3
