"""Random tables written in every dialect come back equal through ``Study.read`` and ``collect``.

The writers follow the descriptions of the formats (RFC 4180, the manuals of spreadsheets) and use nothing of kamlib. Each
study holds order lines and invoices, each in a dialect of its own.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kamlib.intake.pipeline import collect
from kamlib.study.model import Study

QUICK = (Phase.explicit, Phase.generate)  # to shrink an example takes minutes, and they are small already
AS_OF = date(2026, 6, 30)
LETTERS = {
    "utf-8": "ł日ж", "utf-8-sig": "ł日ж", "utf-16": "ł日ж", "utf-16-le": "ł日ж", "utf-16-be": "ł日ж",
    "cp1251": "жЯёЩ№", "cp1252": "äéñÜß", "latin-1": "äéñÜß",
}  # fmt: skip
MARKED = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}  # Python writes these two without their mark
SPACES = [" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{THIN SPACE}"]
MARKS = [(".", ""), (",", ""), (".", ","), (",", "."), (",", " "), (".", " "), (".", "'"), (",", "'")]
WORN = ["{}", "{}", "{} €", "€{}", "EUR {}", "{}EUR"]
BELOW = ["-{}", "−{}", "{}-", "({})"]
DAYS = {
    None: ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M"],
    "%d.%m.%Y": ["%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S"],
    "%d/%m/%Y": ["%d/%m/%Y", "%-d/%-m/%Y"],
    "%m/%d/%Y": ["%m/%d/%Y", "%-m/%-d/%Y", "%m/%d/%Y %I:%M %p"],
    "%d.%m.%y": ["%d.%m.%y"],
    "excel": ["whole", "fraction"],
}
NAMES = ["number", "firm", "day", "sum", "text"]
COLUMNS = {
    "orders": dict(zip(["order_id", "account_id", "date", "amount", "category"], NAMES, strict=True)),
    "invoices": {"invoice_id": "number", "account_id": "firm", "issued": "day", "due": "day", "amount": "sum"},
}


def forms() -> st.SearchStrategy[dict[str, Any]]:
    """A way to write a table."""
    choices = {
        "kind": ["csv"] * 6 + ["xlsx", "parquet"],
        "encoding": list(LETTERS),
        "delimiter": [",", ";", "\t", "|"],
        "ending": ["\n", "\r\n", "\r", "mixed"],
        "quoting": [csv.QUOTE_MINIMAL, csv.QUOTE_ALL],
        "declared": [False, True],
        "above": [0, 1, 3],
        "marks": MARKS,
        "space": SPACES,
        "worn": WORN,
        "below": BELOW,
        "days": [(form, way) for form, ways in DAYS.items() for way in ways],
        "whole_ids": [False, True],
    }
    return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in choices.items()})


def rows(form: dict[str, Any]) -> st.SearchStrategy[list[tuple]]:
    """Rows of firm, moment, amount and text; the first amount is above zero, for a study needs a sale."""
    firms = st.text("0123456789" if form["whole_ids"] else "0123456789K.-", min_size=1, max_size=6)
    firms = firms.filter(lambda text: text.strip("-"))  # a dash is no customer
    breaks = "\n" if form["kind"] == "xlsx" else "\r\n"  # a workbook knows no other
    texts = st.text("aZ09 .-_,;|\t'\"" + breaks + LETTERS[form["encoding"]], max_size=9).map(str.strip)
    moments = st.datetimes(datetime(2020, 1, 1), datetime.combine(AS_OF, time(23, 59))).map(
        lambda t: t.replace(second=0, microsecond=0)
    )
    amounts = st.decimals(Decimal("-9999999.9999"), Decimal("9999999.9999"), places=4)
    first = st.tuples(firms, moments, st.just(Decimal("1234567.8900")), texts)
    return st.tuples(first, st.lists(st.tuples(firms, moments, amounts, texts), max_size=5)).map(
        lambda found: [found[0], *found[1]]
    )


@st.composite
def studies(draw) -> dict[str, tuple[dict, list[tuple]]]:
    """For each table how it is written, and its rows."""
    found = {name: draw(forms()) for name in COLUMNS}
    return {name: (form, draw(rows(form))) for name, form in found.items()}


def written(text: str, form: dict[str, Any], plain: str) -> str:
    """`text`, or `plain` where the encoding has no such sign."""
    return (
        text
        if form["kind"] == "csv" and text.encode(form["encoding"], "replace").decode(form["encoding"]) == text
        else plain
    )


def amount(value: Decimal, form: dict[str, Any]) -> str:
    decimal, thousands = form["marks"]
    mark = written(form["space"], form, " ") if thousands == " " else thousands
    text = f"{abs(value):,}".translate(str.maketrans({",": mark, ".": decimal}))
    text = written(form["worn"], form, "EUR {}").format(text)
    return written(form["below"], form, "-{}").format(text) if value < 0 else text


def day(moment: datetime, form: dict[str, Any]) -> str:
    _, way = form["days"]
    if way in ("whole", "fraction"):
        days = (moment - datetime(1899, 12, 30)).total_seconds() / 86400
        return str(int(days)) if way == "whole" else repr(days).replace(".", form["marks"][0])
    return moment.strftime(way)


def text_file(table: list[tuple], form: dict[str, Any]) -> bytes:
    lines = [f"sep={form['delimiter']}"] * form["declared"] + ["Report"] * form["above"]
    cells = [(n, firm + ".0" * form["whole_ids"], day(t, form), amount(v, form), text) for n, firm, t, v, text in table]
    for row in [NAMES, *cells]:
        out = io.StringIO()
        csv.writer(out, delimiter=form["delimiter"], quoting=form["quoting"]).writerow(row)
        lines.append(out.getvalue().removesuffix("\r\n"))
    ends = ["\r\n", "\n", "\r"] if form["ending"] == "mixed" else [form["ending"]]
    made = "".join(line + ends[place % len(ends)] for place, line in enumerate(lines))
    return MARKED.get(form["encoding"], b"") + made.encode(form["encoding"])


def workbook(table: list[tuple], form: dict[str, Any]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in [["Report"]] * form["above"] + [NAMES] + [(n, f, t, float(v), text) for n, f, t, v, text in table]:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def parquet(table: list[tuple], form: dict[str, Any]) -> bytes:
    kinds = [pa.string(), pa.string(), pa.timestamp("us"), pa.float64(), pa.string()]
    columns = zip(NAMES, kinds, zip(*table, strict=True), strict=True)
    out = io.BytesIO()
    pq.write_table(
        pa.table({name: pa.array(map(float, c) if name == "sum" else c, kind) for name, kind, c in columns}), out
    )
    return out.getvalue()


def read_back(folder: Path, study: dict[str, tuple[dict, list[tuple]]]) -> None:
    """Write the tables of a study to its files, collect it, and compare: every row, exactly, and no other."""
    sources, tables = {}, {}
    for name, (form, found) in study.items():
        tables[name] = [(f"0{place}", *row) for place, row in enumerate(found)]
        writer = {"csv": text_file, "xlsx": workbook, "parquet": parquet}[form["kind"]]
        file = folder / f"{name}.{form['kind']}"
        file.write_bytes(writer(tables[name], form))
        dialect = {"decimal": form["marks"][0], "thousands": form["marks"][1], "date_format": form["days"][0]}
        dialect |= {"whole_ids": form["whole_ids"]}
        dialect |= {"encoding": form["encoding"]} if not form["encoding"].startswith("utf") else {}  # the rest is found
        sources[name] = {"files": file.name, "columns": COLUMNS[name], "dialect": dialect}
    tree = {
        "name": "t",
        "title": "T",
        "as_of": AS_OF,
        "sources": sources,
        "cleaning": {"most_rows": 1, "most_amount": 1},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(tree), encoding="utf-8")
    clean = collect(Study.read(folder / "study.yaml"))
    lines = clean.orders.select("order_id", "account_id", "date", "amount", "category").to_pyarrow().to_pylist()
    expected = [(n, firm, t.date(), v, text or None) for n, firm, t, v, text in tables["orders"]]
    assert sorted(tuple(line.values()) for line in lines) == expected
    invoices = clean.tables["invoices"].sort_values("invoice_id")
    found = [
        (n, firm, issued.date(), due.date(), round(Decimal(value), 4))
        for n, firm, issued, due, value in invoices[["invoice_id", "account_id", "issued", "due", "amount"]].itertuples(
            index=False
        )
    ]
    assert found == [(n, firm, t.date(), t.date(), v) for n, firm, t, v, _ in tables["invoices"]]
    assert clean.quarantine.count().execute() == 0


@pytest.mark.slow
@settings(max_examples=15, phases=QUICK, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(studies())
def test_tables_of_every_dialect_are_read_back_equal(tmp_path, study):
    read_back(tmp_path, study)


@pytest.mark.proof
@settings(max_examples=300, phases=QUICK, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(studies())
def test_many_tables_of_every_dialect_are_read_back_equal(tmp_path, study):
    read_back(tmp_path, study)
