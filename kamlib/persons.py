"""One person in a study's files: every place that holds something about them, and copies of the files without it.

A person is looked for by contact_id, by the whole name in any order of its parts (with initials, and with the endings
of Russian cases), and by the work channel; in texts of the person's own accounts by each part of the name too. What is
written in other words (a nickname, "the new buyer") is not found.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kamlib.errors import InputError, some
from kamlib.intake import readers
from kamlib.intake.privacy import FREE_TEXT
from kamlib.intake.values import as_text
from kamlib.tables import INPUTS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kamlib.sources import Source
    from kamlib.study import Study

MASK = "[erased]"
PLACES = ("table", "file", "line", "columns", "held")


@dataclass(frozen=True)
class Person:
    """What a person is known by in the files, and the accounts they belong to."""

    ids: frozenset[str]
    names: frozenset[str]
    channels: frozenset[str]
    accounts: frozenset[str]

    @cached_property
    def whole(self) -> re.Pattern[str] | None:
        """The names and channels, as they may stand in a text."""
        forms = [*map(_channel, self.channels), *(form for name in self.names for form in _forms(name))]
        return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.I) if forms else None

    @cached_property
    def parts(self) -> re.Pattern[str] | None:
        """Each part of the names alone."""
        words = {word for name in self.names for word in re.findall(r"\w+", name) if len(word) > 3}
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(_word, sorted(words)))})(?!\w)", re.I) if words else None

    def needles(self) -> list[str]:
        """The beginnings of the names' parts: one of them stands in every text that holds a name, in lower case."""
        words = [word.lower() for name in self.names for word in re.findall(r"\w+", name)]
        return sorted({word[:4] for word in words if len(word) > 2} or set(words))

    def changed(self, row: dict[str, str], table: str, source: Source) -> dict[str, str]:
        """The cells of a row that hold something about the person, by column, as they are without it."""
        ours = {source.columns.get(column, column): column for column in INPUTS[table].names}
        account = row.get(source.columns.get("account_id", "account_id"), "").strip()
        made = {}
        for column, text in row.items():
            known = ours.get(column)
            if known == "contact_id":
                if text.strip() in self.ids:
                    made[column] = ""
                continue
            new = self.whole.sub(MASK, text) if self.whole else text
            written = known is None or known in FREE_TEXT.get(table, ())
            if self.parts and account in self.accounts and written and table not in ("accounts", "contacts"):
                new = self.parts.sub(MASK, new)
            if new != text:
                made[column] = new
        return made

    def is_row_of(self, row: dict[str, str], table: str, source: Source) -> bool:
        """Whether the row is the person's own, in the table of contacts."""
        named = {column: row.get(source.columns.get(column, column), "").strip() for column in ("contact_id", "name")}
        return table == "contacts" and (
            named["contact_id"] in self.ids or (not self.ids and named["name"] in self.names)
        )


def _word(word: str) -> str:
    """A part of a name: with endings, where it is Russian; with a possessive s else."""
    if re.search("[а-яё]", word, re.I):
        return re.escape(re.sub("[аяйьоеиыу]$", "", word, flags=re.I)) + r"\w{0,3}"
    return re.escape(word) + "(?:['’]?s)?"


def _forms(name: str) -> list[str]:
    words = re.findall(r"[\w'’-]+", name)[:4]
    between = r"[\s,.]+"
    orders = [between.join(map(_word, order)) for order in permutations(words)]
    initials = [(first, last) for first in words for last in words if first != last and len(last) > 2]
    short = [rf"{first[0]}\.?\s*(?:\w\.?\s*)?{_word(last)}|{_word(last)},?\s+{first[0]}\." for first, last in initials]
    return orders + short


def _channel(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if len(digits) > 6 and not re.search("[^\\W\\d]", text):
        return r"\+?" + r"[^\w]{0,3}".join(digits)
    return re.escape(text)


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
    source, rows = study.sources["contacts"], list[dict[str, str]]()
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        for paths in _files(study, "contacts"):
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
            for table, source in study.sources.items()
            for paths in _files(study, table)
            for row in _places(table, source, paths, person, Path(scratch))
        ]
    return pd.DataFrame(found, columns=list(PLACES))


def _files(study: Study, table: str) -> list[list[Path]]:
    """The files of a table one by one; what a database is made of together."""
    paths = study.paths(table)
    return [paths] if study.sources[table].url else [[path] for path in paths]


def _places(table: str, source: Source, paths: list[Path], person: Person, scratch: Path) -> list[tuple]:
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
    import ibis

    found: Any = ibis.literal(False)
    contact = source.columns.get("contact_id", "contact_id")
    if "contact_id" in INPUTS[table].names and contact in columns and person.ids:
        found = texts[contact].strip().isin(sorted(person.ids)).fill_null(False)
    for column in columns:
        text = texts[column].lower()
        hits = [text.contains(needle) for needle in person.needles()]
        hits += [text.re_search(_channel(channel.lower())) for channel in person.channels]
        for hit in hits:
            found = found | hit.fill_null(False)
    return found


def erase(study: Study, person: Person, out: str | Path) -> pd.DataFrame:
    """Write copies of the study's files without the person into `out`, and the list of what was changed, changes.csv.

    The person's rows of contacts are removed, their contact_id is blanked in the other tables, and their name and
    channel are masked. Files, and rows of CSV, without anything about the person are copied byte by byte; a workbook
    that is changed is written anew (values, formulas and most formats stay; formulas that point below a removed row
    don't move).

    Returns
    -------
    DataFrame
        As `places`: rows that were removed, and values that were taken out; lines are those of the files as they were.

    Raises
    ------
    InputError
        If nothing is held about the person, `out` holds something, or a file can't be written anew.
    """
    from kamlib.erasing import rewrite

    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            "the folder is not empty", file=out, remedy="Name a new folder; files are never changed in place."
        )
    found = places(study, person)
    if found.empty:
        raise InputError("the study's files hold nothing about this person", remedy="Check WHO with kam person.")
    if bases := sorted(table for table in set(found["table"]) if study.sources[table].url):
        raise InputError(
            "a database is not written anew", found=f"tables {some(bases)}", remedy="Erase the person there."
        )
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        for table, source, path, copy in _copies(study, out):
            if not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
            if _places(table, source, [copy], person, Path(scratch)):
                rewrite(copy, table, source, person, Path(scratch))
            if left := _places(table, source, [copy], person, Path(scratch)):
                raise InputError(
                    "the copy still holds the person", file=copy, line=left[0][2], found=f"columns {left[0][3]}"
                )
    found.to_csv(out / "changes.csv", index=False)
    return found


def _copies(study: Study, out: Path) -> Iterator[tuple[str, Source, Path, Path]]:
    """Each file of each table and where its copy goes: as it lies below the study's folder, or by its name."""
    origin: dict[Path, Path] = {}
    for table, source in study.sources.items():
        for path in () if source.url else (path.resolve() for path in study.paths(table)):
            copy = out / (path.relative_to(study.folder) if path.is_relative_to(study.folder) else path.name)
            if origin.setdefault(copy, path) != path:
                raise InputError(
                    "two files have one name, and lie outside the study's folder", file=path, found=origin[copy]
                )
            yield table, source, path, copy
