"""The embedded engine. Oracles: its own settings, and the folder that it spills to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kamlib.errors import InputError
from kamlib.io import duckdb_backend, readers
from kamlib.study.sources import Source


def test_the_engine_loads_nothing_and_spills_to_a_folder(con):
    settings = dict(
        con.raw_sql(
            "SELECT name, value FROM duckdb_settings() WHERE name IN"
            " ('autoinstall_known_extensions', 'autoload_known_extensions', 'temp_directory')"
        ).fetchall()
    )
    assert settings["autoinstall_known_extensions"] == settings["autoload_known_extensions"] == "false"
    assert settings["temp_directory"]


def test_the_raw_tables_are_gone_once_they_are_forgotten(tmp_path):
    con = readers.engine()
    (tmp_path / "f.csv").write_text("a,b\n1,2\n3\n")
    kept = readers.store(con, readers.read(con, Source(files="f.csv"), [tmp_path / "f.csv"], tmp_path))
    readers.forget(con)
    assert con.list_tables() == [kept.op().name]


SPILL = """
import sys
from kamlib.io import readers
con = readers.engine(memory="40MB")
table = con.sql("SELECT range AS n, md5(range::VARCHAR) AS text FROM range(1000000)")
stored = readers.store(con, table)
folder = con.raw_sql("SELECT current_setting('temp_directory')").fetchone()[0]
from pathlib import Path
print(folder, any(Path(folder).iterdir()))
sys.stdout.flush()
{end}
"""


@pytest.mark.slow
@pytest.mark.parametrize("end", ["", "import os, signal; os.kill(os.getpid(), signal.SIGINT)"])
def test_nothing_is_left_of_what_was_spilled_when_the_process_ends(tmp_path, end):
    done = subprocess.run(
        [sys.executable, "-c", SPILL.format(end=end)],
        capture_output=True, text=True, env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    folder, spilled = done.stdout.split()
    assert Path(folder).parent == tmp_path and spilled == "True", done.stderr
    assert not list(tmp_path.iterdir())


HOSTILE = "a\"; DROP TABLE x; -- 'b'"


def test_any_text_and_any_name_stay_what_they_are(con):
    found = con.raw_sql(f"SELECT {duckdb_backend.quoted(HOSTILE)} AS {duckdb_backend.identifier(HOSTILE)}")
    assert [column[0] for column in found.description] == [HOSTILE] and found.fetchone() == (HOSTILE,)


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ("orders", ["orders"]),
        ("erp.order lines", ["erp", "order lines"]),
        ('"Shop.1".lines', ["Shop.1", "lines"]),
        ('"a.b""c"', ['a.b"c']),
    ],
)
def test_a_point_in_quotes_does_not_part_a_name(table, parts):
    assert duckdb_backend.parts(table) == parts
    assert duckdb_backend.parts(duckdb_backend.table_name(table)) == parts


def test_what_the_engine_says_of_a_file_is_told_in_words_without_its_query(con, file):
    with pytest.raises(InputError, match="the file can't be read as a table") as told, duckdb_backend.plain_errors():
        con.raw_sql(f"SELECT * FROM read_csv({duckdb_backend.quoted(str(file(b'a,b')))}, columns={{'a': 'INT'}}, x=1)")
    assert "SELECT" not in str(told.value)


def test_a_pattern_that_the_engine_cannot_read_is_named_with_its_key():
    duckdb_backend.check_pattern("cleaning.tests", r"^TEST(\d+)?$")
    duckdb_backend.check_pattern("cleaning.tests", None)
    with pytest.raises(InputError, match=r"cleaning\.tests is no pattern that can be read"):
        duckdb_backend.check_pattern("cleaning.tests", "(?<!A)B")
