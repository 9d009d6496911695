"""Empty cells with the value above them. Oracle: tables filled by hand."""

from __future__ import annotations

import pyarrow as pa
import pytest

from kamlib.errors import InputError
from kamlib.intake.shapes.filled_down import filled
from kamlib.io import readers
from kamlib.study.sources import Source

ROWS = [
    ("Ahn", "2025-01", "bolt", "1"),
    (None, None, "nut", "2"),
    (None, "2025-02", "bolt", "3"),
    (None, None, None, None),
    ("Berg", None, "bolt", "4"),
    (None, "2025-03", "nut", "5"),
    ("Total", None, None, "15"),
]


def given(files=None):
    columns = dict(zip(("customer", "month", "item", "sum"), map(list, zip(*ROWS, strict=True)), strict=True))
    added = {
        readers.FILE: pa.array(files or ["a"] * len(ROWS)),
        readers.LINE: pa.array(range(2, 2 + len(ROWS)), pa.int64()),
        readers.BROKEN: pa.nulls(len(ROWS), pa.string()),
    }
    con = readers.engine()
    table = {name: pa.array(cells, pa.string()) for name, cells in columns.items()}
    return con, con.create_table("given", pa.table(table | added), temp=True)


def read(names, files=None):
    con, raw = given(files)
    made = filled(con, raw, Source(files=["x.csv"], fill_down=names)).order_by(readers.LINE).to_pyarrow().to_pylist()
    return [(row["customer"], row["month"]) for row in made]


def test_each_column_goes_on_within_those_before_it_and_empty_rows_stay_empty():
    assert read(["customer", "month"]) == [
        ("Ahn", "2025-01"),
        ("Ahn", "2025-01"),
        ("Ahn", "2025-02"),
        (None, None),
        ("Berg", None),
        ("Berg", "2025-03"),
        ("Total", None),
    ]


def test_nothing_goes_on_from_one_file_to_the_next():
    assert read(["customer"], ["a"] * 5 + ["b"] * 2)[5] == (None, "2025-03")


def test_a_column_that_repeats_its_value_in_each_row_holds_the_others_together():
    con = readers.engine()
    cells = {"order": ["1", "1", "2", "2"], "firm": ["Ahn", None, None, None]}
    table = {name: pa.array(values, pa.string()) for name, values in cells.items()}
    added = {
        readers.FILE: pa.array(["a"] * 4),
        readers.LINE: pa.array(range(4), pa.int64()),
        readers.BROKEN: pa.nulls(4, pa.string()),
    }
    raw = con.create_table("given", pa.table(table | added), temp=True)
    made = filled(con, raw, Source(files=["x.csv"], fill_down=["order", "firm"])).order_by(readers.LINE)
    assert made.to_pyarrow()["firm"].to_pylist() == ["Ahn", "Ahn", None, None]


def test_a_column_that_is_not_there_is_named():
    con, raw = given()
    with pytest.raises(InputError, match="no column 'Month', which the study names in fill_down"):
        filled(con, raw, Source(files=["x.csv"], fill_down=["Month"]))
