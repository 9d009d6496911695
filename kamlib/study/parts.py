"""What the parts of a study have in common: a model that refuses unknown keys, and kinds of values with their rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

Action = Literal["set_aside", "repair", "mark", "off"]
Share = Annotated[float, Field(ge=0, le=1)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


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
    """A part of a study: checked once, with its defaults, and never changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)
