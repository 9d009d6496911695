"""Oracles: Python's csv module writes the files, openpyxl the workbooks, pyarrow the Parquet files."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import ibis
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.io import readers
from kamlib.study.sources import Source


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


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize(
    "folder", ["amount=9", "account_id=Z/day=2001-01-01", "a*b", "a?b", "[x]", "{x,y}", "a'b", 'a"b', "a\\b", "a\nb"], ids=ascii
)  # fmt: skip
def test_the_letters_of_a_path_are_letters(con, tmp_path, folder, kind):
    """No folder ``column=value`` takes the place of a column, and no sign makes a path a pattern."""
    path = tmp_path / folder / f"o.{kind}"
    path.parent.mkdir(parents=True)
    if kind == "csv":
        path.write_text("amount,account_id,day\n5,A,2026-06-01\n")
    else:
        pq.write_table(pa.table({"amount": ["5"], "account_id": ["A"], "day": ["2026-06-01"]}), path)
    table = readers.store(con, readers.read(con, Source(files=[path.name]), [path], tmp_path / "scratch"))
    assert table.drop(*readers.ADDED).to_pyarrow().to_pylist() == [
        {"amount": "5", "account_id": "A", "day": "2026-06-01"}
    ]


def test_lines_and_files_are_those_of_the_source(read):
    table = read({"y1.csv": b"a,b\n1,2\n3,4\n", "y2.csv": b"b,c\n5,6\n"}, added=True)
    assert table[readers.FILE].tolist() == ["y1.csv", "y1.csv", "y2.csv"]
    assert table[readers.LINE].tolist() == [2, 3, 2]
    assert table[["a", "b", "c"]].to_numpy().tolist() == [["1", "2", None], ["3", "4", None], [None, "5", "6"]]


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


@pytest.mark.parametrize("content", [b"", b"hello", b"PAR1" + b"x" * 100 + b"PAR1"])
def test_a_broken_parquet_file_is_named_without_its_folder_or_any_sql(read, content, tmp_path):
    with pytest.raises(InputError, match=r"x\.parquet: the Parquet file can't be read; found") as caught:
        read({"x.parquet": content})
    assert "SELECT" not in str(caught.value) and str(tmp_path) not in str(caught.value)


def test_what_only_looks_like_a_title_is_a_table(read):
    """Decimal commas under a header of semicolons; one column whose texts hold no delimiter; a nameless first column."""
    assert read({"a.csv": b"id;sum\n1;2,5\n2;3,5\n"}).columns.tolist() == ["id", "sum"]
    assert read({"b.csv": b"id\nK.01\nK.02\n"})["id"].tolist() == ["K.01", "K.02"]
    assert read({"c.csv": b",id,sum\n0,a,2\n1,b,3\n"}).columns.tolist() == ["column 1", "id", "sum"]


def test_a_stray_zero_byte_does_not_make_a_text_utf_16(read):
    assert read({"a.csv": b"id,n\nK.0\x001,1\nK.02,2\n"})["n"].tolist() == ["1", "2"]


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


@pytest.mark.slow
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
def test_a_text_that_is_called_xls_is_read_as_text(read, encoding):
    text = "order_id\taccount_id\tamount\n00123\tЛадья\t5\n"
    assert read({"b.xls": text.encode(encoding)}).values.tolist() == [["00123", "Ладья", "5"]]


@pytest.mark.parametrize("name", ["b.xls", "b.csv", "b.txt"])
def test_a_workbook_is_read_as_one_whatever_it_is_called(read, tmp_path, name):
    book = openpyxl.Workbook()
    book.active.append(["order_id", "amount"])
    book.active.append(["00123", 5])
    book.save(tmp_path / "made.xlsx")
    assert read({name: (tmp_path / "made.xlsx").read_bytes()}).values.tolist() == [["00123", "5"]]


def test_column_names_that_differ_in_capitals_alone_are_one_column():
    first, second = (
        ibis.memtable(pa.table({name: [value] for name, value in row.items()}))
        for row in ({"order": "1", "Client": "a"}, {"Order": "2", "client": "b", "more": "x"})
    )
    found = readers.together([first, second]).to_pyarrow().to_pylist()
    assert sorted(found, key=lambda row: row["order"]) == [
        {"order": "1", "Client": "a", "more": None}, {"order": "2", "Client": "b", "more": "x"}
    ]  # fmt: skip


@pytest.fixture
def notes(con, tmp_path):
    """What reading files (name: content) as one source tells."""

    def of(files, **source):
        paths = [tmp_path / name for name in files]
        for path, content in zip(paths, files.values(), strict=True):
            path.write_text(content)
        told = []
        readers.read(con, Source(files=list(files), **source), paths, tmp_path / "scratch", told)
        return told

    return of


def test_a_column_that_only_some_files_have_is_told_where_the_study_reads_it(notes):
    """Client and client are one column; nobody reads `more`, and Net is in every file."""
    files = {
        "a.csv": "Client,Net,product\na,1,P\n",
        "b.csv": "client,Net,more\na,1,x\n",
        "c.csv": "CLIENT,Net,Rebate\na,1,0\n",
    }
    columns = {"account_id": "Client", "amount": "Net", "discount": "Rebate"}
    assert notes(files, columns=columns) == [
        "'a.csv', 'b.csv': no column 'Rebate', which the others have; in these rows it is missing.",
        "'b.csv', 'c.csv': no column 'product', which the others have; in these rows it is missing.",
    ]
    assert notes({"a.csv": files["a.csv"]}, columns={"account_id": "Client", "amount": "Net"}) == []
    mapped = columns | {"product": "more"}
    assert not [note for note in notes(files, columns=mapped) if "'product'" in note], "another column is the product"
