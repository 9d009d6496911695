"""Orders that were cancelled are none from the day of their cancellation on. Oracles: counts by hand, and in plain Python."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.churn.losses import loss_episodes
from kamlib.facts import account_days, account_facts, account_months, next_orders, order_days
from kamlib.facts.blocks import later_blocks, past_blocks, span_sums
from kamlib.facts.order_lines import purchased
from kamlib.measures.trade_claims import first_years, managers_before

COUNTS = ["first_order", "last_order", "order_days", "orders", "gaps", "gap_mean", "order_days_12m", "regularity_12m"]


@pytest.fixture(scope="module")
def lines_of(clean_orders):
    """``lines_of([("A", "2026-01-05", 100, "2026-01-06"), ...])``: order lines with the day of their cancellation, or None."""

    def make(lines, columns="customer_id date amount mark"):
        orders = clean_orders(lines, columns)
        return orders.mutate(cancelled_on=orders.mark.cast("date"))

    return make


@pytest.fixture(scope="module")
def orders(lines_of):
    """A bought on 1 Mar and 1 May; 1 Apr was cancelled on 10 May, of 1 May one line was on the same day. B's only order was."""
    lines = [
        ("A", "2026-03-01", 100, None, "pumps", "o1"),
        ("A", "2026-04-01", 70, "2026-05-10", "valves", "o2"),
        ("A", "2026-05-01", 30, None, "pumps", "o3"),
        ("A", "2026-05-01", 900, "2026-05-01", "hoses", "o3"),
        ("A", "2026-05-01", -900, None, "hoses", "C3"),
        ("A", "2026-05-10", -70, None, "valves", "C2"),
        ("B", "2026-04-01", 500, "2026-04-03", "pumps", "o4"),
        ("B", "2026-04-03", -500, None, "pumps", "C4"),
    ]
    return lines_of(lines, "customer_id date amount mark category order_id")


def days(*texts):
    return [pd.Timestamp(text) for text in texts]


def test_an_order_counts_until_the_day_before_it_was_cancelled(orders):
    dates = [date(2026, 4, 2), date(2026, 5, 9), date(2026, 5, 10)]
    found = account_facts(orders, dates).set_index(["customer_id", "as_of"])
    a = found.loc["A"]
    assert a["order_days"].tolist() == [2, 3, 2]
    assert a["orders"].tolist() == [2, 3, 2]
    assert a["last_order"].tolist() == days("2026-04-01", "2026-05-01", "2026-05-01")
    assert a["gap_mean"].tolist() == [31, 30.5, 61]
    assert a["categories"].tolist() == [
        2,
        2,
        1,
    ]  # hoses were never bought at the end of a day, valves not from 10 May on
    assert found.loc[("B", "2026-04-02"), ["order_days", "last_order"]].tolist() == [1, pd.Timestamp("2026-04-01")]
    assert found.loc[("B", "2026-05-09"), "order_days"] == 0 and pd.isna(found.loc[("B", "2026-05-09"), "first_order"])


def test_what_is_cancelled_later_changes_nothing_at_a_date_before(orders):
    """The lines up to the day, though they hold the later cancellation, and all lines give the same facts."""
    for day in (date(2026, 4, 2), date(2026, 5, 9)):
        known = account_facts(orders.filter(orders.date <= day), day)
        pd.testing.assert_frame_equal(known, account_facts(orders, day))
        blind = orders.mutate(cancelled_on=(orders.cancelled_on > day).ifelse(None, orders.cancelled_on))
        pd.testing.assert_frame_equal(known, account_facts(blind, day))


def test_money_nets_out_and_no_average_order_holds_a_cancelled_one(orders):
    now = account_facts(orders, date(2026, 6, 30)).set_index("customer_id")
    assert now["revenue"].to_dict() == {"A": 130, "B": 0}
    assert now["returns"].to_dict() == {"A": 970, "B": 500}
    assert now.loc["A", "average_order"] == (100 + 930) / 2 and np.isnan(now.loc["B", "average_order"])


def test_days_and_months_of_orders_leave_out_the_cancelled_ones(orders):
    assert order_days(orders, date(2026, 6, 30))["date"].tolist() == days("2026-03-01", "2026-05-01")
    assert account_days(orders, date(2026, 4, 2))["bought"].tolist() == [True, True, True]
    months = account_months(orders, date(2026, 6, 30))
    assert months["customer_id"].unique().tolist() == ["A"]
    assert months["order_days"].tolist() == [1, 0, 1, 0] and months["revenue"].tolist() == [100, 70, -40, 0]


def test_a_next_order_is_none_where_it_was_cancelled_by_the_end_and_a_past_one_is_one_until_it_was(orders):
    dates = [date(2026, 3, 15), date(2026, 4, 2)]
    late, early = (
        next_orders(orders, dates, until).set_index(["customer_id", "as_of"])["next_order"]
        for until in (date(2026, 6, 30), date(2026, 5, 9))
    )
    assert late["A"].tolist() == days("2026-05-01", "2026-05-01")
    assert early["A"].tolist() == days("2026-04-01", "2026-05-01")
    assert pd.isna(late[("B", "2026-04-02")]), "by then it had bought"


def test_blocks_and_spans_with_cancelled_orders_alone_hold_no_purchase(orders):
    recent = past_blocks(orders, date(2026, 4, 30), horizon_days=30).set_index(["customer_id", "block"])["bought"]
    assert recent.to_dict() == {("A", 0): True, ("A", 2): True, ("B", 0): False}
    later = later_blocks(orders, [date(2026, 3, 15)], date(2026, 6, 30), horizon_days=30, n_blocks=3)
    assert later[["customer_id", "block"]].values.tolist() == [["A", 2]]
    spans = {"spring": (pd.Timestamp("2026-03-15"), pd.Timestamp("2026-04-30"))}
    assert span_sums(orders, spans)["bought"].tolist() == [True, False]  # A's of 1 April stood at the end of the span


def test_losses_and_first_years_are_told_without_cancelled_orders(lines_of):
    """A is quiet for 181 days, for its order of 1 Apr was cancelled; B bought first on 1 Mar. C keeps the usual gap at 13 days."""
    lines = [("A", "2025-01-01", 10, None), ("A", "2025-04-01", 10, "2025-04-02"), ("A", "2025-07-01", 10, None)]
    lines += [("A", "2025-04-02", -10, None), ("B", "2025-01-01", 5, "2025-01-01"), ("B", "2025-03-01", 5, None)]
    lines += [("C", "2025-07-30", 1, None), ("C", "2025-07-31", 1, None)]
    orders = lines_of([(*line, "m") for line in lines], "customer_id date amount mark manager")
    found = loss_episodes(orders, date(2025, 10, 1), horizon_days=120)
    assert found[["customer_id", "last_order", "returned_on"]].values.tolist() == [
        ["A", *days("2025-01-01", "2025-07-01")],
        ["B", pd.Timestamp("2025-03-01"), pd.NaT],
    ]
    firsts = first_years(orders, date(2026, 6, 30))
    assert firsts["first_order"].tolist() == days("2025-01-01", "2025-03-01")
    assert managers_before(orders, date(2025, 2, 1)).to_dict() == {"A": "m"}


def test_lines_that_know_no_cancellation_count_as_they_are(clean_orders):
    orders = clean_orders([("A", "2026-01-01", 5), ("A", "2026-01-02", 0), ("A", "2026-01-03", -5)])
    assert orders.filter(purchased(orders, date(2026, 6, 30))).count().execute() == 1


@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from("AB"), st.integers(0, 400), st.sampled_from([-5, 5, 9]), st.none() | st.integers(0, 200)
        ),
        min_size=3,
        max_size=25,
    ),
    at=st.lists(st.integers(0, 500), min_size=1, max_size=3, unique=True),
)
@settings(max_examples=10)
def test_at_every_date_the_order_days_are_those_that_stood_then(lines_of, lines, at):
    first = date(2024, 1, 1)

    def day(n):
        return first + timedelta(n)

    rows = [
        (who, day(n), amount, day(n + wait).isoformat() if wait is not None and amount > 0 else None)
        for who, n, amount, wait in lines
    ]
    rows.append(("A", first, 1, None))
    dates = [day(n) for n in at]
    found = account_facts(lines_of(rows), dates, columns=COUNTS).set_index(["customer_id", "as_of"])
    for known in dates:
        for who in {row[0] for row in rows if row[1] <= known}:
            standing = [
                row
                for row in rows
                if row[0] == who and row[1] <= known and row[2] > 0 and (row[3] is None or row[3] > known.isoformat())
            ]
            own = sorted({row[1] for row in standing})
            gaps = [(b - a).days for a, b in pairwise(own)]
            got = found.loc[(who, pd.Timestamp(known))]
            assert (got["order_days"], got["orders"], got["gaps"]) == (len(own), len(standing), len(gaps))
            ends = [got["first_order"], got["last_order"]]
            assert ends == days(own[0], own[-1]) if own else pd.isna(ends).all()
            assert np.isnan(got["gap_mean"]) if not gaps else got["gap_mean"] == pytest.approx(np.mean(gaps))
