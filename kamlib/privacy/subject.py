"""One person in a study's files: every place that holds something about them.

A person is looked for by contact_id, by the whole name in any order of its parts (with initials, and with the endings
of Russian cases), and by the work channel; in texts of the person's own accounts by each part of the name too. What is
written in other words (a nickname, "the new buyer") is not found.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.io import readers
from kamlib.io.values import as_text
from kamlib.privacy.person import Person, channel_form
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study
from kamlib.study.sources import Source

PLACES = ("table", "file", "line", "columns", "held")


def identify(study: Study, who: str) -> Person:
    """The person that `who` names: a contact by contact_id, name or work channel, or else just the name itself.

    Raises
    ------
    InputError
        If several contacts are called so.
    """
    who = " ".join(who.split())
    if not who:
        raise InputError("WHO is empty", remedy="Give a contact_id, a name or a work channel.")
    if "contacts" not in study.sources:
        return Person(frozenset(), frozenset([who]), frozenset(), frozenset())
    rows = list[dict[str, str]]()
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        for source, paths in _files(study, "contacts"):
            raw = readers.read(readers.engine(), source, paths, Path(scratch))
            names = {c: source.columns.get(c, c) for c in ("contact_id", "account_id", "name", "work_channel")}
            wanted = {c: as_text(raw[theirs]).strip() for c, theirs in names.items() if theirs in raw.columns}
            rows += raw.select(**wanted).to_pandas().fillna("").to_dict("records")
    own = [row for row in rows if row.get("contact_id") == who]
    own = own or [
        row for row in rows if who.lower() in (row.get("name", "").lower(), row.get("work_channel", "").lower())
    ]
    if len(ids := {row["contact_id"] for row in own}) > 1:
        raise InputError(f"several contacts are called {who!r}", found=some(sorted(ids)), remedy="Give the contact_id.")

    def values(column: str) -> frozenset[str]:
        return frozenset(row[column] for row in own if row.get(column))

    if not own:
        return Person(frozenset(), frozenset([who]), frozenset(), frozenset())
    return Person(values("contact_id"), values("name"), values("work_channel"), values("account_id"))


def places(study: Study, person: Person) -> pd.DataFrame:
    """Every row of the study's files that holds something about the person.

    Returns
    -------
    DataFrame
        table, file, line, columns (names as they stand in the file), held (the whole row, or values in it), in the
        order of the study.
    """
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        found = [
            row
            for table in study.sources
            for source, paths in _files(study, table)
            for row in places_in(table, source, paths, person, Path(scratch))
        ]
    return pd.DataFrame(found, columns=list(PLACES))


def _files(study: Study, table: str) -> list[tuple[Source, list[Path]]]:
    """The files of a table one by one, each with its source; what a database is made of together."""
    found = []
    for source in (piece for name, piece in study.pieces() if name == table):
        paths = study.paths_of(table, source)
        found += [(source, paths)] if source.url else [(source, [path]) for path in paths]
    return found


def places_in(
    table: str, source: Source, paths: list[Path], person: Person, scratch: Path
) -> list[tuple[str, str, int, str, str]]:
    """The places in one file or database table. The engine finds the rows that may hold one; order lines stay there."""
    raw = readers.read(readers.engine(), source, paths, scratch)
    columns = [column for column in raw.columns if column not in readers.ADDED]
    texts = raw.select(*[as_text(raw[column]).name(column) for column in columns], readers.FILE, readers.LINE)
    with readers.plain_errors():
        rows = texts.filter(_may_hold(texts, columns, table, source, person)).order_by(readers.LINE).to_pandas()
    made = []
    for row in rows.fillna("").to_dict("records"):
        cells = {column: row[column] for column in columns}
        changed = person.changed(cells, table, source)
        own = person.is_row_of(cells, table, source)
        if changed or own:
            shown = ", ".join(columns if own else changed)
            made.append((table, row[readers.FILE], int(row[readers.LINE]), shown, "row" if own else "values"))
    return made


def _may_hold(texts: ir.Table, columns: list[str], table: str, source: Source, person: Person) -> Any:
    found: Any = ibis.literal(False)
    contact = source.columns.get("contact_id", "contact_id")
    if "contact_id" in INPUTS[table].names and contact in columns and person.ids:
        found = texts[contact].strip().isin(sorted(person.ids)).fill_null(False)
    for column in columns:
        text = texts[column].lower()
        hits = [text.contains(needle) for needle in person.needles()]
        hits += [text.re_search(channel_form(channel.lower())) for channel in person.channels]
        for hit in hits:
            found = found | hit.fill_null(False)
    return found
