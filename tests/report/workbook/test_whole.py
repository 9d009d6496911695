"""The workbook as a whole. Oracle: openpyxl and LibreOffice, which know nothing of how it was made."""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest
from openpyxl import load_workbook

from kamlib.report.workbook import book as look
from kamlib.report.workbook import write_workbook
from tests.report.workbook.conftest import IDS, NAMES

SHEETS = [
    "about",
    "charts",
    "accounts",
    "scores",
    "actions",
    "facts",
    "actions (sent)",
    "facts (sent)",
    "ledger",
    "customer cube",
]
SHEETS += ["exceptions", "definitions"]


def rows(sheet) -> list[list]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_nothing_of_the_data_is_a_formula_or_a_link(made):
    """Formulas stand on the sheet of scores alone and begin as ours do; links lead to sheets of the book."""
    for sheet in load_workbook(made).worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        formulas = {str(cell.value) for cell in cells if cell.data_type == "f"}
        assert not formulas or sheet.title == "scores"
        assert not [one for one in formulas if not one.startswith(("=IF(", "=$"))]
        assert not [cell for cell in cells if cell.hyperlink and (cell.hyperlink.target or sheet.title != "about")]
    with zipfile.ZipFile(made) as parts:
        assert not [
            name for name in parts.namelist() if "externalLink" in name or b'TargetMode="External"' in parts.read(name)
        ]


def test_hostile_names_and_ids_stand_as_they_are(made):
    table = rows(load_workbook(made)["accounts"])
    told = {row[0]: row[1].strip() for row in table[1:]}
    assert told == dict(zip(IDS, [*NAMES[:3], "+7 http://example.com"], strict=True)), "without what no XML may hold"


def test_a_sheet_whose_part_has_no_data_is_left_out_and_named_on_the_first_one(made):
    book = load_workbook(made)
    assert book.sheetnames == SHEETS
    first = {row[0]: row[1:] for row in rows(book["about"])}
    for name in ("segments", "churn", "measures", "receivables", "receivables pack"):
        assert "Left out." in first[name][0] and "This waits for the table" in first[name][0] and first[name][1] is None
    assert first["customer cube"][1] == 4 and first["as of"][0] == "30 June 2026" and first["currency"][0] == "EUR"


def test_the_same_tables_give_the_same_bytes(study, tables, made, tmp_path):
    write_workbook(tmp_path / "again.xlsx", study, tables)
    assert made.read_bytes() == (tmp_path / "again.xlsx").read_bytes()


def test_a_table_longer_than_a_sheet_is_cut_and_the_first_sheet_says_so(study, tables, tmp_path, monkeypatch):
    for module in ("kamlib.report.workbook.blocks", "kamlib.report.workbook.whole"):
        monkeypatch.setattr(f"{module}.ROWS", 3)
    write_workbook(tmp_path / "a.xlsx", study, tables)
    book = load_workbook(tmp_path / "a.xlsx")
    assert len(rows(book["customer cube"])) == 4 and look.ROWS == 1_000_000
    (told,) = [row for row in rows(book["about"]) if row[0] == "customer cube"]
    assert told[1].endswith("These are the first 3 of 4 rows; the table of the run has them all.") and told[2] == 3


def test_every_column_of_every_sheet_is_defined(made):
    book = load_workbook(made)
    defined = {(row[0], row[1]) for row in rows(book["definitions"])[1:] if row[3]}
    for name, line in (("accounts", 0), ("customer cube", 0), ("ledger", 0), ("scores", 6), ("actions", 0)):
        heads = [head for head in rows(book[name])[line] if head and head != "score that is ranked"]
        spoken = [head.replace("_", " ") for head in heads]
        assert {(name, head) for head in spoken} <= {
            (sheet, head.removesuffix(", EUR") if name == "actions" else head) for sheet, head in defined
        }


def test_without_tables_there_is_a_workbook_that_says_what_it_waits_for(study, tmp_path):
    write_workbook(tmp_path / "none.xlsx", study, {})
    book = load_workbook(tmp_path / "none.xlsx")
    assert "This waits for the table facts." in str(rows(book["about"])) and "scores" not in book.sheetnames


def test_heads_stay_in_sight_and_can_be_filtered_and_numbers_are_written_by_the_dictionary(made):
    book = load_workbook(made)
    for name, pane in (("accounts", "C2"), ("customer cube", "C2"), ("scores", "C8")):
        assert book[name].freeze_panes == pane and book[name].auto_filter.ref
    cube = book["customer cube"]
    assert [cell.number_format for cell in cube[2]][4:] == ["#,##0", "#,##0.00", "#,##0.00", "0.0%"]
    assert [cell.value for cell in cube[1]][5:7] == ["revenue, EUR", "margin, EUR"]


@pytest.mark.slow
def test_libreoffice_opens_and_calculates_the_workbook_of_the_sample_without_an_error(sample_report, recalculated):
    (saved,) = recalculated(sample_report / "accounts.xlsx")
    with zipfile.ZipFile(saved) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 17 and sum(sheet.count(b"<f ") + sheet.count(b"<f>") for sheet in sheets) > 3000
    assert not [sheet for sheet in sheets if b't="e"' in sheet]


def test_the_cube_of_the_sample_adds_up_to_the_ledger_in_the_workbook_itself(sample_report):
    path = sample_report / "accounts.xlsx"
    cube, ledger = (pd.read_excel(path, sheet_name=name, engine="calamine") for name in ("customer cube", "ledger"))
    kept = ledger.loc[(ledger["table"] == "orders") & (ledger["rule"] == "kept"), "amount, EUR"].item()
    assert cube["revenue, EUR"].sum() == pytest.approx(kept, abs=0.01) and path.stat().st_size < 1_700_000


def test_no_contact_and_no_manager_is_named_in_the_workbook_of_the_sample(sample_report):
    contacts = pd.read_parquet(sample_report / "tables" / "contacts.parquet")["name"].dropna()
    with zipfile.ZipFile(sample_report / "accounts.xlsx") as parts:
        text = " ".join(parts.read(name).decode() for name in parts.namelist() if "sheet" in name)
    assert len(contacts) > 1000 and not [name for name in set(contacts) if name in text]
