"""Who is looked for in the files: names, channels and ids, and where they stand in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kamlib.intake.screen import FREE_TEXT
from kamlib.privacy import name_forms
from kamlib.privacy.folding import folded, letters, part
from kamlib.study.dictionary import INPUTS
from kamlib.study.sources import Source

MASK = "[erased]"
REVIEW = "identity.review"
"""What the review file of likely duplicates is called among the tables."""
_OF_ACCOUNTS = ("accounts", "contacts", REVIEW)
_NEXT = re.compile(r"(?<=\b\w)\.?\s*[,;:]\s*\w$")
"""Behind an initial and a comma: no second initial."""
_ANOTHER_COUNTRY = re.compile(r"(\+\s?|\b00)\d{1,3}\W{0,3}$")


@dataclass(frozen=True)
class Person:
    """What a person is known by in the files, and the accounts they belong to."""

    ids: frozenset[str]
    names: frozenset[str]
    channels: frozenset[str]
    accounts: frozenset[str]

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        initials = (form for name in self.names for form, sure in name_forms.with_initials(name).items() if sure)
        return _any([*(form for name in self.names for form in name_forms.whole(name)), *initials])

    @cached_property
    def _short(self) -> re.Pattern[str] | None:
        """Initials with a surname of a few letters, that may be words by chance."""
        return _any(form for name in self.names for form, sure in name_forms.with_initials(name).items() if not sure)

    @cached_property
    def _alone(self) -> re.Pattern[str] | None:
        return _any(form for name in self.names for form in name_forms.alone(name))

    @cached_property
    def _channels(self) -> re.Pattern[str] | None:
        return _any(map(name_forms.channel, self.channels))

    @cached_property
    def _ids(self) -> re.Pattern[str] | None:
        return _any(form for form in map(name_forms.identifier, self.ids) if form)

    def needles(self) -> list[str]:
        """Letters and digits one of which stands in every text that holds the person, anything else left out of it."""
        words = [word for name in self.names for words in name_forms.readings(name) for word in words]
        firsts = {word.split("-")[0] for word in words}
        found = {word[:4] if len(word) > 4 else word[:3] for word in firsts if len(word) > 2} or firsts
        for channel in self.channels:
            of_country = name_forms.number(channel)
            found.add(of_country[1] if of_country else max(map(letters, channel.split("@")), key=len))
        return sorted(found | {letters(one) for one in self.ids if name_forms.identifier(one)})

    def without(self, text: str, *, own: bool = False, written: bool = True) -> str:
        """A text with the person masked.

        Parameters
        ----------
        own : whether it is of one of the person's own accounts, where each longer part of the name is the person.
        written : whether people write in it what they like: only there are ids looked for.
        """
        for pattern in self._wanted(own, written):
            for way in range(len(folded(text))):
                for start, end in reversed(list(self._spans(text, pattern, way))):
                    text = text[:start] + MASK + text[end:]
        return text

    def in_text(self, text: str) -> bool:
        """Whether a whole text, such as a page, holds the person."""
        ways = range(len(folded(text)))
        return any(next(self._spans(text, pattern, way), None) for pattern in self._wanted(False, True) for way in ways)

    def is_called(self, text: str) -> bool:
        """Whether a text is a name of the person and nothing else."""
        return any(
            pattern.fullmatch(reading.strip()) is not None
            for reading in folded(text)
            for name in self.names
            for pattern in map(re.compile, name_forms.whole(name))
        )

    def _wanted(self, own: bool, written: bool) -> list[re.Pattern[str]]:
        found = (self._channels, self._names, self._short, self._ids if written else None, self._alone if own else None)
        return [pattern for pattern in found if pattern]

    def _spans(self, text: str, pattern: re.Pattern[str], way: int) -> Iterator[tuple[int, int]]:
        """Where a pattern stands in a text, by its reading of that number; what is so by chance is left out."""
        reading = dict(enumerate(folded(text))).get(way, "")
        for match in pattern.finditer(reading):
            start, end = part(text, way, *match.span())
            end = start + len(_NEXT.sub("", text[start:end]))
            by_chance = pattern is self._short and not _is_written_as_a_name(text[start:end])
            if not by_chance and not (pattern is self._channels and _ANOTHER_COUNTRY.search(text[:start][-12:])):
                yield start, end

    def changed(self, row: dict[str, str], table: str, source: Source) -> dict[str, str]:
        """The cells of a row that hold something about the person, by column, as they are without it."""
        known = INPUTS[table].names if table in INPUTS else ("account_id", "other_id")
        ours = {source.columns.get(column, column): column for column in known}
        own = row.get(source.columns.get("account_id", "account_id"), "").strip() in self.accounts
        made = {}
        for column, text in row.items():
            name = ours.get(column)
            if name == "contact_id":
                if self.has_id(text):
                    made[column] = ""
                continue
            written = table != REVIEW and (name is None or name in FREE_TEXT.get(table, ()))
            new = self.without(text, own=own and written and table not in _OF_ACCOUNTS, written=written)
            if new != text:
                made[column] = new
        return made

    def has_id(self, text: str) -> bool:
        """Whether an id is the person's, capitals, width and signs that are not seen left out of account."""
        return _id(text) in {_id(one) for one in self.ids}

    def is_row_of(self, row: dict[str, str], table: str, source: Source) -> bool:
        """Whether the row is the person's own, in the table of contacts."""
        cells = {column: row.get(source.columns.get(column, column), "") for column in ("contact_id", "name")}
        return table == "contacts" and (
            self.has_id(cells["contact_id"])
            if self.ids
            else bool(cells["name"].strip()) and self.is_called(cells["name"])
        )


def _any(forms: Iterable[str]) -> re.Pattern[str] | None:
    forms = list(forms)
    return re.compile("|".join(forms)) if forms else None


def _id(text: str) -> str:
    return "".join(
        sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isprintable() and not sign.isspace()
    )


def _is_written_as_a_name(text: str) -> bool:
    """With a point or an underscore, or each word with a capital."""
    words = re.findall(r"[^\W\d_]+", text)
    return "." in text or "_" in text or all(word[0].isupper() for word in words)
