"""One person in a study's files: every place that holds something about them.

A person is looked for by contact_id, by the whole name in any order of its parts (with initials, and with the endings
of Russian cases), and by the work channel; in texts of the person's own accounts by each part of the name too. All are
compared by letters and digits alone: see `folding` and `name_forms`. What is written in other words (a nickname, "the new
buyer") or in another alphabet is not found.
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
from kamlib.privacy import name_forms
from kamlib.privacy.folding import folded, in_engine, letters, odd
from kamlib.privacy.person import REVIEW, Person
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
        return _named(who)
    rows = list[dict[str, str]]()
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        for source, paths in _files(study, "contacts"):
            raw = readers.read(readers.engine(), source, paths, Path(scratch))
            names = {c: source.columns.get(c, c) for c in ("contact_id", "account_id", "name", "work_channel")}
            wanted = {c: as_text(raw[theirs]).strip() for c, theirs in names.items() if theirs in raw.columns}
            rows += raw.select(**wanted).to_pandas().fillna("").to_dict("records")
    meant = _named(who)
    own = [row for row in rows if row.get("contact_id") == who]
    own = own or [row for row in rows if _same(who, row.get("name", "")) or _same(who, row.get("work_channel", ""))]
    own = own or [row for row in rows if _is_called(who, row.get("name", ""))]
    own = own or [row for row in rows if meant.channels and meant.in_text(row.get("work_channel", ""))]
    if len(ids := {row["contact_id"] for row in own}) > 1:
        raise InputError(f"several contacts are called {who!r}", found=some(sorted(ids)), remedy="Give the contact_id.")

    def values(column: str) -> frozenset[str]:
        return frozenset(row[column] for row in own if row.get(column))

    if not own:
        return meant
    return Person(values("contact_id"), values("name"), values("work_channel"), values("account_id"))


def _named(who: str) -> Person:
    """Someone who is no contact: a channel, where it is written as one, else a name."""
    none: frozenset[str] = frozenset()
    if "@" in who or name_forms.number(who):
        return Person(none, none, frozenset([who]), none)
    return Person(none, frozenset([who]), none, none)


def _same(one: str, other: str) -> bool:
    """Whether two texts have the same letters and digits, whatever the order of their words."""
    return bool(letters(one)) and sorted(folded(one)[0].split()) == sorted(folded(other)[0].split())


def _is_called(who: str, name: str) -> bool:
    """Whether `who` is a form of a name; few names need be taken apart for it."""

    def starts(text: str) -> list[str]:
        return sorted(word[:2] for word in folded(text)[0].split())

    return bool(name) and starts(who) == starts(name) and _named(name).is_called(who)


def places(study: Study, person: Person) -> pd.DataFrame:
    """Every row of the study's files that holds something about the person; of the review file, the study file and its playbook too.

    Returns
    -------
    DataFrame
        table, file, line, columns (names as they stand in the file), held (the whole row, or values in it), in the
        order of the study.
    """
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        found = [
            row
            for table, source, paths in looked_through(study)
            for row in places_in(table, source, paths, person, Path(scratch))
        ]
    for name, path in (("study", study.path), ("playbook", study.playbook_path)):
        found += [(name, path.name, line, "", "values") for line in lines_with(path, person)] if path else []
    return pd.DataFrame(found, columns=list(PLACES))


def lines_with(path: Path, person: Person) -> list[int]:
    """The lines of a text that hold the person, counted from 1."""
    return [number for number, line in enumerate(path.read_text("utf-8").split("\n"), 1) if person.in_text(line)]


def looked_through(study: Study) -> list[tuple[str, Source, list[Path]]]:
    """The files of a study one by one, each with its table and source; what a database is made of together."""
    found = list[tuple[str, Source, list[Path]]]()
    for table in study.sources:
        found += [(table, *one) for one in _files(study, table)]
    if review := study.review():
        found.append((REVIEW, Source(files=[str(review)]), [review]))
    return found


def _files(study: Study, table: str) -> list[tuple[Source, list[Path]]]:
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
    if table in INPUTS and "contact_id" in INPUTS[table].names and contact in columns and person.ids:
        found = in_engine(texts[contact], False).isin(sorted(map(letters, person.ids))).fill_null(False)
    needles = person.needles()
    for column in columns:
        read = [in_engine(texts[column], long) for long in (False, True)]
        hits = [text.contains(needle) for needle in needles for text in read]
        for hit in (*hits, odd(texts[column])):
            found = found | hit.fill_null(False)
    return found
