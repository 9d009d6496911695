"""Tables on a sheet. Oracle: what openpyxl reads of them."""

from __future__ import annotations

from datetime import date

import pandas as pd
from openpyxl import load_workbook

from kamlib.report.workbook import Block, Sheet, new_book
from kamlib.report.workbook.blocks import head, plain_values, write_sheet
from kamlib.report.workbook.book import Styles
from kamlib.study.run_tables import column


def written(tmp_path, sheet: Sheet):
    with new_book(tmp_path / "a.xlsx", date(2026, 6, 30)) as book:
        write_sheet(book.add_worksheet("x"), sheet, Styles(book, "en"), "EUR")
    return load_workbook(tmp_path / "a.xlsx")["x"]


FRAME = pd.DataFrame(
    {
        "customer_id": ["00123", "=1"],
        "state": ["silent", None],
        "key": [True, False],
        "last_order": [pd.Timestamp("2026-01-05"), pd.NaT],
        "revenue": [1234.5, float("inf")],
        "reason": ["quiet_for_longer", ""],
        "reason_values": ['{"days": 40, "usual": 30}', "{}"],
    }
)


def test_texts_flags_days_numbers_and_reasons_stand_as_such_and_what_is_missing_is_empty(tmp_path):
    sheet = written(tmp_path, Sheet("x", [Block(FRAME)]))
    assert [cell.value for cell in sheet[1]] == ["customer id", "state", "key", "last order", "revenue, EUR", "reason"]
    first, second = ([cell.value for cell in sheet[line]] for line in (2, 3))
    assert first[:5] == ["00123", "silent", True, pd.Timestamp("2026-01-05"), 1234.5]
    assert first[5] == "quiet for 40 days, longer than its own limit of 30"
    assert second == ["=1", None, False, None, None, None] and sheet["A3"].data_type == "s"


def test_several_tables_stand_below_each_other_under_their_captions_and_the_last_can_be_filtered(tmp_path):
    blocks = [Block(FRAME[["key"]], caption="one"), Block(FRAME[["customer_id", "revenue"]], caption="two")]
    sheet = written(tmp_path, Sheet("x", blocks, notes=["a note"]))
    assert [row[0].value for row in sheet.iter_rows()] == [
        "a note",
        None,
        "one",
        "key",
        True,
        False,
        None,
        "two",
        "customer id",
        "00123",
        "=1",
    ]
    assert sheet.auto_filter.ref == "A9:B11" and sheet.freeze_panes is None


def test_a_table_of_mixed_units_has_plain_figures_and_no_currency(tmp_path):
    rows = pd.DataFrame({"measure": ["nrr", "revenue_12m"], "change": [0.0123, 5000.0]})
    sheet = written(tmp_path, Sheet("x", [Block(rows, mixed=("change",))]))
    assert [cell.value for cell in sheet[1]] == ["measure", "change"]
    assert [sheet[f"B{line}"].number_format for line in (2, 3)] == ["0.000", "#,##0"]


def test_heads_name_the_currency_of_money_alone():
    assert head("revenue", column("revenue"), "EUR") == "revenue, EUR" and head("rank", column("rank"), "EUR") == "rank"
    assert (
        head("p_silent", column("p_silent"), "EUR") == "P(no order)" and head("not_known", None, "EUR") == "not known"
    )


def test_several_codes_of_a_cell_are_put_into_words_one_by_one():
    told = plain_values(pd.Series(["late_1_30;not_due", None, "K.1"]), column("bucket"))
    assert told == ["1 to 30 days late; not due", None, "K.1"]
