"""What a file is. Oracle: the first bytes that each kind of file has by its specification."""

from __future__ import annotations

import openpyxl
import pytest

from kamlib.errors import InputError
from kamlib.io.books import book


@pytest.mark.parametrize(
    ("head", "page", "workbook"),
    [
        (b"PK\3\4\x14\0", False, True), (b"\xd0\xcf\x11\xe0\xa1\xb1", False, True), (b"\x09\x08\x10\0\0\6", False, True),
        (b"<html><body>", True, False), (b"\xef\xbb\xbf \r\n<!DOCTYPE HTML>", True, False), (b'<?xml version="1.0"?>', True, False),
        ("\ufeff<table>".encode("utf-16-le"), True, False), (b"<TABLE border=1>", True, False), (b"MIME-Version: 1.0", True, False),
        (b"order;client\n", False, False), (b"<5;>5\n", False, False), (b"PK;name\n", False, False), (b"", False, False),
        ("\ufeff\torder".encode("utf-16-le"), False, False), ("\torder".encode("utf-16-le"), False, False),
    ],
)  # fmt: skip
def test_what_a_file_is_its_first_bytes_say(head, page, workbook):
    assert (book.is_page(head), book.is_workbook(head)) == (page, workbook)


def test_a_workbook_names_its_sheets_and_those_that_are_hidden(tmp_path):
    made = openpyxl.Workbook()
    made.active.title = "old"
    made.active.sheet_state = "hidden"
    made.create_sheet("data").append(["a", None, "#N/A"])
    made.create_chartsheet("chart")
    made.save(tmp_path / "b.xlsx")
    found = book.opened(tmp_path / "b.xlsx", "b.xlsx")
    assert (found.names, found.first, found.hidden, found.from_1904) == (["old", "data"], "data", {"old"}, False)
    assert found.content("data") == ([["a", "", "#N/A"]], [])


def test_a_page_is_read_by_its_largest_table_and_none_is_hidden(tmp_path):
    (tmp_path / "b.xls").write_bytes(b"<table><tr><td>a<td>b</table><table><tr><td>c</table>")
    found = book.opened(tmp_path / "b.xls", "b.xls")
    assert (found.names, found.first, found.hidden) == (["table 1", "table 2"], "table 1", frozenset())


@pytest.mark.parametrize("content", [b"PK\3\4 no archive", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\3\4"])
def test_a_broken_workbook_is_an_error_with_its_name(tmp_path, content):
    (tmp_path / "b.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=r"^b\.xlsx: the workbook can't be read; .* save it again as \.xlsx"):
        book.opened(tmp_path / "b.xlsx", "b.xlsx")
