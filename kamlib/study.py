"""study.yaml → Study: sources, columns, dates, weights and thresholds. The only configuration of the kit.

Everything that is not data stands here, is checked whole, and every mistake is named with its line.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from kamlib.errors import InputError, some
from kamlib.tables import INPUTS

Action = Literal["set_aside", "mark", "off"]
Share = Annotated[float, Field(ge=0, le=1)]


def as_date(value: object) -> date:
    """A day from a date, ``2026-09-30`` or a quarter ``2026Q3`` (its last day).

    Raises
    ------
    ValueError
        For anything else; the message says what is expected.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    if match := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", text):
        year, quarter = int(match[1]), int(match[2])
        return date(year, 3 * quarter, 31 if quarter in (1, 4) else 30)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("expected a day such as 2026-09-30 or a quarter such as 2026Q3") from None


def period_label(day: date) -> str:
    """The name of a run's folder: ``2026Q3`` for a quarter's last day, else the day itself."""
    quarter = f"{day.year}Q{(day.month + 2) // 3}"
    return quarter if as_date(quarter) == day else day.isoformat()


Day = Annotated[date, BeforeValidator(as_date)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Dialect(Part):
    """How the files of one source are written. None: looked for in the file."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    date_format: str | None = Field(None, description="strptime format; None: ISO dates or native ones")
    sheet: str | int | list[str] | None = Field(None, description="Excel sheet or sheets; None: the first one")


class Source(Part):
    """Where one table comes from and what its columns are called there (ours: theirs)."""

    files: list[str]
    columns: dict[str, str] = {}
    dialect: Dialect = Dialect()
    part: str | None = Field(None, description="column that says which file or sheet a row is from; None: the file")

    @field_validator("files", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("files")
    @classmethod
    def _some_file(cls, value: list[str]) -> list[str]:
        if not value:
            raise ValueError("expected at least one file")
        return value


class Cleaning(Part):
    """What is set aside, repaired or kept and marked; rules by name in `kamlib.intake.cleaning`."""

    credit_notes: Literal["net", "drop", "refuse"] = "net"
    cancelled: str | None = Field(None, description="pattern of order ids that are cancellations, e.g. ^C")
    not_goods: str | None = Field(None, description="pattern of products that are no goods, e.g. ^(POST|TEST.*)$")
    highest_price: float | None = Field(None, gt=0, description="a price above it is absurd; None: no limit")
    rules: dict[str, Action] = Field({}, description="rule: action, where it differs from the rule's default")
    most_rows: Share = Field(0.5, description="share of order lines set aside above which the study stops")
    most_amount: Share = Field(0.5, description="share of absolute amount set aside above which the study stops")


class Criterion(Part):
    """One criterion: where its value comes from, fixed anchors, and the swing weight of going from worst to best."""

    name: str
    source: Literal["facts", "value", "rating", "accounts"]
    column: str | None = Field(None, description="column of the source table; None: the name")
    group: Literal["revenue", "reputation", "development"]
    worst: float
    best: float
    weight: float = Field(gt=0, le=100)
    words: str = Field("", description="what the criterion means, for the report")

    @model_validator(mode="after")
    def _anchors_apart(self) -> Criterion:
        if self.worst == self.best:
            raise ValueError(f"anchors of {self.name!r}: worst and best must differ")
        return self


class Scoring(Part):
    criteria: list[Criterion] = []
    scale: Literal[10, 100] = 100
    top_share: Share = Field(0.05, description="share of accounts that are key")
    top_least: int = Field(3, ge=1)
    top_most: int = Field(35, ge=1)
    threshold: float | None = Field(None, description="score from which an account is key, instead of the share")
    qualifying_revenue: float | None = Field(None, gt=0, description="12-month revenue that alone qualifies")
    draws: int = Field(10_000, ge=100)
    concentration: float = Field(50, gt=0, description="Dirichlet concentration of the weights")
    rating_spread: float = Field(1.0, ge=0, description="rater spread in points where only one rater rated")
    seed: int = 1

    @model_validator(mode="after")
    def _weights_sum(self) -> Scoring:
        if self.criteria:
            total = sum(c.weight for c in self.criteria)
            if abs(total - 100) > 1e-6:
                raise ValueError(f"weights of the criteria sum to {total:g}, expected 100")
            names = [c.name for c in self.criteria]
            if repeated := {n for n in names if names.count(n) > 1}:
                raise ValueError(f"criteria repeated: {some(sorted(repeated))}")
        return self


class Kaism(Part):
    """Cuts of the matrix on its 0-10 scale, and anchors of 'importance to the client'."""

    reading: Literal["importance", "strength"] = "importance"
    cut: float = Field(5, gt=0, lt=10)
    tenure_best: float = Field(5, gt=0, description="years of relation that score best")
    breadth_best: float = Field(6, gt=0, description="categories bought a year that score best")
    wallet_best: Share = Field(0.6, description="share of wallet that scores best")


class Rfm(Part):
    window_months: int = Field(24, ge=3)
    classes: Literal[3, 5] | None = Field(None, description="None: 3 below 500 accounts, else 5")


class AbcXyz(Part):
    measure: Literal["margin", "revenue"] = "margin"
    a_below: Share = 0.80
    b_below: Share = 0.95
    reading: Literal["frequency", "gaps", "periods"] = "frequency"
    window_months: int = Field(24, ge=12)


class Clustering(Part):
    features: list[str] = [
        "silence_days",
        "order_days_24m",
        "margin_24m",
        "gap_median",
        "categories_24m",
        "average_order",
    ]
    least: int = Field(2, ge=2)
    most: int = Field(8, ge=2, le=20)
    stability: Share = Field(0.75, description="adjusted Rand index of cold refits a grouping must reach")
    bootstraps: int = Field(20, ge=5)
    nulls: int = Field(20, ge=10, description="permuted copies of the table the silhouette is judged against")
    seed: int = 1


class Churn(Part):
    horizon_days: int = Field(180, ge=14, description="H: no order within it is a loss")
    at_risk_days: int = Field(365, ge=14, description="accounts silent longer are not at risk but lost already")
    step_days: int = Field(60, ge=7, description="days between landmarks")
    silence_floor_days: int = Field(30, ge=1)
    fewest_losses: int = Field(50, ge=10, description="below it the report falls back to the baseline")
    penalties: list[float] = [0.001, 0.01, 0.1]
    bootstraps: int = Field(500, ge=100)
    seed: int = 1


class Value(Part):
    discount: float = Field(0.12, ge=0, lt=1, description="a year")
    days: int = Field(1096, ge=30)


class Money(Part):
    """What no table holds, for dependence and cash."""

    fixed_costs: float | None = Field(None, ge=0, description="a month")
    opening_cash: float | None = None
    hour: float | None = Field(None, ge=0, description="cost of an hour of ours")


class Study(Part):
    """A whole study. `Study.read` makes it from a file."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", description="folder of the reports: a-z 0-9 - _")
    title: str = Field(min_length=1, max_length=200)
    as_of: Day
    start: Day | None = Field(None, description="first day of the study; earlier rows are set aside")
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    rates: dict[str, Annotated[float, Field(gt=0)]] = {}
    unit: Literal["group", "account"] = "group"
    language: Literal["en", "ru", "de", "es", "ca", "fr"] = Field("en", description="how numbers are written")
    sources: dict[str, Source]
    cleaning: Cleaning = Cleaning()
    scoring: Scoring = Scoring()
    kaism: Kaism = Kaism()
    rfm: Rfm = Rfm()
    abcxyz: AbcXyz = AbcXyz()
    clustering: Clustering = Clustering()
    churn: Churn = Churn()
    value: Value = Value()
    money: Money = Money()
    folder: Path = Field(Path(), exclude=True, description="where the study file lies; set by read")

    @field_validator("sources")
    @classmethod
    def _known_tables(cls, sources: dict[str, Source]) -> dict[str, Source]:
        if unknown := sorted(set(sources) - set(INPUTS)):
            raise ValueError(f"unknown tables {some(unknown)}; expected some of {', '.join(INPUTS)}")
        if "orders" not in sources:
            raise ValueError("the table 'orders' is needed")
        for name, source in sources.items():
            if unknown := sorted(set(source.columns) - set(INPUTS[name].names)):
                raise ValueError(
                    f"{name}: unknown columns {some(unknown)}; expected some of {', '.join(INPUTS[name].names)}"
                )
        return sources

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
            If the file is missing, is no YAML, or breaks a rule: all mistakes, each with its line.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise InputError(
                "no study file", file=path, remedy="Check the path, or make one with kam sample."
            ) from None
        except (UnicodeDecodeError, OSError) as error:
            raise InputError(
                "the study file can't be read", file=path, found=str(error), remedy="Save it as UTF-8."
            ) from None
        try:
            tree = yaml.compose(text, Loader=yaml.SafeLoader)
            raw = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise InputError(
                "the study file is no valid YAML",
                file=path,
                line=mark.line + 1 if mark else None,
                found=getattr(error, "problem", str(error)),
            ) from None
        if not isinstance(raw, dict):
            raise InputError(
                "the study file holds no keys", file=path, line=1, remedy="Start from the file kam sample writes."
            )
        if double := _repeated_key(tree):
            raise InputError(f"the key {double[0]!r} stands twice", file=path, line=double[1], remedy="Keep one.")
        if as_of is not None:
            raw["as_of"] = as_of
        for key, value in (values or {}).items():
            if value is not None:
                _put(raw, key, value)
        try:
            return cls(**{**raw, "folder": path.resolve().parent})
        except ValidationError as error:
            found = [_mistake(item, tree) for item in error.errors()]
            head = f"{len(found)} mistakes in the study" if len(found) > 1 else "a mistake in the study"
            raise InputError(head + "".join(f"\n  {line}" for line in found), file=path) from None
        except TypeError as error:
            raise InputError("a key of the study is no word", file=path, found=str(error)) from None

    def paths(self, table: str) -> list[Path]:
        """The files of one table's source, patterns resolved and sorted.

        Raises
        ------
        InputError
            If a file is missing or a pattern matches none.
        """
        found: list[Path] = []
        for name in self.sources[table].files:
            here = (
                sorted(self.folder.glob(name)) if "*" in name and not Path(name).is_absolute() else [self.folder / name]
            )
            if not here or not here[0].is_file():
                raise InputError(
                    f"no file for the table {table!r}",
                    file=self.folder / name,
                    remedy="Mend sources in the study file.",
                )
            found += here
        return found

    def to_yaml(self) -> str:
        """The whole study with every value, its files by full path: what `read` turns into an equal study."""
        tree = self.model_dump(mode="json")
        for table in tree["sources"]:
            tree["sources"][table]["files"] = [str(path.resolve()) for path in self.paths(table)]
        return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)

    def fingerprint(self) -> str:
        """A hash of every value that can change a result, but not of where the files lie: 16 hexadecimal digits."""
        tree = self.model_dump(mode="json")
        for source in tree["sources"].values():
            source["files"] = len(source["files"])
        return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()[:16]


def _put(raw: dict, key: str, value: object) -> None:
    *path, last = key.split(".")
    for name in path:
        raw = raw.setdefault(name, {})
        if not isinstance(raw, dict):
            raise InputError(f"the key {key!r} leads through {name!r}, which holds no keys", found=raw)
    raw[last] = value


def _mistake(item: Any, tree: yaml.Node | None) -> str:
    line = _line(tree, item["loc"])
    where = ".".join(str(part) for part in item["loc"]) or "study"
    message = item["msg"].removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        message = "unknown key; remove it or mend its spelling"
    elif item["type"] == "missing":
        return f"line {line}: {where}: missing, and it has no default"
    found = item.get("input")
    shown = "" if isinstance(found, dict | list | BaseModel) else f"; found {found!r}"
    return f"line {line}: {where}: {message}{shown}"


def _line(node: yaml.Node | None, loc: tuple) -> int:
    """The line of a key path, or of the nearest part of it that stands in the file."""
    line = node.start_mark.line + 1 if node else 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == str(part)]
            if not pairs:
                break
            key, node = pairs[-1]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _repeated_key(node: yaml.Node | None) -> tuple[str, int] | None:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                return key.value, key.start_mark.line + 1
            seen.add(key.value)
            if found := _repeated_key(value):
                return found
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            if found := _repeated_key(value):
                return found
    return None
