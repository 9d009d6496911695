"""Every table of facts against an oracle, on random order lines.

The oracle, `naive`, reads the definitions of methods.md line by line in plain Python with exact fractions and its own
calendar, one account after the other.
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

from kamlib.facts import account_facts, account_months, next_orders, order_days

COLUMNS = """
customer_id as_of first_order last_order tenure_days silence_days order_days orders lines revenue margin returns
average_order gaps gap_median gap_mean gap_sd gap_cv gap_p95 revenue_3m revenue_6m revenue_12m revenue_24m margin_6m
margin_12m margin_24m revenue_prev_12m revenue_prev_6m revenue_6m_year_ago order_days_12m order_days_24m returns_12m
returns_24m categories categories_12m categories_24m managers managers_24m growth long_gap_ended long_gap_days long_gap_orders share cumulative_share
margin_known margin_known_12m margin_known_24m trend_12m trend_24m regularity_12m regularity_24m
""".split()  # noqa: SIM905
MONEY = [name for name in COLUMNS if name.startswith(("revenue", "margin", "returns")) and "known" not in name]
EXACT = [*MONEY, *(name for name in COLUMNS if name.startswith("order"))]
WIDE = "customer_id date amount margin category manager order_id"


def back(day: date, months: int) -> date:
    """The same day so many months before, the last day of that month where it has no such day, and before the last of one."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    whole = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if whole else min(day.day, last))


def quantile(values: list[int], share: float) -> float:
    """Linear between order statistics: place (n - 1) p, counted from 0."""
    values, place = sorted(values), (len(values) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def slope(values):
    """The least-squares slope of values at 0, 1, 2, ..., exactly."""
    x, y = (sum(numbers, Fraction(0)) / len(values) for numbers in (range(len(values)), values))
    products = [(place - x) * (value - y) for place, value in enumerate(values)]
    return sum(products) / sum((place - x) ** 2 for place in range(len(values)))


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
            "customer_id": account,
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
        }
        long = [place for place, gap in enumerate(gaps) if gap > max(180, horizon)]
        last = (days[long[-1] + 1], gaps[long[-1]], long[-1] + 1) if long else (None, None, None)
        row |= dict(zip(["long_gap_ended", "long_gap_days", "long_gap_orders"], last, strict=True))
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
            return margin_of(found) if found else 0.0

        def margin_known(found):
            moved = 0 if found is None else sum(abs(line[2]) for line in found)
            return float(sum(abs(line[2]) for line in found if line[3] is not None) / moved) if moved else None

        def kinds(found, place):
            if found is None:
                return None
            bought = [line for line in found if line[2] > 0]
            known = {line[place] for line in bought} - {None}
            return len(known) if known or not bought else None

        row |= {"margin_known": margin_known(own)}
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
            row[f"margin_known_{months}m"] = margin_known(found)
            if found is not None and days and days[0] <= back(as_of, months):
                monthly = [window(month + 1, month) for month in reversed(range(months))]
                sums = [sum((line[2] for line in month), Fraction(0)) for month in monthly]
                mean = sum(sums) / months
                row[f"trend_{months}m"] = float(slope(sums) / mean) if mean > 0 else None
                row[f"regularity_{months}m"] = sum(any(line[2] > 0 for line in month) for month in monthly) / months
        row["managers_24m"] = kinds(window(24, 0), 5)
        base = row["revenue_prev_12m"]
        row["growth"] = row["revenue_12m"] / base - 1 if base is not None and base > 0 else None
        whole = days and row["tenure_days"] + (row["gap_mean"] or 0) >= 730
        if row["growth"] is not None and row["growth"] > 0 and not whole:
            row["growth"] = None
        rows.append(row)
    whole = sum(row["revenue"] for row in rows if row["revenue"] > 0)
    for row in rows:
        positive = row["revenue"] > 0
        row["share"] = row["revenue"] / whole if positive else None
        larger = [other["revenue"] for other in rows if other["revenue"] >= row["revenue"]]
        row["cumulative_share"] = sum(larger) / whole if positive else None
    return pd.DataFrame(rows, columns=COLUMNS)


def margin_of(found):
    """The sum of the margins of lines; None where those that have one hold less than four fifths of the money moved."""
    known = [line for line in found if line[3] is not None]
    enough = 5 * sum(abs(line[2]) for line in known) >= 4 * sum(abs(line[2]) for line in found)
    return float(sum((line[3] for line in known), Fraction(0))) if known and enough else None


def naive_months(lines, as_of):
    rows = []
    for account in sorted({line[0] for line in lines}):
        own = [line for line in lines if line[0] == account]
        until = back(as_of + timedelta(1), 0).replace(day=1)
        by_month = {}
        for line in own:
            if line[1] < until:
                by_month.setdefault(line[1].replace(day=1), []).append(line)
        known = any(margin_of(found) is not None for found in by_month.values())
        bought = [line[1] for line in own if line[2] > 0 and line[1] <= as_of]
        if not bought:
            continue
        month = min(bought).replace(day=1)
        while month.replace(day=calendar.monthrange(month.year, month.month)[1]) <= as_of:
            found = [line for line in own if line[1].replace(day=1) == month]
            margin = margin_of(found) if found else 0.0 if known else None
            revenue = float(sum((line[2] for line in found), Fraction(0)))
            rows.append((account, month, revenue, margin, len({line[1] for line in found if line[2] > 0})))
            month = (month + timedelta(31)).replace(day=1)
    return pd.DataFrame(rows, columns=["customer_id", "month", "revenue", "margin", "order_days"])


def same(found: pd.DataFrame, wanted: pd.DataFrame, keys=("as_of", "customer_id")) -> None:
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


@pytest.mark.slow
@settings(max_examples=8)
@given(lines=random_lines(), data=st.data())
def test_facts_are_those_of_the_definitions_at_every_date(clean_orders, lines, data):
    last = max(line[1] for line in lines)
    first = min(line[1] for line in lines)
    dates = data.draw(st.lists(st.dates(first, last + timedelta(400)), min_size=1, max_size=3, unique=True))
    horizon = data.draw(st.sampled_from([14, 180, 250]))
    since = data.draw(st.none() | st.just(first - timedelta(200)) | st.just(first + timedelta(100)))
    found = account_facts(table(clean_orders, lines), dates, horizon_days=horizon, observed_from=since)
    until = [line for line in lines if line[1] <= max(dates)]
    wanted = [naive(until, day, horizon, since) for day in dates]
    same(found, pd.concat([part.astype(object) for part in wanted], ignore_index=True))


@pytest.mark.slow
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


@pytest.mark.slow
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
    after["customer_id"] = after["customer_id"].map({new: old for old, new in renamed.items()})
    money = [*MONEY, "average_order"]
    before[money] = before[money] * 1000
    pd.testing.assert_frame_equal(
        before.sort_values("customer_id", ignore_index=True),
        after.sort_values("customer_id", ignore_index=True),
        rtol=1e-12,
        check_dtype=False,
    )


@settings(max_examples=6)
@given(lines=random_lines(), day=st.dates(date(2023, 6, 1), date(2026, 6, 30)))
def test_months_are_those_of_the_definitions(clean_orders, lines, day):
    found = account_months(table(clean_orders, lines), day)
    same(found, naive_months([line for line in lines if line[1] <= day], day), ("customer_id", "month"))


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
    wanted = pd.DataFrame(wanted, columns=["customer_id", "as_of", "next_order"], dtype=object)
    same(next_orders(table(clean_orders, lines), dates, until), wanted)
