"""How cells are written. Oracle: the codes that a spreadsheet's own list of formats has for such numbers."""

from __future__ import annotations

from datetime import date

import pytest
from openpyxl import load_workbook

from kamlib.report.workbook.book import Styles, is_large, new_book
from kamlib.study.columns import Format


@pytest.mark.parametrize(
    ("kind", "digits", "signed", "code"),
    [("money", 2, False, "#,##0.00"), ("money", 0, True, "+#,##0;-#,##0;#,##0"), ("share", 1, False, "0.0%"), ("place", 0, False, "0"),
     ("day", 0, False, "yyyy-mm-dd"), ("text", 0, False, "@"), ("flag", 0, False, "General"), ("figures", 4, False, "0.000")],
)  # fmt: skip
def test_a_kind_is_written_by_its_code(kind, digits, signed, code):
    assert Styles(None, "en").number(Format(kind, digits, signed)) == code


def test_a_share_has_the_blank_before_its_sign_that_the_language_asks_for():
    share = Format("share", 0)
    told = {language: Styles(None, language).number(share) for language in ("en", "ru", "ca")}
    assert told == {"en": "0%", "ru": "0\N{NO-BREAK SPACE}%", "ca": "0\N{NO-BREAK SPACE}%"}


def test_a_large_figure_has_no_decimals():
    assert Styles(None, "en").number(Format("figures", 4), large=True) == "#,##0"
    assert is_large(-100.0) and not is_large(99.9)


def test_no_text_becomes_a_formula_a_link_or_a_number(tmp_path):
    texts = ["=1+1", "{=1}", "http://x", "internal:'a'!A1", "mailto:a@b", "0012", "external:c.xlsx"]
    with new_book(tmp_path / "a.xlsx", date(2026, 6, 30)) as book:
        sheet = book.add_worksheet()
        for line, text in enumerate(texts):
            sheet.write(line, 0, text)
    cells = [row[0] for row in load_workbook(tmp_path / "a.xlsx").active.iter_rows()]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in cells] == [(text, "s", None) for text in texts]
