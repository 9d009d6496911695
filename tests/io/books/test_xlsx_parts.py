"""What the reader of workbooks leaves out. Oracle: openpyxl writes the workbooks; parts that it does not write by hand."""

from __future__ import annotations

import re
import zipfile
from datetime import date

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from kamlib.io.books import xlsx_parts

NAMES = ["order_id", "account_id", "date", "amount"]


@pytest.fixture
def book(tmp_path):
    """Write a workbook of one sheet; `changed` takes its XML and gives another."""

    def make(rows, changed=None, epoch=None, title="s & t"):
        made = openpyxl.Workbook()
        made.active.title = title
        if epoch:
            made.epoch = epoch
        for row in rows:
            made.active.append(row)
        path = tmp_path / "b.xlsx"
        made.save(path)
        if changed:
            with zipfile.ZipFile(path) as old:
                parts = {name: old.read(name) for name in old.namelist()}
            with zipfile.ZipFile(path, "w") as new:
                for name, content in parts.items():
                    new.writestr(name, changed(content) if name.startswith("xl/worksheets/") else content)
        return path

    return make


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#NAME?", "#VALUE!", "#NULL!", "#NUM!"])
def test_an_error_keeps_its_text(book, error):
    assert xlsx_parts.unread_cells(book([NAMES, ["1", error, date(2026, 1, 1), error]]), "s & t") == {
        (1, 1): error,
        (1, 3): error,
    }


def test_a_formula_without_a_result_is_told_from_one_with_a_result(book):
    def computed(xml):
        results = {b"1+1": b"<v>2</v>", b"2+2": b'</f><v t="x"></v>', b'"" &amp; A1': b"<v></v>"}
        for formula, value in results.items():
            xml = re.sub(rb"<f>" + re.escape(formula) + rb"</f><v ?/>", b"<f>" + formula + b"</f>" + value, xml)
        return re.sub(rb'<c r="C2"[^>]*>', b'<c r="C2" t="str">', xml)

    path = book([["a", "b", "c", "d"], ["=1+1", "=A1*2<3", '="" & A1', 5]], computed)
    assert xlsx_parts.unread_cells(path, "s & t") == {(1, 1): "#FORMULA! =A1*2<3"}


def test_cells_are_found_whatever_the_prefix_and_beyond_a_piece(book, monkeypatch):
    monkeypatch.setattr(xlsx_parts, "CHUNK", 64)
    rows = [NAMES, *([str(n), "a", "2026-01-01", "#N/A" if n % 7 == 0 else n] for n in range(40))]
    expected = {(n + 1, 3): "#N/A" for n in range(0, 40, 7)}
    assert xlsx_parts.unread_cells(book(rows), "s & t") == expected

    def prefixed(xml):
        return re.sub(rb"<(/?)([a-z])", rb"<\1x:\2", xml.replace(b"xmlns=", b"xmlns:x="))

    assert xlsx_parts.unread_cells(book(rows, prefixed), "s & t") == expected


def test_another_sheet_and_another_kind_of_file_have_none(book, tmp_path):
    assert xlsx_parts.unread_cells(book([["#N/A"]]), "other") == {}
    (tmp_path / "x.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    assert xlsx_parts.unread_cells(tmp_path / "x.xls", "s") == {}


def test_the_year_that_days_are_counted_from_is_found(book, tmp_path):
    assert not xlsx_parts.from_1904(book([NAMES]))
    assert xlsx_parts.from_1904(book([NAMES], epoch=CALENDAR_MAC_1904))
    records = b"\x8d\0\x02\0\0\0" + b"\x22\0\x02\0%s\0" + b"\x0e\0\x02\0\x01\0"
    for flag, expected in ((b"\1", True), (b"\0", False)):
        (tmp_path / "x.xls").write_bytes(b"\xd0\xcf\x11\xe0" + records % flag)
        assert xlsx_parts.from_1904(tmp_path / "x.xls") is expected
