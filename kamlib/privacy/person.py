"""Who is looked for in the files: names, channels and ids, and the forms they may take in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

from kamlib.intake.screen import FREE_TEXT
from kamlib.study.dictionary import INPUTS
from kamlib.study.sources import Source

MASK = "[erased]"


@dataclass(frozen=True)
class Person:
    """What a person is known by in the files, and the accounts they belong to."""

    ids: frozenset[str]
    names: frozenset[str]
    channels: frozenset[str]
    accounts: frozenset[str]

    @cached_property
    def whole(self) -> re.Pattern[str] | None:
        """The names and channels, as they may stand in a text."""
        forms = [*map(channel_form, self.channels), *(form for name in self.names for form in _forms(name))]
        return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.I) if forms else None

    @cached_property
    def parts(self) -> re.Pattern[str] | None:
        """Each part of the names alone."""
        words = {word for name in self.names for word in re.findall(r"\w+", name) if len(word) > 3}
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(_word, sorted(words)))})(?!\w)", re.I) if words else None

    def needles(self) -> list[str]:
        """The beginnings of the names' parts: one of them stands in every text that holds a name, in lower case."""
        words = [word.lower() for name in self.names for word in re.findall(r"\w+", name)]
        return sorted({word[:4] for word in words if len(word) > 2} or set(words))

    def changed(self, row: dict[str, str], table: str, source: Source) -> dict[str, str]:
        """The cells of a row that hold something about the person, by column, as they are without it."""
        ours = {source.columns.get(column, column): column for column in INPUTS[table].names}
        account = row.get(source.columns.get("account_id", "account_id"), "").strip()
        made = {}
        for column, text in row.items():
            known = ours.get(column)
            if known == "contact_id":
                if text.strip() in self.ids:
                    made[column] = ""
                continue
            new = self.whole.sub(MASK, text) if self.whole else text
            written = known is None or known in FREE_TEXT.get(table, ())
            if self.parts and account in self.accounts and written and table not in ("accounts", "contacts"):
                new = self.parts.sub(MASK, new)
            if new != text:
                made[column] = new
        return made

    def is_row_of(self, row: dict[str, str], table: str, source: Source) -> bool:
        """Whether the row is the person's own, in the table of contacts."""
        named = {column: row.get(source.columns.get(column, column), "").strip() for column in ("contact_id", "name")}
        return table == "contacts" and (
            named["contact_id"] in self.ids or (not self.ids and named["name"] in self.names)
        )


def _word(word: str) -> str:
    """A part of a name: with endings, where it is Russian; with a possessive s else."""
    if re.search("[а-яё]", word, re.I):
        return re.escape(re.sub("[аяйьоеиыу]$", "", word, flags=re.I)) + r"\w{0,3}"
    return re.escape(word) + "(?:['’]?s)?"


def _forms(name: str) -> list[str]:
    words = re.findall(r"[\w'’-]+", name)[:4]
    between = r"[\s,.]+"
    orders = [between.join(map(_word, order)) for order in permutations(words)]
    initials = [(first, last) for first in words for last in words if first != last and len(last) > 2]
    short = [rf"{first[0]}\.?\s*(?:\w\.?\s*)?{_word(last)}|{_word(last)},?\s+{first[0]}\." for first, last in initials]
    return orders + short


def channel_form(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if len(digits) > 6 and not re.search("[^\\W\\d]", text):
        return r"\+?" + r"[^\w]{0,3}".join(digits)
    return re.escape(text)
