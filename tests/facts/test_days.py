"""Account-days, by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.facts import account_days, order_days
from kamlib.facts.days import as_dates, as_pandas, first_day


def test_account_days_hold_the_days_of_credit_notes_alone(one, clean_orders):
    lines = [("A", "2026-01-01", 100), ("A", "2026-01-05", -30), ("A", "2026-01-09", 1)]
    found = account_days(clean_orders(lines), date(2026, 1, 8))
    assert found["amount"].tolist() == [100, -30]
    assert found["bought"].tolist() == [True, False]


def test_order_days_are_net_of_the_days_credit_notes(clean_orders):
    lines = [
        ("B", "2026-01-02", 5, None),
        ("A", "2026-01-02", 10, 4),
        ("A", "2026-01-02", -3, -1),
        ("A", "2026-01-01", "0.1", "0.05"),
        ("A", "2026-01-03", -9, -9),
        ("A", "2026-01-05", 7, 7),
    ]
    found = order_days(clean_orders(lines, "customer_id date amount margin"), date(2026, 1, 4))
    assert found["customer_id"].tolist() == ["A", "A", "B"]
    assert found["date"].tolist() == [pd.Timestamp(day) for day in ("2026-01-01", "2026-01-02", "2026-01-02")]
    assert found["amount"].tolist() == [0.1, 7, 5]
    assert found["margin"].tolist()[:2] == [0.05, 3]
    assert np.isnan(found["margin"].iloc[2])


def test_tables_come_out_by_code_points_shares_falling_and_what_is_missing_last(engine):
    """By hand: Z (5A) before a (61) before z (7A) before É (C9) before я (44F)."""
    import ibis

    names = ["я", "a", None, "É", "Z", "z", "a", "a", "a"]
    shares = [0.1, None, 0.1, 0.1, 0.1, 0.1, 0.2, 0.9, 0.1]
    days = [date(2026, 1, 2)] * 7 + [date(2026, 1, 3), date(2026, 1, 2)]
    table = ibis.memtable(
        {"day": days, "share": shares, "name": names}, schema={"day": "date", "share": "float64", "name": "string"}
    )
    found = as_pandas(engine.create_table("unsorted", table, temp=True), ["day", "share", "name"])
    assert found["name"].tolist() == ["a", "Z", "a", "z", "É", "я", None, "a", "a"]
    assert found["share"].fillna(-1).tolist() == [0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, -1, 0.9]


@pytest.mark.parametrize("far", [3, 2**62])
def test_rows_by_text_and_whole_number_come_out_as_python_sorts_them(engine, far):
    """`far`: numbers too far apart to make one of both."""
    import ibis

    rng = np.random.default_rng(1)
    rows = [(str(rng.choice(["a", "B", "ж"])), int(number)) for number in rng.permutation([-far, -1, 0, 1, far] * 4)]
    table = ibis.memtable(pd.DataFrame(rows, columns=["name", "number"]))
    found = as_pandas(engine.create_table(f"numbered_{far}", table, temp=True), ["name", "number"])
    assert list(found.itertuples(index=False, name=None)) == sorted(rows)


@pytest.mark.parametrize(
    "given", ["2026-03-31", "2026Q1", pd.Timestamp("2026-03-31 15:00"), pd.Timestamp("2026-03-31", tz="UTC")]
)
def test_a_day_may_be_written_as_in_a_study(given):
    assert as_dates(given) == as_dates([given, date(2026, 3, 31)]) == [date(2026, 3, 31)]


@pytest.mark.parametrize("given", [None, pd.NaT, "yesterday", "31.03.2026", 5, [], ["2026-03-31", None]])
def test_what_is_no_day_is_refused_and_named(given):
    with pytest.raises(InputError, match="as_of"):
        as_dates(given)


def test_the_first_day_is_that_of_any_line_up_to_the_day(clean_orders):
    orders = clean_orders([("a", "2026-02-01", 5), ("b", "2026-01-31", -2), ("a", "2026-03-01", 7)])
    assert first_day(orders, date(2026, 2, 28)) == pd.Timestamp("2026-01-31")
    assert pd.isna(first_day(orders, date(2026, 1, 30)))
