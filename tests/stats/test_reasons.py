"""Reasons as codes with values: oracle, rows by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from kamlib.stats.reasons import Reason, joined, or_waiting, packed, reason_columns, split, waiting, waits_for

DAYS = pd.Series([3, 40, 50], index=["a", "b", "c"])


def test_the_first_case_that_holds_gives_the_code_and_its_values():
    cases = [(DAYS > 45, "gone", {}), (DAYS > 30, "quiet", {"days": DAYS, "limit": 30})]
    made = reason_columns(cases, "as_usual")
    assert made.index.tolist() == ["a", "b", "c"]
    assert made["reason"].tolist() == ["as_usual", "quiet", "gone"]
    assert made["reason_values"].tolist() == ["{}", json.dumps({"limit": 30, "days": 40}), "{}"]


def test_a_flag_that_is_not_known_does_not_hold_and_a_code_of_none_leaves_none():
    flag = pd.Series([True, None, False], dtype="boolean")
    made = reason_columns([(flag, None, {}), (~flag.fillna(True), "x", {})], "rest", name="why")
    assert made["why"].tolist() == ["", "rest", "x"] and list(made) == ["why", "why_values"]


def test_days_missing_values_and_numbers_of_numpy_are_plain_json():
    when = pd.Series([pd.Timestamp("2026-01-31"), pd.NaT, pd.Timestamp("2026-02-01")], index=DAYS.index)
    made = reason_columns([(DAYS > 0, "x", {"day": when, "n": DAYS.astype("Int64"), "all": [np.int64(1), "b"]})])
    assert json.loads(made["reason_values"].iloc[0]) == {"all": [1, "b"], "day": "2026-01-31", "n": 3}
    assert json.loads(made["reason_values"].iloc[1])["day"] is None


def test_reasons_that_are_joined_come_apart_again():
    one = reason_columns([(DAYS > 45, "gone", {"days": DAYS})])
    two = reason_columns([(DAYS > 30, "late", {"sum": 1.5})])
    both = joined([one, two])
    assert both["reason"].tolist() == ["", "late", "gone;late"]
    told = [split(*row) for row in both.itertuples(index=False)]
    assert told == [[], [Reason("late", {"sum": 1.5})], [Reason("gone", {"days": 50}), Reason("late", {"sum": 1.5})]]
    thrice = joined([both, two])
    assert split(*thrice.iloc[2]) == [*told[2], Reason("late", {"sum": 1.5})], "what is joined can be joined again"


def test_reasons_of_a_row_are_packed_as_they_come_apart():
    for row in ([], [Reason("late", {"days": 3})], [Reason("gone"), Reason("late", {"days": 3})]):
        assert split(*packed(row)) == row


def test_an_empty_table_says_what_it_waits_for_also_after_a_selection_and_from_a_file(tmp_path):
    table = waiting(["a", "b"], "too_short", days=180, day=pd.Timestamp("2026-01-31"))
    assert waits_for(table[["a"]]) == waits_for(table) == Reason("too_short", {"days": 180, "day": "2026-01-31"})
    table.to_parquet(tmp_path / "t.parquet")
    assert waits_for(pd.read_parquet(tmp_path / "t.parquet")) == waits_for(table)
    assert waits_for(pd.DataFrame({"a": [1]})) is None


def test_a_selection_without_rows_says_what_it_waits_for_and_keeps_its_types_and_one_with_rows_does_not():
    table = pd.DataFrame({"x": [1, 2], "day": pd.to_datetime(["2026-01-01", "2026-02-01"])})
    none = or_waiting(table[table["x"] > 2], "nobody", limit=2)
    assert waits_for(none) == Reason("nobody", {"limit": 2}) and none.dtypes.equals(table.dtypes)
    assert or_waiting(table, "nobody").equals(table) and waits_for(or_waiting(table, "nobody")[:0]) is None
    assert not table[:0].attrs, "the table given is not changed"


def test_values_of_every_type_are_the_json_of_each_row():
    """By the encoder of Python, a row at a time; per cent signs, quotes and whole numbers that may be missing stay as they are."""
    rows = {
        "days": [3, 0, -7],
        "share": [0.1, 1e-7, 2e16],
        "known": [True, False, True],
        "n %s": [1, None, 2],
        "text": ["50 %", 'a "b", c', None],
        "parts": [["a", "b"], [], ["c"]],
    }
    table = pd.DataFrame({name: pd.Series(values) for name, values in rows.items()})
    table["n %s"] = table["n %s"].astype("Int64")
    values = {"limit": "95 %"} | {name: table[name] for name in table}
    found = reason_columns([(pd.Series([True] * 3), "code", values)])["reason_values"]
    for row, text in enumerate(found):
        told = {"limit": "95 %"} | {name: column[row] for name, column in rows.items()}
        assert text == json.dumps(told, ensure_ascii=False)


def test_reasons_of_one_part_alone_are_those_of_the_part():
    one = reason_columns([(pd.Series([True, False, True]), "a", {"n": pd.Series([1, 2, 3])})])
    two = reason_columns([(pd.Series([False, False, True]), "b", {})])
    found = joined([one, two])
    assert found["reason"].tolist() == ["a", "", "a;b"]
    assert found["reason_values"].tolist() == ['{"n": 1}', "{}", '[{"n": 3}, {}]']
