"""A warning of a report: a sentence, what it costs a year, how sure and how soon it is, who has to act, and where to look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kamlib.report.index.summary_facts import Tables, waits_for
from kamlib.report.numbers import Numbers
from kamlib.report.text import unknown
from kamlib.report.words import sentence, word
from kamlib.scoring.doubt.border import held
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study

NAMED = 3
"""Customers that a warning names."""
SOON, LATER = 30, 90
"""Days within which a warning counts in full, and by half; later ones by a quarter."""


@dataclass(frozen=True)
class Warned:
    """One warning.

    Attributes
    ----------
    text : the sentence.
    money : what it costs a year; None: not known.
    sure : how sure it is: *on record*, or a word with the chance.
    owner : who has to act, '' where nobody is named.
    href : the part of the report that shows it.
    days : in which it falls due; None: in none.
    """

    text: str
    money: float | None
    sure: str
    owner: str
    href: str
    days: int | None = None

    @property
    def weight(self) -> float:
        """Money by urgency; below all others where no money is known."""
        soon = 0.25 if self.days is None or self.days > LATER else 1.0 if self.days <= SOON else 0.5
        return -1 + soon if self.money is None else self.money * soon


Rule = Callable[[Study, Tables, pd.DataFrame, Numbers], Iterator[Warned]]
"""What gives the warnings of one kind: of the study, the tables, the key accounts (customer_id, name, contribution) and the writer of numbers."""


def on_record(code: str, values: dict[str, Any], **more: Any) -> Warned:
    """A warning of something that stands in the records: nothing about it is a guess."""
    return Warned(sentence(Reason(code, values)), sure=word("on_record"), **more)


def by_chance(code: str, values: dict[str, Any], chance: float, write: Numbers, **more: Any) -> Warned:
    """A warning of something that comes with a chance."""
    word_ = held(pd.Series([chance])).iloc[0]
    return Warned(
        sentence(Reason(code, values)),
        sure=f"{word(f'page_held_{word_}')} ({write.share(chance)})" if word_ else unknown(),
        **more,
    )


def owner_of(tables: Tables, ids: pd.Series) -> str:
    """Who has the first action with one of the customers; their manager where there is none."""
    for name, column in (("action_list", "owner"), ("accounts", "manager")):
        if not waits_for(tables, **{name: ("customer_id", column)}):
            table = tables[name].dropna(subset=[column]).drop_duplicates("customer_id").set_index("customer_id")[column]
            for one in ids:
                if one in table.index:
                    return str(table[one])
    return ""
