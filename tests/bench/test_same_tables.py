"""Tables count as the same only where each bit is."""

from __future__ import annotations

import math

import pyarrow as pa
import pyarrow.parquet as pq

from bench.same_tables import compare, differences
from kamlib.report import words

TABLE = pa.table({"x": [1.0, math.nan, None, 0.0], "s": ["a", None, "b", "c"]})


def test_a_table_is_the_same_as_itself_though_it_holds_nan_and_nulls():
    assert differences(TABLE, TABLE) == []


def test_the_last_bit_a_lost_sign_a_null_and_a_type_are_seen():
    last_bit = TABLE.set_column(0, "x", pa.array([math.nextafter(1.0, 2.0), math.nan, None, 0.0]))
    assert differences(TABLE, last_bit) == ["x, row 0: 1.0 · 1.0000000000000002"]
    assert differences(TABLE, TABLE.set_column(0, "x", pa.array([1.0, math.nan, None, -0.0])))
    assert differences(TABLE, TABLE.set_column(0, "x", pa.array([1.0, None, None, 0.0])))
    assert differences(TABLE, TABLE.set_column(0, "x", pa.array([1.0, math.nan, None, 0.0], pa.float32())))
    assert differences(TABLE, TABLE.select(["s", "x"])) == [], "columns are compared by name"
    assert differences(TABLE, TABLE.slice(1)) == ["rows: 4 · 3"]


def test_a_table_that_only_one_run_has_differs(tmp_path):
    for run, names in (("before", ("facts", "churn")), ("after", ("facts",))):
        (tmp_path / run / "study" / "tables").mkdir(parents=True)
        for name in names:
            pq.write_table(TABLE, tmp_path / run / "study" / "tables" / f"{name}.parquet")
    found = compare(tmp_path / "before", tmp_path / "after")
    assert found == {
        "study/tables/churn.parquet": ["stands in one of them only"],
        "study/tables/facts.parquet": [],
    }


def test_the_names_of_schema_1_are_mapped(tmp_path):
    for run, record, names in (
        ("a", "{}", ["account_id", "member_id"]),
        ("b", '{"schema": 2}', ["customer_id", "account_id"]),
    ):
        (tmp_path / run / "s" / "tables").mkdir(parents=True)
        (tmp_path / run / "s" / "run.json").write_text(record)
        pq.write_table(
            pa.table([["g", "g"], ["g", "x"]], names=names), tmp_path / run / "s" / "tables" / "accounts.parquet"
        )
    assert compare(tmp_path / "a", tmp_path / "b") == {"s/tables/accounts.parquet": []}


def test_reasons_in_codes_are_the_same_as_their_words(tmp_path, monkeypatch):
    monkeypatch.setattr(words, "catalogue", lambda: {"quiet": "quiet for {days} days"})
    then = pa.table({"reason": pa.array(["quiet for 7 days", None], pa.large_string())})
    for days, told in ((7, []), (8, ["reason, row 0: quiet for 7 days · quiet for 8 days"])):
        now = pa.table({"reason": ["quiet", ""], "reason_values": [f'{{"days": {days}}}', "{}"]})
        for run, table in (("a", then), ("b", now)):
            (tmp_path / run / "tables").mkdir(parents=True, exist_ok=True)
            pq.write_table(table, tmp_path / run / "tables" / "states.parquet")
        assert compare(tmp_path / "a", tmp_path / "b") == {"tables/states.parquet": told}


def test_bare_codes_are_the_same_as_their_words(tmp_path):
    then = pa.table({"cause": ["closed, or contract ended", "bids", None, "bids"]})
    now = pa.table({"cause": ["closed_or_ended", "bids", None, "quality"]})
    for run, table in (("a", then), ("b", now)):
        (tmp_path / run / "tables").mkdir(parents=True)
        pq.write_table(table, tmp_path / run / "tables" / "losses.parquet")
    assert compare(tmp_path / "a", tmp_path / "b") == {"tables/losses.parquet": ["cause, row 3: bids · quality"]}


def test_order_lines_may_stand_in_another_order_and_no_other_table_may(tmp_path):
    for run, table in (("before", TABLE), ("after", TABLE.take([3, 1, 0, 2]))):
        (tmp_path / run / "tables").mkdir(parents=True)
        for name in ("orders", "facts"):
            pq.write_table(table, tmp_path / run / "tables" / f"{name}.parquet")
    found = compare(tmp_path / "before", tmp_path / "after")
    assert found["tables/orders.parquet"] == []
    assert found["tables/facts.parquet"]
