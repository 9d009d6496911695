"""Where tables lie and how they are written: what a source may say. Oracle: mistakes made by hand."""

from __future__ import annotations

import pytest
import yaml
from pydantic import ValidationError

from kamlib.errors import InputError
from kamlib.study.model import Study
from kamlib.study.sources import Source


def test_a_single_file_needs_no_list():
    assert Source(files="orders.csv").files == ["orders.csv"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({}, "expected either files, or url and table"),
        ({"files": "a.csv", "url": "sqlite:///a.db", "table": "t"}, "expected either files, or url and table"),
        ({"url": "sqlite:///a.db"}, "expected either files, or url and table"),
        ({"files": "a.csv", "table": "t"}, "expected either files, or url and table"),
        ({"url": "mysql://host/db", "table": "t"}, "url: expected postgresql://"),
        ({"url": "postgresql://me:geheim@host/db", "table": "t"}, "a password has no place in a file"),
        ({"url": "postgresql://me:geh/eim@host/db", "table": "t"}, "a password has no place in a file"),
        ({"url": "postgresql://host/db?user=me&password=geheim", "table": "t"}, "a password has no place in a file"),
        ({"url": "postgresql://me:${NAME}geheim@host/db", "table": "t"}, "a password has no place in a file"),
    ],
)
def test_a_mistaken_source_is_named_with_its_line_and_without_its_password(tmp_path, source, words):
    tree = {"name": "t", "title": "T", "as_of": "2026-06-30", "sources": {"orders": source}}
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    with pytest.raises(InputError, match=r"line [56]: sources\.orders(\.url)?: ") as error:
        Study.read(tmp_path / "study.yaml")
    assert words in str(error.value) and "geheim" not in str(error.value)


def test_a_place_names_the_files_or_the_table():
    assert Source(files=["a.csv", "b.csv"]).place == "a.csv, b.csv"
    assert Source(url="sqlite:///shop.db", table="orders").place == "orders"


def test_heads_are_a_piece_of_their_own_and_looked_for_by_themselves():
    """The marks of numbers and days go with the lines; where the names stand is another thing in each file."""
    given = {
        "encoding": "cp1251",
        "delimiter": ";",
        "header": 3,
        "sheet": "Lines",
        "decimal": ",",
        "date_format": "%d.%m.%Y",
    }
    source = Source(files="lines.csv", dialect=given, heads={"files": "heads.csv", "key": {"order": "No"}})
    lines, heads = source.pieces
    assert (lines.files, heads.files, source.place) == (["lines.csv"], ["heads.csv"], "lines.csv, heads.csv")
    assert lines.dialect.sheet == "Lines" and lines.heads is None
    of = heads.dialect
    assert (of.encoding, of.delimiter, of.header, of.sheet) == (None, None, None, None)
    assert (of.decimal, of.date_format) == (",", "%d.%m.%Y")
    own = Source(files="a.csv", heads={"files": "b.csv", "key": "No", "dialect": {"delimiter": "|"}})
    assert (
        own.heads.key == {"No": "No"}
        and own.pieces[1].dialect.decimal == "."
        and own.pieces[1].dialect.delimiter == "|"
    )


def test_heads_of_a_database_are_a_table_of_the_same_one():
    source = Source(url="sqlite:///shop.db", table="lines", heads={"table": "orders", "key": "id"})
    assert [(piece.url, piece.table) for piece in source.pieces] == [
        ("sqlite:///shop.db", "lines"),
        ("sqlite:///shop.db", "orders"),
    ]


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        ({"files": "h.csv"}, "key"),
        ({"key": "No"}, "expected either files or table"),
        ({"table": "orders", "key": "No"}, "heads: expected files, as the lines are in files"),
        ({"files": "h.csv", "key": {}}, "at least 1"),
    ],
)
def test_heads_need_a_place_and_a_key(heads, words):
    with pytest.raises(ValidationError, match=words):
        Source(files="a.csv", heads=heads)


def test_a_report_in_groups_names_its_column_and_what_it_becomes():
    source = Source(files="a.xlsx", groups={"column": "Customer / order", "as": "customer"})
    assert (source.groups.column, source.groups.as_) == ("Customer / order", "customer")
    assert Source(files="a.xlsx", groups={"column": "x"}).groups.as_ == "group"
