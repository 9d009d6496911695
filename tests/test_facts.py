"""Facts of accounts and account-months.

Oracles: hand calculations, and `naive`, which reads the definitions of methods.md line by line in plain Python with
exact fractions and its own calendar, one account after the other.
"""

from __future__ import annotations

import calendar
import math
import statistics
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.facts import account_days, account_facts, account_months, next_orders, order_days, worth

COLUMNS = """
account_id as_of first_order last_order tenure_days silence_days order_days orders lines revenue margin returns
average_order gaps gap_median gap_mean gap_sd gap_cv gap_p95 revenue_3m revenue_6m revenue_12m revenue_24m margin_6m
margin_12m margin_24m revenue_prev_12m revenue_prev_6m revenue_6m_year_ago order_days_12m order_days_24m returns_12m
returns_24m categories categories_12m categories_24m managers managers_24m growth long_gap_ended share cumulative_share
""".split()  # noqa: SIM905
EXACT = [name for name in COLUMNS if name.startswith(("revenue", "margin", "returns", "orders", "order_days"))]
WIDE = "account_id date amount margin category manager order_id"


# ------------------------------------------------------------------ the oracle


def back(day: date, months: int) -> date:
    """The same day so many months before, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def quantile(values: list[int], share: float) -> float:
    """Linear between order statistics: place (n - 1) p, counted from 0."""
    values, place = sorted(values), (len(values) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def naive(lines, as_of, horizon=180, observed_from=None):
    """`account_facts` from tuples (account, day, amount, margin, category, manager, order), by the definitions."""
    seen = [line for line in lines if line[1] <= as_of]
    observed_from = observed_from or min(line[1] for line in lines)
    rows = []
    for account in sorted({line[0] for line in seen}):
        own = [line for line in seen if line[0] == account]
        bought = [line for line in own if line[2] > 0]
        days = sorted({line[1] for line in bought})
        gaps = [(b - a).days for a, b in pairwise(days)]
        row = {
            "account_id": account,
            "as_of": as_of,
            "first_order": days[0] if days else None,
            "last_order": days[-1] if days else None,
            "tenure_days": (as_of - days[0]).days if days else None,
            "silence_days": (as_of - days[-1]).days if days else None,
            "order_days": len(days),
            "orders": len({(line[6], line[1]) for line in bought}),
            "lines": len(own),
            "gaps": len(gaps),
            "gap_median": statistics.median(gaps) if gaps else None,
            "gap_mean": statistics.mean(gaps) if gaps else None,
            "gap_sd": statistics.stdev(gaps) if len(gaps) > 1 else None,
            "gap_p95": quantile(gaps, 0.95) if gaps else None,
            "long_gap_ended": max((b for b, gap in zip(days[1:], gaps, strict=True) if gap > horizon), default=None),
        }
        row["gap_cv"] = row["gap_sd"] / row["gap_mean"] if row["gap_sd"] is not None else None
        row["average_order"] = float(sum(line[2] for line in bought) / row["orders"]) if bought else None

        def window(far, near, own=own):
            start, end = back(as_of, far), back(as_of, near)
            if start + timedelta(days=1) < observed_from:
                return None
            return [line for line in own if start < line[1] <= end]

        def money(found):
            return None if found is None else float(sum((line[2] for line in found), Fraction(0)))

        def margin(found, own=own):
            if found is None or all(line[3] is None for line in own):
                return None
            known = [line[3] for line in found if line[3] is not None]
            return float(sum(known, Fraction(0))) if known or not found else None

        def kinds(found, place):
            if found is None:
                return None
            bought = [line for line in found if line[2] > 0]
            known = {line[place] for line in bought} - {None}
            return len(known) if known or not bought else None

        row |= {"revenue": money(own), "margin": margin(own), "categories": kinds(own, 4), "managers": kinds(own, 5)}
        row["returns"] = float(-sum((line[2] for line in own if line[2] < 0), Fraction(0)))
        for name, bounds in {
            "3m": (3, 0),
            "6m": (6, 0),
            "12m": (12, 0),
            "24m": (24, 0),
            "prev_6m": (12, 6),
            "prev_12m": (24, 12),
            "6m_year_ago": (18, 12),
        }.items():
            row[f"revenue_{name}"] = money(window(*bounds))
        for months in (6, 12, 24):
            row[f"margin_{months}m"] = margin(window(months, 0))
        for months in (12, 24):
            found = window(months, 0)
            row[f"order_days_{months}m"] = None if found is None else len({x[1] for x in found if x[2] > 0})
            row[f"returns_{months}m"] = None if found is None else -money([x for x in found if x[2] < 0])
            row[f"categories_{months}m"] = kinds(found, 4)
        row["managers_24m"] = kinds(window(24, 0), 5)
        base = row["revenue_prev_12m"]
        row["growth"] = row["revenue_12m"] / base - 1 if base is not None and base > 0 else None
        rows.append(row)
    whole = sum(row["revenue"] for row in rows if row["revenue"] > 0)
    for row in rows:
        positive = row["revenue"] > 0
        row["share"] = row["revenue"] / whole if positive else None
        larger = [other["revenue"] for other in rows if other["revenue"] >= row["revenue"]]
        row["cumulative_share"] = sum(larger) / whole if positive else None
    return pd.DataFrame(rows, columns=COLUMNS)


def naive_months(lines, as_of):
    rows = []
    for account in sorted({line[0] for line in lines}):
        own = [line for line in lines if line[0] == account]
        known = any(line[3] is not None and line[1] < back(as_of + timedelta(1), 0).replace(day=1) for line in own)
        bought = [line[1] for line in own if line[2] > 0 and line[1] <= as_of]
        if not bought:
            continue
        month = min(bought).replace(day=1)
        while month.replace(day=calendar.monthrange(month.year, month.month)[1]) <= as_of:
            found = [line for line in own if line[1].replace(day=1) == month]
            margins = [line[3] for line in found if line[3] is not None]
            margin = float(sum(margins, Fraction(0))) if known and (margins or not found) else None
            revenue = float(sum((line[2] for line in found), Fraction(0)))
            rows.append((account, month, revenue, margin, len({line[1] for line in found if line[2] > 0})))
            month = back(month, -1)
    return pd.DataFrame(rows, columns=["account_id", "month", "revenue", "margin", "order_days"])


def same(found: pd.DataFrame, wanted: pd.DataFrame, keys=("as_of", "account_id")) -> None:
    """Equal as tables, whatever the order of rows and columns; days as days, None as missing, 1e-12 for floats."""
    assert set(found.columns) == set(wanted.columns)
    found = found[wanted.columns].sort_values(list(keys), ignore_index=True)
    wanted = wanted.sort_values(list(keys), ignore_index=True)
    assert (
        found[list(keys)].astype(str).equals(wanted[list(keys)].astype("datetime64[ns]", errors="ignore").astype(str))
    )
    for name in wanted.columns.difference(list(keys)):
        if "datetime" in str(found[name].dtype):
            a, b = found[name].to_numpy("datetime64[D]"), pd.to_datetime(wanted[name]).to_numpy("datetime64[D]")
            assert np.array_equal(a[~np.isnat(a)], b[~np.isnat(b)]) and np.array_equal(np.isnat(a), np.isnat(b)), name
        else:
            a, b = found[name].to_numpy("float64", na_value=np.nan), wanted[name].to_numpy("float64", na_value=np.nan)
            tolerance = 0 if name in EXACT else 1e-12
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance, err_msg=name)


def exact(units):
    return None if units is None else Fraction(units, 10_000)


@st.composite
def random_lines(draw):
    """12 to 60 lines of four accounts in three years, in ten-thousandths of money, with all that can be unknown."""
    first = date(2023, 1, 1)
    amount = st.integers(-(10**6), 10**7) | st.sampled_from([0, 1, -1, 1000, 2000, 3000])
    line = st.tuples(
        st.sampled_from(["A", "B", "C", "00123"]),
        st.integers(0, 1100).map(lambda n: first + timedelta(n)),
        amount.map(exact),
        st.none() | amount.map(exact),
        st.none() | st.sampled_from(["pumps", "valves"]),
        st.none() | st.sampled_from(["m1", "m2"]),
        st.sampled_from(["o1", "o2", "o3"]),
    )
    return draw(st.lists(line, min_size=12, max_size=60))


def table(clean_orders, lines, columns=WIDE):
    def text(value):
        return None if value is None else f"{value.numerator * 10_000 // value.denominator}e-4"

    return clean_orders([(a, d, text(m), text(g), *rest) for a, d, m, g, *rest in lines], columns)


# ------------------------------------------------------------------ against the oracle, on random tables


@settings(max_examples=8)
@given(lines=random_lines(), data=st.data())
def test_facts_are_those_of_the_definitions_at_every_date(clean_orders, lines, data):
    last = max(line[1] for line in lines)
    first = min(line[1] for line in lines)
    dates = data.draw(st.lists(st.dates(first, last + timedelta(400)), min_size=1, max_size=3, unique=True))
    horizon = data.draw(st.sampled_from([14, 60, 180]))
    since = data.draw(st.none() | st.just(first - timedelta(200)) | st.just(first + timedelta(100)))
    found = account_facts(table(clean_orders, lines), dates, horizon_days=horizon, observed_from=since)
    until = [line for line in lines if line[1] <= max(dates)]
    wanted = [naive(until, day, horizon, since) for day in dates]
    same(found, pd.concat([part.astype(object) for part in wanted], ignore_index=True))


@settings(max_examples=3)
@given(lines=random_lines(), day=st.dates(date(2024, 1, 1), date(2025, 12, 31)))
def test_each_date_alone_gives_what_several_at_once_give_and_later_rows_change_nothing(clean_orders, lines, day):
    lines = [*lines, ("A", date(2023, 1, 1), exact(5), None, None, None, "o1")]
    later = [("A", day + timedelta(1), exact(7777), exact(1), "hoses", "m9", "o9")]
    later += [("new", day + timedelta(2), exact(1), None, None, None, "o9")]
    known = table(clean_orders, [line for line in lines if line[1] <= day])
    whole = table(clean_orders, lines + later)
    dates = [day - timedelta(200), day, day + timedelta(90)]
    together = account_facts(whole, dates)
    now = together[together["as_of"] == pd.Timestamp(day)].reset_index(drop=True)
    pd.testing.assert_frame_equal(now, account_facts(known, day), check_dtype=False)
    pd.testing.assert_frame_equal(account_months(whole, day), account_months(known, day))
    pd.testing.assert_frame_equal(order_days(whole, day), order_days(known, day))


@settings(max_examples=3)
@given(lines=random_lines(), order=st.randoms(use_true_random=False))
def test_neither_row_order_nor_ids_matter_and_money_only_scales(clean_orders, lines, order):
    day = date(2025, 9, 15)
    lines = [*lines, *((name, date(2025, 1, 1), exact(70), None, None, None, "o1") for name in ("tie 1", "tie 2"))]
    names = sorted({line[0] for line in lines})
    renamed = dict(zip(names, reversed(names), strict=True))
    moved = [
        (renamed[a], d, 1000 * m, None if g is None else 1000 * g, *rest)
        for a, d, m, g, *rest in order.sample(lines, len(lines))
    ]
    before = account_facts(table(clean_orders, lines), day)
    after = account_facts(table(clean_orders, moved), day)
    after["account_id"] = after["account_id"].map({new: old for old, new in renamed.items()})
    money = [name for name in COLUMNS if name.startswith(("revenue", "margin", "returns", "average_order"))]
    before[money] = before[money] * 1000
    pd.testing.assert_frame_equal(
        before.sort_values("account_id", ignore_index=True),
        after.sort_values("account_id", ignore_index=True),
        rtol=1e-12,
        check_dtype=False,
    )


@settings(max_examples=6)
@given(lines=random_lines(), day=st.dates(date(2023, 6, 1), date(2026, 6, 30)))
def test_months_are_those_of_the_definitions(clean_orders, lines, day):
    found = account_months(table(clean_orders, lines), day)
    same(found, naive_months([line for line in lines if line[1] <= day], day), ("account_id", "month"))


@settings(max_examples=6)
@given(lines=random_lines(), data=st.data())
def test_next_orders_are_the_first_purchases_after_each_date(clean_orders, lines, data):
    until = date(2025, 6, 30)
    dates = data.draw(st.lists(st.dates(date(2023, 1, 1), until), min_size=1, max_size=3, unique=True))
    wanted = []
    for day in dates:
        for account in sorted({line[0] for line in lines}):
            bought = sorted(line[1] for line in lines if line[0] == account and line[2] > 0 and line[1] <= until)
            if bought and bought[0] <= day:
                wanted.append((account, day, next((found for found in bought if found > day), None)))
    wanted = pd.DataFrame(wanted, columns=["account_id", "as_of", "next_order"], dtype=object)
    same(next_orders(table(clean_orders, lines), dates, until), wanted)


# ------------------------------------------------------------------ by hand


def one(clean_orders, lines, as_of, columns="account_id date amount", **more):
    """The facts of the account A."""
    return (
        account_facts(clean_orders(lines, columns), date.fromisoformat(as_of), **more).set_index("account_id").loc["A"]
    )


def test_the_table_has_the_columns_and_types_of_the_contract(clean_orders):
    found = account_facts(clean_orders([("00123", "2026-01-01", 5)]), date(2026, 1, 1))
    assert sorted(found.columns) == sorted(COLUMNS)
    assert found["account_id"].tolist() == ["00123"]
    for name in ("as_of", "first_order", "last_order", "long_gap_ended"):
        assert found[name].dtype == "datetime64[ns]"


def test_rhythm_by_hand(clean_orders):
    # days 0, 10, 30, 60, 100 of 2025: gaps 10, 20, 30, 40; mean 25, median 25, sum of squares 225+25+25+225 = 500,
    # sd = sqrt(500/3) = 12.9099, cv = 0.516398; 95 % at place 3 * 0.95 = 2.85: 30 + 0.85 * 10 = 38.5
    days = [date(2025, 1, 1) + timedelta(n) for n in (0, 10, 30, 60, 100)]
    found = one(clean_orders, [("A", day, 5) for day in days], "2025-04-21")  # day 110
    assert (found["gaps"], found["gap_mean"], found["gap_median"]) == (4, 25, 25)
    assert found["gap_sd"] == pytest.approx(12.909944)
    assert found["gap_cv"] == pytest.approx(0.516398, abs=1e-6)
    assert found["gap_p95"] == pytest.approx(38.5)
    assert (found["tenure_days"], found["silence_days"], found["order_days"]) == (110, 10, 5)


def test_one_order_has_no_rhythm_and_is_not_said_to_be_regular(clean_orders):
    found = one(clean_orders, [("A", "2026-01-01", 5)], "2026-03-01")
    assert found["gaps"] == 0
    assert found[["gap_median", "gap_mean", "gap_sd", "gap_cv", "gap_p95"]].isna().all()
    two = one(clean_orders, [("A", "2026-01-01", 5), ("A", "2026-01-08", 5)], "2026-03-01")
    assert (two["gap_mean"], two["gap_p95"]) == (7, 7)
    assert np.isnan(two["gap_sd"])


def test_several_orders_of_a_day_are_one_order_day_and_a_credit_note_makes_none(clean_orders):
    lines = [
        ("A", "2026-01-05", 60, "o1"),
        ("A", "2026-01-05", 40, "o1"),
        ("A", "2026-01-05", 20, "o2"),
        ("A", "2026-01-20", -30, "c1"),  # silence runs on from 5 January
        ("A", "2026-01-25", 0, "free sample"),
    ]
    found = one(clean_orders, lines, "2026-01-31", "account_id date amount order_id")
    assert (found["order_days"], found["orders"], found["lines"]) == (1, 2, 5)
    assert (found["silence_days"], found["last_order"]) == (26, pd.Timestamp("2026-01-05"))
    assert (found["revenue"], found["returns"], found["average_order"]) == (90, 30, 60)  # (60 + 40 + 20) / 2 orders


def test_a_day_with_a_purchase_and_a_larger_credit_note_is_still_an_order_day(clean_orders):
    found = one(clean_orders, [("A", "2026-01-05", 10), ("A", "2026-01-05", -50)], "2026-01-31")
    assert (found["order_days"], found["revenue"], found["returns"]) == (1, -40, 50)


def test_an_account_that_only_sent_goods_back_has_no_dates_and_no_share(clean_orders):
    lines = [("A", "2026-01-05", -10), ("B", "2026-01-05", 100)]
    found = one(clean_orders, lines, "2026-03-31", observed_from=date(2020, 1, 1))
    assert (found["order_days"], found["orders"], found["revenue"], found["returns"]) == (0, 0, -10, 10)
    assert found[["first_order", "last_order", "tenure_days", "silence_days", "average_order", "share"]].isna().all()
    assert (found["categories"], found["order_days_12m"], found["revenue_12m"]) == (0, 0, -10)


def test_windows_open_after_the_same_day_months_ago_and_end_at_the_date(clean_orders):
    # as of 30 June: three months are (30 March, 30 June]; six are (30 December, 30 June]
    lines = [("A", "2020-01-01", 1000), ("A", "2026-03-30", 1), ("A", "2026-03-31", 10), ("A", "2026-06-30", 100)]
    found = one(clean_orders, lines, "2026-06-30")
    assert (found["revenue_3m"], found["revenue_6m"], found["revenue_24m"], found["revenue"]) == (110, 111, 111, 1111)


def test_categories_and_managers_are_of_the_same_days_as_the_money(clean_orders):
    # 30 June 2025 is 12 months before, 30 June 2024 is 24: both days lie just outside
    days = ["2024-06-30", "2024-07-01", "2025-06-30", "2025-07-01", "2026-06-30"]
    lines = [("A", day, 1, f"kind {day}", f"manager {day}") for day in days]
    found = one(
        clean_orders, lines, "2026-06-30", "account_id date amount category manager", observed_from=date(2020, 1, 1)
    )
    assert found[["revenue_12m", "categories_12m", "order_days_12m"]].tolist() == [2, 2, 2]
    assert found[["revenue_24m", "categories_24m", "managers_24m", "order_days_24m"]].tolist() == [4, 4, 4, 4]
    assert (found["revenue"], found["categories"]) == (5, 5)


def test_windows_from_a_months_last_day_neither_overlap_nor_leave_a_gap(clean_orders):
    # as of 31 August 2024: six months back is 29 February, twelve 31 August 2023; each day of two years bought for 1
    days = [date(2022, 9, 1) + timedelta(n) for n in range(731)]
    assert days[-1] == date(2024, 8, 31)
    found = one(clean_orders, [("A", day, 1) for day in days], "2024-08-31")
    assert found["revenue_6m"] == (date(2024, 8, 31) - date(2024, 2, 29)).days == 184
    assert found["revenue_6m"] + found["revenue_prev_6m"] == found["revenue_12m"] == 366
    assert found["revenue_12m"] + found["revenue_prev_12m"] == found["revenue_24m"] == 731
    assert found["revenue_6m_year_ago"] == (date(2023, 8, 31) - date(2023, 2, 28)).days == 184


def test_a_window_that_was_not_observed_is_missing_and_never_zero(clean_orders):
    # data begin 1 July 2025; as of 30 June 2026 exactly 12 months are observed: (30 June 2025, 30 June 2026]
    lines = [("old", "2025-07-01", 5), ("A", "2026-01-01", 5)]
    found = one(clean_orders, lines, "2026-06-30")
    assert (found["revenue_12m"], found["order_days_12m"], found["returns_12m"]) == (5, 1, 0)
    unseen = "revenue_24m revenue_prev_12m revenue_6m_year_ago margin_24m order_days_24m returns_24m categories_24m"
    assert found[[*unseen.split(), "managers_24m", "growth"]].isna().all()
    a_day_less = one(clean_orders, [("old", "2025-07-02", 5), *lines[1:]], "2026-06-30")
    assert np.isnan(a_day_less["revenue_12m"])
    assert a_day_less["revenue_6m"] == 5


def test_an_observed_window_without_orders_is_zero_and_never_missing(clean_orders):
    found = one(clean_orders, [("A", "2023-01-01", 5)], "2026-06-30")
    zeros = ["revenue_3m", "revenue_6m", "revenue_12m", "revenue_24m", "revenue_prev_12m", "revenue_6m_year_ago"]
    assert found[[*zeros, "order_days_24m", "returns_24m"]].eq(0).all()


def test_the_observed_time_may_begin_before_the_first_line(clean_orders):
    found = one(clean_orders, [("A", "2026-06-01", 5)], "2026-06-30", observed_from=date(2024, 7, 1))
    assert (found["revenue_24m"], found["revenue_prev_12m"]) == (5, 0)
    assert np.isnan(found["growth"])  # from nothing there is no growth rate


def test_growth_by_hand(clean_orders):
    lines = [("A", "2024-01-01", 1), ("A", "2025-01-01", 80), ("A", "2026-01-01", 100)]
    assert one(clean_orders, lines, "2026-06-30")["growth"] == pytest.approx(0.25)
    lines[1] = ("A", "2025-01-01", -80)
    assert np.isnan(one(clean_orders, lines, "2026-06-30")["growth"])


def test_money_is_summed_exactly(clean_orders):
    # in binary 0.1 + 0.2 is 0.30000000000000004, and ten million and a ten-thousandth a thousand times drift
    lines = [("A", "2026-01-01", "0.1"), ("A", "2026-01-02", "0.2"), ("B", "2026-01-01", "0.0001")]
    lines += [("C", "2026-01-01", "10000000.0001")] * 1000
    found = account_facts(clean_orders(lines), date(2026, 3, 31)).set_index("account_id")["revenue"]
    assert found.to_dict() == {"A": 0.3, "B": 0.0001, "C": 10_000_000_000.1}


def test_purchases_that_are_sent_back_whole_leave_nothing(clean_orders):
    lines = [("A", "2026-01-01", amount) for amount in ("0.1", "0.2", "-0.3")]
    found = one(clean_orders, lines, "2026-01-31")
    assert found["revenue"] == 0
    assert np.isnan(found["share"])


def test_margin_is_missing_where_no_line_has_one_and_zero_where_nothing_was_bought(clean_orders):
    lines = [
        ("A", "2025-01-01", 100, 30),
        ("B", "2025-01-01", 100, None),
        ("B", "2026-06-01", 100, None),
        ("C", "2024-06-01", 100, 20),
        ("C", "2026-06-01", 100, None),  # bought in the last six months, at an unknown margin
    ]
    found = account_facts(clean_orders(lines, "account_id date amount margin"), date(2026, 6, 30)).set_index(
        "account_id"
    )
    assert found.loc["A", ["margin", "margin_6m", "margin_24m"]].tolist() == [30, 0, 30]
    assert found.loc["B", ["margin", "margin_6m", "margin_24m"]].isna().all()
    assert found.loc["C", "margin"] == 20
    assert np.isnan(found.loc["C", "margin_6m"])


def test_unknown_categories_and_managers_are_missing_and_not_none_bought(clean_orders):
    lines = [
        ("A", "2024-01-01", 1, "pumps", "m0"),  # more than 24 months ago
        ("A", "2026-01-01", 1, "valves", "m1"),
        ("A", "2026-02-01", 1, "pumps", "m2"),
        ("A", "2026-03-01", -1, "hoses", "m3"),  # sent back is not bought
        ("B", "2024-06-01", 1, None, None),
        ("B", "2026-01-01", 1, None, None),
    ]
    orders = clean_orders(lines, "account_id date amount category manager")
    found = account_facts(orders, date(2026, 6, 30)).set_index("account_id")
    kinds = ["categories", "categories_12m", "managers_24m", "managers"]
    assert found.loc["A", kinds].tolist() == [2, 2, 2, 3]
    assert found.loc["B", kinds].isna().all()


def test_a_return_is_dated_by_the_first_purchase_after_a_gap_longer_than_the_horizon(clean_orders):
    days = ["2024-01-01", "2024-06-29", "2024-12-27", "2025-01-05"]  # gaps of 180, 181 and 9 days
    lines = [("A", day, 1) for day in days]
    found = one(clean_orders, lines, "2025-06-30", horizon_days=180)
    assert found["long_gap_ended"] == pd.Timestamp("2024-12-27")
    assert one(clean_orders, lines, "2025-06-30", horizon_days=181)["long_gap_ended"] is pd.NaT
    assert one(clean_orders, lines, "2025-06-30", horizon_days=100)["long_gap_ended"] == pd.Timestamp("2024-12-27")
    assert one(clean_orders, lines, "2024-12-26", horizon_days=180)["long_gap_ended"] is pd.NaT


def test_a_credit_note_inside_a_gap_does_not_end_it(clean_orders):
    lines = [("A", "2024-01-01", 1), ("A", "2024-06-01", -1), ("A", "2025-01-01", 1)]
    found = one(clean_orders, lines, "2025-06-30")
    assert (found["gaps"], found["gap_mean"]) == (1, 366)
    assert found["long_gap_ended"] == pd.Timestamp("2025-01-01")


def test_shares_are_of_positive_totals_reach_one_and_ties_share_their_sum(clean_orders):
    # 50 + 20 + 20 + 10 = 100, and -30 is left out
    lines = [(name, "2026-01-01", money) for name, money in zip("ABCDE", (50, 20, 20, 10, -30), strict=True)]
    found = account_facts(clean_orders(lines), date(2026, 1, 31)).set_index("account_id")
    assert found["share"].dropna().to_dict() == pytest.approx({"A": 0.5, "B": 0.2, "C": 0.2, "D": 0.1})
    assert found["cumulative_share"].dropna().to_dict() == pytest.approx({"A": 0.5, "B": 0.9, "C": 0.9, "D": 1.0})


def test_ids_come_back_as_they_are(clean_orders):
    names = ["00123", "K.01", "123", "1e5", "ООО Ромашка", " spaced "]
    found = account_facts(clean_orders([(name, "2026-01-01", 1) for name in names]), date(2026, 1, 1))
    assert sorted(found["account_id"]) == sorted(names)


def test_accounts_that_came_after_a_date_are_not_in_it(clean_orders):
    orders = clean_orders([("A", "2026-01-01", 1), ("B", "2026-02-01", 1)])
    found = account_facts(orders, [date(2026, 2, 1), date(2026, 1, 31), date(2026, 1, 31)])
    pairs = list(zip(found["as_of"].dt.strftime("%d.%m."), found["account_id"], strict=True))
    assert pairs == [("31.01.", "A"), ("01.02.", "A"), ("01.02.", "B")]


def test_no_order_line_by_the_date_is_refused(clean_orders):
    orders = clean_orders([("A", "2026-01-02", 1)])
    with pytest.raises(InputError, match="no order line on or before 2026-01-01"):
        account_facts(orders, date(2026, 1, 1))
    with pytest.raises(InputError, match="no order line"):
        account_facts(clean_orders([]), [date(2026, 1, 1)])
    with pytest.raises(InputError, match="as_of holds no date"):
        account_facts(orders, [])


# ------------------------------------------------------------------ months, order days, next orders, by hand


def test_months_run_from_the_first_purchase_to_the_last_complete_month_with_zeros_between(clean_orders):
    lines = [
        ("A", "2025-12-31", -5),  # before the first purchase
        ("A", "2026-01-31", 10),
        ("A", "2026-03-01", 20),
        ("A", "2026-03-01", -3),
        ("A", "2026-05-10", 99),  # May is not complete on the 30th
        ("B", "2026-05-02", 1),  # first purchase in the incomplete month
        ("C", "2026-01-01", -1),  # never bought
    ]
    found = account_months(clean_orders(lines), date(2026, 5, 30))
    assert found["account_id"].eq("A").all()
    assert found["month"].dt.strftime("%Y-%m").tolist() == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert found["revenue"].tolist() == [10, 0, 17, 0]
    assert found["order_days"].tolist() == [1, 0, 1, 0]
    assert found["margin"].isna().all()
    complete = account_months(clean_orders(lines), date(2026, 5, 31))
    assert complete.groupby("account_id")["revenue"].agg(["size", "sum"]).to_dict("index") == {
        "A": {"size": 5, "sum": 126},
        "B": {"size": 1, "sum": 1},
    }


def test_months_are_empty_but_typed_where_no_month_is_complete(clean_orders):
    for lines in ([("A", "2026-05-10", 1)], []):
        found = account_months(clean_orders(lines), date(2026, 5, 30))
        assert found.empty
        assert list(found.columns) == ["account_id", "month", "revenue", "margin", "order_days"]
        assert found["month"].dtype == "datetime64[ns]"


def test_a_month_of_unknown_margin_is_missing_and_a_month_without_orders_zero(clean_orders):
    lines = [("A", "2026-01-01", 10, 4), ("A", "2026-03-01", 10, None)]
    found = account_months(clean_orders(lines, "account_id date amount margin"), date(2026, 3, 31))
    assert found["margin"].tolist()[:2] == [4, 0]
    assert np.isnan(found["margin"].iloc[2])


def test_account_days_hold_the_days_of_credit_notes_alone(clean_orders):
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
    found = order_days(clean_orders(lines, "account_id date amount margin"), date(2026, 1, 4))
    assert found["account_id"].tolist() == ["A", "A", "B"]
    assert found["date"].tolist() == [pd.Timestamp(day) for day in ("2026-01-01", "2026-01-02", "2026-01-02")]
    assert found["amount"].tolist() == [0.1, 7, 5]
    assert found["margin"].tolist()[:2] == [0.05, 3]
    assert np.isnan(found["margin"].iloc[2])


def test_the_next_order_lies_after_the_date_and_not_after_the_end(clean_orders):
    lines = [("A", "2026-01-10", 1), ("A", "2026-01-20", 1), ("B", "2026-01-10", 1), ("C", "2026-01-15", 1)]
    lines += [("A", "2026-01-12", -5), ("B", "2026-02-01", 1)]
    found = next_orders(clean_orders(lines), [date(2026, 1, 10), date(2026, 1, 20)], date(2026, 1, 31))
    got = [(str(row.as_of.date()), row.account_id, row.next_order) for row in found.itertuples()]
    assert got == [
        ("2026-01-10", "A", pd.Timestamp("2026-01-20")),  # the one of the day itself is no outcome, nor a credit note
        ("2026-01-10", "B", pd.NaT),  # bought on 1 February only, after the end
        ("2026-01-20", "A", pd.NaT),
        ("2026-01-20", "B", pd.NaT),
        ("2026-01-20", "C", pd.NaT),  # C came after 10 January
    ]


def test_an_account_counts_as_known_only_after_a_purchase(clean_orders):
    orders = clean_orders([("A", "2026-01-01", -1), ("A", "2026-01-20", 1)])
    assert next_orders(orders, date(2026, 1, 10), date(2026, 1, 31)).empty


def test_worth_is_margin_where_any_is_known_else_revenue():
    assert worth(pd.DataFrame({"margin": [np.nan, 1.0]})) == "margin_12m"
    assert worth(pd.DataFrame({"margin": [np.nan]}), "24m") == "revenue_24m"
