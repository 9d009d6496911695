"""study.yaml → Study: sources, columns, dates, weights and thresholds. The only configuration of the kit.

Everything that is not data stands here, is checked whole, and every mistake is named with its line.
"""

from __future__ import annotations

import hashlib
import json
from calendar import month_name
from operator import le
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, PrivateAttr, model_validator

from kamlib.errors import InputError
from kamlib.stats.reasons import Reason
from kamlib.study import file_patterns, playbook_file, questions
from kamlib.study.mistakes import checked
from kamlib.study.periods import period_label
from kamlib.study.settings.dossier import Dossier
from kamlib.study.settings.money import Money, Risk
from kamlib.study.settings.offers import WinBack
from kamlib.study.settings.parts import Action, Currency, Day, Name, Naming, Part, beside
from kamlib.study.settings.playbook import Playbook
from kamlib.study.settings.sections import (
    AbcXyz,
    Churn,
    Cleaning,
    Clustering,
    Criterion,
    Identity,
    Kaism,
    Lifecycle,
    Rfm,
    Scoring,
    Value,
)
from kamlib.study.settings.targets import Targets
from kamlib.study.sources import Engine, Source, Sources
from kamlib.study.yaml_lines import load, put

__all__ = [
    "AbcXyz", "Action", "Churn", "Cleaning", "Clustering", "Criterion", "Identity", "Kaism", "Money", "Rfm", "Risk", "Scoring",
    "Study", "Value", "WinBack",
]  # fmt: skip


class Study(Part):
    """A whole study. `Study.read` makes it from a file."""

    name: Name = Field(description="folder of the reports")
    proposed: bool = Field(
        False, description="kam init wrote it, nobody confirmed it: few of its lines may be at fault"
    )
    title: str = Field(min_length=1, max_length=200)
    year_begins: int = Field(
        1, ge=1, le=12, description="month in which the year begins; from 2 on it is fiscal, with quarters as FY2026Q3"
    )
    as_of: Day
    start: Annotated[Day | None, beside("as_of", le, "a day not after")] = Field(
        None, description="first day of the study; earlier rows are set aside"
    )
    currency: Currency = "EUR"
    rates: dict[Currency, Annotated[float, Field(ge=1e-9, le=1e9)]] = Field(
        {}, description="study currency for one of the code"
    )
    unit: Literal["group", "account"] = "group"
    language: Literal["en", "ru", "de", "es", "ca", "fr"] = Field("en", description="words: en, ru, ca; or numbers")
    managers: Naming = Field("numbered", description="how pages call our own people; named only where they know of it")
    engine: Engine = Engine()
    sources: Sources
    cleaning: Cleaning = Cleaning()
    identity: Identity = Identity()
    scoring: Scoring = Scoring()
    kaism: Kaism = Kaism()
    rfm: Rfm = Rfm()
    abcxyz: AbcXyz = AbcXyz()
    lifecycle: Lifecycle = Lifecycle()
    clustering: Clustering = Clustering()
    churn: Churn = Churn()
    value: Value = Value()
    playbook: Playbook = Field(default_factory=Playbook.kits, description="or the name of its file")
    winback: WinBack = Field(
        WinBack(), description="read where it holds offers; it belongs to the playbook, as win_back"
    )
    money: Money = Money()
    risk: Risk = Risk()
    dossier: Dossier = Dossier()
    targets: Targets = Field([], description="what a year should reach")
    _path: Path = PrivateAttr(Path("study.yaml"))
    _playbook: Path | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _orders_in_the_engine(self) -> Study:
        for name, source in self.pieces():
            lies_there = name == "orders" and not self.embedded
            if source.table and not source.url and not lies_there:
                raise ValueError(
                    f"sources.{name}: expected url beside table; only the orders lie in an engine of the study"
                )
            if lies_there and (source.url or (source.files and self.engine.url.startswith("postgresql:"))):
                raise ValueError(
                    "sources.orders: expected table, a table or view of the engine of the study, without url"
                )
        return self

    def pieces(self) -> list[tuple[str, Source]]:
        """What is read, with the table it is of: every source, and the heads that stand beside its lines."""
        return [(name, one) for name, several in self.sources.items() for source in several for one in source.pieces]

    def placed(self, table: str, source: Source) -> Source:
        """A source with its files by full path; in an engine that is not embedded, patterns and URLs stay."""
        lies_there = table == "orders" and not self.embedded

        def files(one: Source) -> list[str]:
            if lies_there:
                return [name if "://" in name else str((self.folder / name).resolve()) for name in one.files]
            return [str(path.resolve()) for path in self.paths_of(table, one)]

        own, *heads = source.pieces or (source,)
        found = files(own)
        if own.url is None:
            made: dict[str, Any] = {"files": found}
        else:
            made = {"url": f"{own.url.partition('://')[0]}:///{found[0]}"} if found else {}
        if source.heads is not None and not source.heads.table:
            made["heads"] = source.heads.model_copy(update={"files": files(heads[0])})
        return source.model_copy(update=made)

    @property
    def period(self) -> str:
        """What the run is called, after `as_of`: its quarter where it is the last day of one, else the day."""
        return period_label(self.as_of, self.year_begins)

    @property
    def fiscal_year(self) -> Reason | None:
        """In which month the year begins and how it is called, to be put into words; None where it is a calendar year."""
        return None if self.year_begins == 1 else Reason("fiscal_year", {"month": month_name[self.year_begins]})

    @property
    def embedded(self) -> bool:
        """Whether the order lines are read into the engine of the kit; else they stay where they lie."""
        return self.engine.url == "duckdb"

    @classmethod
    def read(cls, path: str | Path, *, as_of: object = None, values: dict[str, Any] | None = None) -> Study:
        """Read and check a study file.

        Parameters
        ----------
        path : path of a YAML file.
        as_of : day or quarter that replaces the file's own, or None.
        values : dotted keys and values that replace the file's, e.g. ``{"churn.horizon_days": 90}``; None values are skipped.

        Raises
        ------
        InputError
            If the file is missing, is no YAML, asks something, or breaks a rule: all questions or mistakes, each with its line.
        """
        path = Path(path)
        raw, tree = load(path, "study file", "Check the path, or start from the file kam sample writes.")
        given = {key: value for key, value in (("as_of", as_of), *(values or {}).items()) if value is not None}
        if as_of is not None and (more := given["as_of"]) != as_of:
            raise InputError("as_of is given twice", file=path, found=f"{as_of} and {more}", remedy="Give one.")
        if "studies" in raw and "sources" not in raw:
            raise InputError("a batch file, and no study", file=path, remedy=f"Run it: kam batch {path}")
        book = playbook_file.put_into(raw, path, given)
        for key, value in given.items():
            put(raw, key, value)
        questions.refuse(path, tree, given)
        study = checked(cls, raw, tree, file=path, what="study", given=given)
        study._path, study._playbook = path.resolve(), book
        return study

    @property
    def path(self) -> Path:
        """The study file."""
        return self._path

    @property
    def playbook_path(self) -> Path | None:
        """The file of the playbook; None where the study holds it, or it is that of the kit."""
        return self._playbook

    @property
    def win_back(self) -> WinBack:
        """Offers to the lost: of the playbook, or of the section `winback` where that holds any."""
        return self.winback if self.winback.offers else self.playbook.win_back

    @property
    def folder(self) -> Path:
        """Where the study file lies: its relative paths start here."""
        return self._path.parent

    def paths(self, table: str) -> list[Path]:
        """The files of one table, each once, those of heads among them."""
        pieces = [piece for name, piece in self.pieces() if name == table]
        return list(dict.fromkeys(path for piece in pieces for path in self.paths_of(table, piece)))

    def paths_of(self, table: str, source: Source) -> list[Path]:
        """The files of one source or of its heads, as `file_patterns.paths`; none where a server holds it."""
        if table == "orders" and not self.embedded:
            return []
        return file_patterns.paths(table, source, self.folder)

    def place(self, table: str) -> str:
        """Where a table lies, for messages."""
        return ", ".join(source.place for source in self.sources[table])

    def review(self) -> Path | None:
        """The review file of likely duplicates, or None where the study names none; an InputError if it is not there."""
        if self.identity.review is None:
            return None
        path = self.folder / self.identity.review
        if not path.is_file():
            raise InputError("no review file", file=path, remedy="Write it with kam firms, or mend identity.review.")
        return path

    def to_yaml(self) -> str:
        """The whole study with every value, its files by full path: what `read` turns into an equal study."""
        placed = {
            table: tuple(self.placed(table, source) for source in several) for table, several in self.sources.items()
        }
        tree = self.model_copy(update={"sources": placed}).model_dump(mode="json", by_alias=True)
        for table, several in tree["sources"].items():
            for source in several:
                if not source["files"]:
                    del source["files"]
            tree["sources"][table] = several if len(several) > 1 else several[0]
        if review := self.review():
            tree["identity"]["review"] = str(review.resolve())
        return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)

    def values(self) -> dict[str, Any]:
        """Every value that can change a result, as a tree that JSON can hold; not where the files lie, nor the engine."""
        tree = self.model_dump(mode="json", by_alias=True)
        for source in (source for several in tree["sources"].values() for source in several):
            del source["files"], source["url"]
            if source["heads"]:
                del source["heads"]["files"]
        del tree["identity"]["review"], tree["engine"]
        return tree

    def fingerprint(self) -> str:
        """A hash of every value that can change a result: 16 hexadecimal digits."""
        return hashlib.sha256(json.dumps(self.values(), sort_keys=True).encode()).hexdigest()[:16]
