"""The tables that a run keeps, and the columns of these and of the pages: the dictionary of what comes out.

A name means one thing in the whole kit, so that a page asks by the name alone how a column is written. `run_tables.yaml` has the
entries, `kamlib.study.dictionary` the columns of what comes in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from kamlib.errors import InputError, some
from kamlib.study.columns import Column, Format, Table, Type
from kamlib.study.dictionary import INPUTS
from kamlib.study.shipped import shipped

SCHEMA = 4
"""1: customers were called account_id, and accounts member_id; 2: p_silent was called p_lost, and stake margin_at_stake; 3: the cell
invest of KAISM was called key."""

KINDS: dict[str, tuple[Type, str]] = {
    "text": ("text", ""),
    "code": ("text", ""),
    "flag": ("flag", ""),
    "day": ("date", "day"),
    "money": ("money", "study currency"),
    "share": ("number", "share"),
    "rate": ("number", "share"),
    "days": ("number", "days"),
    "count": ("integer", "count"),
    "place": ("integer", "place"),
    "points": ("number", "points"),
    "number": ("number", ""),
    "figures": ("number", ""),
    "interval": ("number", ""),
}
"""Type and unit by kind. A share lies in 0 to 1, a rate anywhere; a place has no mark of thousands; *figures* counts the digits that
count, in a unit of its own; an *interval* is written as the column before it, where that is in the dictionary."""
_FORMAT_OF_TYPE = {"date": Format("day"), "integer": Format("count"), "number": Format("number", 2)}


@cache
def column(name: str) -> Column | None:
    """What a column of this name holds and how it is written; None where the dictionary doesn't have it."""
    found = _column(name)
    heads = ((re.fullmatch(pattern, name), title) for pattern, title in _source()["heads"].items())
    title = next((title.format(*fits.groups()) for fits, title in heads if fits), "")
    return replace(found, title=title) if found and title else found


def _column(name: str) -> Column | None:
    source, known = _source(), _columns(_source()["columns"])
    if name in known:
        return known[name]
    for pattern, one in known.items():
        if "(" in pattern and (found := re.fullmatch(pattern, name)):
            return replace(one, name=name, meaning=one.meaning.format(*found.groups()))
    for pattern, meaning in source["families"].items():
        if (found := re.fullmatch(pattern, name)) and (base := column(found[1])):
            return replace(base, name=name, meaning=meaning.format(base.meaning, *found.groups()[1:]))
    return next((_given(table.column(name)) for table in INPUTS.values() if name in table.names), None)


def columns(names: Iterable[str]) -> list[Column | None]:
    """Columns that stand side by side: the ends of an interval are as the column before them."""
    found: list[Column | None] = []
    for one in map(column, names):
        before = found[-1] if found and one and one.format and one.format.kind == "interval" else None
        found.append(replace(before, name=one.name, meaning=one.meaning) if one and before else one)
    return found


@cache
def run_tables() -> Mapping[str, Table]:
    """Every table that a run keeps, the clean inputs among them with `customer_id`, by name.

    Raises
    ------
    InputError
        If a table lists a column that the dictionary doesn't have.
    """
    own = _source()["tables"]
    found = {}
    for name, given in INPUTS.items():
        more = _listed(name, "customer_id " + own.get(name, {}).get("columns", ""), {})
        found[name] = replace(given, columns=(more[0], *map(_given, given.columns), *more[1:]))
    for name, table in own.items():
        if name not in INPUTS:
            listed = _listed(name, table["columns"], _columns(table.get("here", {})))
            found[name] = Table(name, table["row"], tuple(listed), tuple(table["key"].split()))
    return found


def _given(one: Column) -> Column:
    return replace(one, format=one.format or _FORMAT_OF_TYPE.get(one.type, Format(one.type)))


def _listed(table: str, names: str, here: Mapping[str, Column]) -> list[Column]:
    found = [here.get(name, known) for name, known in zip(names.split(), columns(names.split()), strict=True)]
    if missing := [name for name, one in zip(names.split(), found, strict=True) if one is None]:
        raise InputError(
            f"the table {table} has columns that are not in the dictionary",
            found=some(missing),
            remedy="Add them to kamlib/study/run_tables.yaml.",
        )
    return [one for one in found if one is not None]


def _columns(sections: Mapping[str, Mapping[str, str]]) -> dict[str, Column]:
    """The columns of sections that are named by format: "money", "share 1", "signed number 3"."""
    found: dict[str, Column] = {}
    for section, entries in sections.items():
        words = section.removeprefix("signed ").split()
        written = Format(words[0], int(words[1]) if words[1:] else 0, section.startswith("signed "))
        of, unit = KINDS[written.kind]
        low, high = (0, 1) if written.kind == "share" else (None, None)
        for name, meaning in entries.items():
            found[name] = Column(name, of, meaning, unit, low=low, high=high, format=written)
    return found


def _source() -> Any:
    return shipped(Path(__file__).with_suffix(".yaml"))
