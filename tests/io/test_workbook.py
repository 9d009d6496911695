"""Oracle: openpyxl writes the workbooks."""

from __future__ import annotations

import io
from datetime import date, datetime

import openpyxl
import pytest

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect
from kamlib.io import workbook
from kamlib.study.sources import Dialect

NAMES = ["order_id", "account_id", "date", "amount"]
ROWS = [["00123", 12346.0, datetime(2026, 1, 31, 14, 5), 1234.5], ["K.01", "007", date(2026, 2, 1), -0.1]]


@pytest.fixture
def book(tmp_path):
    """Write a workbook: rows by sheet."""

    def make(**sheets):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, rows in sheets.items():
            sheet = made.create_sheet(name)
            for row in rows:
                sheet.append(row)
        out = io.BytesIO()
        made.save(out)
        (tmp_path / "b.xlsx").write_bytes(out.getvalue())
        return tmp_path / "b.xlsx"

    return make


def read(path, **dialect):
    return list(workbook.sheets(path, "b.xlsx", Dialect(**dialect)))


def test_cells_are_written_as_the_dialect_reads_them(book):
    path = book(s=[NAMES, *ROWS])
    (plain,) = read(path)
    assert (plain.names, plain.header, plain.above, plain.lines) == (NAMES, 1, "", [2, 3])
    assert plain.cells == [
        ["00123", "K.01"],
        ["12346", "007"],
        ["2026-01-31T14:05:00", "2026-02-01"],
        ["1234.5", "-0.1"],
    ]
    (german,) = read(path, decimal=",", thousands=".", date_format="%d.%m.%Y")
    assert german.cells[2:] == [["31.01.2026", "01.02.2026"], ["1234,5", "-0,1"]]
    (serial,) = read(path, date_format="excel")
    assert [float(day) for day in serial.cells[2]] == pytest.approx([46053 + 14.0833333 / 24, 46054])


@pytest.mark.slow
@pytest.mark.parametrize(
    "dialect", [{}, {"decimal": ",", "thousands": ".", "date_format": "%d.%m.%Y"}, {"date_format": "excel"}]
)
def test_native_days_and_numbers_are_read_in_every_dialect(book, make_study, dialect):
    path = book(s=[NAMES, *ROWS])
    sources = {"orders": {"files": "b.xlsx", "dialect": dialect}}
    found = collect(make_study({"b.xlsx": path.read_bytes()}, sources=sources)).orders.to_pandas()
    found = found.sort_values("source_line")
    assert found["account_id"].tolist() == ["12346", "007"] and found["order_id"].tolist() == ["00123", "K.01"]
    assert [str(amount) for amount in found["amount"]] == ["1234.5000", "-0.1000"]
    assert [day.date() for day in found["date"]] == [date(2026, 1, 31), date(2026, 2, 1)]


def test_serial_days_and_native_days_may_stand_in_one_column(book, make_study):
    path = book(s=[NAMES, ["1", "a", 46053.5, 1], ["2", "a", date(2026, 1, 31), 1], ["3", "a", "46053", 1]])
    sources = {"orders": {"files": "b.xlsx", "dialect": {"date_format": "excel"}}}
    clean = collect(make_study({"b.xlsx": path.read_bytes()}, sources=sources))
    assert clean.orders.date.to_pyarrow().to_pylist() == [date(2026, 1, 31)] * 3


@pytest.mark.slow
def test_titles_above_the_names_of_a_sheet_are_skipped_and_told(book, make_study):
    path = book(
        s=[[], ["Отчёт о продажах"], ["Период", "1 кв."], [None, "Группа"], NAMES, [], *ROWS, ["Итого", None, None, 5]]
    )
    (sheet,) = read(path)
    assert (sheet.header, sheet.above, sheet.names, sheet.lines) == (5, "Отчёт о продажах", NAMES, [7, 8, 9])
    clean = collect(make_study({"b.xlsx": path.read_bytes()}, sources={"orders": {"files": "b.xlsx"}}))
    assert any("b.xlsx: 4 lines above" in note and "Отчёт о продажах" in note for note in clean.notes)
    assert sorted(clean.orders.source_line.to_pyarrow().to_pylist()) == [7, 8]
    assert clean.quarantine.source_line.to_pyarrow().to_pylist() == [9]


def test_the_study_states_the_line_of_the_names_of_a_sheet(book):
    path = book(s=[["Отчёт", "за", "год", 2026], NAMES, *ROWS])
    assert read(path, header=2)[0].names == NAMES
    with pytest.raises(InputError, match=r"b\.xlsx, line 9: no column names in line 9"):
        read(path, header=9)


def test_a_sheet_without_names_is_refused(book):
    with pytest.raises(InputError, match=r"b\.xlsx, line 1: no line holds column names; found 'Отчёт'"):
        read(book(s=[["Отчёт"], [1, 2, 3], [4, 5, 6]]))
    with pytest.raises(InputError, match=r"b\.xlsx, line 1: the sheet is empty"):
        read(book(s=[[], [None, None]]))


def test_sheets_are_chosen_by_name_and_number(book):
    path = book(one=[["a"], ["1"]], two=[["b"], ["2"]])
    assert [sheet.names for sheet in read(path)] == [["a"]]
    assert [sheet.names for sheet in read(path, sheet=2)] == [["b"]]
    assert [(sheet.label, sheet.names) for sheet in read(path, sheet=["two", "one"])] == [
        ("b.xlsx / two", ["b"]),
        ("b.xlsx / one", ["a"]),
    ]
    with pytest.raises(InputError, match=r"no sheet 'three'.*'one', 'two'"):
        read(path, sheet="three")
