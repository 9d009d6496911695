"""Shared fixtures: an engine in memory, a study made of texts, clean order lines made from tuples, a PostgreSQL server,
one run of the sample.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import settings

from kamlib.study.columns import Column
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kamlib.intake.pipeline import Clean
    from kamlib.run.schedule import Workers

settings.register_profile("kam", deadline=None, derandomize=True, database=None)
settings.load_profile("kam")


def pytest_collection_finish() -> None:
    """Garbage is looked for rarely, and not among what is imported: that took an eighth of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


_TEXT = ("order_id", "customer_id", "account_id")
_MORE = ("product", "category", "currency", "channel", "manager", "mark", "source_file")


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """``once("name", make)``: a folder that `make` fills, once for all workers of the session; the other ones wait."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root

    def folder_of(name: str, make: Callable[[Path], object]) -> Path:
        folder, made, failed = (root / f"{name}{end}" for end in ("", ".made", ".failed"))
        try:
            folder.mkdir()
        except FileExistsError:
            until = time.monotonic() + 900
            while not made.exists():
                if failed.exists() or time.monotonic() > until:
                    pytest.fail(f"{name} could not be made; see the test that first asked for it")
                time.sleep(0.1)
        else:
            try:
                make(folder)
            except BaseException:
                failed.touch()
                raise
            made.touch()
        return folder

    return folder_of


@pytest.fixture(scope="session")
def sample_report(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """The report of one run of the sample. Its tables are then those of the draft too: notebooks without a folder find them."""
    from kamlib.run.opened import Run
    from kamlib.run.places import SAMPLE
    from kamlib.run.publish import run_study

    def make(folder: Path) -> None:
        tables = run_study(SAMPLE, out=folder).parent / "tables"
        draft = Run.open().folder / "tables"
        for table in tables.glob("*.parquet"):
            for path in (table, table.with_suffix(".json")):  # what says that a table is there comes last
                beside = shutil.copy(path, draft / f".{path.name}")
                Path(beside).replace(draft / path.name)

    return once("sample", make) / "sample" / "2026Q2"


@pytest.fixture(scope="module")
def warm_kernels() -> Iterator[Workers]:
    """Kernels of all tests of a file are forked of one process that has imported everything, and not started anew each."""
    from kamlib.run.notebook import warm_up
    from kamlib.run.schedule import Workers

    warm_up()
    with Workers() as workers:
        yield workers


@pytest.fixture(scope="session")
def page_text() -> Callable[[Path], str]:
    """What an executed notebook says, in words; it has no error, and nothing was printed beside it."""

    def text(path: Path) -> str:
        outputs = [out for cell in nbformat.read(path, as_version=4).cells for out in cell.get("outputs", ())]
        assert not [out for out in outputs if out.output_type in ("error", "stream")]
        return "\n".join(out["data"].get("text/plain", "") for out in outputs)

    return text


@pytest.fixture(scope="session")
def sample_clean() -> Clean:
    """The clean tables of the sample."""
    from kamlib.intake.pipeline import collect
    from kamlib.run.places import SAMPLE

    return collect(Study.read(SAMPLE))


@pytest.fixture(scope="session")
def engine() -> Any:
    """DuckDB in memory, as an Ibis backend, one for the whole session."""
    import ibis

    return ibis.duckdb.connect()


@pytest.fixture(scope="session")
def make_study_in() -> Callable[..., Study]:
    """``make_study_in(folder, {"orders.csv": "..."}, cleaning={...})``: every file is the source of the table it is named after.

    Texts are written as UTF-8, bytes as they are. `sources` gives the sources by hand. The limits are lifted, unless
    `cleaning` sets them.
    """

    def make(folder: Path, files: dict[str, str | bytes], **values: Any) -> Study:
        for name, content in files.items():
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        sources = values.pop("sources", {Path(name).stem: {"files": name} for name in files})
        cleaning = {"most_rows": 1, "most_amount": 1} | values.pop("cleaning", {})
        base = {"name": "test", "title": "Test", "as_of": "2026-06-30"}
        tree = base | values | {"sources": sources, "cleaning": cleaning}
        path = folder / "study.yaml"
        path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
        return Study.read(path)

    return make


@pytest.fixture
def make_study(make_study_in: Callable[..., Study], tmp_path: Path) -> Callable[..., Study]:
    """`make_study_in` a folder of the test's own: ``make_study({"orders.csv": "..."}, cleaning={...})``."""
    return partial(make_study_in, tmp_path)


@pytest.fixture(scope="session")
def clean_orders(engine: Any) -> Callable[..., ir.Table]:
    """Make the clean `orders` table: ``clean_orders([("A", "2026-01-31", "10.50")])``.

    The tuples hold the columns that `columns` names. Amount and margin are texts, integers or decimals, never floats,
    so that they are exact. What is not given: order_id is one per line, account_id the customer, all else null.
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

    def build(lines: Sequence[tuple], columns: str = "customer_id date amount") -> ir.Table:
        nonlocal made
        made += 1
        names = columns.split()
        rows = []
        for number, line in enumerate(lines, start=1):
            row = dict(zip(names, line, strict=True))
            rows.append({"order_id": f"line {number}", "account_id": row["customer_id"], "source_line": number} | row)
        data = {name: pa.array([value(name, row.get(name)) for row in rows], kind) for name, kind in kinds.items()}
        return engine.create_table(f"orders_{made}", pa.table(data))

    return build


@pytest.fixture(scope="session")
def broken() -> Callable[[str, pd.DataFrame], list[str]]:
    """``broken("invoices", table)``: the columns of a table that don't keep to the data dictionary, each with its rule."""

    def values(column: Column, found: pd.Series) -> bool:
        numbers = column.type in ("money", "number", "integer")
        return (
            (column.type != "text" or found.map(type).eq(str).all())
            and (column.type != "date" or found.dtype == "datetime64[ns]")
            and (not numbers or bool(np.isfinite(found.astype(float)).all()))
            and (column.low is None or bool((found >= column.low).all()))
            and (column.high is None or bool((found <= column.high).all()))
            and (not column.choices or bool(found.isin(column.choices).all()))
        )

    def rules(name: str, table: pd.DataFrame) -> list[str]:
        of = INPUTS[name]
        told = [f"{extra}: not in the dictionary" for extra in set(table) - {"customer_id", *of.names}]
        told += [f"{name}: missing" for name in of.required if name not in table or table[name].isna().any()]
        told += [f"{c.name}: values" for c in of.columns if c.name in table and not values(c, table[c.name].dropna())]
        return told + [f"{of.key}: repeats" for _ in [1] if of.key and table.duplicated(list(of.key)).any()]

    return rules


@pytest.fixture(scope="session")
def facts():
    """``facts(margin_12m=[1, 2])``: facts of as many accounts a0, a1, ..., ordinary in all that is not given."""

    def make(**columns):
        n = len(next(iter(columns.values())))
        base = {
            "customer_id": [f"a{i}" for i in range(n)],
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
        return pd.DataFrame(rows, columns=["customer_id", "criterion", "rival", "score"])

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
    server = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c jit=off"
    end = 'cat; "$0" "$1" --mode=immediate stop; rm -rf "$2"'  # at the end of this process, even of a killed one
    watch = [*person, "sh", "-c", end, str(programs[-1].with_name("pg_ctl")), data, str(folder)]
    with subprocess.Popen(watch, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/", start_new_session=True):
        run("initdb", data, "--username=kam", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        run("pg_ctl", data, "--wait", f"--options={server}", f"--log={folder / 'log'}", "start")
        yield f"postgresql://kam@/postgres?host={folder}"


_TINY = """\
name: tiny
title: Ten clients
as_of: 2026Q2
scoring: {criteria: [{name: average_order, source: facts, group: revenue, worst: 0, best: 200, weight: 100}]}
sources:
  orders:
    files: orders.csv
"""
_TINY_ORDERS = "order_id,account_id,date,amount\n" + "".join(
    f"o{account}-{month},{account:05d},2026-{month:02d}-10,{100 + account}.50\n"
    for account in range(1, 11)
    for month in range(1, 7)
)


@pytest.fixture
def kam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line in a folder of its own, with a study of ten clients: (exit status, printed, complained)."""
    from kamlib import cli

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli.signal, "signal", lambda number, heard: None)  # those of the tests stay
    (tmp_path / "study.yaml").write_text(_TINY)
    (tmp_path / "orders.csv").write_text(_TINY_ORDERS)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kam", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


@pytest.fixture(scope="session")
def alive() -> Callable[[str], list[str]]:
    """The commands of the processes that have a mark as KAM_MARK in their environment."""

    def marked(mark: str) -> list[str]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if f"KAM_MARK={mark}".encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_text().replace("\0", " "))
            except OSError:  # it ended meanwhile
                continue
        return found

    return marked


@pytest.fixture(scope="session")
def sample_tables(sample_report: Path) -> dict[str, pd.DataFrame]:
    """The tables of the published sample, by name, but not those that stay in the engine."""
    from kamlib.run.tables import IN_ENGINE

    kept = (path for path in (sample_report / "tables").glob("*.parquet") if path.stem not in IN_ENGINE)
    return {path.stem: pd.read_parquet(path) for path in kept}


@pytest.fixture(scope="session")
def sample_pages(sample_tables: dict[str, pd.DataFrame]) -> Callable[[Path, str], list[Path]]:
    """``sample_pages(folder, "ru")``: the index, the glossary, the list of dossiers, a dossier, its handover and a prospect, written anew."""
    from kamlib.report import html
    from kamlib.report.dossier import write_dossiers
    from kamlib.report.language import speaking
    from kamlib.run.places import SAMPLE
    from kamlib.study.model import Study

    def write(folder: Path, code: str) -> list[Path]:
        study = Study.read(SAMPLE, values={"language": code})
        record = pd.DataFrame({"item": ["1"], "value": ["2"]})
        parts = [("Plan", "08_plan.html", "Who does what by when, and what came of it?")]
        more = {"study": study, "as_of": study.as_of, "tables": sample_tables, "parts": parts, "record": record}
        with speaking(code):
            html.index(folder / "index.html", **more)
            html.glossary(folder / "glossary.html")
            made = list(write_dossiers(folder / "dossiers", study, sample_tables, workbook="../accounts.xlsx").values())
        prospect = next(page for page in made if page.startswith("prospects/"))
        names = ["index.html", made[0], f"handover/{made[0]}", prospect]
        return [folder / "index.html", folder / "glossary.html", *(folder / "dossiers" / name for name in names)]

    return write


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A notebook that a test opens speaks the language of its study; the next test hears English again."""
    yield
    from kamlib.report import language

    language.speak("en")
