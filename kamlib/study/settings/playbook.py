"""The playbook: what to do with whom, by tier and by trigger, in which order rules speak, and the hours that there are for it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from kamlib.errors import some
from kamlib.study.settings.offers import WinBack
from kamlib.study.settings.parts import Part
from kamlib.study.shipped import shipped

Rule = Literal["knock-out", "dispute", "contract end", "overdue", "control group", "state", "tier", "category", "terms"]
RULES: tuple[Rule, ...] = get_args(Rule)
"""The rules of what to do from the first that wins to the last; *category* adds to the tier, and *terms* of supply come after all."""
_BEFORE: tuple[tuple[Rule, Rule, str], ...] = (
    ("control group", "state", "who is to show what happens without us would get a call or an offer"),
    ("control group", "tier", "who is to show what happens without us would get a visit"),
    ("tier", "category", "a category adds to the tier"),
)
"""What the order of rules must keep, and why."""
Cell = Literal["invest", "development", "maintenance", "opportunistic", "unknown"]
Trigger = Literal[
    "dispute", "contract end", "overdue", "quiet", "at stake", "win back", "ask why", "contact", "complete"
]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Hours = Annotated[float, Field(ge=0, le=168)]


class Tier(Part):
    """The strategy for the customers of one cell of the KAISM matrix."""

    goal: Text
    offer: Text
    channel: Text
    every_days: int = Field(ge=1, le=366, description="days from one contact to the next")
    hours: Hours = Field(description="of ours for one contact")
    measure: Text = Field(description="by what it is seen whether the goal is met")
    who: list[Text] = Field(min_length=1, description="roles that take part, the one that leads first")

    @property
    def hours_a_year(self) -> float:
        return self.hours * 365 / self.every_days


class Move(Part):
    """What is done on a trigger."""

    action: Text
    channel: Text
    owner: Text | None = Field(None, description="role that owns it; None: the account manager")
    hours: Hours
    cost: float = Field(0, ge=0, description="beside the hours, study currency")
    days: int = Field(ge=0, le=366, description="until it is due")


class Playbook(Part):
    """A playbook; what is left out is that of the kit (`playbook.yaml` beside this module)."""

    precedence: tuple[Rule, ...] = Field(description="the rules, the first that wins first")
    hours_a_week: Hours = Field(description="hours a week that each account manager has for the list of actions")
    hours_of: dict[str, Hours] = Field(description="managers who have more or fewer")
    tiers: dict[Cell, Tier]
    moves: dict[Trigger, Move]
    win_back: WinBack

    @classmethod
    def kits(cls) -> Playbook:
        """The playbook of the kit."""
        return cls.model_validate({})

    def hours_week(self, owner: str) -> float:
        """The hours a week of an owner of actions."""
        return self.hours_of.get(owner, self.hours_a_week)

    @model_validator(mode="before")
    @classmethod
    def _with_the_kits(cls, given: Any) -> Any:
        return _merged(shipped(Path(__file__).with_suffix(".yaml")), given) if isinstance(given, dict) else given

    @field_validator("precedence")
    @classmethod
    def _keeps_the_order(cls, value: tuple[Rule, ...]) -> tuple[Rule, ...]:
        if len(value) != len(RULES) or {*value} != {*RULES}:
            wrong = [rule for rule in RULES if value.count(rule) != 1]
            raise ValueError(f"expected each rule once; found otherwise: {some(wrong)}")
        for first, then, why in _BEFORE:
            if value.index(first) > value.index(then):
                raise ValueError(f"expected {first!r} before {then!r}: {why}")
        return value

    @model_validator(mode="after")
    def _least_for_the_least(self) -> Playbook:
        most, least = self.tiers["invest"].hours_a_year, self.tiers["opportunistic"].hours_a_year
        if least > most:
            raise ValueError(
                f"the tiers contradict themselves: opportunistic gets {least:.4g} hours a year and invest {most:.4g}; "
                "expected no more"
            )
        return self


def _merged(kits: dict[str, Any], given: dict[Any, Any]) -> dict[Any, Any]:
    """What is given, with what it leaves out of sections, tiers and moves as the kit has it."""
    made = kits | given
    for key, own in kits.items():
        if isinstance(own, dict) and isinstance(given.get(key), dict):
            made[key] = _merged(own, given[key])
    return made
