"""Oracle: openpyxl writes the workbooks."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect
from kamlib.io.books import workbook
from kamlib.study.model import Study
from kamlib.study.sources import Dialect

CASES = Path(__file__).parents[2] / "cases"
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


def test_the_first_sheet_that_is_not_hidden_is_read_and_the_others_are_named(tmp_path):
    made = openpyxl.Workbook()
    for name, state in (("old", "hidden"), ("data", "visible"), ("feb", "visible"), ("keys", "veryHidden")):
        sheet = made.create_sheet(name)
        sheet.sheet_state = state
        sheet.append(NAMES)
        sheet.append([name, "a", date(2026, 1, 1), 1])
    made.remove(made.worksheets[0])
    made.save(tmp_path / "b.xlsx")
    (read_alone,) = read(tmp_path / "b.xlsx")
    assert read_alone.cells[0] == ["data"]
    assert read_alone.told == ["b.xlsx: read is 'data'; not read: 'old' (hidden), 'feb', 'keys' (hidden)."]
    two = read(tmp_path / "b.xlsx", sheet=["old", "feb"])
    assert [sheet.cells[0] for sheet in two] == [["old"], ["feb"]]
    assert [sheet.told for sheet in two] == [
        ["b.xlsx: read is 'old', 'feb'; not read: 'data', 'keys' (hidden)."],
        [],
    ]
    (stated,) = read(tmp_path / "b.xlsx", sheet=1)
    assert stated.cells[0] == ["old"]


@pytest.mark.parametrize("case", ["hidden-sheet-read", "excel-1904-serial-days"])
def test_a_workbook_of_the_cases_is_read_right(case):
    found = collect(Study.read(CASES / case / "study.yaml")).orders.to_pandas().sort_values("order_id")
    lines = list(
        zip(
            found["order_id"],
            found["account_id"],
            found["date"].dt.date.map(str),
            found["amount"].map(float),
            strict=True,
        )
    )
    assert (
        lines
        == {
            "hidden-sheet-read": [("1", "A", "2026-04-01", 10.0)],
            "excel-1904-serial-days": [("1", "A", "2026-04-01", 10.5), ("2", "B", "2026-04-01", 10.5)],
        }[case]
    )


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
@pytest.mark.parametrize("form", [None, "excel", "%d.%m.%Y"])
def test_days_are_the_same_whatever_day_the_workbook_counts_from(tmp_path, make_study, epoch, form):
    made = openpyxl.Workbook()
    made.epoch = epoch
    made.active.append(["order_id", "account_id", "posted", "amount", "quantity"])
    made.active.append(["1", "a", datetime(2026, 4, 1, 14, 5), 46113, 44651])
    if form == "excel":
        made.active.append(["2", "a", to_excel(date(2026, 4, 1), epoch), 46113, 44651])
    made.save(tmp_path / "b.xlsx")
    source = {"files": "b.xlsx", "columns": {"date": "posted"}, "dialect": {"date_format": form}}
    found = collect(make_study({}, sources={"orders": source})).orders.to_pandas()
    assert set(found["date"].dt.date) == {date(2026, 4, 1)}
    assert set(found["amount"].map(float)) == {46113.0} and set(found["quantity"]) == {44651.0}


def test_errors_keep_their_text_and_name_no_account(book, make_study):
    rows = [NAMES, ["1", "A", date(2026, 4, 1), "#N/A"], ["2", "#REF!", date(2026, 4, 1), 5], ["3", "A", "#VALUE!", 5]]
    rows += [["4", "A", date(2026, 4, 1), "=5+5"], ["5", "=A1", date(2026, 4, 1), 5], ["6", "#A", date(2026, 4, 2), 7]]
    book(s=rows)
    clean = collect(make_study({}, sources={"orders": {"files": "b.xlsx"}}))
    aside = clean.quarantine.to_pandas().sort_values("source_line")
    assert list(zip(aside["reason"], aside["original"], strict=True)) == [
        ("bad_amount", '"1","A","2026-04-01","#N/A"'),
        ("no_account", '"2","#REF!","2026-04-01","5"'),
        ("bad_date", '"3","A","#VALUE!","5"'),
        ("bad_amount", '"4","A","2026-04-01","#FORMULA! =5+5"'),
        ("no_account", '"5","#FORMULA! =A1","2026-04-01","5"'),
    ]
    assert clean.orders.account_id.to_pyarrow().to_pylist() == ["#A"]
    assert [note for note in clean.notes if "formula" in note] == [
        f"b.xlsx, column {column!r}: 1 cell holds a formula without a result, the first in row {row} ({formula}); it counts as "
        "missing. Open the workbook in a spreadsheet program and save it."
        for column, row, formula in (("account_id", 6, "=A1"), ("amount", 5, "=5+5"))
    ]


def test_the_case_of_excel_errors_names_the_first_by_its_text():
    with pytest.raises(InputError, match=r'bad_amount 57\.1%; first bad_amount: "1","A","2026-04-01","#N/A"'):
        collect(Study.read(CASES / "excel-errors-lose-their-text" / "study.yaml"))


def test_merged_cells_over_rows_are_hinted_at(tmp_path):
    made = openpyxl.Workbook()
    for row in (
        ["Report", None, None, None],
        NAMES,
        ["1", "A", "2026-01-01", 1],
        ["2", None, "2026-01-02", 2],
        ["3", "B", "2026-01-03", 3],
    ):
        made.active.append(row)
    made.active.merge_cells("A1:D1")
    made.active.merge_cells("B3:B4")
    made.save(tmp_path / "b.xlsx")
    (sheet,) = read(tmp_path / "b.xlsx")
    assert (sheet.header, sheet.above, sheet.cells[1]) == (2, "Report", ["A", None, "B"])
    assert sheet.told == [
        "b.xlsx: 1 merged cell reaches over several rows, the first in column 2, rows 3 to 4: only the first row of each has "
        "its value. Unmerge them and fill the value down."
    ]


@pytest.mark.parametrize("empty", [True, False])
def test_what_stands_below_the_data_is_skipped_and_told(book, empty):
    footer = [
        "Sales report",
        "Copyright (c) 2000-2026 salesforce.com, inc.",
        "Confidential Information - Do Not Distribute",
    ]
    rows = [NAMES, ["1", "A", "2026-01-01", 1], ["2", "B", "2026-01-02", 2]]
    path = book(s=[*rows, *([[None]] if empty else []), *([text] for text in footer[0 if empty else 1 :])])
    (sheet,) = read(path)
    assert sheet.lines == [2, 3]
    first = footer[0] if empty else footer[1]
    assert sheet.told == [f"b.xlsx: {4 if empty else 2} lines below the data skipped, beginning with {first!r}."]


def test_a_sheet_without_names_has_numbered_columns(book):
    (sheet,) = read(book(s=ROWS), header=0)
    assert (sheet.header, sheet.names, sheet.lines) == (0, [""] * 4, [1, 2])


def test_names_over_two_rows_are_put_together(book):
    path = book(
        s=[
            ["Продажи", None, None, None],
            ["Контрагент", "Документ", "Отгрузка", None],
            [None, None, "Дата", "Сумма"],
            *ROWS,
        ]
    )
    for header in (None, 3):
        (sheet,) = read(path, header=header)
        assert (sheet.header, sheet.names, sheet.lines) == (3, ["Контрагент", "Документ", "Дата", "Сумма"], [4, 5])
