"""How lines are cut and where names stand. Oracle: small files written here."""

from __future__ import annotations

import pytest

from kamlib.errors import InputError
from kamlib.init.shapes import layout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Order,Customer,Amount\n1,a,2.5\n2,b,3.5\n", (",", None)),
        ("Report of May\n\nOrder;Customer;Amount\n1;a;2,5\n2;b;3,5\n", (";", 3)),
        (" 106  20240113   3     51.75\n 101  20240120  13    648.00\n", ("blanks", 0)),
        ("order  customer   amount\n1   a   2.5\n20  b   13.5\n", ("blanks", None)),
        ("1001;10.01.2024;a;46,58\n1002;11.01.2024;b;34,50\n", (";", 0)),
        ("a,2024-01-10,5.5\nb,2024-01-11,6.5\n", (",", 0)),
        ("Customer,2024-01,2024-02\na,5,6\nb,7,8\n", (",", None)),
        ("Customer,2023,2024\na,5,6\nb,7,8\n", (",", None)),
    ],
    ids=["plain", "titles", "blanks", "blanks-with-names", "no-names", "no-names-iso", "months", "years"],
)
def test_a_layout_is_told_by_the_first_lines(tmp_path, text, expected):
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert layout(tmp_path / "a.txt", tmp_path) == expected


def test_an_empty_file_is_an_error(tmp_path):
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(InputError, match="empty"):
        layout(tmp_path / "a.txt", tmp_path)
