"""Tables: values written as asked, names that can do no harm, reasons in words."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from kamlib.errors import InputError
from kamlib.report import words
from kamlib.report.tables import table
from kamlib.stats.reasons import waiting

FRAME = pd.DataFrame(
    {
        "customer_id": ["00123", "<b>x</b>"],
        "p_lost": [0.1234, np.nan],
        "orders": pd.array([1000, None], dtype="Int64"),
        "amount": [Decimal("12.3451"), Decimal("-1")],
        "key": [True, False],
        "day": [pd.Timestamp("2026-01-31"), pd.NaT],
    }
)


def test_a_table_is_rounded_escaped_and_says_unknown(shown):
    table(FRAME, "Accounts & <more>", p_lost=".0%")
    page = BeautifulSoup(shown[0]["text/html"], "html.parser")
    rows = [[cell.get_text() for cell in row.find_all(["td", "th"])] for row in page.find_all("tr")]
    assert rows == [
        ["customer id", "p lost", "orders", "amount", "key", "day"],
        ["00123", "12%", "1,000", "12.35", "yes", "2026-01-31"],
        ["<b>x</b>", "unknown", "unknown", "-1.00", "no", "unknown"],
    ]
    assert page.find("caption").get_text() == "Accounts & <more>"
    assert not page.find("b")


def test_numbers_stand_right_and_texts_left(shown):
    table(FRAME)
    page = BeautifulSoup(shown[0]["text/html"], "html.parser")
    sides = [cell["style"].split()[-1] for cell in page.find("tr").find_all("th")]
    assert sides == ["left", "right", "right", "right", "left", "left"]


def test_the_plain_text_of_a_table_lines_up(shown):
    table(pd.DataFrame({"name": ["a", "bbb"], "n": [1, 1000]}))
    assert shown[0]["text/plain"] == "name      n\na         1\nbbb   1,000"


def test_long_tables_say_how_much_they_leave_out(shown):
    table(pd.DataFrame({"n": range(1040)}), most=10)
    assert shown[0]["text/plain"].endswith("and 1,030 more rows")
    assert "and 1,030 more rows" in shown[0]["text/html"]


def test_a_named_index_and_two_rows_of_heads_are_shown(shown):
    cross = pd.crosstab(pd.Series(["A", "B"], name="abc"), pd.Series(["X", "Y"], name="xyz"))
    table(cross)
    assert shown[0]["text/plain"].splitlines()[0].split() == ["abc", "X", "Y"]
    wide = pd.DataFrame({("money", "sum"): [1.0], ("money", "share"): [0.5]})
    table(wide)
    assert "money / sum" in shown[1]["text/plain"]


def test_an_empty_table_is_a_head_alone(shown):
    table(FRAME.head(0))
    assert shown[0]["text/plain"].count("\n") == 0


def test_a_format_for_a_column_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="p_loss"):
        table(FRAME, p_loss=".0%")


def test_the_table_given_is_not_changed(shown):
    before = FRAME.copy(deep=True)
    table(FRAME, p_lost=".0%")
    pd.testing.assert_frame_equal(FRAME, before)


def test_a_table_without_rows_says_what_it_waits_for(shown, monkeypatch):
    monkeypatch.setattr(words, "catalogue", lambda: {"no_quarter": "No quarter in {days} days."})
    table(waiting(["quarter", "lost"], "no_quarter", days=180)[["lost"]], "Losses")
    assert shown == [{"text/markdown": "No quarter in 180 days.", "text/plain": "No quarter in 180 days."}]


def test_reasons_of_a_table_are_shown_in_words(shown, monkeypatch):
    monkeypatch.setattr(words, "catalogue", lambda: {"quiet": "quiet for {days} days"})
    table(pd.DataFrame({"reason": ["quiet", ""], "reason_values": ['{"days": 7}', "{}"], "n": [1, 2]}), "Why")
    assert shown[0]["text/plain"].splitlines()[1:3] == ["reason            n", "quiet for 7 days  1"]
