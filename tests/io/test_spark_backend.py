"""Spark: its files, its sessions and its errors. Oracle: messages as they came, read by a person, and values by hand."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kamlib.errors import InputError
from kamlib.io import engines, spark_backend
from kamlib.study.sources import Engine, Source

PY4J = """An error occurred while calling o42.parquet.
: org.apache.spark.SparkException: Job aborted.
\tat org.apache.spark.sql.errors(QueryExecutionErrors.scala:1)
Caused by: java.io.FileNotFoundException: no such file
\tat java.io.Reader(Reader.java:2)
"""


@pytest.mark.parametrize(
    ("words", "root"),
    [
        (PY4J, "java.io.FileNotFoundException: no such file"),
        (PY4J.partition("Caused")[0], "org.apache.spark.SparkException: Job aborted."),
        ("[PATH_NOT_FOUND] Path does not exist: /x\nJVM stacktrace:", "[PATH_NOT_FOUND] Path does not exist: /x"),
    ],
)
def test_of_many_lines_of_an_error_the_root_is_told(words, root):
    assert spark_backend.cause(RuntimeError(words)) == root


def test_without_pyspark_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(InputError, match=r"pyspark is not installed.*pip install 'kamlib\[spark\]'; it needs Java"):
        spark_backend.backend(Engine(url="local[1]"))


def test_files_that_changed_change_the_key_of_a_run_on_spark(on_spark, lines, tmp_path):
    def found(table: pa.Table) -> dict[str, Any]:
        pq.write_table(table, tmp_path / "orders.parquet")
        return engines.content(on_spark.engine, Source(files=[str(tmp_path / "orders.parquet")]))

    before = found(lines)
    assert before["rows"] == lines.num_rows
    assert found(lines.take(list(range(lines.num_rows))[::-1])) == before, "the order of rows does not count"
    assert found(lines.set_column(0, "Invoice no", [["S0"] * lines.num_rows])) != before
    text = pa.string()
    moved = [pa.table({"a": pa.array([a], text), "b": pa.array([b], text)}) for a, b in (("x", None), (None, "x"))]
    assert found(moved[0]) != found(moved[1]), "a value in another column is another row"


def test_files_that_are_no_parquet_are_named_with_the_root_of_the_error(on_spark, tmp_path, orders_of):
    (tmp_path / "orders.csv").write_text("a,b\n1,2\n")
    for name, words in (("orders.csv", "is not a Parquet file"), ("none.parquet", "Path does not exist")):
        with pytest.raises(InputError, match=rf"can't be read in the engine.*{words}"):
            orders_of(on_spark.engine, Source(files=[str(tmp_path / name)]))


def test_a_second_master_in_one_process_is_refused(on_spark):
    with pytest.raises(InputError, match=r"Spark session of another engine.*local\[2\]"):
        engines.connect(Engine(url="local[1]"))


def test_a_step_on_spark_keeps_its_types_and_names_in_files_of_the_spill_folder(on_spark, lines, tmp_path):
    con = engines.connect(on_spark.engine)
    names = [lines.column_names[1], "a;,{}()=\n`b", "Date", "date"]
    values = [Decimal("-99999999999999.9999"), "00012", date(1900, 1, 1), None]
    step = pa.table([pa.array([value]) for value in values[:3]] + [pa.array([None], pa.float64())], names=names)
    pq.write_table(step, tmp_path / "step.parquet")
    kept = engines.store(con, con.read_parquet(tmp_path / "step.parquet"))
    assert kept.columns == tuple(names)
    assert [column[0].as_py() for column in kept.to_pyarrow().columns] == values
    assert list(Path(str(on_spark.engine.spill)).glob("kam-*/kam_*/*.parquet"))
