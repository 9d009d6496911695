"""What was changed by hand. Oracle: changes made here with openpyxl."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from openpyxl import load_workbook

from kamlib.errors import InputError
from kamlib.report.round_trip.by_hand import changed_by_hand, changes_of
from kamlib.report.round_trip.sheets import actions_out, facts_out
from kamlib.report.round_trip.workbook import add_sheets
from kamlib.report.workbook import new_book


@pytest.fixture
def book(sent, tmp_path):
    """Without texts that openpyxl, unlike a spreadsheet, would take for formulas when it writes them again."""
    path = tmp_path / "accounts.xlsx"
    plain = sent["actions"][
        ~sent["actions"][["customer_id", "action"]].apply(lambda part: part.str.startswith("=")).any(axis=1)
    ]
    accounts = sent["accounts"].assign(name="x")
    sent = {"accounts": accounts, "actions": plain}
    with new_book(path, date(2026, 6, 30)) as made:
        add_sheets(made, {"actions": actions_out(sent), "facts": facts_out(sent, pd.Index(["K.1"]))})
    return path


def test_an_untouched_workbook_has_no_changes(book):
    assert changed_by_hand(book).empty


def test_what_was_changed_added_and_taken_out_is_listed_whatever_the_order(book):
    made = load_workbook(book)
    sheet = made["actions"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    sheet.delete_rows(2, len(rows))
    gone = rows.pop(0)
    rows[0][6], rows[0][4] = pd.Timestamp("2026-07-03").to_pydatetime(), "Новый менеджер"
    for row in [
        [None, "K.1", None, "my own", "me", pd.Timestamp("2026-08-01").to_pydatetime(), None, 5, None],
        *reversed(rows),
    ]:
        sheet.append(row)
    made.save(book)
    found = changed_by_hand(book)
    assert found[["change", "column", "now"]].to_numpy().tolist() == [
        ["added", "", "account_id: K.1; action: my own; owner: me; due: 2026-08-01; cost: 5"],
        ["changed", "owner", "Новый менеджер"],
        ["changed", "done", "2026-07-03"],
        ["removed", "", ""],
    ]
    assert found["row"].tolist() == ["", rows[0][0], rows[0][0], gone[0]] and set(found["sheet"]) == {"actions"}
    assert found.loc[1, "sent"] == "account manager" and gone[3] in found.loc[3, "sent"]


def test_a_fact_that_was_filled_in_is_a_change(book):
    made = load_workbook(book)
    made["facts"]["F2"] = "two plants"
    made.save(book)
    assert changed_by_hand(book)[["sheet", "column", "sent", "now"]].to_numpy().tolist() == [
        ["facts", "text", "", "two plants"]
    ]


def test_a_workbook_that_kept_nothing_and_one_that_is_none(tmp_path):
    pd.DataFrame({"account_id": ["a"]}).to_excel(tmp_path / "own.xlsx", index=False)
    assert changed_by_hand(tmp_path / "own.xlsx").empty
    (tmp_path / "bad.xlsx").write_text("no workbook")
    with pytest.raises(InputError, match="can't be read"):
        changed_by_hand(tmp_path / "bad.xlsx")


def test_of_a_study_the_sources_of_actions_and_notes_are_looked_at(book, make_study):
    made = load_workbook(book)
    made["facts"]["F2"] = "two plants"
    made.save(book)
    content = book.read_bytes()
    sources = {"orders": {"files": "o.csv"}, "actions": {"files": "b.xlsx", "dialect": {"sheet": "actions"}}}
    sources["notes"] = {"files": "b.xlsx", "dialect": {"sheet": "facts"}}
    study = make_study({"o.csv": "a", "b.xlsx": content}, sources=sources)
    assert len(changes_of(study)) == 1, "one workbook, once"
    assert changes_of(make_study({"o.csv": "a"}, sources={"orders": {"files": "o.csv"}})).empty
