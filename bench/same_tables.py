"""Whether two runs hold the same tables, equal to the bit: ``python -m bench.same_tables BEFORE AFTER``.

Both are folders of reports (``kam run … --out FOLDER``); every ``tables/*.parquet`` below either is compared. A move of code that
changes nothing leaves them equal; what differs is named with its column and the first row that differs. Older runs wrote order
lines and quarantine as the engine's threads ended, in another order each time: their rows are compared sorted. Where BEFORE is of schema 1, its
names are mapped; the order of columns is not compared. Reasons, or bare codes, that BEFORE has in words and AFTER in codes are the same
where the catalogue puts the codes into the words of BEFORE.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from kamlib.report.words import catalogue, in_words

UNORDERED = ("orders.parquet", "quarantine.parquet")
SCHEMA_1 = {"account_id": "customer_id", "member_id": "account_id"}


def differences(before: pa.Table, after: pa.Table) -> list[str]:
    """What differs, a line each; floats count as equal where their bits are."""
    if set(before.schema.remove_metadata()) != set(after.schema.remove_metadata()):
        return [f"columns: {before.schema.names} · {after.schema.names}, or their types"]
    if len(before) != len(after):
        return [f"rows: {len(before):,} · {len(after):,}"]
    found = []
    for name in before.column_names:
        a, b = (_bits(table.column(name)) for table in (before, after))
        if not a.equals(b):
            rows = (row for row in range(len(a)) if a[row].as_py() != b[row].as_py())
            row = next(rows)
            found.append(f"{name}, row {row}: {before.column(name)[row]} · {after.column(name)[row]}")
    return found


def compare(before: Path, after: Path) -> dict[str, list[str]]:
    """By table, what differs between two folders; a table that only one of them has differs."""
    tables = [{path.relative_to(top): path for path in top.rglob("tables/*.parquet")} for top in (before, after)]
    missing = {str(name): ["stands in one of them only"] for name in tables[0].keys() ^ tables[1].keys()}
    shared = sorted(tables[0].keys() & tables[1].keys())
    return missing | {str(name): differences(*_alike(*(_read(side[name]) for side in tables))) for name in shared}


def _alike(before: pa.Table, after: pa.Table) -> tuple[pa.Table, pa.Table]:
    """`after` with its reasons in words where `before` has words."""
    for name in set(after.column_names) - set(before.column_names):
        column = name.removesuffix("_values")
        if column != name and column in before.column_names:
            told = in_words(*(after.column(one).to_pandas() for one in (column, name)))
            told = told.where(before.column(column).is_valid().to_pandas(), None)  # missing then, '' now: none
            here = after.column_names.index(column)
            after = after.set_column(here, column, pa.array(told, before.schema.field(column).type)).drop_columns(name)
    for name in set(before.column_names) & set(after.column_names):
        if pa.types.is_string(kind := before.schema.field(name).type) or pa.types.is_large_string(kind):
            told = after.column(name).to_pandas()
            if len(before) == len(after) and not (same := before.column(name).to_pandas().eq(told)).all():
                told = told.where(same, told.map(lambda code: catalogue().get(code, code), na_action="ignore"))
                after = after.set_column(after.column_names.index(name), name, pa.array(told, kind))
    return before, after


def _read(path: Path) -> pa.Table:
    table = pq.read_table(path)
    record = path.parents[1] / "run.json"
    if record.exists() and "schema" not in json.loads(record.read_text()) and "customer_id" not in table.column_names:
        table = table.rename_columns([SCHEMA_1.get(name, name) for name in table.column_names])
    by = [(name, "ascending") for name in sorted(table.column_names)]
    return table.sort_by(by) if path.name in UNORDERED else table


def _bits(column: pa.ChunkedArray) -> pa.Array:
    """The column in one piece; floats as the whole numbers that their bits are, so that NaN is equal to itself and 0 is not to -0."""
    whole = column.combine_chunks()
    whole = whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)
    if not pa.types.is_floating(whole.type):
        return whole
    values = np.asarray(whole.fill_null(0.0).to_numpy(zero_copy_only=False), dtype="float64")
    return pa.array(values.view("int64"), mask=np.asarray(whole.is_null()))


if __name__ == "__main__":
    told = compare(Path(sys.argv[1]), Path(sys.argv[2]))
    for table, lines in told.items():
        for line in lines:
            print(f"{table}: {line}")
    different = sum(bool(lines) for lines in told.values())
    print(f"{len(told)} tables compared, {different} differ")
    sys.exit(bool(different) or not told)
