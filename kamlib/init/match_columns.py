"""Which table a file is and which of its columns are ours: what the columns are called, times what they hold.

Every pair of a column of the file and a column of a table gets a score from 0 to 1; the best assignment of one to
one is the proposal. Contents decide where names do not: they rule out what can't be, and stand in for a name, weakly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy.optimize import linear_sum_assignment

from kamlib.errors import some
from kamlib.init import headings
from kamlib.init.cells.column_contents import Contents
from kamlib.init.cells.formats import FIGURES
from kamlib.init.evidence.proof import NONE, Proof
from kamlib.intake import screen
from kamlib.io.currencies import MEANT
from kamlib.io.letters.inner_day import inside
from kamlib.study.columns import Column, Table
from kamlib.study.dictionary import INPUTS

_LEAST = 0.2  # a score below it is no proposal
_CLEAR_NAME = 0.75
_PROVEN = 1.5  # more than any name
_ALL = 0.98  # of the values must fit, or the column is marked
_RIVAL = 0.6  # of the chosen column's score makes another one an alternative
YES_NO = {"true", "false", "yes", "no", "y", "n", "t", "f", "0", "1"}


@dataclass(frozen=True)
class Choice:
    """The column of the file that is proposed for one of ours; without doubts it is sure.

    `others` are those that might be it too; `question` is why a person has to decide.
    """

    theirs: str
    score: float
    language: str = ""
    doubts: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True)
class Proposal:
    """A file read as one table.

    Attributes
    ----------
    table : name of the table.
    score : how well it fits, 0 to 1.
    columns : by our name, the column of the file.
    missing : required columns for which the file has none.
    unused : columns of the file that are not used, with the reason.
    """

    table: str
    score: float
    columns: Mapping[str, Choice]
    missing: tuple[str, ...] = ()
    unused: Mapping[str, str] = field(default_factory=dict)

    @property
    def weak(self) -> bool:
        """Whether a needed column is missing or was found by its contents alone."""
        required = [self.columns[name].score for name in INPUTS[self.table].required if name in self.columns]
        return bool(self.missing) or min(required) < 2 * _LEAST


def propose(contents: Mapping[str, Contents], name: str, proof: Proof = NONE) -> list[Proposal]:
    """A file read as each of the tables, the best first.

    Parameters
    ----------
    contents : by column of the file, from `profile_columns.profile`.
    name : of the file or the sheet; it counts a little.
    proof : what its cells prove of order lines.
    """
    of = {"orders": proof, "accounts": Proof({"account_id": proof.key} if proof.key else {})}
    made = [_as_table(contents, table, name, of.get(table.name, NONE)) for table in INPUTS.values()]
    return sorted(made, key=lambda proposal: (bool(proposal.missing), -proposal.score))


def _as_table(contents: Mapping[str, Contents], table: Table, name: str, proof: Proof) -> Proposal:
    theirs = list(contents)
    named = {(t, c.name): headings.likeness(t, table.name, c.name) for t in theirs for c in table.columns}
    scores = np.array(
        [[_score(t, named[t, c.name].score, contents[t], c, table) for c in table.columns] for t in theirs]
    ).reshape(len(theirs), len(table.columns))
    for (row, t), (at, column) in product(enumerate(theirs), enumerate(table.columns)):
        if column.name in proof.surely:
            scores[row, at] = _PROVEN if proof.surely[column.name] == t else 0.0
        elif t in proof.never.get(column.name, ()):
            scores[row, at] = 0.0
    needed = np.array([1.2 if column.required or column.name == "order_id" else 1.0 for column in table.columns])
    chosen = {}
    for row, at in zip(*linear_sum_assignment(scores * needed, maximize=True), strict=True):
        column, t = table.columns[at], theirs[row]
        if scores[row, at] >= _LEAST:
            chosen[column.name] = (t, float(scores[row, at]), named[t, column.name])
    used = {t for t, _, _ in chosen.values()}
    columns = {}
    for at, column in enumerate(table.columns):
        if column.name in chosen:
            t, score, alike = chosen[column.name]
            others = [
                o for row, o in enumerate(theirs) if o not in used and scores[row, at] >= max(_RIVAL * score, _LEAST)
            ]
            doubts = _doubts(t, alike.score, contents, column, others)
            if column.name in proof.surely:
                score, doubts = 1.0, ()
            columns[column.name] = Choice(t, score, alike.language, doubts, tuple(others))
    made = table.name == "orders" and {"quantity", "price"} <= columns.keys()
    missing = tuple(c for c in table.required if c not in columns and not (made and c == "amount"))
    return Proposal(
        table.name, _fit(contents, table, columns, missing, name), columns, missing, _unused(contents, columns, table)
    )


def _score(theirs: str, alike: float, found: Contents, column: Column, table: Table) -> float:
    """How well a column of the file serves as one of ours; not at all where it is personal."""
    fits, kind = _fits(found, column, alike), screen.refused(theirs)
    sold = table.name == "orders" and column.name in ("product", "category") and kind in ("family", "pets", "cars")
    if fits < 0.5 or (kind and not sold):
        return 0.0
    return max(alike * fits, _by_contents(found, column, table))


def _fits(found: Contents, column: Column, alike: float) -> float:
    """Share of the values that can be of the column's type; one half for an empty column, of which nothing is known."""
    if not found.filled:
        return 0.5
    if column.type == "date":
        serial = max((found.days[form].count for form in FIGURES if form in found.days), default=0) / found.filled
        serial = serial if alike > 0.5 else 0.0
        return max(found.day_share, serial)
    if column.type in ("money", "number"):
        return 0.0 if found.day_share > 0.5 else found.number_share
    if column.type == "integer":
        return max((n.whole for n in found.numbers.values()), default=0) / found.looked
    allowed = YES_NO if column.type == "flag" else set(column.choices)
    if column.name == "currency":
        codes = re.compile("[A-Za-z]{3}") if alike > 0.5 else re.compile("|".join(headings.CURRENCIES), re.I)
        return _share(found, lambda value: codes.fullmatch(value) or value.upper().rstrip(".") in MEANT)
    if allowed:
        return _share(found, lambda value: value.lower() in allowed or headings.choice(value, choices(column)))
    if found.day_share > 0.9 and not found.number_share and not inside(found.day_form):
        return 0.3
    fractions = any(n.count == found.looked and n.whole < 0.9 * n.count for n in found.numbers.values())
    return 0.4 if column.name.endswith("_id") and (fractions or found.longest > 80) else 1.0


def choices(column: Column) -> tuple[str, ...]:
    """What a column of choices or a flag may hold; empty for any other."""
    return ("yes", "no") if column.type == "flag" else column.choices


def _share(found: Contents, holds: Callable[[str], object]) -> float:
    """Share of the examples, which are all the values where these are few; many different ones are no choices."""
    if found.distinct > 1.2 * len(found.examples):
        return 0.0
    return sum(bool(holds(value)) for value in found.examples) / max(len(found.examples), 1)


def _by_contents(found: Contents, column: Column, table: Table) -> float:
    """What the contents alone say for a column, whatever it is called."""
    if not found.filled:
        return 0.0
    if column.choices or column.name == "currency":
        return 0.5 if _fits(found, column, 0.0) >= 0.9 else 0.0
    if not (column.required or column.name == "order_id") or table.name not in ("orders", "invoices"):
        return 0.0
    if column.type == "date":
        return 0.3 if found.day_share > 0.9 else 0.0
    if column.type == "money":
        read = max(found.numbers.values(), key=lambda n: n.count, default=None)
        return 0.28 if read and read.count > 0.9 * found.looked and read.whole < 0.9 * read.count else 0.0
    if column.name.endswith("_id") and found.day_share < 0.5 and found.distinct >= 5 and found.longest <= 80:
        variety = math.log(found.distinct) / math.log(max(found.filled, 6))
        fractions = any(n.whole < 0.9 * n.count for n in found.numbers.values())
        return 0.0 if fractions else 0.2 + (0.07 if column.name == "account_id" else 0.08) * variety
    return 0.0


def _doubts(
    theirs: str, alike: float, contents: Mapping[str, Contents], column: Column, others: list[str]
) -> tuple[str, ...]:
    found, said = contents[theirs], []
    if not alike:
        said.append("chosen by its contents, its name says nothing")
    elif alike < _CLEAR_NAME:
        said.append("its name is a weak sign")
    if not found.filled:
        said.append("it is empty")
    elif (fits := _fits(found, column, alike)) < _ALL and (column.type != "text" or column.choices):
        kinds = {"date": "a day", "flag": "yes or no", "text": " or ".join(column.choices)}
        remedy = ": say by values which they are" if column.choices else ""
        said.append(f"{1 - fits:.1%} of its values are not {kinds.get(column.type, 'a number')}{remedy}")
    if f"{theirs} (2)" in contents:
        said.append("two columns have this name: rename one of them")
    if others:
        said.append(f"also possible: {some(others, 3)}")
    return tuple(said)


def _fit(
    contents: Mapping[str, Contents], table: Table, columns: Mapping[str, Choice], missing: tuple[str, ...], name: str
) -> float:
    """Half what is needed, the rest what is explained of the file and a little its name; less where the key repeats."""
    made = {"amount": min((columns[c].score for c in ("quantity", "price") if c in columns), default=0.0)}
    needed = [columns[c].score if c in columns else 0.0 if c in missing else made[c] for c in table.required]
    filled = [t for t, found in contents.items() if found.filled] or list(contents) or [""]
    explained = sum(choice.score for choice in columns.values()) / max(len(filled), len(columns))
    score = 0.5 * sum(needed) / len(needed) + 0.4 * explained + 0.1 * headings.table_likeness(name, table.name)
    for key in table.key:
        found = contents[columns[key].theirs] if key in columns else None
        if found and found.distinct < 0.85 * found.filled:
            score *= 0.6
    return score


def _unused(contents: Mapping[str, Contents], columns: Mapping[str, Choice], table: Table) -> dict[str, str]:
    used = {choice.theirs for choice in columns.values()}
    made = {}
    for theirs, found in contents.items():
        if theirs in used:
            continue
        near = max(table.columns, key=lambda c: headings.likeness(theirs, table.name, c.name).score)
        if kind := screen.refused(theirs):
            made[theirs] = f"personal ({kind}): refused"
        elif not found.filled:
            made[theirs] = "empty"
        elif headings.likeness(theirs, table.name, near.name).score < _CLEAR_NAME:
            made[theirs] = f"no column of {table.name!r} is called so"
        elif _fits(found, near, 1.0) < 0.5:
            expected = " / ".join(near.choices) or {"date": "days", "flag": "yes or no"}.get(near.type, "numbers")
            made[theirs] = f"called like {near.name}, but holds {some(found.examples, 3)}: expected {expected}"
        elif near.name in columns:
            made[theirs] = f"{near.name} is {columns[near.name].theirs!r} already"
        else:
            made[theirs] = f"called like {near.name}, but other columns fit better together"
    return made
