"""Groups against the rate of all. Oracle: limits by hand, published factors, groups without a difference and with one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.measures.managers import category_cases, funnel, funnels, growths, year_cases
from kamlib.stats.reasons import waits_for

DAY = date(2026, 6, 30)


def groups(*counts: tuple[int, int]) -> pd.DataFrame:
    """Groups g0, g1 … of customers with one case each: (how many hold, of how many)."""
    parts = [
        pd.DataFrame({"value": f"g{at}", "customer_id": [f"{at}-{who}" for who in range(n)], "part": [1.0] * k + [0.0] * (n - k), "whole": 1.0})
        for at, (k, n) in enumerate(counts)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_limits_of_a_group_by_hand():
    """Two groups with 50 of 100 and 200 of 400: no spread between them, so the limits are 0.5 ± 1.96 √(0.25 / n), by 500 / 498."""
    table = funnel(groups((50, 100), (200, 400))).set_index("value")
    assert table.index.tolist() == ["g1", "g0"] and table["centre"].eq(0.5).all(), "the largest first, not the best"
    half = 1.959964 * np.sqrt(0.25 / 100 * 500 / 498)
    assert [table.loc["g0", "low_95"], table.loc["g0", "high_95"]] == pytest.approx([0.5 - half, 0.5 + half])
    assert table.loc["g0", "high_998"] - 0.5 == pytest.approx(half * 3.090232 / 1.959964)
    assert table["shrunken"].tolist() == [0.5, 0.5] and table["verdict"].eq("within").all()


def test_limits_widen_where_the_groups_differ_more_than_by_chance():
    """z of the groups is about ±2.5 throughout, so the factor is about 2.5 and nobody lies outside, though chance alone says so of all."""
    table = funnel(groups(*[(41, 100), (66, 100)] * 5))
    narrow = 1.96 * np.sqrt(0.245 / 100)
    assert (table["high_95"] - table["centre"]).between(2 * narrow, 3 * narrow).all()
    assert table["verdict"].eq("within").all()


def test_one_group_far_out_among_like_ones_is_seen_and_does_not_hide_itself():
    table = funnel(groups(*[(50, 100)] * 19, (85, 100))).set_index("value")
    assert table.loc["g19", "verdict"] == "above" and table.drop("g19")["verdict"].eq("within").all()


def test_without_a_difference_few_groups_lie_outside():
    """2,000 groups of one rate: 95 % limits leave out about 5 in 100, those of 99.8 % about 2 in 1,000."""
    rng = np.random.default_rng(1)
    verdicts = pd.concat(
        [funnel(groups(*[(int(k), 60) for k in rng.binomial(60, 0.4, 20)]))["verdict"] for _ in range(100)]
    )
    assert 0.01 < verdicts.ne("within").mean() < 0.06 and verdicts.isin(["above", "below"]).mean() < 0.006


def test_shrunken_means_lie_between_the_group_and_all_and_are_nearer_to_the_truth():
    rng = np.random.default_rng(2)
    errors = []
    for _ in range(20):
        truth = np.clip(rng.normal(0.5, 0.06, 30), 0.2, 0.8)
        sizes = rng.integers(25, 200, 30)
        table = funnel(
            groups(*[(int(rng.binomial(n, p)), int(n)) for n, p in zip(sizes, truth, strict=True)])
        ).set_index("value")
        low, high = np.minimum(table["rate"], table["centre"]), np.maximum(table["rate"], table["centre"])
        assert table["shrunken"].between(low - 1e-12, high + 1e-12).all()
        true = pd.Series(truth, [f"g{at}" for at in range(30)])[table.index]
        errors.append([((table[name] - true) ** 2).mean() for name in ("rate", "shrunken")])
        assert ((table["shrunken_low"] <= true) & (true <= table["shrunken_high"])).mean() > 0.75
    assert np.mean(errors, axis=0)[1] < 0.75 * np.mean(errors, axis=0)[0]


def test_cases_of_one_customer_make_the_limits_wider():
    """Each customer with ten like cases: limits as of a tenth as many."""
    one = groups((30, 60), (30, 60))
    ten = one.assign(part=10 * one["part"], whole=10.0)
    wide, narrow = (funnel(table)["high_95"].iloc[0] - 0.5 for table in (ten, one))
    assert wide == pytest.approx(narrow)


def test_a_group_with_few_cases_is_not_judged_and_one_group_alone_is_no_funnel():
    table = funnel(groups((30, 60), (30, 60), (10, 10))).set_index("value")
    assert table.loc["g2", "verdict"] == "too_few"
    assert waits_for(funnel(groups((30, 60), (10, 10)))).code == "too_few_groups"
    assert waits_for(funnel(groups((30, 60)).assign(value=None))).code == "too_few_groups"
    assert (
        waits_for(funnels(groups((3, 6)).assign(measure="growth"), {"manager": pd.Series(dtype=object)})).code
        == "too_few_groups"
    )


def test_where_nothing_differs_nobody_is_outside():
    table = funnel(groups((60, 60), (60, 60)))
    assert table["verdict"].eq("within").all() and table["high_998"].eq(1).all()


def test_growth_is_told_of_those_who_bought_before():
    found = growths(pd.Series([15.0, 0, 10, 30, -5]), pd.Series([5.0, 10, 0, 30, 10]))
    assert found[[0, 1, 3, 4]].tolist() == [1, -2, 0, -2] and np.isnan(found[2])


def test_cases_of_a_year_by_hand():
    facts = pd.DataFrame(
        {"customer_id": ["a", "b"], "order_days_12m": [4, 0], "revenue_12m": [15.0, 0], "revenue_prev_12m": [5.0, 0]}
    )
    cases = pd.DataFrame(
        {
            "measure": ["claims_rate", "on_time", "bids_won", "bids_won", "on_time"], "source": ["", "", "", "tender", ""],
            "customer_id": list("aaaab"), "part": [1.0, 1, 0, 0, 0], "whole": [0.0, 1, 1, 1, 1],
            "date": pd.to_datetime(["2026-01-01"] * 4 + ["2025-06-30"]),
        }
    )  # fmt: skip
    found = year_cases(cases, facts, DAY).set_index("measure")
    assert found["part"].to_dict() == {"growth_of_revenue": 1, "on_time": 1, "bids_won": 0, "claims_an_order_day": 1}
    assert found["whole"].to_dict() == {"growth_of_revenue": 1, "on_time": 1, "bids_won": 1, "claims_an_order_day": 4}
    assert "claims_an_order_day" not in set(year_cases(cases[1:], facts, DAY)["measure"]), (
        "not on record is not 0 claims"
    )


def test_categories_are_summed_in_the_engine(clean_orders):
    lines = [("a", "2026-01-01", 5, "belts"), ("a", "2025-07-01", "0.5", "belts"), ("a", "2025-06-30", 2, "belts"), ("a", "2024-06-30", 9, "belts"), ("b", "2025-01-01", 4, "seals"), ("b", "2026-01-01", 4, None)]  # fmt: skip
    found = category_cases(clean_orders(lines, "customer_id date amount category"), DAY)
    assert found[["value", "customer_id", "whole"]].to_numpy().tolist() == [["belts", "a", 1], ["seals", "b", 1]]
    assert found["part"].tolist() == [(5.5 - 2) / ((5.5 + 2) / 2), -2]


def test_each_trait_has_its_groups_and_categories_bring_their_own():
    rows = groups((30, 60), (31, 60)).assign(measure="on_time")
    who = rows.drop_duplicates("customer_id").set_index("customer_id")["value"]
    found = funnels(
        rows.drop(columns="value"), {"manager": who, "nobody": who.head(0)}, rows.assign(measure="growth_of_revenue")
    )
    assert found[["trait", "measure"]].drop_duplicates().to_numpy().tolist() == [
        ["manager", "on_time"],
        ["product_category", "growth_of_revenue"],
    ]
    assert found["customers"].tolist() == [60] * 4
