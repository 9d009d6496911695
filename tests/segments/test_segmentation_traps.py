"""The traps that other tools fall in, from order lines to every segment. Oracle: what may not matter must not move anyone.

A small trade of forty accounts with every way of buying goes through facts, states, RFM, ABC, XYZ by all readings, life
cycle and cross tables; then the same trade in another dress.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from kamlib.facts import account_facts, account_months
from kamlib.facts.states import customer_states
from kamlib.segments import abc_xyz, crosstabs, lifecycle, migration, rfm, xyz

AS_OF = date(2026, 6, 30)
START = date(2023, 7, 1)
COLUMNS = "customer_id date amount margin order_id channel manager"
ODD_IDS = ["K.01", "00123", "1e5", "NA", "0", "-7", "кли ент", "ns,1", "TRUE", " x"]


def trade() -> list[tuple]:
    """Regular and rare buyers, one-time buyers, those who came late, left, only sent back, or bought for nothing."""
    rng = np.random.default_rng(7)
    lines = []
    for i in range(40):
        gap = [7, 20, 45, 90, 400][i % 5]
        day = START + timedelta(days=int(rng.integers(0, 500 if i % 3 == 0 else 60)))
        end = AS_OF - timedelta(days=300) if i % 7 == 3 else AS_OF
        number = 0
        while day <= end and not (i % 8 == 6 and number):
            cents = int(rng.lognormal(9 + i % 4, 1))
            lines.append(
                (f"a{i:02d}", day, Decimal(cents) / 100, Decimal(cents // 4) / 100, f"o{i}-{number}", "web", "M1")
            )
            number += 1
            day += timedelta(days=1 + int(rng.gamma(2.0, gap / 2)))
    last = AS_OF - timedelta(days=40)
    quiet = AS_OF - timedelta(days=100)  # silent, not lost yet
    lines = [line for line in lines if line[0] not in ("a05", "a16") or line[1] <= quiet]
    lines += [("zero", last, Decimal(0), Decimal(0), "z1", "web", "M1")]
    lines += [("back", last, Decimal("-50"), Decimal("-9"), "b1", "web", "M1")]
    lines += [("worse", last, Decimal("20"), Decimal("4"), "w1", "web", "M2")]
    lines += [("worse", last + timedelta(days=3), Decimal("-90"), Decimal("-30"), "w2", "phone", "M2")]
    return lines


def segmented(orders) -> pd.DataFrame:
    """Every class of every account, by customer_id."""
    facts = account_facts(orders, AS_OF, observed_from=START)
    months = account_months(orders, AS_OF)
    state = customer_states(facts)
    by_money = abc_xyz.abc_classes(facts).set_index("customer_id")
    found = rfm.rfm_segments(facts, classes=5).set_index("customer_id")[["r", "f", "m", "segment"]]
    found = found.join(by_money["abc"]).join(
        abc_xyz.abc_classes(facts, method="tangent").set_index("customer_id")["abc"].rename("tangent")
    )
    for name, given in {
        "frequency": {"reading": "frequency"},
        "gaps": {"reading": "gaps"},
        "month": {"reading": "periods", "money": "margin"},
        "quarter": {"reading": "periods", "grain": "quarter"},
    }.items():
        found[name] = xyz.xyz_classes(facts, months, state, **given).set_index("customer_id")["xyz"]
    found["stage"] = lifecycle.lifecycle_stages(facts, state).set_index("customer_id")["stage"]
    return found.sort_index()


CLASSES = ["r", "f", "m", "segment", "abc", "tangent", "frequency", "gaps", "month", "quarter", "stage"]


@pytest.fixture(scope="module")
def lines() -> list[tuple]:
    return trade()


@pytest.fixture(scope="module")
def base(lines, clean_orders) -> pd.DataFrame:
    return segmented(clean_orders(lines, COLUMNS))


def test_the_trade_holds_every_class_there_is(base):
    """Else the tests below would prove little."""
    assert set(base["abc"]) == {"A", "B", "C", abc_xyz.NOT_POSITIVE, abc_xyz.NO_ORDER}
    assert set(base["frequency"]) == {"X", "Y", "Z", "N", "L"}
    assert set(base["stage"].dropna()) == set(lifecycle.STAGES)
    assert set(base["r"].dropna()) == {1, 2, 3, 4, 5}
    assert {"X", "Y", "Z", "N"} & set(base["quarter"]) >= {"Z", "N"}


@pytest.mark.slow
def test_shuffled_rows_move_nobody(base, lines, clean_orders):
    order = np.random.default_rng(1).permutation(len(lines))
    pd.testing.assert_frame_equal(segmented(clean_orders([lines[i] for i in order], COLUMNS)), base)


def test_renamed_ids_move_nobody_and_come_out_as_they_went_in(base, lines, clean_orders):
    old = sorted({line[0] for line in lines})
    new = dict(zip(old, [*ODD_IDS, *(f"z{i}" for i in range(len(old)))][: len(old)][::-1], strict=True))
    renamed = segmented(clean_orders([(new[line[0]], *line[1:]) for line in lines], COLUMNS))
    assert set(ODD_IDS) <= set(renamed.index)
    pd.testing.assert_frame_equal(renamed.loc[[new[name] for name in base.index]].set_axis(base.index), base)


def test_money_in_thousands_moves_nobody(base, lines, clean_orders):
    """Amounts are times a thousand here: the ledger keeps four places, and cents in thousands would need five."""
    larger = [(*line[:2], 1000 * line[2], 1000 * line[3], *line[4:]) for line in lines]
    pd.testing.assert_frame_equal(segmented(clean_orders(larger, COLUMNS)), base)


def test_one_time_buyers_have_no_rhythm(base, lines):
    once = pd.Series([line[0] for line in lines if line[2] > 0]).value_counts()
    names = once.index[once == 1]
    assert len(names) >= 4
    assert set(base.loc[names, "frequency"]) <= {"N", "L"} and set(base.loc[names, "gaps"]) <= {"N", "L"}
    assert not base.loc[names, "stage"].isin(["loyal", "declining"]).any()


def test_net_of_zero_or_below_is_no_c_and_never_regular(base):
    odd = base.loc[["zero", "back", "worse"]]
    assert set(odd["abc"]) == set(odd["tangent"]) == {abc_xyz.NOT_POSITIVE, abc_xyz.NO_ORDER}
    assert not odd[["frequency", "gaps", "month", "quarter"]].isin(["X", "Y"]).any(axis=None)
    assert odd.loc[["zero", "back"], "segment"].tolist() == [rfm.NO_ORDER] * 2
    assert odd.loc[["zero", "back"], "stage"].isna().all()  # they never bought


def test_a_negative_mean_of_long_standing_is_never_x(clean_orders):
    """Goods for 10 and returns for 11 every month: twelve periods and more, a variation of zero, a mean below zero."""
    days = pd.date_range("2023-07-01", "2026-06-01", freq="MS") + pd.Timedelta(days=4)
    lines = [("neg", d.date(), a, a, f"{d:%y%m}{a}", "web", "M1") for d in days for a in (10, -11)]
    lines += [("pos", d.date(), 10, 10, f"p{d:%y%m}", "web", "M1") for d in days]
    found = segmented(clean_orders(lines, COLUMNS))
    assert found.loc["neg", ["abc", "month", "quarter"]].tolist() == [abc_xyz.NOT_POSITIVE, "Z", "Z"]
    assert found.loc["pos", ["abc", "month", "quarter"]].tolist() == ["A", "X", "X"]


@pytest.mark.parametrize("n", [1, 3, 5])
def test_a_handful_of_accounts_is_enough(n, lines, clean_orders):
    few = sorted({line[0] for line in lines})[:n]
    found = segmented(clean_orders([line for line in lines if line[0] in few], COLUMNS))
    assert found[CLASSES].notna().all(axis=None) and len(found) == n


def test_a_base_where_nobody_paid_anything_is_classed_without_a_crash(clean_orders):
    lines = [
        (f"k{i}", AS_OF - timedelta(days=9 * j), 0, 0, f"o{i}{j}", "web", "M1") for i in range(3) for j in range(8)
    ]
    found = segmented(clean_orders(lines, COLUMNS))
    assert set(found["abc"]) == {abc_xyz.NO_ORDER} and set(found["segment"]) == {rfm.NO_ORDER}
    assert found["stage"].isna().all() and set(found["month"]) == {"N"}


def test_nothing_after_the_date_is_read(base, lines, clean_orders):
    later = [("a01", AS_OF + timedelta(days=d), 10**6, 10**6, f"late{d}", "web", "M1") for d in (1, 20)]
    pd.testing.assert_frame_equal(segmented(clean_orders([*lines, *later], COLUMNS)), base)


def test_the_same_date_twice_moves_nobody_in_any_grouping(base):
    table = base.reset_index().assign(money=1.0)
    moved = {name: migration.moves(table, table, by=name) for name in ("segment", "abc", "frequency", "stage")}
    long = pd.concat(moved, names=["grouping"]).reset_index("grouping")
    assert migration.balance(long)["moved"].tolist() == [0, 0, 0, 0]


def test_cross_tables_hold_all_the_money_once(lines, clean_orders):
    orders = clean_orders(lines, COLUMNS)
    facts = account_facts(orders, AS_OF, observed_from=START)
    sums = crosstabs.line_sums(orders, AS_OF, 24)
    rows = crosstabs.traits(facts[["customer_id"]], facts[["customer_id"]].assign(size="small"), sums)
    totals = crosstabs.cross(rows).groupby("trait")[["revenue", "margin"]].sum()
    assert set(totals.index) == {"size", "channel", "manager"}
    assert totals["revenue"].to_numpy() == pytest.approx(facts["revenue_24m"].sum())
    assert totals["margin"].to_numpy() == pytest.approx(facts["margin_24m"].sum())
