"""Rows that a printed sheet leaves in a table: empty ones, the names of its columns once more, totals and subtotals."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce
from operator import add, and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib.intake.mapping import RAW
from kamlib.io.letters.formulas import FORMULA
from kamlib.io.values import trimmed
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study

_TOTAL = (
    r"^[\s*=_-]*((grand|sub|net|overall|sous)?[ -]?total(s|es)?( general| général)?|sum|suma( total)?|somme"
    r"|(zwischen|gesamt|end)?summe|gesamt(betrag)?|insgesamt|(общий |промежуточный )?итог|подытог|итого|всего)"
)
_WHOLE, _BEGINS = _TOTAL + r"[\s:.*=_-]*$|^[*Σ∑]+$", _TOTAL + r"([\s:.,;(–-]|$)"
_ENDS = r"\s(total|gesamt|ergebnis|summe|итог|всего|suma|somme)\W*$"


def empty_row(t: ir.Table, study: Study) -> Any:
    """Whether no cell of an order line holds anything.

    Parameters
    ----------
    t : from `mapping.mapped`, with the raw columns.
    """
    cells = [t[name] for name in t.columns if name.startswith(RAW)]
    missing = [trimmed(cell).isnull() for cell in cells]
    return _where(t.account_id.isnull() & t.date.isnull() & t.amount.isnull(), _folded(and_, missing))


def repeated_header(t: ir.Table, study: Study) -> Any:
    """Whether every mapped cell of an order line holds the name of its own column.

    Parameters
    ----------
    t : from `mapping.mapped`, with the raw columns.
    """
    repeats = []
    for source in study.sources["orders"]:
        names = {source.columns.get(name, name) for name in INPUTS["orders"].names}
        raw = [(t[RAW + name], name) for name in sorted(names) if RAW + name in t.columns]
        if all(cell.type().is_string() for cell, _ in raw):
            repeats.append(reduce(and_, [trimmed(cell) == name for cell, name in raw]))
    return _where(t.date.isnull(), reduce(or_, repeats)) if repeats else None


def total_row(t: ir.Table, study: Study) -> Any:
    """Whether a line says that it is a total, in English, Russian, Spanish, Catalan, German or French.

    A cell that is such a word needs one of order, account and date to be missing; a cell that only begins or ends with it
    needs two: a firm called Total Energies is a customer, even where an order id is missing.

    Parameters
    ----------
    t : from `mapping.mapped`, with the raw columns.
    """
    cells = [t[name].lower() for name in t.columns if name.startswith(RAW) and t[name].type().is_string()]
    if not cells:
        return None
    missing = [t[name].isnull() for name in ("order_id", "account_id", "date")]
    if any(
        source.months for source in study.sources["orders"]
    ):  # the row of totals has the days of its columns, and no order
        missing[0] = t.order_id == t.account_id + " " + t.date.cast("string")
    lacking = reduce(add, [ibis.ifelse(one, 1, 0) for one in missing])
    whole = _folded(or_, [cell.re_search(_WHOLE).fill_null(False) for cell in cells])
    begins = _folded(or_, [cell.re_search(_BEGINS).fill_null(False) for cell in cells])
    ends = _folded(or_, [cell.re_search(_ENDS).fill_null(False) for cell in cells])
    orders = study.sources["orders"]
    given = any(one.months or RAW + one.columns.get("order_id", "order_id") in t.columns for one in orders)
    fewest = 2 if given else 1  # an order that is made of customer and day is never missing
    return _where(lacking >= 1, whole | _where(lacking >= 2, begins) | _where(lacking >= fewest, ends))


def not_filled_in(name: str, frame: pd.DataFrame) -> pd.Series:
    """Rows of the notes that ask for a fact and were sent back without one: no day, no text, nothing that can't be read.

    Parameters
    ----------
    name : of the table; of every other one no row asks.
    frame : the table as it was read.
    """
    if name != "notes":
        return pd.Series(False, index=frame.index)
    return frame["date"].isna() & frame["text"].isna() & ~frame["unreadable"].astype(bool)


def without_guards(rows: pa.Table, name: str) -> pa.Table:
    """Texts of a table without the apostrophe that stands before =, +, - or @, so that no spreadsheet took them for a formula.

    Parameters
    ----------
    rows : the table as it was read.
    name : of the table.
    """
    guarded = f"^'([{re.escape(''.join(FORMULA))}])"
    for column in INPUTS[name].columns:
        if column.type == "text" and pc.any(pc.starts_with(rows[column.name], "'")).as_py():
            place = rows.column_names.index(column.name)
            bare = pc.replace_substring_regex(rows[column.name], pattern=guarded, replacement=r"\1")
            rows = rows.set_column(place, column.name, bare)
    return rows


def is_total(name: str) -> bool:
    """Whether a column is called a total."""
    return re.match(_WHOLE, name.lower()) is not None


def _folded(join: Callable[[Any, Any], Any], flags: Sequence[Any]) -> Any:
    """Flags joined in halves: of a thousand columns, one after another, no expression can be made."""
    half = len(flags) // 2
    return join(_folded(join, flags[:half]), _folded(join, flags[half:])) if half else flags[0]


def _where(condition: Any, test: Any) -> Any:
    """`test` where `condition` holds; the engine works it out for no other line."""
    return ibis.ifelse(condition, test, False)
