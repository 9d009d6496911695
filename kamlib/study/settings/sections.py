"""The sections of a study: what each of them may hold in study.yaml, its defaults and limits."""

from __future__ import annotations

from dataclasses import dataclass
from operator import ge, gt
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from kamlib.errors import some
from kamlib.study.settings.known_criteria import BUILT_IN, CHANCE
from kamlib.study.settings.parts import Action, Part, Pattern, Share, beside
from kamlib.study.settings.rfm_segments import GRAINS, PERIOD_MONTHS, SEGMENTS, Segment, check


@dataclass(frozen=True)
class Fewest:
    """So many are needed at least; with fewer a figure is not given, or that of all customers stands in its place.

    The kit's own choice, no settings of a study; a report prints them.
    """

    gaps: int = 5
    """between orders of a customer, to judge its rhythm"""
    periods: int = 12
    """sums of a customer, to judge how much they vary"""
    compared: int = 10
    """customers of each kind, where two kinds are compared"""
    averaged: int = 20
    """customers, of whom a rate or a mean is told"""
    segmented: int = 30
    """customers of a segment, for a figure of its own"""


FEWEST = Fewest()


class Cleaning(Part):
    """What is set aside, repaired or kept and marked; rules by name in `kamlib.intake.rules`."""

    credit_notes: Literal["net", "drop", "refuse"] = "net"
    cancelled: Pattern | None = Field(None, description="pattern of order ids that are cancellations, e.g. ^C")
    not_goods: Pattern | None = Field(None, description="pattern of products that are no goods, e.g. ^(POST|TEST.*)$")
    tests: Pattern | None = Field(None, description="pattern of orders, accounts or products that are tests")
    only: dict[str, list[str]] = Field(
        {}, description="column of the file: its words of the lines that count; lines with others are set aside"
    )
    credits: dict[str, list[str]] = Field(
        {}, description="column of the file: its words of the lines that give money back; amounts above zero are turned"
    )
    key: list[str] = Field([], description="columns, ours or the file's, that name an order line; none: no key")
    highest_price: float | None = Field(None, gt=0, description="a price above it is absurd; None: no limit")
    rules: dict[str, Action] = Field({}, description="rule: action, where it differs from the rule's default")
    most_rows: Share = Field(0.5, description="share of order lines set aside above which the study stops")
    most_amount: Share = Field(0.5, description="share of absolute amount set aside above which the study stops")

    @field_validator("only", "credits", mode="before")
    @classmethod
    def _words(cls, value: object) -> object:
        """One word needs no list, and a number is a word."""
        if not isinstance(value, dict):
            return value
        return {
            column: [str(word) if isinstance(word, int | float) else word for word in words]
            for column, words in ((c, w if isinstance(w, list) else [w]) for c, w in value.items())
        }


class Identity(Part):
    """Which accounts are one customer, beyond `accounts.parent_id`."""

    review: str | None = Field(None, min_length=1, description="likely duplicates with decisions, from kam firms")


class Criterion(Part):
    """One criterion: where its value comes from, fixed anchors, and the swing weight of going from worst to best.

    One of `kamlib.study.settings.known_criteria.BUILT_IN` needs only its name, anchors and weight.
    """

    name: str
    source: Literal["facts", "value", "rating", "accounts"]
    column: str | None = Field(None, description="column of the source table; None: the name")
    group: Literal["revenue", "reputation", "development"]
    worst: float
    best: float
    weight: float = Field(gt=0, le=100)
    curve: Literal["linear", "log"] = Field(
        "linear",
        description="log, for money: each doubling is worth the same, so what is large counts less than in proportion",
    )
    words: str = Field("", description="what the criterion means, for the report")

    @model_validator(mode="before")
    @classmethod
    def _built_in(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "name" not in given:
            return given
        known = BUILT_IN.get(given["name"]) if isinstance(given["name"], str) else None
        if known is None and given.get("source") is None:
            raise ValueError(
                f"the kit does not measure {given['name']!r} by itself; expected one of {', '.join(BUILT_IN)}, "
                "or a source: rating for a rating of your own; facts, value or accounts for a column of theirs"
            )
        if known is None or given.get("source") not in (None, known.source) or given.get("column") is not None:
            return given
        found = {"source": known.source, "column": known.column, "group": known.group, "words": known.words}
        return found | {key: value for key, value in given.items() if value is not None}

    @model_validator(mode="after")
    def _anchors_apart(self) -> Criterion:
        if self.worst == self.best:
            raise ValueError(f"anchors of {self.name!r}: worst and best must differ")
        if self.curve == "log" and min(self.worst, self.best) <= 0:
            raise ValueError(f"anchors of {self.name!r}: on the curve log both must be above zero")
        known = BUILT_IN.get(self.name)
        measured = known is not None and (known.source, known.column) == (self.source, self.column)
        if (
            known
            and measured
            and known.unit == CHANCE
            and not 0 <= min(self.worst, self.best) <= max(self.worst, self.best) <= 1
        ):
            raise ValueError(f"anchors of {self.name!r}: it is a chance ({known.words}), so both lie within 0 and 1")
        less = known is not None and measured and known.less
        if (measured or self.source == "rating") and less != (self.worst > self.best):
            side = "less" if less else "more"
            raise ValueError(
                f"anchors of {self.name!r} stand upside down: {side} is better, so exchange worst and best"
            )
        return self


class Scoring(Part):
    criteria: list[Criterion] = Field([])
    scale: Literal[10, 100] = 100
    top_share: Share = Field(0.05, description="share of the scored accounts that are key")
    top_least: int = Field(3, ge=1)
    top_most: Annotated[int, beside("top_least", ge, "at least")] = Field(35, ge=1)
    threshold: float | None = Field(None, description="score from which an account is key, instead of the share")
    qualifying_revenue: float | None = Field(None, gt=0, description="12-month revenue that alone qualifies")
    patience: Share = Field(
        0.01,
        description="share of what all customers bring in 12 months that image, innovator and expert customers may lose together and stay",
    )
    draws: int = Field(10_000, ge=100)
    concentration: float = Field(50, gt=0, description="Dirichlet concentration of the weights")
    rating_spread: float = Field(1.0, ge=0, description="rater spread in points where only one rater rated")
    stale_days: int = Field(365, ge=1, description="days after which a rating is marked as stale")
    seed: int = 1

    @model_validator(mode="after")
    def _weights_sum(self) -> Scoring:
        if self.criteria:
            total = sum(c.weight for c in self.criteria)
            if abs(total - 100) > 1e-6:
                raise ValueError(f"weights of the criteria sum to {total:.10g}, expected 100")
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
    segments: tuple[Segment, ...] = Field(
        SEGMENTS,
        description="name and levels r, f, m (low, middle, high; all where not given), each cell once; a policy is read and not shown",
    )

    @field_validator("segments")
    @classmethod
    def _each_cell_once(cls, value: tuple[Segment, ...]) -> tuple[Segment, ...]:
        check(value)
        return value


class AbcXyz(Part):
    measure: Literal["margin", "revenue"] = "margin"
    method: Literal["share", "tangent"] = "share"
    a_below: Share = Field(0.80, gt=0)
    b_below: Annotated[Share, beside("a_below", gt, "more than")] = 0.95
    reading: Literal["frequency", "gaps", "periods"] = "frequency"
    grain: Literal["month", "quarter"] = Field("month", description="of the reading by periods")
    window_months: int | None = Field(
        None, ge=12, description="of the period sums; None: 24 months by month, 36 by quarter"
    )

    @model_validator(mode="after")
    def _enough_periods(self) -> AbcXyz:
        if self.months < (least := FEWEST.periods * GRAINS[self.grain]):
            raise ValueError(
                f"window_months: {self.months} months hold fewer than {FEWEST.periods} periods of a {self.grain}; "
                f"expected {least} or more"
            )
        return self

    @property
    def months(self) -> int:
        """Months that period sums are compared over."""
        return self.window_months or PERIOD_MONTHS[self.grain]


class Lifecycle(Part):
    new_days: int = Field(180, ge=1, description="days since the first order in which an account is new")
    loyal_order_days: int = Field(4, ge=1, description="order days in each of the last two years that make it loyal")
    decline: float = Field(
        -0.3, gt=-1, lt=0, description="change of the last twelve months against those before from which it declines"
    )


class Clustering(Part):
    features: list[str] = Field(["order_days_24m", "margin_24m", "gap_median", "categories_24m", "average_order"])
    least: int = Field(2, ge=2)
    most: Annotated[int, beside("least", ge, "at least")] = Field(8, ge=2, le=20)
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
    penalties: list[Annotated[float, Field(ge=0)]] = Field([0.001, 0.01, 0.1], min_length=1)
    bootstraps: int = Field(500, ge=100)
    most_rows: int = Field(
        1_000_000, ge=1000, description="landmark rows to learn from; above it some accounts are drawn"
    )
    seed: int = 1


class Value(Part):
    discount: float = Field(0.12, ge=0, lt=1, description="a year")
    days: int = Field(1096, ge=30)
