"""What of Spark needs no Spark; `test_engines` asks a session itself. Oracle: messages as they came, read by a person."""

from __future__ import annotations

import sys

import pytest

from kamlib.errors import InputError
from kamlib.io import spark_backend
from kamlib.study.sources import Engine

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
