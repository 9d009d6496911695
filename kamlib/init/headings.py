"""What columns, tables and choices are called in five languages: names as data, and how alike a name is to them.

The names stand in the folder ``headings``, a file for each language. Capitals, accents, ё, underscores, camelCase and
Latin letters for Cyrillic ones make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from anyascii import anyascii
from rapidfuzz.fuzz import ratio

from kamlib.io.currencies import NAMES, SIGNS
from kamlib.study.dictionary import INPUTS

LANGUAGES = ("en", "ru", "ca", "es", "de")
CURRENCIES = {
    code: (code.lower(), *NAMES.get(code, ()))
    for code in ("EUR", "USD", "GBP", "RUB", "CHF", "PLN", "UAH", "KZT", "MXN", "JPY", "CZK", "SEK")
}
"""Codes of currencies that names of columns hold, each with the words and signs that mean it."""
_FOLDS = (("ae", "a"), ("oe", "o"), ("ue", "u"))  # Stück, Stueck
_FILLERS = {"in", "of", "the", "de", "del", "la", "el", "der", "des", "d", "l", "no", "nr", "num", "n"}
_BESIDES = {
    *("incl", "excl", "including", "excluding", "ex", "without", "net", "netto", "neto", "inkl", "exkl", "ohne", "mit"),
    *("sin", "con", "sense", "amb", "s", "bez"),
}
_UNITS = {word for words in CURRENCIES.values() for word in words} | {"rub", "grn", "tenge"}


@dataclass(frozen=True)
class Likeness:
    """How alike a name is to what a column is called: 0 to 1, and in which language."""

    score: float = 0.0
    language: str = ""


def plain(name: str) -> str:
    """A name as words of small Latin letters: ``CódigoCliente``, ``codigo_cliente`` and ``Codigo cliente`` are one."""
    apart = re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", _words_apart(re.sub("[№#]", " no ", name)))
    folded = "".join(c for c in unicodedata.normalize("NFKD", apart.casefold()) if not unicodedata.combining(c))
    text = anyascii(folded.replace("ё", "е")).casefold()
    for two, one in _FOLDS:
        text = text.replace(two, one)
    return " ".join(re.findall(r"[a-z0-9]+", text))


def likeness(name: str, table: str, column: str) -> Likeness:
    """How alike `name` is to what the column of a table is called, in the language where it is most.

    1 where it is one of its names; 0.65 where that name is a weak sign; less where it holds a name beside other words,
    or is spelled a little differently; 0 where nothing fits.
    """
    return _best(plain(name), f"{table}.{column}" if f"{table}.{column}" in _names("columns") else column, "columns")


def table_likeness(name: str, table: str) -> float:
    """How alike the name of a file or sheet is to what the table is called, 0 to 1."""
    return _best(plain(name), table, "tables").score


def choice(value: str, allowed: Collection[str]) -> str | None:
    """Which of the allowed words a value means, in any of the languages: ``жалоба`` is claim; None: none of them.

    A stage of a deal that is neither won nor lost is open: ``Negotiation``; that one is done says not that it was won.
    """
    if (word := value.strip().lower()) in allowed:
        return word
    said = plain(value)
    meant = (one for one in allowed if any(said == name for name, _, _ in _names("values").get(one, ())))
    return next(meant, stage if (stage := state(value)) in allowed else None)


def never(name: str, column: str) -> bool:
    """Whether a name says that it is not this column, whatever else it is called like: ``Freight amount`` is no amount."""
    words = plain(name)
    if set(words.split()) & _BESIDES:  # what an amount holds besides: Total incl. VAT
        return False
    return any(f" {known} " in f" {words} " for known, _, _ in _names("never").get(column, ()))


def is_state(name: str) -> bool:
    """Whether a column is called a status, a stage or the like."""
    words = f" {plain(name)} "
    return any(f" {known} " in words for known, _, _ in _names("states")["column"])


def state(value: str) -> str | None:
    """What a word says of an order or a deal: ``done``, ``open`` or ``lost``; None where it is no word of states."""
    said = plain(value)
    return next(
        (k for k in ("done", "lost", "open") if any(said == known for known, _, _ in _names("states")[k])), None
    )


def is_credit(value: str) -> bool:
    """Whether the word for a kind of document means one that gives money back: ``Gutschrift``."""
    said = plain(value)
    return any(said == known for known, _, _ in _names("states")["credit"])


def currency(name: str) -> str | None:
    """The currency that the name of a column or an amount names: ``Сумма, руб.`` is in RUB; None where it names none."""
    words = set(re.findall(rf"[^\W\d_]+|[{SIGNS}]", name.casefold()))
    return next((code for code, known in CURRENCIES.items() if words & set(known)), None)


def _words_apart(name: str) -> str:
    """CustomerID → Customer ID; IDCliente → ID Cliente."""
    made = []
    for before, here, after in zip(" " + name, name, name[1:] + " ", strict=False):
        if here.isupper() and (before.islower() or (before.isupper() and after.islower())):
            made.append(" ")
        made.append(here)
    return "".join(made)


@cache
def _spoken(language: str) -> dict[str, dict[str, str]]:
    """The file of a language."""
    text = (Path(__file__).parent / "headings" / f"{language}.yaml").read_text(encoding="utf-8")
    made: dict[str, dict[str, str]] = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return made


@cache
def _names(kind: str) -> dict[str, list[tuple[str, str, float]]]:
    """Every name of every key: (plain name, language, weight), from the files of the languages."""
    found: dict[str, list[tuple[str, str, float]]] = {}
    for language in LANGUAGES:
        for key, names in _spoken(language)[kind].items():
            for name in names.split(","):
                weight = 0.65 if name.strip().startswith("~") else 1.0
                found.setdefault(key, []).append((plain(name), language, weight))
    for table in INPUTS.values() if kind == "columns" else ():
        for column in table.columns:
            for key in {column.name, f"{table.name}.{column.name}"} & found.keys():
                found[key].insert(0, (plain(column.name), "", 1.0))
    return found


@cache
def _best(name: str, key: str, kind: str) -> Likeness:
    tokens = [token for token in name.split() if token not in _UNITS]
    joined, best = "".join(tokens), Likeness()
    if not joined:
        return best
    names = _names(kind).get(key, ())
    if same := [(weight, language) for known, language, weight in names if known.replace(" ", "") == joined]:
        return Likeness(*max(same, key=lambda one: one[0]))  # a name that is known stands for itself alone
    for known, language, weight in names:
        words = known.split()
        if set(words) <= set(tokens):
            rest = [token for token in tokens if token not in words and token not in _FILLERS]
            score = 0.55 + 0.4 * len(words) / (len(words) + len(rest))
        elif min(len(joined), len(known)) > 4 and (alike := ratio(joined, "".join(words)) / 100) >= 0.85:
            score = 0.9 * alike
        else:
            continue
        if score * weight > best.score:
            best = Likeness(score * weight, language)
    return best
