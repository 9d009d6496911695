"""Who moved between two dates. Oracle: a base small enough to count by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.facts import account_facts, account_months
from kamlib.facts.worth import observed_window
from kamlib.segments import migration
from kamlib.study.model import Study


def at(**rows) -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_id": list(rows), "abc": [r[0] for r in rows.values()], "money": [float(r[1]) for r in rows.values()]}
    )


BEFORE = at(a=("A", 100), b=("A", 90), c=("B", 20), gone=("C", 5))
AFTER = at(c=("A", 95), a=("A", 110), b=("B", 15), fresh=("C", 3))


def test_every_account_of_either_date_is_counted_once():
    moved = migration.moves(BEFORE, AFTER, "abc").set_index("customer_id")
    assert sorted(moved.index) == ["a", "b", "c", "fresh", "gone"]
    assert moved.loc["fresh", "from"] == migration.NOT_YET and moved.loc["gone", "to"] == migration.GONE
    assert moved["moved"].to_dict() == {"a": False, "b": True, "c": True, "fresh": True, "gone": True}
    assert moved.loc["gone", "change"] == -5 and moved.loc["fresh", "change"] == 3


def test_the_largest_change_of_money_comes_first():
    moved = migration.moves(BEFORE, AFTER, "abc")
    assert moved["customer_id"].tolist() == ["b", "c", "a", "gone", "fresh"]
    assert moved["change"].tolist() == [-75, 75, 10, -5, 3]


def test_the_matrix_has_the_counts_of_both_dates_on_its_edges():
    square = migration.matrix(migration.moves(BEFORE, AFTER, "abc"), ["A", "B", "C"])
    assert square.loc["A"].to_dict() == {"A": 1, "B": 1, "C": 0, migration.GONE: 0}
    assert square.loc[migration.NOT_YET, "C"] == 1 and square.loc["C", migration.GONE] == 1
    assert square.sum(axis=1)[["A", "B", "C"]].tolist() == [2, 1, 1]
    assert square.sum(axis=0)[["A", "B", "C"]].tolist() == [2, 1, 1]


def test_the_matrix_adds_up_money_as_well_and_drops_empty_classes():
    square = migration.matrix(migration.moves(BEFORE, AFTER, "abc"), ["A", "B", "C", "net<=0"], "money_after")
    assert square.loc["B", "A"] == 95 and "net<=0" not in square
    assert square.attrs["of"] == "money_after"


def test_the_same_date_twice_moves_nobody():
    moved = migration.moves(BEFORE, BEFORE, "abc")
    assert not moved["moved"].any() and (moved["change"] == 0).all()


def test_a_class_that_is_missing_at_both_dates_is_no_move():
    lost = at(a=(None, 1))
    moved = migration.moves(lost, lost, "abc")
    assert not moved["moved"].any()
    assert migration.matrix(moved, ["A"]).loc[migration.NO_CLASS, migration.NO_CLASS] == 1


def test_an_account_that_stands_twice_is_refused():
    with pytest.raises(InputError, match="more than once"):
        migration.moves(pd.concat([BEFORE, BEFORE]), AFTER, "abc")


def test_whoever_could_not_be_judged_has_not_moved():
    before, after = at(a=(None, 1), b=("unknown", 2), c=("A", 3)), at(a=("A", 1), b=("B", 2), c=(None, 3))
    moved = migration.moves(before, after, "abc").set_index("customer_id")
    assert not moved["moved"].any()
    assert moved.loc[["a", "c"], ["from", "to"]].to_numpy().tolist() == [
        [migration.NO_CLASS, "A"],
        ["A", migration.NO_CLASS],
    ]


def test_streams_hold_every_account_and_its_money_once():
    streams = migration.flows(migration.moves(BEFORE, AFTER, "abc"))
    found = streams.set_index(["from", "to"])
    assert streams["accounts"].sum() == 5
    assert streams[["money_before", "money_after"]].sum().tolist() == [215, 223]
    assert found.loc[("A", "A"), ["accounts", "money_before", "money_after", "change", "moved"]].tolist() == [
        1,
        100,
        110,
        10,
        False,
    ]
    assert found.loc[("B", "A"), ["accounts", "change", "moved"]].tolist() == [1, 75, True]
    assert streams["money_after"].is_monotonic_decreasing


def test_the_worth_of_a_stream_is_unknown_where_nobody_s_money_is_known():
    unknown = at(a=("A", 1), b=("A", 2)).assign(money=[float("nan"), 2.0])
    streams = migration.flows(migration.moves(unknown, at(a=("B", 1), b=("C", 5)), "abc")).set_index(["from", "to"])
    assert pd.isna(streams.loc[("A", "B"), "money_before"]) and pd.isna(streams.loc[("A", "B"), "change"])
    assert streams.loc[("A", "C"), "change"] == 3


def grouped(**groupings: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(groupings, names=["grouping"]).reset_index("grouping")


def test_the_balance_says_how_many_moved_and_what_they_were_worth():
    # at both dates a, b, c; b (90 -> 15) and c (20 -> 95) moved: 110 before, 110 after, of 220 now
    still = migration.moves(BEFORE, BEFORE, "abc")
    table = migration.balance(grouped(abc=migration.moves(BEFORE, AFTER, "abc"), same=still)).set_index("grouping")
    assert table.loc["abc", ["accounts", "moved", "came", "went"]].tolist() == [3, 2, 1, 1]
    assert table.loc["abc", ["money_before", "money_after", "share_of_money"]].tolist() == [110, 110, 0.5]
    assert table.loc["abc", "share_moved"] == pytest.approx(2 / 3)
    assert table.loc["same", ["accounts", "moved", "money_after"]].tolist() == [4, 0, 0]


def test_a_balance_without_anyone_at_both_dates_is_unknown_not_zero():
    table = migration.balance(grouped(abc=migration.moves(BEFORE.head(1), AFTER.head(1), "abc")))
    assert table["accounts"].item() == 0 and table["share_moved"].isna().all()


MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)
STUDY = Study(name="t", title="t", as_of=JUNE, sources={"orders": {"files": "orders.csv"}})


def monthly(customer: str, amount: int, first: str, last: str) -> list[tuple]:
    return [
        (customer, day.date(), amount, amount) for day in pd.date_range(first, last, freq="MS") + pd.Timedelta("9D")
    ]


def moved_of(lines, clean_orders) -> pd.DataFrame:
    orders = clean_orders(lines, "customer_id date amount margin")
    before, now = account_facts(orders, MARCH), account_facts(orders, JUNE)
    window = observed_window(before)
    return migration.moves_between(before, now, account_months(orders, JUNE), None, STUDY, window).set_index(
        ["grouping", "customer_id"]
    )


def test_both_dates_are_cut_in_the_same_way_by_hand(clean_orders):
    # margins of 24 months in March: 2400, 21 * 50 = 1050, 24, in all 3474; A below 2779, B below 3300
    # in June: 23 + 5000, 2400, 18 * 50 = 900, 60, in all 8383; A below 6706, B below 7964
    lines = monthly("big", 100, "2023-01-01", "2026-06-01") + monthly("gone", 50, "2023-01-01", "2025-12-01")
    lines += monthly("grown", 1, "2023-01-01", "2026-04-01") + monthly("grown", 1, "2026-06-01", "2026-06-01")
    lines += [("grown", date(2026, 5, 10), 5000, 5000), ("fresh", date(2026, 5, 10), 60, 60)]
    moved = moved_of(lines, clean_orders)
    assert moved.index.get_level_values("grouping").unique().tolist() == list(migration.GROUPINGS)
    assert moved.loc["abc", ["from", "to"]].T.to_dict("list") == {
        "grown": ["C", "A"],
        "gone": ["A", "B"],
        "big": ["A", "A"],
        "fresh": [migration.NOT_YET, "C"],
    }
    assert moved.loc[("abc", "grown"), ["money_before", "money_after", "change", "moved"]].tolist() == [
        24,
        5023,
        4999,
        True,
    ]
    stage = moved.loc["stage", ["from", "to"]].T.to_dict("list")
    assert stage["gone"] == ["at risk", "lost"]  # silent for 111 days, then for 202
    assert stage["big"] == ["loyal", "loyal"] and stage["fresh"] == [migration.NOT_YET, "new"]
    assert moved.loc[("cell", "gone"), "to"] == "BL" and moved.loc[("xyz", "big"), ["from", "to"]].tolist() == [
        "X",
        "X",
    ]


def test_what_the_records_cannot_tell_at_one_date_is_used_at_neither(clean_orders):
    # records from May 2024: two whole years are seen in June, not in March; nobody becomes loyal by that alone
    lines = monthly("big", 100, "2024-05-01", "2026-06-01") + monthly("other", 60, "2024-05-01", "2026-06-01")
    moved = moved_of(lines, clean_orders)
    assert moved.loc["stage", ["from", "to"]].to_numpy().tolist() == [[migration.NO_CLASS] * 2] * 2
    assert moved.loc["abc", "money_after"].tolist() == [1200, 720]  # both over 12 months
    assert not moved["moved"].any()


def test_the_classes_of_a_customer_stand_in_one_row():
    ranked = pd.DataFrame({"customer_id": ["b", "a"], "segment": ["core", "faded"], "money": [1.0, 2.0]})
    in_cells = pd.DataFrame(
        {"customer_id": ["a", "b"], "money": [2.0, 1.0], "abc": ["A", "C"], "xyz": ["X", "Z"], "cell": ["AX", "CZ"]}
    )
    staged = pd.DataFrame({"customer_id": ["a", "b"], "stage": ["lost", "new"]})
    found = migration.groups(ranked, in_cells, staged)
    assert found.to_numpy().tolist() == [
        ["b", 1, "core", "C", "Z", "CZ", "new"],
        ["a", 2, "faded", "A", "X", "AX", "lost"],
    ]
