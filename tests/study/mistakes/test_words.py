"""Words of mistakes. Oracle: every key of a study is given values of kinds it can't take; no word of the library comes through."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from kamlib.study.mistakes.spelling import keys_at
from kamlib.study.mistakes.told import in_words
from kamlib.study.model import Study

LIBRARY = re.compile(
    r"(?i)input should|extra inputs|field required|validat|parse|pydantic|permitted|instance|valid (string|integer|number|list|dict)"
    r"|should have|should match|unable to|errors\\.py|dataclass|\\bmodel\\b|keyword"
)
BAD = (
    None,
    True,
    "long words",
    "",
    -7,
    10**30,
    2.5,
    float("nan"),
    [],
    [None],
    [[1]],
    ["", "", ""],
    {},
    {"x": 1},
    {1: 2},
    {"x": {"y": None}},
)


def paths() -> list[list[int | str]]:
    """A key of every part of a study."""
    parts: list[list[int | str]] = [
        [],
        *([name] for name in keys_at(Study, []) if keys_at(Study, [name]) and name != "sources"),
        *(["sources", "orders", *more] for more in ([], ["dialect"], ["heads"], ["groups"])),
        ["scoring", "criteria", 0],
        ["rfm", "segments", 0],
        ["winback", "offers", 0],
    ]
    return [[*part, key] for part in parts for key in keys_at(Study, part)]


def tree(path: list[int | str], value: object) -> dict:
    """A study that is right but for the value at the path."""
    for part in reversed(path):
        value = [value] if isinstance(part, int) else {part: value}
    orders = {"files": "o.csv"}
    whole = {"name": "a", "title": "A", "as_of": "2026Q2", "sources": {"orders": orders}}
    if path[:2] == ["sources", "orders"]:
        return whole | {"sources": {"orders": orders | value["sources"]["orders"]}}
    return whole | value


@pytest.mark.parametrize("path", paths(), ids=lambda path: ".".join(map(str, path)))
def test_no_mistake_of_any_key_speaks_in_the_words_of_the_library(path):
    refused = 0
    for value in BAD:
        try:
            Study.model_validate(tree(path, value))
        except ValidationError as error:
            refused += 1
            for told in in_words(error, Study):
                assert not LIBRARY.search(told.replace(path[-1], "")), told
                assert re.search(
                    r"expected|missing|unknown|no valid pattern|no column of choices|weights of|needed|must|not given|only the|password|two offers|first",
                    told,
                ), told
    assert refused


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["churn", "horizon_days"], "long", "churn.horizon_days: expected a whole number; found 'long'"),
        (["churn", "horizon_days"], 2.5, "expected a whole number; found 2.5"),
        (["churn", "horizon_days"], 3, "expected 14 or more; found 3"),
        (["kaism", "cut"], 10, "expected less than 10; found 10"),
        (["cleaning", "most_rows"], 5, "expected 1 or less; found 5"),
        (["title"], 2026, "expected text, in quotes where it could be a number; found 2026"),
        (["title"], "x" * 201, f"expected at most 200 characters; found '{'x' * 58}…"),
        (["currency"], "euro", "expected a code of three capital letters, such as EUR; found 'euro'"),
        (["unit"], "groups", "expected 'group' or 'account'; found 'groups'; did you mean 'group'?"),
        (["cleaning", "credit_notes"], "ignore", "expected 'net', 'drop' or 'refuse'; found 'ignore'"),
        (["churn"], ["a"], "churn: expected keys and values below it; found a list"),
        (["churn"], None, "churn: expected keys and values below it; found nothing"),
        (["cleaning", "key"], "line", "expected a list, such as [a, b]; found 'line'"),
        (["cleaning", "keys"], ["line"], "cleaning.keys: unknown key; did you mean 'key'?"),
        (["horizon_days"], 90, "horizon_days: unknown key; it stands under churn"),
        (["colour"], "red", "colour: unknown key; remove it or mend its spelling"),
        (["sources", "orders", "dialect", "sheet"], 1.5, "expected the name or the number of a sheet, or a list of names; found 1.5"),
        (["sources", "orders", "dialect", "date_format"], "DD.MM.YYYY",
         "expected day, month and year, as %d.%m.%Y reads 31.12.2025, or excel; found 'DD.MM.YYYY'; did you mean %d.%m.%Y?"),
        (["sources", "orders", "dialect", "decimal"], ";", "expected '.' or ','; found ';'"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_as_a_person_would(path, value, words):
    with pytest.raises(ValidationError) as caught:
        Study.model_validate(tree(path, value))
    (told,) = in_words(caught.value, Study)
    assert told.endswith(words)
