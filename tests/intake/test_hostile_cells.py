"""Forty odd cells in every column of every table: clean tables or one message, and a ledger that balances."""

from __future__ import annotations

import csv
import io

import pytest

from kamlib.errors import InputError
from kamlib.intake.pipeline import collect
from kamlib.study.dictionary import INPUTS

CELLS = (
    *("", " ", "\t", "\N{NO-BREAK SPACE}", "\u200b", "\ufeff", "\0", "-", "?", "0", "-0", "00", "1", "-1", "NULL", "nan", "inf"),
    *("-inf", "1e308", "1e-308", "9" * 5000, "-" + "9" * 20, "99999999999999.99995", "1,5", "1.234.567,89", "½", "٣", "５"),
    *("0000-00-00", "2026-02-30", "9999-12-31", "1900-01-01", "31/12/2026", "=1+1", "'; drop table orders; --", '"', "\n"),
    *("<script>alert(1)</script>", "a" * 5000, "𝔘🙂\u0301"),
)  # fmt: skip
ROWS = len(CELLS) + 8
PLACES = max(len(table.columns) for table in INPUTS.values())
VALID = {"date": "2026-05-{:02}", "money": "{}.50", "number": "0.{:02}", "integer": "{}", "flag": "yes", "text": "T{}"}


def cell(column, row):
    if column.choices:
        return column.choices[row % len(column.choices)]
    if column.name == "currency":
        return "EUR"
    if column.name == "parent_id":
        return ""
    if column.type in ("number", "integer", "money") and column.high is not None:
        return str(column.low or 0)
    return VALID[column.type].format(row % 27 + 1 if column.type in ("date", "number") else row + 1)


def study_of(make_study, cells, rows=ROWS):
    """A study of every table; ``cells(row)`` gives a place among the columns and the cell that stands there, or None."""
    files = {}
    for name, table in INPUTS.items():
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(table.names)
        for row in range(rows):
            line = [cell(column, row) for column in table.columns]
            if odd := cells(row):
                line[odd[0] % len(line)] = odd[1]
            writer.writerow(line)
        files[f"{name}.csv"] = out.getvalue()
    return make_study(files, cleaning={"rules": {"no_rate": "set_aside"}})


def at(place, cells):
    """The cells one below the other at a place."""
    return lambda row: (place, cells[row]) if row < len(cells) else None


def ends_well(study, rows=ROWS):
    """Whether the study was collected; its ledger then holds every row and all money."""
    try:
        clean = collect(study)
    except InputError as error:
        assert 10 < len(str(error)) < 3000
        return False
    ledger = clean.ledger
    assert len(INPUTS) == ledger["table"].nunique()
    for name, lines in ledger.groupby("table"):
        came, kept = (lines.loc[lines["rule"] == rule].iloc[0] for rule in ("came in", "kept"))
        aside = lines[lines["action"] == "set_aside"]
        repaired = lines.loc[lines["action"] == "repair", "amount"].sum()
        assert came["rows"] == rows == kept["rows"] + aside["rows"].sum(), name
        if came["amount"] is not None:
            assert came["amount"] == kept["amount"] + aside["amount"].dropna().sum() + repaired, name
    assert clean.quarantine.count().execute() == sum(ledger.loc[ledger["action"] == "set_aside", "rows"])
    return True


@pytest.mark.proof
@pytest.mark.parametrize("place", range(PLACES))
def test_no_cell_stops_a_study(make_study, place):
    assert ends_well(study_of(make_study, at(place, CELLS)))


@pytest.mark.proof
@pytest.mark.parametrize("text", ["", "x"])
@pytest.mark.parametrize("place", range(PLACES))
def test_no_column_without_a_readable_cell_ends_in_a_traceback(make_study, place, text):
    ends_well(study_of(make_study, at(place, [text] * ROWS)))


@pytest.mark.slow
def test_every_cell_in_every_column_at_once_is_cleaned_or_set_aside(make_study):
    """A row for each of the cells in each of the columns, of all tables in one study."""
    rows = len(CELLS) * PLACES + 8
    assert ends_well(study_of(make_study, lambda row: (row // len(CELLS), CELLS[row % len(CELLS)]), rows), rows)


@pytest.mark.slow
def test_a_table_without_any_readable_money_is_told_and_counted(make_study):
    """Invoices and proposals are set aside whole, and the money that came is unknown."""
    place = INPUTS["invoices"].names.index("amount")
    files = {
        "orders.csv": "order_id,account_id,date,amount\n1,A,2026-06-01,5\n",
        "invoices.csv": "invoice_id,account_id,issued,due,amount\n1,A,2026-05-01,2026-06-01,x\n",
        "proposals.csv": "proposal_id,account_id,date,value,outcome\n1,A,2026-05-01,,open\n",
    }
    clean = collect(make_study(files))
    assert place and clean.tables["invoices"].empty and clean.tables["proposals"].empty
    assert sorted(clean.quarantine.to_pandas()["table"]) == ["invoices", "proposals"]
