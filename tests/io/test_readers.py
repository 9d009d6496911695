"""Oracles: Python's csv module writes the files, openpyxl the workbooks, pyarrow the Parquet files."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.io import readers
from kamlib.study.sources import Source


@pytest.fixture(scope="module")
def con():
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


def test_the_engine_loads_nothing_and_spills_to_a_folder(con):
    settings = dict(
        con.raw_sql(
            "SELECT name, value FROM duckdb_settings() WHERE name IN"
            " ('autoinstall_known_extensions', 'autoload_known_extensions', 'temp_directory')"
        ).fetchall()
    )
    assert settings["autoinstall_known_extensions"] == settings["autoload_known_extensions"] == "false"
    assert settings["temp_directory"]


def test_ids_keep_their_leading_zeros_and_letters(read):
    table = read({"a.csv": b"id,n\n00123,1\nK.01,1.50\n1e5,007\n"})
    assert table["id"].tolist() == ["00123", "K.01", "1e5"]
    assert table["n"].tolist() == ["1", "1.50", "007"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(read, encoding, delimiter):
    text = delimiter.join(["клиент", "сумма"]) + "\r\n" + delimiter.join(["ООО Ромашка", "12"]) + "\r\n"
    table = read({"a.csv": text.encode(encoding)})
    assert table.columns.tolist() == ["клиент", "сумма"]
    assert table.to_numpy().tolist() == [["ООО Ромашка", "12"]]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_western_accents_are_found(read, encoding):
    table = read({"a.csv": "firma;ort\nMüller & Söhne;Köln\nCafé Peña;León\n".encode(encoding)})
    assert table["firma"].tolist() == ["Müller & Söhne", "Café Peña"]


def test_quotes_delimiters_and_line_breaks_inside_fields_stay(read):
    table = read({"a.csv": b'a,b\n"x, ""y""","line\nbreak"\n1,2\n'})
    assert table.to_numpy().tolist() == [['x, "y"', "line\nbreak"], ["1", "2"]]


@pytest.mark.parametrize("mark", [b"\n", b"\r\n", b"\r"])
def test_every_line_ending_is_read(read, mark):
    assert len(read({"a.csv": mark.join([b"a,b", b"1,2", b"3,4", b""])})) == 2


def test_hostile_column_names_are_columns(read):
    names = ['select"; drop table x --', "kam:line", "', 'x': 'INT'}) --", "", "a", "A", "a"]
    head = io.StringIO()
    csv.writer(head).writerows([names, range(7)])
    table = read({"a.csv": head.getvalue().encode()})
    assert table.columns.tolist() == [
        'select"; drop table x --', "kam:line (2)", "', 'x': 'INT'}) --", "column 4", "a", "A (2)", "a (3)"
    ]  # fmt: skip
    assert table.iloc[0].tolist() == list("0123456")


def test_a_hostile_file_name_is_a_file(read):
    name = "a'); drop [x]* --.csv"
    assert read({name: b"a,b\n1,2\n"}, added=True)[readers.FILE].tolist() == [name]


def test_lines_and_files_are_those_of_the_source(read):
    table = read({"y1.csv": b"a,b\n1,2\n3,4\n", "y2.csv": b"b,c\n5,6\n"}, added=True)
    assert table[readers.FILE].tolist() == ["y1.csv", "y1.csv", "y2.csv"]
    assert table[readers.LINE].tolist() == [2, 3, 2]
    assert table[["a", "b", "c"]].to_numpy().tolist() == [["1", "2", None], ["3", "4", None], [None, "5", "6"]]


def test_lines_stay_right_when_a_large_file_is_read_by_many_threads(con, tmp_path):
    path = tmp_path / "large.csv"
    path.write_text("a,b\n" + "".join(f"{line},{'x' * 40}\n" for line in range(2, 400_002)))
    table = readers.store(con, readers.read(con, Source(files="large.csv"), [path], tmp_path))
    assert table.count().execute() == 400_000
    assert table.filter(table.a != table[readers.LINE].cast("string")).count().execute() == 0


def test_a_workbook_keeps_ids_numbers_and_days(con, tmp_path, read):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["id", "amount", "day", "flag", "number"])
    book.active.append(["00123", 12.5, datetime(2026, 1, 31), True, 12346.0])
    book.active.append([])
    book.active.append(["K.01", 0.1, date(2026, 2, 1), None, "007"])
    book.create_sheet("other").append(["id"])
    book["other"].append(["x"])
    book.save(tmp_path / "b.xlsx")
    content = (tmp_path / "b.xlsx").read_bytes()
    table = read({"b.xlsx": content}, added=True)
    assert table["id"].tolist() == ["00123", "K.01"]
    assert table["amount"].tolist() == ["12.5", "0.1"]
    assert [text[:10] for text in table["day"]] == ["2026-01-31", "2026-02-01"]
    assert table["number"].tolist() == ["12346", "007"]
    assert table[readers.LINE].tolist() == [2, 4]
    # a dialect with a decimal comma and days of its own: native cells are written as it reads them
    german = read({"b.xlsx": content}, dialect={"decimal": ",", "date_format": "%d.%m.%Y"})
    assert german["amount"].tolist() == ["12,5", "0,1"]
    assert german["day"].tolist() == ["31.01.2026", "01.02.2026"]
    both = read({"b.xlsx": content}, added=True, dialect={"sheet": ["Sheet", "other"]})
    assert both[readers.FILE].tolist() == ["b.xlsx / Sheet", "b.xlsx / Sheet", "b.xlsx / other"]


def test_parquet_keeps_types_and_counts_rows_from_one(con, tmp_path):
    pq.write_table(pa.table({"id": [1, None], "x": [0.5, 2.0]}), tmp_path / "p.parquet")
    raw = readers.read(con, Source(files="p.parquet", part="id"), [tmp_path / "p.parquet"], tmp_path)
    assert raw["id"].type().is_integer() and raw["x"].type().is_floating()
    table = raw.to_pandas()
    assert table[readers.LINE].tolist() == [1, 2]
    assert table[readers.PART].tolist() == ["1", None]


def test_files_of_different_types_meet_as_text(con, tmp_path):
    pq.write_table(pa.table({"id": [12346.0]}), tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text("id\n00123\n")
    paths = [tmp_path / "a.parquet", tmp_path / "b.csv"]
    raw = readers.read(con, Source(files=["a.parquet", "b.csv"]), paths, tmp_path)
    assert raw.to_pandas()["id"].tolist() == ["12346", "00123"]


BROKEN = {
    "an open quote": (b'a,b\n1,"2\n3,4\n', "line 2"),
    "an open quote below a line of too few fields": (b'a,b\n1\n3,"4\n5,6\n', "line 3"),
    "text behind a closing quote": (b'a,b\n1,"2"x\n', "line 2"),
    "nothing": (b"", "line 1"),
    "only empty lines": (b"\n\n", "line 1"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_with_its_line(read, name):
    content, where = BROKEN[name]
    with pytest.raises(InputError, match=rf"x\.csv, {where}"):
        read({"x.csv": content})


@pytest.mark.parametrize("content", [b"", b"hello", b"PAR1" + b"x" * 100 + b"PAR1"])
def test_a_broken_parquet_file_is_named_without_its_folder_or_any_sql(read, content, tmp_path):
    with pytest.raises(InputError, match=r"x\.parquet: the Parquet file can't be read; found") as caught:
        read({"x.parquet": content})
    assert "SELECT" not in str(caught.value) and str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("megabytes", [70, 140])
def test_a_line_that_is_too_long_is_refused_and_not_left_out(read, megabytes):
    with pytest.raises(InputError, match=r"x\.csv, line 3"):
        read({"x.csv": b"a,b\n1,2\n3," + b"x" * (megabytes << 20) + b"\n5,6\n"})


def test_what_only_looks_like_a_title_is_a_table(read):
    """Decimal commas under a header of semicolons; one column whose texts hold no delimiter; a nameless first column."""
    assert read({"a.csv": b"id;sum\n1;2,5\n2;3,5\n"}).columns.tolist() == ["id", "sum"]
    assert read({"b.csv": b"id\nK.01\nK.02\n"})["id"].tolist() == ["K.01", "K.02"]
    assert read({"c.csv": b",id,sum\n0,a,2\n1,b,3\n"}).columns.tolist() == ["column 1", "id", "sum"]


def test_a_stray_zero_byte_does_not_make_a_text_utf_16(read):
    assert read({"a.csv": b"id,n\nK.0\x001,1\nK.02,2\n"})["n"].tolist() == ["1", "2"]


FOOTER = (
    "id,n,text\n"  # 1
    '1,2,"a\nb"\n'  # 2
    "\n"
    "3,4\n"  # 3: a field is missing
    '5,"x ""y""",6,7,8\n'  # 4: two too many
    "9,,\n"  # 5: empty, but there
    "10,11,12,,\n"  # 6: empty ones too many hold nothing
    "Итого\n"  # 7
)


@pytest.mark.parametrize("above", [0, 3])
def test_lines_of_too_few_or_too_many_fields_come_along_in_their_place(con, tmp_path, above):
    (tmp_path / "f.csv").write_text("Report,,\n" * above + FOOTER, encoding="utf-8")
    told: list[str] = []
    source = Source(files="f.csv", dialect={"header": above + 1})
    raw = readers.read(con, source, [tmp_path / "f.csv"], tmp_path, told)
    names = ("id", "n", "text", readers.LINE, readers.BROKEN)
    rows = [tuple(row[name] for name in names) for row in raw.to_pyarrow().to_pylist()]
    assert rows == [
        ("1", "2", "a\nb", above + 2, None),
        (None, None, None, above + 3, '"3","4"'),
        (None, None, None, above + 4, '"5","x ""y""","6","7","8"'),
        ("9", None, None, above + 5, None),
        ("10", "11", "12", above + 6, None),
        (None, None, None, above + 7, '"Итого"'),
    ]
    assert told == (["f.csv: 3 lines above the column names skipped, beginning with 'Report,,'."] if above else [])


def test_broken_lines_of_a_large_file_stay_in_their_place(con, tmp_path):
    """Every line holds its own number; a line in a thousand has a field too few or too many."""
    path = tmp_path / "large.csv"
    tail = {0: "", 500: ",1,2"}
    path.write_text("a,b\n" + "".join(f"{line}{tail.get(line % 1000, ',' + 'x' * 40)}\n" for line in range(2, 300_002)))
    table = readers.store(con, readers.read(con, Source(files="large.csv"), [path], tmp_path))
    broken = table.filter(table[readers.BROKEN].notnull())
    assert (table.count().execute(), broken.count().execute()) == (300_000, 600)
    number = table.a.fill_null(table[readers.BROKEN].re_extract(r"^\"(\d+)", 1))
    assert table.filter(number != table[readers.LINE].cast("string")).count().execute() == 0


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


@pytest.mark.parametrize("end", ["", "import os, signal; os.kill(os.getpid(), signal.SIGINT)"])
def test_nothing_is_left_of_what_was_spilled_when_the_process_ends(tmp_path, end):
    done = subprocess.run(
        [sys.executable, "-c", SPILL.format(end=end)],
        capture_output=True, text=True, env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    folder, spilled = done.stdout.split()
    assert Path(folder).parent == tmp_path and spilled == "True", done.stderr
    assert not list(tmp_path.iterdir())


def test_a_wrong_encoding_is_named_with_its_line(read):
    content = b"a,b\n1,2\n\xff\xfe\xfa,2\n"
    with pytest.raises(InputError, match=r"x\.csv, line 3"):
        read({"x.csv": content}, dialect={"encoding": "utf-8"})
    with pytest.raises(InputError, match="unknown encoding"):
        read({"x.csv": content}, dialect={"encoding": "utf-99"})
    with pytest.raises(InputError, match=r"x\.csv, line 3: the file is not written in us-ascii"):
        read({"x.csv": content}, dialect={"encoding": "us-ascii"})


@pytest.mark.parametrize("name", ["x.xlsx", "x.parquet", "x.pdf"])
def test_a_file_that_is_not_what_it_is_called_is_refused(read, name):
    with pytest.raises(InputError, match=r"x\."):
        read({name: b"%PDF-1.4 nothing else"})


def test_a_missing_file_and_a_missing_part_column_are_refused(con, read, tmp_path):
    with pytest.raises(InputError, match=r"gone\.csv: no such file"):
        readers.read(con, Source(files="gone.csv"), [tmp_path / "gone.csv"], tmp_path)
    with pytest.raises(InputError, match=r"x\.csv, line 1.*'Sheet'.*columns 'a', 'b'"):
        read({"x.csv": b"a,b\n1,2\n"}, part="Sheet")


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=("Cs",)), max_size=8)


@settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_what_was_written_is_read_back(tmp_path_factory, rows, delimiter, ending, encoding):
    """A table of any texts, written by Python's csv module in each dialect, comes back equal (empty is missing)."""
    folder = tmp_path_factory.mktemp("round")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b", "c"), *rows])
    path = Path(folder) / "t.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    dialect = {"delimiter": delimiter, "encoding": encoding}
    con = readers.engine()
    table = readers.read(con, Source(files="t.csv", dialect=dialect), [path], folder).to_pyarrow().to_pylist()
    assert [tuple(row[name] or "" for name in "abc") for row in table] == rows
