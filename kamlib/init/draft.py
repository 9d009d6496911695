"""The draft of a study: what is proposed for its file, every value with its doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kamlib.init import headings, match_columns
from kamlib.init.cells.column_contents import Contents
from kamlib.init.cells.dialect import Marked
from kamlib.init.inputs import Piece
from kamlib.init.match_columns import Proposal
from kamlib.study.dictionary import INPUTS

NOTHING = Marked(())


@dataclass(frozen=True)
class SourceDraft:
    """One table of the study.

    Attributes
    ----------
    table, rows : its name; the rows of all its pieces.
    pieces : what it is made of.
    found, contents : names and contents matched; the contents of each column of the file.
    dialect : keys of the dialect, each with its doubt.
    part : the column that says which sheet or file a row is from, or None.
    doubt : whether it is this table at all.
    question : why a person has to say whether it is.
    more : further sources of the table, each in its own columns and dialect.
    inside : whether its rows come from the order lines.
    """

    table: str
    rows: int
    pieces: tuple[Piece, ...]
    found: Proposal
    contents: Mapping[str, Contents]
    dialect: Mapping[str, Marked]
    part: Marked | None = None
    doubt: str = ""
    question: str = ""
    more: tuple[SourceDraft, ...] = ()
    inside: bool = False

    @property
    def values(self) -> dict[str, dict[str, str]]:
        """By column of choices: the words of the file that mean one of them, and which."""
        made = {}
        for column in INPUTS[self.table].columns:
            if (allowed := match_columns.choices(column)) and column.name in self.found.columns:
                examples = self.contents[self.found.columns[column.name].theirs].examples
                own = match_columns.YES_NO if column.type == "flag" else {*column.choices}
                meant = {word.lower(): headings.choice(word, allowed) for word in examples if word.lower() not in own}
                made[column.name] = {word: choice for word, choice in meant.items() if choice}
        return {name: meant for name, meant in made.items() if meant}


@dataclass(frozen=True)
class Draft:
    """A whole study, proposed; every value with its doubt, and what a person has to decide.

    Attributes
    ----------
    head : name, title, as_of, currency, unit, language, in this order.
    sources : by table, in the order of the data dictionary.
    cleaning : keys of the section.
    criteria : of the scoring, as `sections.Criterion` takes them, and their doubt.
    unused : files, sheets and tables that are not in the study, and why.
    kept : what a person wrote and nothing proposes: whole tables under ``sources``, keys under ``scoring``, and ``more`` sections.
    """

    head: Mapping[str, Marked]
    sources: Mapping[str, SourceDraft]
    criteria: Marked = NOTHING
    cleaning: Mapping[str, Marked] = field(default_factory=dict)
    unused: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def questions(self) -> list[str]:
        """Every value that waits for a person: the key it stands at, the value, and why."""
        said = [(key, marked.value, marked.doubt, marked.question) for key, marked in self.head.items()]
        for table, first in self.sources.items():
            if table in self.kept.get("sources", ()):
                continue
            for source in (first, *first.more):
                at = f"sources.{table}"
                said.append((f"{at}.files", source.pieces[0].label, source.question, source.question != ""))
                said += [
                    (f"{at}.columns.{ours}", "", "no column was found for it", True) for ours in source.found.missing
                ]
                said += [
                    (f"{at}.columns.{o}", c.theirs, c.question, c.question != "")
                    for o, c in source.found.columns.items()
                ]
                said += [(f"{at}.dialect.{key}", m.value, m.doubt, m.question) for key, m in source.dialect.items()]
        said += [
            (f"cleaning.{key}", marked.value, marked.doubt, marked.question) for key, marked in self.cleaning.items()
        ]
        return [f"{key}: {value} ({why})" if value else f"{key}: {why}" for key, value, why, asked in said if asked]
