"""Shared fixtures: an engine in memory, a study made of texts, clean order lines made from tuples, a PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import yaml
from hypothesis import settings

from kamlib.study.model import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

settings.register_profile("kam", deadline=None, derandomize=True, database=None)
settings.load_profile("kam")

_TEN = """\
name: ten
title: Ten clients
as_of: 2026Q2
sources:
  orders: {files: orders.csv}
scoring:
  criteria:
    - {name: turnover, source: facts, column: revenue, group: revenue, worst: 0, best: 5000, weight: 70}
    - {name: growth, source: facts, group: development, worst: -0.5, best: 0.5, weight: 30}
"""

_TEXT = ("order_id", "account_id", "member_id")
_MORE = ("product", "category", "currency", "channel", "manager", "mark", "source_file")


@pytest.fixture(scope="session")
def engine() -> Any:
    """DuckDB in memory, as an Ibis backend, one for the whole session."""
    import ibis

    return ibis.duckdb.connect()


@pytest.fixture
def ten_clients(tmp_path: Path) -> Path:
    """The study file of ten clients with half a year of order lines; the last one's sum is negative in 2026Q2."""
    lines = [
        f"o{client}-{month},{client:05d},2026-{month:02d}-{3 * client:02d},{-900 if (client, month) == (10, 6) else 100 + client}"
        for client in range(1, 11)
        for month in range(1, 7)
        if client % month != 1
    ]
    folder = tmp_path / "ten"
    folder.mkdir()
    (folder / "orders.csv").write_text("order_id,account_id,date,amount\n" + "\n".join(lines) + "\n")
    (folder / "study.yaml").write_text(_TEN)
    return folder / "study.yaml"


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[..., Study]:
    """``make_study({"orders.csv": "..."}, cleaning={...})``: every file is the source of the table it is named after.

    Texts are written as UTF-8, bytes as they are. `sources` gives the sources by hand. The limits are lifted, unless
    `cleaning` sets them.
    """

    def make(files: dict[str, str | bytes], **values: Any) -> Study:
        for name, content in files.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        sources = values.pop("sources", {Path(name).stem: {"files": name} for name in files})
        cleaning = {"most_rows": 1, "most_amount": 1} | values.pop("cleaning", {})
        base = {"name": "test", "title": "Test", "as_of": "2026-06-30"}
        tree = base | values | {"sources": sources, "cleaning": cleaning}
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
        return Study.read(path)

    return make


@pytest.fixture(scope="session")
def clean_orders(engine: Any) -> Callable[..., ir.Table]:
    """Make the clean `orders` table: ``clean_orders([("A", "2026-01-31", "10.50")])``.

    The tuples hold the columns that `columns` names. Amount and margin are texts, integers or decimals, never floats,
    so that they are exact. What is not given: order_id is one per line, member_id the account, all else null.
    """
    import pyarrow as pa

    money, text = pa.decimal128(18, 4), pa.string()
    kinds = dict.fromkeys(_TEXT, text) | {"date": pa.date32(), "amount": money, "margin": money}
    kinds |= {"quantity": pa.float64(), "price": pa.float64()} | dict.fromkeys(_MORE, text)
    kinds["source_line"] = pa.int64()
    made = 0

    def value(name: str, found: Any) -> Any:
        if found is None:
            return None
        if name == "date" and isinstance(found, str):
            return date.fromisoformat(found)
        if name in ("amount", "margin"):
            assert not isinstance(found, float), "a float is not exact"
            return Decimal(found).quantize(Decimal("0.0001"))
        return found

    def build(lines: Sequence[tuple], columns: str = "account_id date amount") -> ir.Table:
        nonlocal made
        made += 1
        names = columns.split()
        rows = []
        for number, line in enumerate(lines, start=1):
            row = dict(zip(names, line, strict=True))
            rows.append({"order_id": f"line {number}", "member_id": row["account_id"], "source_line": number} | row)
        data = {name: pa.array([value(name, row.get(name)) for row in rows], kind) for name, kind in kinds.items()}
        return engine.create_table(f"orders_{made}", pa.table(data))

    return build


@pytest.fixture(scope="session")
def facts():
    """``facts(margin_12m=[1, 2])``: facts of as many accounts a0, a1, ..., ordinary in all that is not given."""

    def make(**columns):
        n = len(next(iter(columns.values())))
        base = {
            "account_id": [f"a{i}" for i in range(n)],
            "revenue_12m": [100.0] * n,
            "margin_12m": [10.0] * n,
            "categories_12m": [3.0] * n,
            "tenure_days": [5 * 365.25] * n,
            "order_days": [4] * n,
            "as_of": [pd.Timestamp("2026-09-30")] * n,
        }
        return pd.DataFrame(base | columns)

    return make


@pytest.fixture(scope="session")
def marks():
    """``marks((account, criterion, rival, score), ...)``: ratings."""

    def make(*rows):
        return pd.DataFrame(rows, columns=["account_id", "criterion", "rival", "score"])

    return make


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of Debian's package, started for the session, on a socket in a folder of its own."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs or (os.getuid() == 0 and not shutil.which("runuser")):
        pytest.skip("needs Debian's package postgresql")
    pytest.importorskip("psycopg")
    folder = Path(tempfile.mkdtemp(prefix="kam-postgres-"))
    person = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if person:
        shutil.chown(folder, "postgres")

    def run(program: str, *options: str) -> None:
        command = [*person, str(programs[-1].with_name(program)), *options]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    data = f"--pgdata={folder / 'data'}"
    server = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    end = 'cat; "$0" "$1" --mode=immediate stop; rm -rf "$2"'  # at the end of this process, even of a killed one
    watch = [*person, "sh", "-c", end, str(programs[-1].with_name("pg_ctl")), data, str(folder)]
    with subprocess.Popen(watch, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/", start_new_session=True):
        run("initdb", data, "--username=kam", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        run("pg_ctl", data, "--wait", f"--options={server}", f"--log={folder / 'log'}", "start")
        yield f"postgresql://kam@/postgres?host={folder}"
