"""Files written into a folder of their own and read by the embedded engine, and tables of databases."""

from __future__ import annotations

import sqlite3

import pytest

from kamlib.io import readers
from kamlib.study.model import Study
from kamlib.study.sources import Source


@pytest.fixture(scope="module")
def con():
    """The embedded engine."""
    return readers.engine()


@pytest.fixture
def read(con, tmp_path):
    """Read files (path: content) as one source; a list of rows without FILE, LINE and PART unless asked for."""

    def of(files: dict[str, bytes], added: bool = False, **source):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        paths = [tmp_path / name for name in files]
        given = Source(files=list(files), **source)
        table = readers.store(con, readers.read(con, given, paths, tmp_path / "scratch")).to_pandas()
        table = table if added else table.drop(columns=list(readers.ADDED))
        return table.astype(object).where(table.notna(), None)

    return of


@pytest.fixture
def file(tmp_path):
    """Writes one text file; gives its path."""

    def make(content):
        path = tmp_path / "x.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


@pytest.fixture
def read_table(tmp_path):
    """The table of a source as a list of dicts, without what the reader adds unless asked for."""

    def of(url, table, added=False):
        study = Study.model_construct(sources={"orders": Source(url=url, table=table)})
        study._folder = tmp_path
        con = readers.engine()
        raw = readers.read(con, study.sources["orders"], study.paths("orders"), tmp_path / "scratch")
        assert not list((tmp_path / "scratch").glob("*")), "nothing stays in the scratch folder"
        found = readers.store(con, raw if added else raw.drop(*(name for name in readers.ADDED if name in raw.columns)))
        return found.to_pyarrow().to_pylist()

    return of


@pytest.fixture
def sqlite(tmp_path):
    """A connection to the SQLite file ``shop.db``."""
    base = sqlite3.connect(tmp_path / "shop.db")
    yield base
    base.close()
