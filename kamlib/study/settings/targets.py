"""What a year should reach: targets of a study, by the measures that its pages tell with an interval."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from kamlib.errors import some
from kamlib.study.settings.parts import Part

Measure = Literal[
    "nrr", "grr", "customers_kept", "repeat", "on_time", "bids_won", "bids_won_value", "claims_rate", "csat", "nps",
    "share_of_wallet", "penetration", "top_1",
]  # fmt: skip
MEASURES: tuple[str, ...] = get_args(Measure)
_NO_SHARES = {
    "nps": (-100, 100, "-100 to 100, such as 20"),
    "claims_rate": (0, 1000, "claims for 1,000 order days, such as 15"),
}
_SHARE = (0, 2, "a share, such as 0.95 for 95 %")


class Target(Part):
    """A measure of the last 12 months, and what it must reach or must not exceed."""

    measure: Measure = Field(
        description="net and gross revenue retention; customers kept, that ordered again; deliveries on time; bids won by number and by value; "
        "claims for 1,000 order days; answers of 4 and 5; net promoter score; share of wallet; categories bought of those that fit; "
        "share of the largest customer"
    )
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _one_end(self) -> Target:
        given = [value for value in (self.at_least, self.at_most) if value is not None]
        if len(given) != 1:
            raise ValueError(f"target of {self.measure!r}: expected at_least or at_most, one of both")
        low, high, words = _NO_SHARES.get(self.measure, _SHARE)
        if not low <= given[0] <= high:
            raise ValueError(f"target of {self.measure!r}: expected {words}")
        return self

    @property
    def limit(self) -> float:
        """What is to be reached, or not exceeded."""
        return next(value for value in (self.at_least, self.at_most) if value is not None)


def _each_once(value: list[Target]) -> list[Target]:
    names = [target.measure for target in value]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"two targets for one measure: {some(sorted(repeated))}")
    return value


Targets = Annotated[list[Target], AfterValidator(_each_once)]
"""The targets of a study, each measure once."""
