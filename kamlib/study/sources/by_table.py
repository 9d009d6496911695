"""The sources of a study by table, each a tuple, checked against the data dictionary."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, ValidationError, WrapValidator
from pydantic_core import PydanticCustomError

from kamlib.errors import some
from kamlib.study.dictionary import INPUTS
from kamlib.study.sources.source import Source


def _one_or_many(value: Any, many: Any) -> tuple[Source, ...]:
    """One mapping is a source; a list is several, each with its own files, columns and dialect."""
    if not isinstance(value, list | tuple):
        return (Source.model_validate(value),)
    if not value:
        raise ValueError("expected at least one source")
    made: tuple[Source, ...] = many(value)
    return made


def _known(sources: dict[str, tuple[Source, ...]]) -> dict[str, tuple[Source, ...]]:
    """Raise unless the orders are there, and every table, column and word of a choice is one of ours; all at once."""
    if "orders" not in sources:
        raise ValueError("the table 'orders' is needed")
    wrong: list[tuple[tuple[int | str, ...], str]] = [
        ((name, place, *at) if len(several) > 1 else (name, *at), words)
        for name, several in sources.items()
        for place, source in enumerate(several)
        for at, words in _unknown(name, source)
    ]
    accounts = sources.get("accounts", ())
    if len(accounts) > 1 and any(source.from_ for source in accounts):
        wrong.append((("accounts",), "accounts that come from the order lines have no other source"))
    if wrong:
        raise ValidationError.from_exception_data(
            "sources",
            [
                {"type": PydanticCustomError("unknown", "{words}", {"words": words}), "loc": at, "input": {}}
                for at, words in wrong
            ],
        )
    return sources


Sources = Annotated[
    dict[str, Annotated[tuple[Source, ...], WrapValidator(_one_or_many)]],
    AfterValidator(_known),
]
"""By table of the data dictionary, where it lies: one source, or several whose rows are put together."""


def _unknown(name: str, source: Source) -> list[tuple[tuple[str, ...], str]]:
    """Where a source names what the data dictionary does not know: the key path, and the mistake in words."""
    if name not in INPUTS:
        return [((), f"unknown table; expected one of {', '.join(INPUTS)}")]
    known = INPUTS[name].names
    wrong: list[tuple[tuple[str, ...], str]] = [
        (("columns", column), f"unknown column; expected one of {', '.join(known)}")
        for column in source.columns
        if column not in known
    ]
    if source.from_ and name != "accounts":
        wrong.append((("from",), "only the table of accounts comes from the order lines"))
    if source.months and name != "orders":
        wrong.append((("months",), "only order lines stand in columns of months"))
    choices = {c.name: ("yes", "no") if c.type == "flag" else c.choices for c in INPUTS[name].columns}
    for column, meant in source.values.items():
        allowed = choices.get(column)
        if not allowed:
            of = ", ".join(column for column, words in choices.items() if words) or "none in this table"
            wrong.append((("values", column), f"no column of choices; these are: {of}"))
        elif others := sorted(set(meant.values()) - {*allowed}):
            words = f"expected {' / '.join(allowed)} on the right, not {some(others)}"
            wrong.append((("values", column), words))
    return wrong
