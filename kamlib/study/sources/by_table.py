"""The sources of a study by table, each a tuple, checked against the data dictionary."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ValidationError, WrapValidator
from pydantic_core import PydanticCustomError

from kamlib.errors import some
from kamlib.study.dictionary import INPUTS
from kamlib.study.mistakes import near
from kamlib.study.sources.source import Source


def _one_or_many(value: Any, many: Any) -> tuple[Source, ...]:
    """One mapping is a source; a list is several, each with its own files, columns and dialect."""
    if not isinstance(value, list | tuple):
        return (Source.model_validate(value),)
    if not value:
        raise ValueError("expected at least one source")
    made: tuple[Source, ...] = many(value)
    return made


def _known(given: Any, checked: Any) -> dict[str, tuple[Source, ...]]:
    """Raise unless the orders are there, and every source, table, column and word of a choice is right; all at once."""
    wrong, sources = list[Any](), dict[str, tuple[Source, ...]]()
    try:
        sources = checked(given)
    except ValidationError as error:
        wrong = [
            {
                "type": PydanticCustomError(item["type"], "{words}", {**item.get("ctx", {}), "words": item["msg"]}),
                "loc": item["loc"],
                "input": item["input"],
            }
            for item in error.errors()
        ]
    if sources and "orders" not in sources:
        raise ValueError("the table 'orders' is needed")
    told = [
        ((name, place, *at) if isinstance(several, list | tuple) else (name, *at), words)
        for name, several in _map(given).items()
        for place, source in enumerate(several if isinstance(several, list | tuple) else [several])
        for at, words in _unknown(str(name), source)
    ]
    accounts = sources.get("accounts", ())
    if len(accounts) > 1 and any(source.from_ for source in accounts):
        told.append((("accounts",), "accounts that come from the order lines have no other source"))
    for at, words in told:
        wrong.append({"type": PydanticCustomError("unknown", "{words}", {"words": words}), "loc": at, "input": ...})
    if wrong:
        raise ValidationError.from_exception_data("sources", wrong)
    return sources


Sources = Annotated[
    dict[str, Annotated[tuple[Source, ...], WrapValidator(_one_or_many)]],
    WrapValidator(_known),
]
"""By table of the data dictionary, where it lies: one source, or several whose rows are put together."""


def _unknown(name: str, source: Any) -> list[tuple[tuple[str, ...], str]]:
    """Where a source, as it was given, names what the data dictionary does not know: the key path, and the mistake in words."""
    if name not in INPUTS:
        return [((), f"unknown table; expected one of {', '.join(INPUTS)}{near(name, INPUTS)}")]
    given = source.model_dump(by_alias=True) if isinstance(source, Source) else source
    part, columns, values = _map(given), _map(_map(given).get("columns")), _map(_map(given).get("values"))
    known = INPUTS[name].names
    wrong: list[tuple[tuple[str, ...], str]] = [
        (("columns", column), f"unknown column; expected one of {', '.join(known)}{near(column, known)}")
        for column in columns
        if isinstance(column, str) and column not in known
    ]
    if part.get("from") and name != "accounts":
        wrong.append((("from",), "only the table of accounts comes from the order lines"))
    if part.get("months") and name != "orders":
        wrong.append((("months",), "only order lines stand in columns of months"))
    choices = {c.name: ("yes", "no") if c.type == "flag" else c.choices for c in INPUTS[name].columns}
    for column, meant in values.items():
        allowed = choices.get(column)
        if not allowed:
            of = ", ".join(column for column, words in choices.items() if words) or "none in this table"
            wrong.append((("values", column), f"no column of choices; these are: {of}"))
        elif others := sorted({str(word) for word in _map(meant).values()} - {*allowed}):
            wrong.append((("values", column), f"expected {' / '.join(allowed)} on the right, not {some(others)}"))
    return wrong


def _map(given: Any) -> dict[Any, Any]:
    """What was given where keys and values are expected; nothing where it is something else, which is told elsewhere."""
    return given if isinstance(given, dict) else {}
