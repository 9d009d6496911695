"""The draft of a study: what is proposed for its file, every value with its doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kamlib.init import headings, match_columns
from kamlib.init.column_contents import Contents
from kamlib.init.dialect import Marked
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
    """

    table: str
    rows: int
    pieces: tuple[Piece, ...]
    found: Proposal
    contents: Mapping[str, Contents]
    dialect: Mapping[str, Marked]
    part: Marked | None = None
    doubt: str = ""

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
    """A whole study, proposed; every value with its doubt.

    Attributes
    ----------
    head : name, title, as_of, currency, unit, language, in this order.
    sources : by table, in the order of the data dictionary.
    cleaning : keys of the section.
    criteria : of the scoring, as `sections.Criterion` takes them, and their doubt.
    unused : files, sheets and tables that are not in the study, and why.
    """

    head: Mapping[str, Marked]
    sources: Mapping[str, SourceDraft]
    criteria: Marked = NOTHING
    cleaning: Mapping[str, Marked] = field(default_factory=dict)
    unused: Mapping[str, str] = field(default_factory=dict)

    @property
    def doubts(self) -> list[str]:
        """Everything that is unsure, each with the key it stands at."""
        said = [(key, marked.doubt) for key, marked in self.head.items()]
        for table, source in self.sources.items():
            said.append((f"sources.{table}", source.doubt))
            said += [
                (f"sources.{table}.columns.{ours}", "no column of the file was found for it")
                for ours in source.found.missing
            ]
            said += [(f"sources.{table}.columns.{o}", "; ".join(c.doubts)) for o, c in source.found.columns.items()]
            said += [(f"sources.{table}.dialect.{key}", marked.doubt) for key, marked in source.dialect.items()]
            said += [(f"sources.{table}.part", source.part.doubt)] if source.part else []
        said += [(f"cleaning.{key}", marked.doubt) for key, marked in self.cleaning.items()]
        said.append(("scoring.criteria", self.criteria.doubt))
        return [f"{key}: {doubt}" for key, doubt in said if doubt]
