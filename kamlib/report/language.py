"""The language that a reader is spoken to in: its catalogue of sentences, and how CLDR writes its numbers, days, lists and plurals.

A page is written in one language throughout. Which one is said once, by who opens a study or publishes a report, and every
sentence, table and tick asks here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton, get_month_names
from babel.lists import format_list

from kamlib.errors import InputError, some
from kamlib.study.shipped import shipped

CATALOGUES = Path(__file__).parent / "catalogue"
TOLD = ("en", "ru", "ca")
"""Languages with words of their own; any other gives its marks of numbers, and English words."""
_HEADS, _VALUES = "columns", "values"
"""Sections of a catalogue that hold no codes: heads of columns by their English, and what stands in a column, by column and value."""
_WITHIN: ContextVar[str] = ContextVar("language", default="")
_OF_PROCESS = ["en"]


def spoken() -> str:
    """The code of the language that is spoken now; English where nobody said otherwise."""
    return _WITHIN.get() or _OF_PROCESS[0]


def speak(language: str) -> None:
    """Speak `language` from now on in this process: a notebook speaks one language, whatever cell or thread is at work."""
    _OF_PROCESS[0] = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` within the block, in this thread alone."""
    token = _WITHIN.set(language)
    try:
        yield
    finally:
        _WITHIN.reset(token)


def words_in(language: str) -> str:
    """The language of the words on a page of a study of `language`."""
    return language if language in TOLD else "en"


def catalogue(language: str = "") -> Mapping[str, str]:
    """Template by code, of all sections of a language ('': the one that is spoken); what it lacks is English.

    Raises
    ------
    InputError
        If a code stands in two sections.
    """
    return _whole(words_in(language or spoken()))


@cache
def _whole(language: str) -> Mapping[str, str]:
    return own_words(language) if language == "en" else {**own_words("en"), **own_words(language)}


@cache
def own_words(language: str) -> Mapping[str, str]:
    """Template by code that the catalogue of a language has itself."""
    found: dict[str, str] = {}
    for name, section in _source(language).items():
        if name in (_HEADS, _VALUES):
            continue
        if twice := found.keys() & section.keys():
            raise InputError("codes stand twice in the catalogue", file=CATALOGUES, found=some(sorted(twice)))
        found |= section
    return found


def heads(language: str = "") -> Mapping[str, str]:
    """What columns are called in a language, by the English head; empty in English."""
    return _source(words_in(language or spoken())).get(_HEADS, {})


def value_word(name: str, value: str) -> str:
    """What a value of the kit's own (a state, a kind, the words of a rule) is called in a column; the value itself where it has no other word."""
    known: Mapping[str, Any] = _source(words_in(spoken())).get(_VALUES, {})
    return str(known.get(name, {}).get(value, value))


def _source(language: str) -> Mapping[str, Mapping[str, Any]]:
    read: Mapping[str, Mapping[str, Any]] = shipped(CATALOGUES / f"{language}.yaml")
    return read


def _locale(language: str = "") -> Locale:
    code = language or spoken()
    return Locale.parse("en_GB" if code == "en" else code)  # the day before the month, and no comma before *and*


def marked(number: str) -> str:
    """A number as Python writes it, with the marks of the language: ``1,234.5%`` is ``1 234,5 %`` in Russian."""
    if spoken() == "en":
        return number
    marks = _locale().number_symbols["latn"]
    group, point, percent = marks["group"], marks["decimal"], "\N{NO-BREAK SPACE}%"
    return number.translate(str.maketrans({",": group, ".": point, "%": percent}))


def listed(items: Sequence[str]) -> str:
    """Several in a row: *a, b and c*; *none* where there are none."""
    return str(format_list(list(items), locale=_locale())) if items else catalogue()["no_item"]


def plural(value: object, forms: Sequence[str]) -> str:
    """The form that goes with a number, of those in the order of `plural_tags`; the last where the number is not known.

    Raises
    ------
    ValueError
        If the language has another number of forms.
    """
    tags = plural_tags(words_in(spoken()))
    if len(forms) != len(tags):
        raise ValueError(f"expected {len(tags)} forms: {', '.join(tags)}")
    try:
        whole = round(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return forms[-1]
    tag = _locale(words_in(spoken())).plural_form(whole)
    return forms[tags.index(tag)] if tag in tags else forms[-1]


def plural_tags(language: str) -> tuple[str, ...]:
    """The plural categories that whole numbers of a language take: *one, other* in English, *one, few, many* in Russian."""
    return ("one", "few", "many") if language == "ru" else ("one", "other")


def long_day(value: dt.date) -> str:
    """A day in words: 30 September 2026."""
    locale = _locale(words_in(spoken()))
    return format_date(value, "d MMMM y" if locale.language == "ru" else "long", locale=locale)


def short_day(value: dt.date) -> str:
    """A day in figures: 2026-09-30, which every English reader takes for the same day; 30.09.2026 where CLDR has one way."""
    return value.isoformat() if words_in(spoken()) == "en" else format_skeleton("yMMdd", value, locale=_locale())


def month_and_year(value: dt.date) -> str:
    """A month as a word, with its year: September 2026."""
    return format_date(value, "LLLL y", locale=_locale(words_in(spoken())))


def month_of(number: int) -> str:
    """The name of a month, 1 to 12, as it stands alone."""
    return str(get_month_names("wide", "stand-alone", locale=_locale(words_in(spoken())))[number])


def infinite(value: float) -> str:
    """*infinite* or *minus infinite*."""
    return catalogue()["infinite" if math.copysign(1, value) > 0 else "minus_infinite"]
