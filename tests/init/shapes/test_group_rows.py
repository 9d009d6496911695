"""Reports in groups. Oracle: reports of a few rows, written here."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest

from kamlib.init.cells import profile
from kamlib.init.shapes import groups

ROWS = [
    ("Firm A", None, None),
    ("17", "2025-01-04", "5.5"),
    ("18", "2025-01-05", "6.5"),
    ("Total Firm A", None, "12.0"),
    ("Firm B", None, None),
    ("19", "2025-01-04", "1.5"),
    ("20", "2025-02-05", "2.5"),
    ("Total", None, "16.0"),
]


@pytest.fixture
def found(engine):
    def column(rows) -> str | None:
        table = pd.DataFrame(rows, columns=["Customer / Order", "Date", "Amount"], dtype=object)
        return groups(profile(engine, engine.create_table(ibis.util.gen_name("raw"), table, temp=True)), table)

    return column


def test_rows_without_a_day_that_name_something_are_heads_of_groups(found):
    assert found(ROWS) == "Customer / Order"


def test_a_list_with_totals_alone_or_with_all_days_is_no_such_report(found):
    assert found([row for row in ROWS if not row[0].startswith("Firm")]) is None
    assert found([row for row in ROWS if row[1]]) is None


def test_a_missing_day_in_a_row_that_holds_more_is_no_head(found):
    assert found([(a, b, c) for a, b, c in ROWS if c and "Total" not in a] + [("Firm C", None, None)]) is None


def test_days_inside_the_texts_of_documents_leave_the_names_between_them_as_heads(found):
    documents = [(f"Order {a} of {b[8:]}.01.2025" if b else a, "paid", c) for a, b, c in ROWS]
    assert found(documents) == "Customer / Order"
    assert found([row for row in documents if row[0].startswith("Order")]) is None
    short = [(row[0].replace("2025", "25"), *row[1:]) for row in documents]
    assert found(short) == "Customer / Order"
    assert found([row for row in short if row[0].startswith("Order")]) is None
