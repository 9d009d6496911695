"""Days inside texts. Oracle: texts as accounting systems write them, each with the day that it names."""

from __future__ import annotations

import datetime as dt

import ibis
import pytest

from kamlib.io.letters import inner_day
from kamlib.io.values import as_day
from kamlib.study.sources import Dialect

DAY = dt.date(2026, 3, 12)


@pytest.mark.parametrize(
    ("text", "form", "found"),
    [
        ("Реализация (акт, накладная) 00БП-000123 от 12.03.2026 14:05:11", "* от %d.%m.%Y*", DAY),
        ("Реализация (акт, накладная) 00БП-000123 от 12.03.2026 14:05:11", "*%d.%m.%Y*", DAY),
        ("12.03.2026", "*%d.%m.%Y*", DAY),
        ("Invoice 17 of 3/12/2026", "*%m/%d/%Y", DAY),
        ("Invoice 17 of 3/12/2026 (copy)", "*%m/%d/%Y", None),  # it does not end there
        ("Rechnung Nr. 5 vom 12. März 2026", "* vom %d. %B %Y", DAY),
        ("2026.03.12 bill", "%Y.%m.%d*", DAY),
        ("a bill, 2026.03.12", "%Y.%m.%d*", None),  # it does not begin there
        ("от 31.02.2026", "*%d.%m.%Y*", None),  # no such day
        ("00112.03.20261", "*%d.%m.%Y*", None),  # figures of a longer number
        ("1 (от 12.03.2026", "*(от %d.%m.%Y*", DAY),  # a bracket is a bracket
        ("ООО Ромашка", "*%d.%m.%Y*", None),
    ],
)
def test_a_day_is_found_where_the_stars_leave_room_for_words(text, form, found):
    assert inner_day.inside(form)
    given = as_day(ibis.memtable({"text": [text]}).text, Dialect(date_format=form))
    assert given.to_pyarrow().to_pylist() == [found]


@pytest.mark.parametrize("form", ["*", "**", "*%d.%m*", "* от *"])
def test_a_format_of_words_alone_is_refused(form):
    with pytest.raises(ValueError, match="expected day, month and year"):
        Dialect(date_format=form)
