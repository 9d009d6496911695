"""Money by quarter. Oracle: sums by hand, and the oracles of the sample added up from its files."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.plan.dossier.money_strip import quarterly

DAY = pd.Timestamp("2026-06-30")


def months(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "month", "revenue", "margin"]).astype({"month": "datetime64[ns]"})


def touches(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "date", "cost", "hours"]).astype(
        {"date": "datetime64[ns]", "cost": float, "hours": float}
    )
    return table.assign(kind="call", closed=pd.NaT)


BOOKS = months(
    ("a", "2024-06-01", 999.0, 999.0),  # before the eight
    ("a", "2024-07-01", 100.0, 10.0),
    ("a", "2024-09-01", 50.0, 5.0),
    ("a", "2026-04-01", 30.0, 3.0),
    ("a", "2026-06-01", 20.0, -1.0),
    ("b", "2026-06-01", 7.0, None),
)


def test_eight_quarters_of_three_months_by_hand():
    calls = touches(("a", "2023-01-01", 1.0, None), ("a", "2026-06-30", 5.0, 0.5), ("a", "2026-07-01", 99.0, None))
    table = quarterly(BOOKS, pd.Index(["a", "b"]), DAY, interactions=calls, hour=10.0).set_index(
        ["customer_id", "quarter"]
    )
    assert table.loc["a"].index.tolist() == [
        "2024Q3",
        "2024Q4",
        "2025Q1",
        "2025Q2",
        "2025Q3",
        "2025Q4",
        "2026Q1",
        "2026Q2",
    ]
    assert table.loc[("a", "2024Q3"), ["revenue", "margin", "cost_to_serve", "contribution"]].tolist() == [
        150,
        15,
        0,
        15,
    ]
    assert table.loc[("a", "2026Q2"), ["revenue", "margin", "cost_to_serve", "contribution"]].tolist() == [
        50,
        2,
        10,
        -8,
    ]
    assert table.loc[("a", "2025Q1"), ["revenue", "margin"]].tolist() == [0, 0], "nothing was bought, and that is known"
    assert table.loc[("b", "2026Q2"), "revenue"] == 7 and table.loc["b", "margin"].isna().all(), "no margin is known"


def test_costs_before_the_records_begin_are_unknown_and_without_records_all_are():
    late = touches(("a", "2026-01-05", 5.0, None), ("a", "2026-05-05", 7.0, None))
    costs = quarterly(BOOKS, pd.Index(["a"]), DAY, interactions=late)["cost_to_serve"].tolist()
    assert pd.isna(costs[:7]).all() and costs[7] == 7, "the records begin within the quarter before"
    assert quarterly(BOOKS, pd.Index(["a"]), DAY)["contribution"].isna().all()


def test_a_day_within_a_month_ends_with_the_last_whole_month():
    table = quarterly(BOOKS, pd.Index(["a"]), pd.Timestamp("2026-06-15"))
    assert table["until"].iloc[-1] == pd.Timestamp("2026-05-31") and table["revenue"].iloc[-1] == 30


def test_a_fiscal_year_calls_its_quarters_so():
    assert quarterly(BOOKS, pd.Index(["a"]), DAY, year_begins=7)["quarter"].iloc[-1] == "FY2026Q4"


def test_without_a_table_of_months_nothing_is_known_and_who_never_bought_brought_nothing():
    assert quarterly(BOOKS[:0], pd.Index(["a"]), DAY)["revenue"].isna().all()
    assert (quarterly(BOOKS, pd.Index(["never"]), DAY)["revenue"] == 0).all()
    assert quarterly(BOOKS, pd.Index([]), DAY).empty


@pytest.mark.slow
def test_the_sums_of_the_sample_are_those_of_its_lines(sample_clean):
    from bench.oracles import SAMPLE, read_books
    from kamlib.facts.months import account_months

    books = read_books(SAMPLE)
    groups = books.year().groupby("group")["amount"].sum().nlargest(20)
    table = quarterly(account_months(sample_clean.orders, DAY.date()), pd.Index(groups.index), DAY)
    last = table[table["until"] > DAY - pd.DateOffset(years=1)].groupby("customer_id")["revenue"].sum()
    assert last.reindex(groups.index).tolist() == pytest.approx(groups.tolist())
