"""Every sentence and word that a report puts to a code of the analysis, from the catalogue of the language that is spoken."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from string import Formatter
from typing import Any

import pandas as pd

from kamlib.errors import InputError
from kamlib.report.language import catalogue, value_word
from kamlib.report.text import fill, number_or_text, plain
from kamlib.stats.reasons import Reason, split


def sentence(reason: Reason) -> str:
    """The words of a code with its values, as plain text.

    Raises
    ------
    InputError
        If the catalogue has no such code, or the sentence names a value that is not given.
    """
    template, values = _ready(reason)
    return plain(template, **values)


def said(code: str, /, **values: Any) -> str:
    """`sentence` of a code with its values: a title, an axis or a label of a picture."""
    return sentence(Reason(code, values))


def group_words(name: object) -> str:
    """The name of a natural group (large and even) in the words of the language."""
    return said("both_features").join(value_word("cluster", part) for part in str(name).split(" and "))


def word(code: str) -> str:
    """What a report calls a code: a stage, a cell, a class, a sign; several (``a;b``) are joined by "; "."""
    return "; ".join(map(_template, code.split(";")))


def from_to(low: str, high: str) -> str:
    """The ends of a range that are written already."""
    return sentence(Reason("from_to", {"low": low, "high": high}))


def counted(counts: pd.Series) -> list[str]:
    """How many there are of each: *new: 1,234*."""
    return [f"{name}: {number_or_text(n)}" for name, n in counts.items()]


def word_if_known(code: str) -> str:
    """`word` of a code, or the text itself where the catalogue has no word for it (a sentence with values is none)."""
    found = catalogue().get(code, code)
    return code if "{" in found else found


def in_words(codes: pd.Series, values: pd.Series) -> pd.Series:
    """Reasons of a table in words, several joined by "; "; '' where there is none."""

    @cache
    def told(code: Any, named: Any) -> str:
        return "; ".join(map(sentence, split(code, named)))

    return pd.Series([told(*pair) for pair in zip(codes, values, strict=True)], index=codes.index, dtype=object)


def with_words(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with each column of codes that has its values beside it (``reason``, ``reason_values``) put into words."""
    made = table
    for name in [str(name).removesuffix("_values") for name in table.columns if str(name).endswith("_values")]:
        if name in table:
            made = made.assign(**{name: in_words(table[name], table[f"{name}_values"])}).drop(columns=f"{name}_values")
    return made


def tell(*reasons: Reason | Sequence[Reason | None] | None) -> None:
    """Display the sentences of reasons, or of lists of them, in Markdown, one a paragraph; None is silent."""
    from IPython.display import display

    for given in reasons:
        for reason in [given] if given is None or isinstance(given, Reason) else given:
            if reason is not None:
                template, values = _ready(reason)
                display({"text/markdown": fill(template, **values), "text/plain": plain(template, **values)}, raw=True)


def _ready(reason: Reason) -> tuple[str, dict[str, Any]]:
    """The template and the values, those with the format ``w`` put into words."""
    template, values = _template(reason.code), dict(reason.values)
    for _, name, spec, _ in Formatter().parse(template):
        if spec == "w" and name in values:
            given = values[name]
            values[name] = [word(one) for one in given] if isinstance(given, list) else given and word(given)
        elif isinstance(given := values.get(str(name)), str):
            values[str(name)] = value_word(str(name), given)
    return template.replace(":w}", "}"), values


def _template(code: str) -> str:
    try:
        return catalogue()[code]
    except KeyError:
        raise InputError(
            "the catalogue has no words for a code", found=code, remedy="Add it to report/catalogue."
        ) from None
