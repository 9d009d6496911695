"""Facts of accounts, by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.facts import account_facts
from kamlib.facts.accounts import at_first_date, at_last_date


def test_days_come_back_as_days_and_ids_as_text(clean_orders):
    found = account_facts(clean_orders([("00123", "2026-01-01", 5)]), date(2026, 1, 1))
    assert found["customer_id"].tolist() == ["00123"]
    for name in ("as_of", "first_order", "last_order", "long_gap_ended"):
        assert found[name].dtype == "datetime64[ns]"


def test_facts_of_several_dates_come_apart_by_date():
    days = pd.to_datetime(["2026-03-31", "2026-06-30", "2026-03-31"])
    facts = pd.DataFrame({"customer_id": ["a", "a", "b"], "as_of": days}, index=[7, 8, 9])
    now, then = at_last_date(facts), at_first_date(facts)
    assert (now["customer_id"].tolist(), now.index.tolist()) == (["a"], [0])
    assert then["customer_id"].tolist() == ["a", "b"]
    assert at_last_date(facts.head(0)).empty


@pytest.mark.slow
def test_asked_for_some_facts_it_gives_these_as_it_gives_all(clean_orders):
    lines = [
        ("A", "2025-01-05", 60, "o1", "pumps", None),
        ("A", "2025-01-05", 20, "o2", "pumps", None),
        ("A", "2026-01-20", -30, "c1", None, None),
        ("B", "2026-01-02", 5, "o1", "valves", "m1"),
    ]
    orders = clean_orders(lines, "customer_id date amount order_id category manager")
    dates = [date(2025, 12, 31), date(2026, 1, 31)]
    whole = account_facts(orders, dates)
    for wanted in (["order_days", "first_order"], ["average_order"], ["categories_12m", "trend_12m"], ["revenue_24m"]):
        some = account_facts(orders, dates, columns=wanted)
        assert list(some.columns) == ["customer_id", "as_of", *wanted, "share"]
        pd.testing.assert_frame_equal(some, whole[some.columns])


def test_a_fact_that_there_is_not_is_refused(clean_orders):
    with pytest.raises(InputError, match="no such column of facts; found 'revenue_5m'"):
        account_facts(clean_orders([("A", "2026-01-01", 1)]), date(2026, 1, 1), columns=["revenue", "revenue_5m"])


def test_rhythm_by_hand(one):
    # days 0, 10, 30, 60, 100 of 2025: gaps 10, 20, 30, 40; mean 25, median 25, sum of squares 225+25+25+225 = 500,
    # sd = sqrt(500/3) = 12.9099, cv = 0.516398; 95 % at place 3 * 0.95 = 2.85: 30 + 0.85 * 10 = 38.5
    days = [date(2025, 1, 1) + timedelta(n) for n in (0, 10, 30, 60, 100)]
    found = one([("A", day, 5) for day in days], "2025-04-21")  # day 110
    assert (found["gaps"], found["gap_mean"], found["gap_median"]) == (4, 25, 25)
    assert found["gap_sd"] == pytest.approx(12.909944)
    assert found["gap_cv"] == pytest.approx(0.516398, abs=1e-6)
    assert found["gap_p95"] == pytest.approx(38.5)
    assert (found["tenure_days"], found["silence_days"], found["order_days"]) == (110, 10, 5)


@pytest.mark.slow
def test_one_order_has_no_rhythm_and_is_not_said_to_be_regular(one):
    found = one([("A", "2026-01-01", 5)], "2026-03-01")
    assert found["gaps"] == 0
    assert found[["gap_median", "gap_mean", "gap_sd", "gap_cv", "gap_p95"]].isna().all()
    two = one([("A", "2026-01-01", 5), ("A", "2026-01-08", 5)], "2026-03-01")
    assert (two["gap_mean"], two["gap_p95"]) == (7, 7)
    assert np.isnan(two["gap_sd"])


def test_several_orders_of_a_day_are_one_order_day_and_a_credit_note_makes_none(one):
    lines = [
        ("A", "2026-01-05", 60, "o1"),
        ("A", "2026-01-05", 40, "o1"),
        ("A", "2026-01-05", 20, "o2"),
        ("A", "2026-01-20", -30, "c1"),  # silence runs on from 5 January
        ("A", "2026-01-25", 0, "free sample"),
    ]
    found = one(lines, "2026-01-31", "customer_id date amount order_id")
    assert (found["order_days"], found["orders"], found["lines"]) == (1, 2, 5)
    assert (found["silence_days"], found["last_order"]) == (26, pd.Timestamp("2026-01-05"))
    assert (found["revenue"], found["returns"], found["average_order"]) == (90, 30, 60)  # (60 + 40 + 20) / 2 orders


def test_a_day_with_a_purchase_and_a_larger_credit_note_is_still_an_order_day(one):
    found = one([("A", "2026-01-05", 10), ("A", "2026-01-05", -50)], "2026-01-31")
    assert (found["order_days"], found["revenue"], found["returns"]) == (1, -40, 50)


def test_an_account_that_only_sent_goods_back_has_no_dates_and_no_share(one):
    lines = [("A", "2026-01-05", -10), ("B", "2026-01-05", 100)]
    found = one(lines, "2026-03-31", observed_from=date(2020, 1, 1))
    assert (found["order_days"], found["orders"], found["revenue"], found["returns"]) == (0, 0, -10, 10)
    assert found[["first_order", "last_order", "tenure_days", "silence_days", "average_order", "share"]].isna().all()
    assert (found["categories"], found["order_days_12m"], found["revenue_12m"]) == (0, 0, -10)


def test_money_is_summed_exactly(clean_orders):
    # in binary 0.1 + 0.2 is 0.30000000000000004, and ten million and a ten-thousandth a thousand times drift
    lines = [("A", "2026-01-01", "0.1"), ("A", "2026-01-02", "0.2"), ("B", "2026-01-01", "0.0001")]
    lines += [("C", "2026-01-01", "10000000.0001")] * 1000
    found = account_facts(clean_orders(lines), date(2026, 3, 31)).set_index("customer_id")["revenue"]
    assert found.to_dict() == {"A": 0.3, "B": 0.0001, "C": 10_000_000_000.1}


def test_amounts_of_trillions_have_a_trend_as_those_of_units_have(clean_orders):
    """Three years of months; in the first of them the lines are 36 months old, where the product with an amount has 19 digits."""
    days = [f"{year}-{month:02d}-15" for year in (2023, 2024, 2025) for month in range(1, 13)]
    one, many = (
        account_facts(clean_orders([("A", day, (7 + n) * unit) for n, day in enumerate(days)]), date(2025, 12, 31))
        for unit in (1, 10**12)
    )
    assert many["trend_24m"][0] == pytest.approx(one["trend_24m"][0])


def test_purchases_that_are_sent_back_whole_leave_nothing(one):
    lines = [("A", "2026-01-01", amount) for amount in ("0.1", "0.2", "-0.3")]
    found = one(lines, "2026-01-31")
    assert found["revenue"] == 0
    assert np.isnan(found["share"])


def test_margin_is_missing_where_no_line_has_one_and_zero_where_nothing_was_bought(clean_orders):
    lines = [
        ("A", "2025-01-01", 100, 30),
        ("B", "2025-01-01", 100, None),
        ("B", "2026-06-01", 100, None),
        ("C", "2024-06-01", 400, 20),
        ("C", "2026-06-01", 100, None),  # bought in the last six months, at an unknown margin
    ]
    found = account_facts(clean_orders(lines, "customer_id date amount margin"), date(2026, 6, 30)).set_index(
        "customer_id"
    )
    assert found.loc["A", ["margin", "margin_6m", "margin_24m"]].tolist() == [30, 0, 30]
    assert found.loc["B", ["margin", "margin_6m", "margin_24m"]].isna().all()
    assert found.loc["C", "margin"] == 20
    assert np.isnan(found.loc["C", "margin_6m"])


@pytest.mark.slow
def test_the_last_gap_longer_than_the_horizon_and_180_days_is_told(one):
    days = ["2024-01-01", "2024-06-29", "2024-12-27", "2025-01-05"]  # gaps of 180, 181 and 9 days
    lines = [("A", day, 1) for day in days]
    found = one(lines, "2025-06-30", horizon_days=180)
    assert found["long_gap_ended"] == pd.Timestamp("2024-12-27")
    assert found[["long_gap_days", "long_gap_orders"]].tolist() == [181, 2]
    assert one(lines, "2025-06-30", horizon_days=181)["long_gap_ended"] is pd.NaT
    assert one(lines, "2025-06-30", horizon_days=100)["long_gap_ended"] == pd.Timestamp("2024-12-27")
    assert one(lines, "2024-12-26", horizon_days=180)["long_gap_ended"] is pd.NaT


def test_a_credit_note_inside_a_gap_does_not_end_it(one):
    lines = [("A", "2024-01-01", 1), ("A", "2024-06-01", -1), ("A", "2025-01-01", 1)]
    found = one(lines, "2025-06-30")
    assert (found["gaps"], found["gap_mean"]) == (1, 366)
    assert found["long_gap_ended"] == pd.Timestamp("2025-01-01")


def test_shares_are_of_positive_totals_reach_one_and_ties_share_their_sum(clean_orders):
    # 50 + 20 + 20 + 10 = 100, and -30 is left out
    lines = [(name, "2026-01-01", money) for name, money in zip("ABCDE", (50, 20, 20, 10, -30), strict=True)]
    found = account_facts(clean_orders(lines), date(2026, 1, 31)).set_index("customer_id")
    assert found["share"].dropna().to_dict() == pytest.approx({"A": 0.5, "B": 0.2, "C": 0.2, "D": 0.1})
    assert found["cumulative_share"].dropna().to_dict() == pytest.approx({"A": 0.5, "B": 0.9, "C": 0.9, "D": 1.0})


def test_ids_come_back_as_they_are(clean_orders):
    names = ["00123", "K.01", "123", "1e5", "ООО Ромашка", " spaced "]
    found = account_facts(clean_orders([(name, "2026-01-01", 1) for name in names]), date(2026, 1, 1))
    assert sorted(found["customer_id"]) == sorted(names)


def test_accounts_that_came_after_a_date_are_not_in_it(clean_orders):
    orders = clean_orders([("A", "2026-01-01", 1), ("B", "2026-02-01", 1)])
    found = account_facts(orders, [date(2026, 2, 1), date(2026, 1, 31), date(2026, 1, 31)])
    pairs = list(zip(found["as_of"].dt.strftime("%d.%m."), found["customer_id"], strict=True))
    assert pairs == [("31.01.", "A"), ("01.02.", "A"), ("01.02.", "B")]


@pytest.mark.slow
def test_no_order_line_by_the_date_is_refused(clean_orders):
    orders = clean_orders([("A", "2026-01-02", 1)])
    with pytest.raises(InputError, match="no order line on or before 2026-01-01"):
        account_facts(orders, date(2026, 1, 1))
    with pytest.raises(InputError, match="no order line"):
        account_facts(clean_orders([]), [date(2026, 1, 1)])
    with pytest.raises(InputError, match="as_of holds no date"):
        account_facts(orders, [])


def test_margin_is_of_the_known_lines_and_says_how_much_of_the_money_they_are(clean_orders):
    lines = [
        ("A", "2024-06-01", 300, 90),  # before the last 12 months
        ("A", "2026-01-01", 60, 20),
        ("A", "2026-02-01", 10, None),
        ("A", "2026-03-01", -10, -4),
        ("B", "2026-01-01", 10, None),
        ("C", "2024-06-01", 10, 1),
    ]
    orders = clean_orders(lines, "customer_id date amount margin")
    found = account_facts(orders, date(2026, 6, 30), observed_from=date(2020, 1, 1)).set_index("customer_id")
    assert found["margin_12m"].fillna(-1).to_dict() == {"A": 16, "B": -1, "C": 0}
    assert found.loc["A", "margin_known_12m"] == pytest.approx((60 + 10) / (60 + 10 + 10))
    assert found.loc["A", "margin_known"] == pytest.approx(370 / 380)
    assert found.loc["B", ["margin_known", "margin_known_12m"]].eq(0).all()
    assert np.isnan(found.loc["C", "margin_known_12m"])  # no money moved, so there is nothing to know
