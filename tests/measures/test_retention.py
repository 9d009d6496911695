"""Net and gross retention. Oracle: cohorts by hand, what must hold of any, and `bench.oracles` on the sample."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.oracles import FIGURES, SAMPLE, read_books
from kamlib.measures.bridge import year_pairs
from kamlib.measures.retention import against_a_year_ago, retention
from kamlib.stats.reasons import waits_for

END = pd.Timestamp("2026-06-30")


def pairs(before, now, first="2020-01-01", day=END, **more) -> pd.DataFrame:
    before, now = np.asarray(before, float), np.asarray(now, float)
    table = pd.DataFrame({"revenue_before": before, "revenue_now": now, "margin_before": np.nan, "margin_now": np.nan})
    ids = [f"c{n}" for n in range(len(before))]
    return table.assign(
        **{"customer_id": ids, "as_of": day, "traded_before": before != 0, "traded_now": now != 0}
        | {"first_order": pd.to_datetime(first), "joined_known": True}
        | more
    )


def test_one_frozen_cohort_by_hand():
    """100 and 50 become 120 and 0, who is new counts in neither: NRR 120 / 150, GRR 100 / 150. One of them joined in the base year."""
    first = ["2020-01-01", "2025-01-01", "2026-01-01"]
    found = retention(pairs([100, 50, 0], [120, 0, 1000], first)).set_index("cohort")
    assert found.loc["all", ["customers", "base_money"]].tolist() == [2, 150]
    assert found.loc["all", ["nrr", "grr"]].tolist() == pytest.approx([120 / 150, 100 / 150])
    assert found.loc["without_joined", ["nrr", "grr"]].tolist() == [1.2, 1]
    assert found.loc["without_large", ["nrr", "grr"]].tolist() == [0, 0], "120 of 1,120 are a tenth"


def test_without_the_records_of_a_third_year_nobody_can_leave_out_who_joined():
    found = retention(pairs([1] * 12, [1] * 12, joined_known=False)).set_index("cohort")
    assert (
        np.isnan(found.loc["without_joined", "nrr"]) and found.loc["without_joined", "reason"] == "joined_is_not_known"
    )
    assert found.loc["all", "nrr"] == 1


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(-1e3, 1e6), st.floats(-1e3, 1e6)), min_size=1, max_size=30))
def test_grr_is_above_neither_1_nor_nrr(rows):
    found = retention(pairs(*zip(*rows, strict=True)))
    for _, row in found.dropna(subset="nrr").iterrows():
        assert row["grr"] <= min(1, row["nrr"]) + 1e-9
        assert np.isnan(row["nrr_low"]) or row["nrr_low"] <= row["nrr_high"]


def test_the_interval_of_equal_customers_is_that_of_the_delta_method():
    """400 customers of 1 of whom each keeps 1 or 0 with a half: 0.5 ± 1.96 · 0.5 / 20."""
    found = retention(pairs(np.ones(400), np.arange(400) % 2)).iloc[0]
    assert [found["nrr_low"], found["nrr_high"]] == pytest.approx([0.451, 0.549], abs=0.006)


def test_the_tail_of_small_customers_is_drawn_as_the_large_ones_are():
    """5,000 equal customers, of whom only some get weights of their own: 0.5 ± 1.96 · 0.5 / sqrt(5,000)."""
    found = retention(pairs(np.ones(5000), np.arange(5000) % 2)).iloc[0]
    assert [found["nrr_low"], found["nrr_high"]] == pytest.approx([0.4861, 0.5139], abs=0.002)


def test_too_few_nobody_and_a_base_year_without_money_are_told():
    few = retention(pairs([10], [8])).iloc[0]
    assert few["nrr"] == 0.8 and np.isnan(few["nrr_low"]) and few["reason"] == "cohort_of_few"
    new = retention(pairs([0, 0], [8, 5], "2026-01-01")).iloc[0]
    assert np.isnan(new["nrr"]) and new["reason"] == "nobody_in_the_cohort"
    below = retention(pairs([-10, 2], [8, 1])).iloc[0]
    assert np.isnan(below["nrr"]) and below["reason"] == "no_money_in_the_base_year"
    assert waits_for(retention(pairs([1], [1]), "margin")).code == "too_few_margins"


def test_no_orders_of_two_years_wait(clean_orders):
    none = year_pairs(clean_orders([("a", "2026-01-01", 1)]), date(2026, 6, 30))
    assert waits_for(retention(none)).code == "two_years_are_needed"
    assert waits_for(against_a_year_ago(none)).code == "no_quarter_a_year_before"


def test_a_quarter_is_held_against_the_same_one_a_year_before():
    """40 customers kept 60 % and now keep 90 %: the difference is 30 points, and beyond chance."""
    earlier = pairs(np.full(40, 10), np.arange(40) * 0 + 6.0, day=END - pd.DateOffset(years=1))
    found = against_a_year_ago(pd.concat([earlier, pairs(np.full(40, 6.0), np.full(40, 5.4))])).set_index("measure")
    assert found.loc["nrr", ["before", "now", "change"]].tolist() == pytest.approx([0.6, 0.9, 0.3])
    assert found["firm_verdict"].tolist() == ["better", "better"] and found["as_of"].unique().tolist() == [END]
    quarter = pairs([1], [1], day=pd.Timestamp("2026-03-31"))
    assert waits_for(against_a_year_ago(pd.concat([quarter, pairs([1], [1])]))).code == "no_quarter_a_year_before"


@pytest.mark.slow
def test_the_sample_by_plain_pandas(sample_clean):
    told = FIGURES["retention"](read_books(SAMPLE))
    found = retention(year_pairs(sample_clean.orders, date(2026, 6, 30), date(2023, 7, 1))).set_index("cohort")
    assert 100 * found.loc["all", "nrr"] == pytest.approx(told["NRR, %"])
    assert 100 * found.loc["all", "grr"] == pytest.approx(told["GRR, %"])
    others = 100 * found.loc[["without_joined", "without_large"], "nrr"]
    assert others.tolist() == pytest.approx([told[f"NRR without {who}, %"] for who in ("who joined in the base year", "groups of 10 % or more")])  # fmt: skip
    ends = 100 * found.loc["all", ["nrr_low", "nrr_high"]].astype(float)
    assert ends.tolist() == pytest.approx([told["NRR, low, %"], told["NRR, high, %"]], abs=0.6)
