"""Contents of a column put together. Oracle: counted by hand."""

from __future__ import annotations

from datetime import date

from kamlib.init.cells.column_contents import Contents, Days, Numbers, merged
from kamlib.init.cells.formats import SERIAL


def contents(rows=4, filled=4, **more):
    base = {"distinct": filled, "longest": 3, "days": {}, "numbers": {}, "examples": ()}
    return Contents(rows=rows, filled=filled, **(base | more))


def test_serial_days_make_no_column_of_days():
    """They look like any number."""
    serial, day = Days(4, date(2026, 1, 1), date(2026, 1, 4)), Days(3, date(2026, 1, 1), date(2026, 1, 3))
    assert contents(days={SERIAL: serial}).day_share == 0
    assert contents(days={SERIAL: serial, "%d.%m.%Y": day}).day_share == 0.75


def test_marks_that_were_not_asked_read_what_the_plain_ones_do():
    """Whole numbers without any mark are the same by all of them."""
    plain = Numbers(4, 4, 0, 1, 9)
    assert contents(numbers={(".", ""): plain}).read_by((",", " ")) == plain
    broken = Numbers(4, 1, 0, 1.5, 9)
    assert contents(numbers={(".", ""): broken}).read_by((".", ",")) == broken
    assert contents(numbers={(".", ""): broken}).read_by((",", " ")) == Numbers(0)


def test_parts_of_a_column_add_up_and_keep_their_first_and_last_days():
    one = contents(days={"": Days(2, date(2026, 1, 5), date(2026, 2, 1))}, examples=("a", "b"), longest=7)
    two = contents(rows=6, filled=1, days={"": Days(1, date(2025, 1, 1), date(2025, 1, 1))}, examples=("b", "c"))
    both = merged([one, two])
    assert (both.rows, both.filled, both.distinct, both.longest) == (10, 5, 4, 7)
    assert both.days[""] == Days(3, date(2025, 1, 1), date(2026, 2, 1))
    assert both.examples == ("a", "b", "c")


def test_an_empty_column_has_no_shares():
    assert (contents(0, 0).day_share, contents(0, 0).number_share, contents(0, 0).whole) == (0, 0, True)
