"""Lists between bars. Oracle: lists of SAP and of a terminal, and the cells that a person sees."""

from __future__ import annotations

import csv

import pytest

from kamlib.io.edges import is_framed, without_frame

SAP = """06.01.2026        Dynamic List Display        1

---------------------------------
|Faktura |Name "A"    |   Betrag|
---------------------------------
|00001000|Nord | Ost  |  12,50- |
|00001001|Süd         |         |
---------------------------------
"""
MYSQL = """+------+--------+
| id   | amount |
+------+--------+
|    7 |   1.50 |
+------+--------+
"""
MARKDOWN = "| id | amount |\n|---|---:|\n| 7 | 1.50 |\n"


def cells(tmp_path, text: str) -> list[list[str]]:
    (tmp_path / "list.txt").write_text(text, encoding="utf-8")
    assert is_framed(tmp_path / "list.txt")
    made = without_frame(tmp_path / "list.txt", tmp_path / "plain.txt")
    with made.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, delimiter="|"))


def test_a_list_of_sap_loses_its_bars_rules_and_page_heads_and_keeps_its_lines(tmp_path):
    made = cells(tmp_path, SAP)
    assert made[:5] == [[], [], [], ["Faktura", 'Name "A"', "Betrag"], []]
    assert made[6] == ["00001001", "Süd", ""]
    assert len(made) == SAP.count("\n")


@pytest.mark.parametrize("text", [MYSQL, MARKDOWN])
def test_tables_of_a_terminal_and_of_markdown_are_lists_too(tmp_path, text):
    assert [row for row in cells(tmp_path, text) if row] == [["id", "amount"], ["7", "1.50"]]


@pytest.mark.parametrize("text", ["a|b|c\n1|2|3\n", "a,b\n1,2\n", "", "|a|\nx\ny\n"])
def test_what_has_no_bars_around_most_lines_is_none(tmp_path, text):
    (tmp_path / "plain.txt").write_text(text)
    assert not is_framed(tmp_path / "plain.txt")
