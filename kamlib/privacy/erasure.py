"""Copies of a study's files without one person: what is not theirs stays as it was, in CSV to the byte."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pandas as pd
from openpyxl import load_workbook

from kamlib.errors import InputError, some
from kamlib.io import text_encoding
from kamlib.privacy import copied_study
from kamlib.privacy.person import REVIEW, Person
from kamlib.privacy.subject import places, places_in
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study
from kamlib.study.sources import Source


def erase(study: Study, person: Person, out: str | Path) -> pd.DataFrame:
    """Write copies of the study's files without the person into `out`, with the study file, which runs there, and the list of
    what was changed, changes.csv.

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
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            "the folder is not empty", file=out, remedy="Name a new folder; files are never changed in place."
        )
    found = places(study, person)
    if found.empty:
        raise InputError("the study's files hold nothing about this person", remedy="Check WHO with kam person.")
    if bases := sorted({table for table, source in study.pieces() if source.url} & set(found["table"])):
        raise InputError(
            "a database is not written anew", found=f"tables {some(bases)}", remedy="Erase the person there."
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".kam-", dir=out.parent) as beside:
            folder, scratch = Path(beside) / out.name, Path(beside) / "scratch"
            scratch.mkdir()
            _copy(study, person, folder, scratch)
            found.to_csv(folder / "changes.csv", index=False)
            if out.exists():
                out.rmdir()
            folder.rename(out)
    except OSError as error:
        raise InputError("the folder can't be written", file=out, found=error.strerror) from None
    return found


def _copy(study: Study, person: Person, folder: Path, scratch: Path) -> None:
    """The files and the study file without the person; read back, none holds the person."""
    for table, source, path, copy in copied_study.copies(study, folder):
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        if places_in(table, source, [copy], person, scratch):
            _rewrite(copy, table, source, person, scratch)
    copied_study.write(study, person, folder / study.path.name)
    left = places(Study.read(folder / study.path.name), person)
    if len(left):
        first = left.iloc[0]
        raise InputError(
            "the copy still holds the person",
            file=first["file"],
            line=first["line"],
            found=f"columns {first['columns']}",
        )


def _rewrite(path: Path, table: str, source: Source, person: Person, scratch: Path) -> None:
    """Take the person out of a file, in place.

    Raises
    ------
    InputError
        If the file is of a kind that can't be written anew.
    """
    kind = "blanks" if source.dialect.delimiter == "blanks" else path.suffix.lower()
    if kind in (".csv", ".tsv", ".txt"):
        _csv(path, table, source, person, scratch)
    elif kind in (".xlsx", ".xlsm"):
        _excel(path, table, source, person)
    else:
        raise InputError(
            "this kind of file can't be written anew",
            file=path.name,
            found=kind,
            remedy="Save it as .csv or .xlsx and name that in sources, or erase the person where it was made.",
        )


def _csv(path: Path, table: str, source: Source, person: Person, scratch: Path) -> None:
    found = source.dialect.encoding or text_encoding.find_encoding(path)
    plain = text_encoding.recode(path, found, scratch / f"plain-{path.name}")
    delimiter = source.dialect.delimiter or text_encoding.find_delimiter(plain)
    made, names = path.with_name(f"{path.name}.new"), list[str]()
    with (
        path.open(encoding=_exactly(found, path), newline="") as old,
        made.open("w", encoding=_exactly(found, path), newline="") as new,
    ):
        for record, fields in _records(old, delimiter):
            cells = [field.strip().strip("\ufeff") for field in fields]
            if not names:
                names = cells if _is_header(cells, table, source) else []
                new.write(record)
                continue
            row = dict(zip(names, cells, strict=False))
            if person.is_row_of(row, table, source):
                continue
            if changed := person.changed(row, table, source):
                left = [changed.get(name, field) for name, field in zip(names, fields, strict=False)]
                record = _record([*left, *fields[len(names) :]], delimiter, record)
            new.write(record)
    made.replace(path)


def _exactly(found: str, path: Path) -> str:
    """The encoding that leaves a byte order mark in the text, so that it is written back."""
    name = found.lower().replace("_", "-")
    head = path.open("rb").read(4)
    if name in ("utf-16", "utf-32"):
        return name + ("-be" if head[:1] in (b"\xfe", b"\0") else "-le")
    return "utf-8" if name == "utf-8-sig" else name


def _records(stream: TextIO, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """The records of a CSV file as they stand there, line ends included, and their fields."""
    lines: list[str] = []
    csv.field_size_limit(1 << 26)

    def kept() -> Iterator[str]:
        for line in stream:
            lines.append(line)
            yield line

    for fields in csv.reader(kept(), delimiter=delimiter, skipinitialspace=True):
        yield "".join(lines), fields
        lines.clear()


def _record(fields: list[str], delimiter: str, before: str) -> str:
    """A record with other fields, quoted and ended as it was."""
    made = io.StringIO()
    quoting: Any = csv.QUOTE_ALL if before.count('"') >= 2 * len(fields) else csv.QUOTE_MINIMAL
    end = before[len(before.rstrip("\r\n")) :]
    csv.writer(made, delimiter=delimiter, quoting=quoting, lineterminator=end).writerow(fields)
    return made.getvalue()


def _is_header(cells: list[str], table: str, source: Source) -> bool:
    """Whether a row holds the column names: those mapped, or that of the account and one more that is needed.

    Where no row is removed two of either are enough: heads and lines share the columns of their source.
    """
    if table == REVIEW:
        return {"account_id", "other_id", "decision"} <= set(cells)
    needed = {source.columns.get(column, column) for column in INPUTS[table].required}
    if table != "contacts":
        return len((needed | set(source.columns.values())) & set(cells)) >= 2
    return len(needed & set(cells)) >= min(2, len(needed)) and set(source.columns.values()) <= set(cells)


def _excel(path: Path, table: str, source: Source, person: Person) -> None:
    """Every sheet: those with the table's column names row by row, other ones by name and channel alone."""
    book = load_workbook(path, keep_vba=path.suffix.lower() == ".xlsm")
    for sheet in book.worksheets:
        names: list[str] = []
        own = []
        for cells in sheet.iter_rows():
            texts = ["" if cell.value is None else str(cell.value).strip() for cell in cells]
            if not names:
                names = texts if _is_header(texts, table, source) else []
            row = dict(zip(names or [f"\0{place}" for place in range(len(texts))], texts, strict=True))
            if names and person.is_row_of(row, table, source):
                own.append(cells[0].row)
                continue
            changed = person.changed(row, table, source)
            for cell, name in zip(cells, row, strict=True):
                if name in changed:
                    cell.value = changed[name] or None
        for line in reversed(own):
            sheet.delete_rows(line)
    book.save(path)
