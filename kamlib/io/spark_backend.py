"""Spark behind Ibis: its session, and the steps that it keeps as Parquet files.

A plan of the whole cleaning is more than Spark can plan; so each step is written to the spill folder and read from there.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import ibis
import ibis.expr.types as ir

from kamlib.errors import InputError
from kamlib.io.duckdb_backend import name_of_its_own
from kamlib.study.sources import Engine

_STEPS = "spark.kam.steps"
_EVERYWHERE = {
    "spark.log.level": "OFF",  # what fails comes back as an error
    "spark.sql.ansi.enabled": "false",  # what can't be cast is missing, as in the other engines
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}
_HERE = {"spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false"}


def backend(engine: Engine) -> Any:
    """The Ibis backend of a Spark session; its steps lie in a folder of their own that goes with the session.

    Raises
    ------
    InputError
        If pyspark is not installed, or Java or the cluster is not there.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError(
            "the study's engine is Spark, and pyspark is not installed",
            remedy="Install it: pip install 'kamlib[spark]'; it needs Java 17 or 21.",
        ) from None
    folder = engine.spill or tempfile.gettempdir()
    folder = f"{folder if '://' in folder else Path(folder).resolve()}/kam-{uuid4().hex}"
    settings: dict[str, Any] = _EVERYWHERE | {_STEPS: folder}
    if engine.url.startswith("local"):
        here = {"spark.driver.memory": _mebibytes(engine.memory), "spark.sql.warehouse.dir": f"{folder}/warehouse"}
        settings |= _HERE | here
    try:
        session = SparkSession.builder.master(engine.url).appName("kam").config(map=settings).getOrCreate()
        java: Any = session._jvm
        path = java.org.apache.hadoop.fs.Path(folder)
        files = path.getFileSystem(session._jsc.hadoopConfiguration())
        files.mkdirs(path)
        files.deleteOnExit(path)  # of the Java process, however that of Python ends
    except Exception as error:  # those of pyspark and py4j have no kind in common
        raise InputError(
            "no Spark session can be opened",
            found=f"{engine.url}: {cause(error)}",
            remedy="Check engine.url, engine.spill and Java (17 or 21).",
        ) from None
    if session.sparkContext.master != engine.url:
        raise InputError(
            "this process has a Spark session of another engine",
            found=session.sparkContext.master,
            remedy=f"Start a process of its own for {engine.url}.",
        )
    return ibis.pyspark.connect(session)


def cause(error: Exception) -> str:
    """The root of what an engine says in many lines."""
    lines = str(error).splitlines()
    roots = [line for line in lines if line.startswith(("Caused by: ", ": "))] or lines[:1]
    return roots[-1].removeprefix("Caused by").removeprefix(": ")[:200]


def _mebibytes(memory: str) -> str:
    """``1.5GB`` as Java takes it."""
    size = float(memory.rstrip("MGiB"))
    return f"{size * 1024 if 'G' in memory else size:.0f}m"


def store(con: Any, step: ir.Table) -> ir.Table:
    """A step kept as Parquet, so that the plan of the next one begins there."""
    path = f"{con._session.conf.get(_STEPS)}/{name_of_its_own()}"
    step.to_parquet(path)
    return con.read_parquet(path)


def content(con: Any, lines: ir.Table) -> dict[str, Any]:
    """Rows of a table, and a hash of its columns and of the sums of two hashes of each row: see `databases.content`."""
    row = "to_json(struct(*), map('ignoreNullFields', 'false'))"
    sums = [f"sum(CAST(xxhash64({seed}, {row}) AS decimal(38, 0)))" for seed in (0, 1)]
    found = con._session.sql(con.compile(lines)).selectExpr("count(*)", *sums).collect()[0]
    text = repr((tuple(lines.schema().items()), *map(str, found)))
    return {"rows": int(found[0]), "sha256": hashlib.sha256(text.encode()).hexdigest()}
