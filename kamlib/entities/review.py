"""The review of likely duplicates: a file in which a person decides, and that the study then obeys."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.entities import duplicates
from kamlib.errors import InputError, some
from kamlib.io import text_encoding
from kamlib.io.letters import guarded
from kamlib.study.model import Study

DECISIONS = ("same", "group", "different")
COLUMNS = ("account_id", "name", "other_id", "other_name", "likeness", "why", "decision")
_NEEDED = {"account_id", "other_id", "decision"}
_READ = tuple("'0123456789.,")  # a spreadsheet reads such text as a number or a day


def of_study(study: Study, accounts: pd.DataFrame) -> pd.DataFrame | None:
    """The decisions that the study obeys, or None where it names no review file.

    Parameters
    ----------
    study : a study; `identity.review` names the file.
    accounts : the table of accounts, with account_id.

    Raises
    ------
    InputError
        If the file is missing or unreadable, or its decisions can't be obeyed: see `read`.
    """
    path = study.review()
    return None if path is None else read(path, accounts["account_id"])


def read(path: Path, ids: Iterable[str]) -> pd.DataFrame:
    """The decisions of a review file, checked.

    Parameters
    ----------
    path : the file: CSV with account_id, other_id and decision.
    ids : the accounts that there are.

    Returns
    -------
    DataFrame
        account_id, other_id, decision (same: one firm; group: firms of one group; different: neither), line; rows
        without a decision are left out.

    Raises
    ------
    InputError
        If the file can't be read, a decision is an unknown word, an account is not in the table of accounts, or
        decisions contradict each other: with the line.
    """
    return _checked(_load(path), set(ids), path)


def refresh(
    path: Path, accounts: pd.DataFrame, in_words: Callable[[pd.DataFrame], pd.DataFrame], delimiter: str = ","
) -> pd.DataFrame:
    """Write the likely duplicates of `accounts` to `path`; decisions made there, and columns added there, stay.

    New pairs come at the end. A pair without a decision that is no longer proposed goes.

    Parameters
    ----------
    path : the review file; need not exist.
    accounts : as `duplicates.likely_duplicates` needs them.
    in_words : puts the codes of `why` and their values into words for the reviewer (`kamlib.report.words.with_words`).
    delimiter : between the columns; a spreadsheet expects a semicolon where the comma is the decimal mark.

    Returns
    -------
    DataFrame
        What was written: `COLUMNS`.

    Raises
    ------
    InputError
        If the file that is there can't be obeyed (see `read`) or can't be written.
    """
    old = _load(path) if path.exists() else pd.DataFrame(columns=[*COLUMNS, "line"])
    proposed = in_words(duplicates.likely_duplicates(accounts, _checked(old, set(accounts["account_id"]), path)))
    fresh = {_pair(row): row for row in proposed.to_dict("records")}
    rows = []
    for row in old.drop(columns="line").to_dict("records"):
        new = fresh.pop(_pair(row), None)
        if row["decision"] or new:
            rows.append(row | (new or {}))
    rows += fresh.values()
    made = pd.DataFrame(rows, columns=[*COLUMNS, *(c for c in old if c not in (*COLUMNS, "line"))], dtype=object)
    made = made.where(made.notna(), "").astype(str)
    _write(made, path, delimiter)
    return made


def names_alike(study: Study, orders: ir.Table, heads: pd.DataFrame) -> list[str]:
    """How many customers look alike where they are known by their names alone, in a sentence; nothing where ids are codes.

    Parameters
    ----------
    study : without a table of accounts.
    orders : the clean order lines.
    heads : from `groups.group_heads`.
    """
    found = orders.select("account_id").distinct().to_pandas()["account_id"]
    ids = pd.concat([found, heads["account_id"]]).drop_duplicates().sort_values(ignore_index=True)
    letters = ids.str.replace(r"[\W\d_]+", "", regex=True).str.casefold()
    if (letters.str.len() >= 3).mean() <= 0.5 or letters.nunique() <= max(2, 0.1 * len(ids)):
        return []
    accounts = pd.DataFrame({"account_id": ids, "name": ids})
    pairs = duplicates.likely_duplicates(accounts, of_study(study, accounts))
    if pairs.empty:
        return []
    first = pairs.iloc[0]
    return [
        f"Customers are known by their names alone, and {len(pairs):,} pairs of them look alike, such as "
        f"{first['name']!r} and {first['other_name']!r}: kam firms proposes them, and joins those that you call the same."
    ]


def _pair(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    return tuple(sorted((row["account_id"], row["other_id"])))


def _load(path: Path) -> pd.DataFrame:
    """Every row of a review file as text, with its line; the encoding and delimiter that a spreadsheet left are found."""
    try:
        text = path.read_bytes().decode(text_encoding.find_encoding(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the review file can't be read", file=path, found=str(error)) from None
    for delimiter in (",", ";", "\t"):
        records = _records(text, delimiter, path)
        head = [cell.strip() for cell in next(records, (1, list[str]()))[1]]
        if _NEEDED.issubset(head):
            rows = [_row(head, cells, line, path) for line, cells in records if any(cells)]
            table = pd.DataFrame(rows, columns=[*dict.fromkeys((*head, *COLUMNS)), "line"]).fillna("")
            for column in _NEEDED:
                table[column] = table[column].str.strip()
            table["decision"] = table["decision"].str.lower()
            return table
    raise InputError(
        "the review file lacks columns", file=path, line=1, remedy=f"It needs {', '.join(sorted(_NEEDED))}."
    )


def _records(text: str, delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV, each with the line it begins at."""
    records, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1
    try:
        for cells in records:
            yield line, cells
            line = records.line_num + 1
    except csv.Error as error:
        raise InputError("the review file is no valid CSV", file=path, line=line, found=str(error)) from None


def _row(head: list[str], cells: list[str], line: int, path: Path) -> dict[str, Any]:
    if len(cells) > len(head):
        raise InputError("more cells than columns", file=path, line=line, found=some(cells[len(head) :]))
    plain = [_unguarded(cell) for cell in cells] + [""] * (len(head) - len(cells))
    return dict(zip(head, plain, strict=True)) | {"line": line}


def _checked(table: pd.DataFrame, ids: set[str], path: Path) -> pd.DataFrame:
    """The rows with a decision, if all of them can be obeyed."""
    decided = table.loc[table["decision"] != "", ["account_id", "other_id", "decision", "line"]].reset_index(drop=True)

    def refuse(wrong: pd.Series, problem: str, found: str, remedy: str) -> None:
        if wrong.any():
            row = decided[wrong].iloc[0]
            raise InputError(problem, file=path, line=row["line"], found=found.format_map(row), remedy=remedy)

    unknown = ~decided["decision"].isin(DECISIONS)
    refuse(unknown, "an unknown decision", "{decision}", "Write same, group or different, or nothing.")
    for column in ("account_id", "other_id"):
        refuse(
            ~decided[column].isin(ids),
            f"the {column} is not in the table of accounts",
            f"{{{column}}}",
            "Mend the id, or delete the line.",
        )
    refuse(decided["account_id"] == decided["other_id"], "an account beside itself", "{account_id}", "Delete the line.")
    for joining, words in ((["same"], "one firm"), (["same", "group"], "one group")):
        joins = decided["decision"].isin(joining)
        whole, other = _wholes(decided, joins).T
        wrong = ~joins & (whole == other)
        if wrong.any():
            by = decided.loc[joins & (whole == whole[wrong][0]), "line"]
            told = f"'{{account_id}}' and '{{other_id}}' {{decision}} here, but {words} by line {some(by)}"
            refuse(wrong, "contradictory decisions", told, "Change one of them.")
    return decided


def _wholes(decided: pd.DataFrame, joins: pd.Series) -> np.ndarray:
    """The number of the whole to which both accounts of each row belong when the joining rows join theirs."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    codes, ids = pd.factorize(decided[["account_id", "other_id"]].to_numpy(dtype=object).ravel())
    ends = codes.reshape(-1, 2)
    one, other = ends[joins.to_numpy(dtype=bool)].T
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(ids), len(ids)))
    whole: np.ndarray = connected_components(graph, directed=False)[1]
    return whole[ends]


def _write(table: pd.DataFrame, path: Path, delimiter: str) -> None:
    """A CSV that spreadsheets open as text, whole or not at all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(table.columns)
    writer.writerows(
        table.assign(
            **{str(c): table[c].map(lambda cell: guarded(cell, _READ)) for c in table if c != "likeness"}
        ).to_numpy()
    )
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(text.getvalue().encode("utf-8-sig"))
        part.replace(path)
    except OSError as error:
        raise InputError("the review file can't be written", file=path, found=error.strerror) from None


def _unguarded(cell: str) -> str:
    return cell.removeprefix("'")
