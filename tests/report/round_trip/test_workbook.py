"""What goes out comes back the same. Oracle: openpyxl, LibreOffice, and the intake that reads the next quarter."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from datetime import date

import pandas as pd
import pytest
from openpyxl import load_workbook

from kamlib.intake.pipeline import collect
from kamlib.report.round_trip import actions_out, add_sheets, facts_out, write_csv
from kamlib.report.workbook import new_book

DAY = date(2026, 6, 30)
IDS = ["00123", "Ромашка-1", "K.1", "=1+1"]
ORDERS = "order_id,account_id,date,amount\n" + "".join(f"o{n},{one},2026-01-05,10\n" for n, one in enumerate(IDS))
SAME = ["account_id", "action", "owner", "due", "done", "cost", "benefit_kind"]


@pytest.fixture
def book(sent, tmp_path):
    path = tmp_path / "accounts.xlsx"
    with new_book(path, DAY) as made:
        add_sheets(made, {"actions": actions_out(sent), "facts": facts_out(sent, pd.Index(IDS[:3]))})
    return path


def read_back(make_study, name: str, content: bytes):
    """Actions and notes as the next report reads them."""
    accounts = "account_id,name\n" + "".join(f"{one},x\n" for one in IDS)
    dialect = {} if name.endswith("csv") else {"dialect": {"sheet": "actions"}}
    sources = {
        "orders": {"files": "orders.csv"},
        "accounts": {"files": "accounts.csv"},
        "actions": {"files": name, **dialect},
    }
    if not name.endswith("csv"):
        sources["notes"] = {"files": name, "dialect": {"sheet": "facts"}}
    files = {"orders.csv": ORDERS, "accounts.csv": accounts, name: content}
    return collect(make_study(files, sources=sources, as_of="2026-09-30", cleaning={"most_rows": 0.05}))


def as_sent(table: pd.DataFrame) -> list[list]:
    return sorted(table[SAME].astype(object).where(table[SAME].notna(), None).to_numpy().tolist(), key=str)


def test_nothing_in_the_workbook_is_a_formula_or_a_link(book):
    for sheet in load_workbook(book).worksheets:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink]
    with zipfile.ZipFile(book) as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name or b"<f>" in parts.read(name)]


def test_ids_are_texts_days_are_days_and_what_was_sent_is_hidden(book):
    made = load_workbook(book)
    assert [sheet.sheet_state for sheet in made.worksheets] == ["visible", "visible", "veryHidden", "veryHidden"]
    rows = list(made["actions"].iter_rows(min_row=2))
    assert {cell.data_type for row in rows for cell in row[:2]} == {"s"} and {row[5].is_date for row in rows} == {True}
    assert "00123" in {row[1].value for row in rows}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_actions_come_back_as_they_were(kind, book, sent, make_study, tmp_path):
    out = actions_out(sent)
    if kind == "csv":
        write_csv(tmp_path / "actions.csv", out)
    name = f"filled.{kind}"
    back = read_back(make_study, name, (book if kind == "xlsx" else tmp_path / "actions.csv").read_bytes())
    assert as_sent(back.tables["actions"]) == as_sent(out)


def test_facts_come_back_and_those_that_were_not_filled_in_are_no_fault(book, sent, make_study):
    """Of 22 rows that ask two are filled in by hand, one with a line break; the study allows 5 % of faults."""
    made = load_workbook(book)
    made["facts"]["E2"], made["facts"]["F2"] = pd.Timestamp("2026-08-01").to_pydatetime(), "neue Leitung\nseit Mai"
    made["facts"]["E3"], made["facts"]["F3"] = pd.Timestamp("2026-08-02").to_pydatetime(), "Бюджет 1 млн"
    made.save(book)
    back = read_back(make_study, "filled.xlsx", book.read_bytes()).tables["notes"]
    assert len(back) == 4 and {"neue Leitung\nseit Mai", "Бюджет 1 млн", *sent["notes"]["text"]} == set(back["text"])
    assert back["date"].max() == pd.Timestamp("2026-08-02")


def test_no_cell_of_the_text_file_begins_as_a_formula(sent, tmp_path):
    write_csv(tmp_path / "a.csv", actions_out(sent))
    table = pd.read_csv(tmp_path / "a.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert not [cell for cell in table.to_numpy().ravel() if cell.startswith(("=", "+", "-", "@"))]
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf"), "so that a spreadsheet reads its letters"


def test_a_text_longer_than_a_cell_is_cut_and_not_lost(tmp_path):
    with new_book(tmp_path / "x.xlsx", DAY) as made:
        add_sheets(made, {"facts": pd.DataFrame({"row": ["f1"], "text": ["y" * 40_000]})})
    assert len(load_workbook(tmp_path / "x.xlsx")["facts"]["B2"].value) == 32_767


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_libreoffice_opens_and_saves_it_without_loss(kind, book, sent, make_study, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("libreoffice is not installed")
    out = tmp_path / "saved"
    call = [
        office,
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(out),
        str(book),
    ]
    subprocess.run(call, check=True, capture_output=True, timeout=120)
    back = read_back(make_study, f"filled.{kind}", (out / f"accounts.{kind}").read_bytes())
    assert as_sent(back.tables["actions"]) == as_sent(actions_out(sent))
    assert sorted(back.tables["notes"]["text"]) == sorted(sent["notes"]["text"])
