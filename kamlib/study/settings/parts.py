"""What the parts of a study have in common: a model that refuses unknown keys, and kinds of values with their rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from kamlib.study.periods import as_date

Action = Literal["set_aside", "repair", "mark", "off"]
Naming = Literal["named", "numbered"]
"""How pages call our own people: by name, or by a number."""
Share = Annotated[float, Field(ge=0, le=1)]
Day = Annotated[date, BeforeValidator(lambda value, info: as_date(value, info.data.get("year_begins", 1)))]
"""A day or a quarter (its last day), of the year that begins as the study says."""


def written(pattern: str, words: str) -> AfterValidator:
    """The rule that a text fits a pattern from end to end; `words` say what is expected."""

    def rule(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"expected {words}")
        return value

    return AfterValidator(rule)


Currency = Annotated[str, written("[A-Z]{3}", "a code of three capital letters, such as EUR")]
Name = Annotated[
    str,
    written(r"(?!drafts$)[a-z0-9][a-z0-9_-]{0,63}", "a name of a-z, 0-9, - and _, such as acme_2026, and not drafts"),
]


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"no valid pattern: {error}") from None
    return value


def beside(other: str, holds: Callable[[Any, Any], bool], words: str) -> AfterValidator:
    """The rule that a value has against the field `other`, which stands before it in the class."""

    def rule(value: Any, info: ValidationInfo) -> Any:
        bound = info.data.get(other)
        if value is not None and bound is not None and not holds(value, bound):
            raise ValueError(f"expected {words} {other} ({bound})")
        return value

    return AfterValidator(rule)


Pattern = Annotated[str, AfterValidator(_pattern)]


class Part(BaseModel):
    """A part of a study: checked once, with its defaults, and never changed afterwards.

    A part that is `watched` keeps in mind which of its values were read, so that a run knows what a table rests on.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False, hide_input_in_errors=True
    )
    __slots__ = ("_seen",)

    if not TYPE_CHECKING:  # a type checker would take any name for a value

        def __getattribute__(self, name: str) -> Any:
            _note(self, name)
            return super().__getattribute__(name)

    def watched(self) -> Self:
        """A copy that keeps in mind what is read of it and of the parts in it, from now on."""
        inner = {name: value.watched() for name, value in self if isinstance(value, Part)}
        copy = self.model_copy(update=inner)
        object.__setattr__(copy, "_seen", set())
        return copy

    def read_values(self) -> set[str]:
        """The dotted keys of the values that were read of a watched part; of one read as a whole, all of them."""
        seen: set[str] = _quietly(self, "_seen", set())
        found: set[str] = set()
        for name in type(self).model_fields:
            value = _quietly(self, name)
            if isinstance(value, Part):
                found |= {f"{name}.{key}" for key in value.read_values()}
            elif name in seen or WHOLE in seen:
                found.add(name)
        return found


WHOLE = "__dict__"
"""What pydantic reads of a part that is copied, compared, iterated or written out: every value."""


def _note(part: Part, name: str) -> None:
    if name == WHOLE or not name.startswith("_"):
        seen = _quietly(part, "_seen", None)
        if seen is not None:
            seen.add(name)


def _quietly(part: Part, name: str, *default: Any) -> Any:
    """A value of a part, without its being noted; the default where it is not set."""
    try:
        return object.__getattribute__(part, name)
    except AttributeError:
        if default:
            return default[0]
        raise
