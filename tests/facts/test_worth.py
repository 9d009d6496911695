"""What a customer is worth, and how far customers differ. Oracle: quantiles by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.losses import loss_episodes
from kamlib.facts import account_facts, account_months
from kamlib.facts.blocks import past_blocks
from kamlib.facts.worth import money_column, observed_window, spread, worth_column
from kamlib.measures.trade_claims import first_years
from kamlib.report.words import sentence, with_words, word

DAY = date(2026, 6, 30)


def test_worth_is_margin_where_any_is_known_else_revenue():
    assert worth_column(pd.DataFrame({"margin": [np.nan, 1.0]})) == "margin_12m"
    assert worth_column(pd.DataFrame({"margin": [np.nan]}), "24m") == "revenue_24m"


def test_revenue_is_of_the_last_12_months_where_they_were_observed_and_of_all_history_else():
    seen = pd.DataFrame({"revenue": [9.0, 5.0], "revenue_12m": [4.0, np.nan]})
    assert money_column(seen) == ("revenue_12m", "last_12_months")
    assert money_column(seen.assign(revenue_12m=np.nan))[0] == "revenue"
    assert money_column(seen[["revenue"]]) == ("revenue", "since_the_first_order")
    assert [word(code) for code in ("last_12_months", "since_the_first_order")] == [
        "in the last 12 months",
        "since the first order; 12 months were not observed",
    ]


def test_of_customers_from_0_to_100_so_many_lie_below_the_same_number():
    """Of 0, 1, ..., 100 five per cent lie below 5; margins are ten times as much, and one customer has no rhythm."""
    n = pd.Series(range(101), dtype=float)
    facts = pd.DataFrame(
        dict.fromkeys(["silence_days", "order_days_12m", "average_order", "revenue_12m"], n)
        | {"gap_median": n.replace(0, np.nan), "margin": n, "margin_12m": 10 * n}
    )
    table = with_words(spread(facts)).set_index("fact")
    assert table.loc["days since the last order"].tolist() == [5, 25, 50, 75, 95]
    assert table.loc["margin of 12 months"].tolist() == [50, 250, 500, 750, 950]
    assert table.loc["days between two orders, median", "50_percent"] == 50.5
    assert len(spread(facts.assign(margin=np.nan, margin_12m=np.nan))) == 5, (
        "revenue stands in for margin and is shown once"
    )


def seen(**columns) -> pd.DataFrame:
    held = {"order_days_12m": 1.0, "order_days_24m": 1.0, "revenue": 9.0, "revenue_12m": 4.0, "revenue_24m": 9.0}
    return pd.DataFrame(held | {"margin": 3.0, "margin_12m": 1.0, "margin_24m": 3.0} | columns, index=range(2))


def test_each_window_asks_for_its_own_margin():
    # the books knew margins until a year ago
    base = seen(margin_12m=np.nan)
    assert [worth_column(base, window) for window in ("12m", "24m", "")] == ["revenue_12m", "margin_24m", "margin"]
    assert (observed_window(base, 12).money, observed_window(base, 24).money) == ("revenue_12m", "margin_24m")


def test_whoever_bought_nothing_does_not_make_a_margin_known():
    base = seen(margin_12m=[np.nan, 0.0], revenue_12m=[4.0, 0.0])
    assert worth_column(base) == "revenue_12m"
    assert worth_column(seen(margin_12m=[0.0, np.nan], revenue_12m=[4.0, 0.0])) == "margin_12m"


def test_a_window_without_revenue_or_not_observed_is_judged_by_all_history():
    assert worth_column(seen(margin_12m=0.0, revenue_12m=0.0)) == "margin_12m"
    assert worth_column(seen(margin_12m=np.nan, revenue_12m=np.nan)) == "margin_12m"
    assert worth_column(seen(margin=np.nan, margin_12m=np.nan, revenue_12m=np.nan)) == "revenue_12m"


def test_revenue_may_have_another_name():
    blocks = pd.DataFrame({"amount": [2.0, 5.0], "margin": [np.nan, 1.0]})
    assert worth_column(blocks, "", revenue="amount") == "margin"
    assert worth_column(blocks.assign(margin=np.nan), "", revenue="amount") == "amount"


def test_the_margins_of_a_few_are_no_measure_of_all():
    # one of three has a margin: with 49 of 100 of the revenue it can't stand for the others, with 50 it may
    few = {"revenue_24m": [49.0, 21.0, 30.0], "margin_24m": [9.0, np.nan, np.nan]}
    half = few | {"revenue_24m": [50.0, 20.0, 30.0]}
    base = pd.DataFrame({"order_days_24m": [1.0] * 3})
    assert worth_column(base.assign(**few), "24m") == "revenue_24m"
    assert worth_column(base.assign(**half), "24m") == "margin_24m"
    window = observed_window(base.assign(**few))
    assert sentence(window.notes[0]) == "the margin is known for 1 of 3 customers only; revenue stands in its place"
    assert observed_window(base.assign(**half)).notes == ()


@pytest.mark.parametrize(
    ("columns", "months", "money"),
    [
        ({}, 24, "margin_24m"),
        ({"order_days_24m": np.nan, "margin_24m": np.nan, "revenue_24m": np.nan}, 12, "margin_12m"),
        (dict.fromkeys(("order_days_12m", "order_days_24m"), np.nan), None, "margin"),
    ],
)
def test_the_longest_observed_window_counts(columns, months, money):
    window = observed_window(seen(**columns))
    assert (window.months, window.money, window.measure) == (months, money, "margin")
    assert observed_window(seen(**columns), measure="revenue").money == money.replace("margin", "revenue")


def test_margins_of_old_lines_alone_say_nothing_of_this_year(clean_orders):
    lines = [("left", "2023-05-01", 200, 30), ("stays", "2023-05-01", 50, 10), ("stays", "2026-05-01", 70, None)]
    facts = account_facts(clean_orders(lines, "customer_id date amount margin"), date(2026, 6, 30))
    assert (
        facts.set_index("customer_id").loc["left", "margin_12m"] == 0
    )  # bought nothing: known, and no sign of the rest
    assert (worth_column(facts), worth_column(facts, "")) == ("revenue_12m", "margin")


def lines(known: int, sent_back: int) -> list[tuple]:
    """An account that bought for 100, of which `known` has a margin of a tenth (rounded down), and sent back `sent_back` without one."""
    rows = [("a", "2026-06-01", known, known // 10), ("a", "2026-06-01", 100 - known, None)]
    return rows + [("a", "2026-06-02", -sent_back, None)] * bool(sent_back)


@pytest.mark.parametrize(
    ("known", "sent_back", "margin"), [(80, 0, 8), (79, 0, np.nan), (99, 25, np.nan), (99, 23, 9), (1, 0, np.nan)]
)
def test_a_margin_known_on_few_lines_is_not_that_of_the_account(clean_orders, known, sent_back, margin):
    orders = clean_orders(lines(known, sent_back), "customer_id date amount margin")
    facts = account_facts(orders, DAY, observed_from=date(2024, 1, 1)).iloc[0]
    found = [facts[name] for name in ("margin", "margin_6m", "margin_12m", "margin_24m")]
    months = account_months(orders, DAY)["margin"]
    blocks = past_blocks(orders, DAY, horizon_days=180)["margin"]
    assert [*found, *months, *blocks] == pytest.approx([margin] * 6, nan_ok=True)
    assert facts["margin_known"] == known / (100 + sent_back), "the share itself is always told"


def test_neither_losses_nor_first_years_have_the_margin_of_a_few_lines(clean_orders):
    rows = [
        (who, day, amount, margin)
        for who, day, *_ in [("a", "2024-01-01"), ("b", "2024-01-01")]
        for amount, margin in ((79, 8), (21, None))
    ]
    rows[3] = ("b", "2024-01-01", 19, None)
    orders = clean_orders([*rows, ("c", "2026-06-01", 5, 1)], "customer_id date amount margin")
    assert first_years(orders, DAY).set_index("customer_id")["margin"].to_dict() == pytest.approx(
        {"a": np.nan, "b": 8}, nan_ok=True
    )
    lost = loss_episodes(orders, DAY, horizon_days=180).set_index("customer_id")["margin"]
    assert np.isnan(lost["a"]) and lost["b"] == 8


def test_a_window_without_lines_has_a_margin_of_zero_and_one_of_few_known_lines_none(clean_orders):
    rows = [("a", "2024-01-01", 100, 10), ("a", "2026-06-01", 100, None)]
    facts = account_facts(clean_orders(rows, "customer_id date amount margin"), DAY, observed_from=date(2020, 1, 1))
    assert pd.isna(facts.loc[0, ["margin", "margin_6m"]]).all()
    before = account_facts(
        clean_orders(rows[:1], "customer_id date amount margin"), DAY, observed_from=date(2020, 1, 1)
    )
    assert before.loc[0, ["margin", "margin_12m"]].tolist() == [10, 0]
