"""Likely duplicates of firms: pairs of accounts that may be one firm, proposed for review and never merged here."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from kamlib.entities import blocking
from kamlib.entities.firm_names import sound, take_apart, tokens
from kamlib.entities.groups import group_heads
from kamlib.entities.similarity import NUMBERED, alike
from kamlib.stats.reasons import Reason, packed, waiting

LEAST = 85
_COUNTRY = re.compile(
    r"^(AT|BE|BG|CH|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|RS|RU|SE|SI|SK)(?=.{7})"
)
_STREET = {"str", "street", "st", "road", "rd", "ul", "ulica", "calle", "carrer", "dom", "der", "de", "la"}
Place = tuple[frozenset[str], frozenset[str]]


def likely_duplicates(accounts: pd.DataFrame, review: pd.DataFrame | None = None) -> pd.DataFrame:
    """Pairs of accounts that may be one firm, the likeliest first.

    Pairs that are one group already, by `parent_id` or by the review, and pairs whose firms the review tells apart are
    not proposed. Of a row of firms that differ in a number each is proposed with the next one only.

    Parameters
    ----------
    accounts : DataFrame
        account_id (unique), name [parent_id, country, tax_id, address]; the order of the rows does not matter.
    review : DataFrame or None
        From `review.read`.

    Returns
    -------
    DataFrame
        account_id, name, other_id, other_name, likeness (85 to 100), why and why_values (codes, several joined by ;, and their values); sorted by likeness,
        account_id, other_id; within a pair the smaller id comes first. Empty where there is none.

    References
    ----------
    Christen 2012, Data Matching: blocking, comparison and review by hand.
    """
    table = accounts.sort_values("account_id", ignore_index=True)
    names = [take_apart(name) for name in _column(table, "name")]
    tax = [tax_number(value) for value in _column(table, "tax_id")]
    places = [_place(value) for value in _column(table, "address")]
    countries = _column(table, "country")
    rank = np.argsort(np.argsort(np.array([name.core for name in names], dtype=object), kind="stable"))
    pairs = blocking.candidate_pairs(names, [tax, [" ".join(sorted(numbers)) for numbers, _ in places]], rank)
    pairs = pairs[_open(table, pairs, review)]
    codes = pd.factorize(np.array(tax, dtype=object))[0]
    known = np.array([value != "" for value in tax], dtype=bool)
    same_tax = known[pairs[:, 0]] & (codes[pairs[:, 0]] == codes[pairs[:, 1]])
    made = []
    for one, other in pairs[same_tax | blocking.alike_at_first_sight(names, pairs)].tolist():
        score, why = alike(names[one], names[other])
        score, why = _beside(score, why, *((values[one], values[other]) for values in (tax, places, countries)))
        if round(score) >= LEAST and (why[0].code not in NUMBERED or abs(rank[one] - rank[other]) == 1):
            made.append((one, other, round(score), *packed(why)))
    at = np.array([pair[:2] for pair in made], dtype=int).reshape(-1, 2)
    ids, given = (table[column].to_numpy(dtype=object) for column in ("account_id", "name"))
    found = pd.DataFrame(
        {
            "account_id": ids[at[:, 0]],
            "name": given[at[:, 0]],
            "other_id": ids[at[:, 1]],
            "other_name": given[at[:, 1]],
            "likeness": np.array([pair[2] for pair in made], dtype=int),
            "why": np.array([pair[3] for pair in made], dtype=object),
            "why_values": np.array([pair[4] for pair in made], dtype=object),
        }
    )
    if found.empty:
        return waiting(list(found.columns), "no_likely_duplicates")
    return found.sort_values(["likeness", "account_id", "other_id"], ascending=[False, True, True], ignore_index=True)


def tax_number(value: str) -> str:
    """A tax number without marks, country code and leading zeros, a Russian one without its KPP; "" where it is none.

    Fewer than six digits, or one digit throughout (``0000000000``), are none.
    """
    number = re.sub(r"[\W_]", "", value.split("/")[0].upper())
    number = _COUNTRY.sub("", number).lstrip("0")
    return number if sum(map(str.isdigit, number)) >= 6 and len(set(number)) > 1 else ""


def _column(table: pd.DataFrame, name: str) -> list[str]:
    return table[name].fillna("").astype(str).tolist() if name in table else [""] * len(table)


def _place(value: str) -> Place:
    """The numbers of an address and its words as they sound; both empty where it holds no number."""
    parts = tokens(value)
    numbers = frozenset(part for part in parts if part.isdigit())
    return numbers, frozenset(sound(part) for part in parts if numbers and not part.isdigit() and part not in _STREET)


def _same_place(one: Place, other: Place) -> bool:
    """The same numbers, and at least half of the words of the shorter one."""
    fewest = min(len(one[1]), len(other[1]))
    return bool(one[0]) and one[0] == other[0] and 2 * len(one[1] & other[1]) >= max(1, fewest)


def _beside(
    score: float, why: list[Reason], tax: tuple[str, str], places: tuple[Place, Place], countries: tuple[str, str]
) -> tuple[float, list[Reason]]:
    """Likeness and reasons when tax number, address and country are looked at too."""
    if tax[0] and tax[0] == tax[1]:
        return 100.0, [Reason("same_tax_number"), *(why if score >= LEAST else ())]
    if all(tax):
        score, why = score - 10, [*why, Reason("other_tax_numbers"), Reason("rather_one_group")]
    if _same_place(*places):
        score, why = score + (100 - score) / 2, [*why, Reason("same_address")]
    if all(countries) and countries[0].casefold() != countries[1].casefold():
        score, why = score - 6, [*why, Reason("other_country")]
    return score, list({reason.code: reason for reason in why}.values())


def _open(table: pd.DataFrame, pairs: np.ndarray, review: pd.DataFrame | None) -> np.ndarray:
    """Which pairs are still to be judged: not one group already, and not told apart by the review."""
    groups = table if "parent_id" in table else table.assign(parent_id=None)
    heads, _ = group_heads(groups, "group", review)
    unit = pd.Series(pd.factorize(heads["customer_id"])[0], index=heads["account_id"])
    of = unit.to_numpy()[pairs]
    still: np.ndarray = of[:, 0] != of[:, 1]
    if review is not None:
        apart = review.loc[review["decision"] == "different", ["account_id", "other_id"]]
        told = np.sort(apart.apply(lambda column: column.map(unit)).to_numpy(dtype=int).reshape(-1, 2), axis=1)
        still &= ~np.isin(np.sort(of, axis=1) @ [len(table), 1], told @ [len(table), 1])
    return still
