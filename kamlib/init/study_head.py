"""The head of a study that is proposed: its name, date, currency, unit and language, told by the files themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import ibis
import pandas as pd
from anyascii import anyascii

from kamlib.errors import some
from kamlib.init import criteria, headings
from kamlib.init.cells.dialect import Marked
from kamlib.init.draft import SourceDraft
from kamlib.io.values import as_day, trimmed
from kamlib.study.periods import as_date
from kamlib.study.sources import Dialect

_KIND = 0.8  # of the accounts


def head(sources: dict[str, SourceDraft], called: str) -> dict[str, Marked]:
    """Name, title, as_of, currency, unit and language, in this order.

    Parameters
    ----------
    sources : by table.
    called : what the study is called by its user, or by its file.
    """
    orders = sources["orders"]
    accounts = sources.get("accounts")
    grouped = accounts is not None and _has_groups(accounts)
    return {
        "name": Marked(slug(called), "", "folder of the reports"),
        "title": Marked(f"Key accounts: {' '.join(called.replace('_', ' ').split())}"[:200]),
        "as_of": _as_of(orders),
        "currency": currency(orders),
        "unit": Marked(
            "group" if grouped else "account",
            "",
            "who counts as a customer: the group under one parent, or each account",
        ),
        "language": language(sources),
    }


def _has_groups(accounts: SourceDraft) -> bool:
    """Whether the parents are firms: a column that puts all accounts under a few is a kind of customers."""
    if "parent_id" not in accounts.found.columns:
        return False
    account, parent = (accounts.found.columns[ours].theirs for ours in ("account_id", "parent_id"))
    texts = accounts.pieces[0].texts
    above = texts.drop_duplicates(account)[parent] if {account, parent} <= {*texts} else texts.iloc[:, 0]
    return above.notna().mean() < _KIND or above.nunique() > (1 - _KIND) * len(above)


def slug(name: str) -> str:
    """A name that a folder can have: a-z, 0-9, - and _."""
    made = re.sub(r"[^a-z0-9_-]+", "_", anyascii(name).lower()).strip("_-")[:64].strip("_-")
    return made if made and made != "drafts" else "study"


def currencies(source: SourceDraft) -> list[str]:
    """The codes in the column of the currency, the most frequent first; none where there is no such column."""
    if "currency" not in source.found.columns:
        return []
    values = source.contents[source.found.columns["currency"].theirs].examples
    codes = [value.upper() if re.fullmatch("[A-Za-z]{3}", value) else headings.currency(value) for value in values]
    return list(dict.fromkeys(code for code in codes if code))


def currency(source: SourceDraft) -> Marked:
    """The currency of the amounts: of its column, else of the signs at the amounts or in the names of the columns, else asked."""
    columns, codes = source.found.columns, currencies(source)
    if codes:
        others = f"some lines are in {some(codes[1:])}: give rates for them" if codes[1:] else ""
        return Marked(codes[0], others)
    money = [columns[name] for name in ("amount", "price", "margin", "cost") if name in columns]
    signs = Counter(headings.currency(value) for c in money for value in source.contents[c.theirs].examples)
    del signs[None]
    named = [code for name in source.contents if (code := headings.currency(name))]
    found = Counter(named)
    if signs or found:
        most = (signs or found).most_common(2)
        dollars = "$" if most[0][0] == "USD" and not found else ""
        if len(most) == 1 and not dollars:
            return Marked(most[0][0])
        why = (
            "there are dollars of several countries"
            if dollars
            else f"there are signs of {some([code for code, _ in most])}"
        )
        return Marked(most[0][0], why, "", True)
    return Marked("", "nothing in the order lines names a currency: write its three letters", "", True)


_CHOICES = "en, ru or ca: words and numbers of the report; de, es, fr: its numbers alone"


def language(drafts: Mapping[str, SourceDraft]) -> Marked:
    """The language in which most columns are called."""
    spoken = Counter(c.language for source in drafts.values() for c in source.found.columns.values() if c.language)
    if not spoken:
        return Marked("en", "", _CHOICES)
    first = spoken.most_common(1)[0][0]
    return Marked(first, "", f"{_CHOICES}; the columns are called so")


def _as_of(orders: SourceDraft) -> Marked:
    """The last whole quarter; where days can be read in two ways, the later one, so that no line is left out."""
    sources = [source for source in (orders, *orders.more) if "date" in source.found.columns]
    if not sources:
        return Marked("", "without a column of days nothing tells it; write a quarter, such as 2026Q2", "", True)
    ways = [_ways(source) for source in sources]
    read = [days for place in (0, 1) if len(days := pd.concat([one[min(place, len(one) - 1)] for one in ways])) > 0]
    if not read:
        return Marked("", "no value of its column can be read as a day; write a quarter, such as 2026Q2", "", True)
    found = [criteria.last_quarter(days.groupby("date", as_index=False).sum()) for days in read]
    last = max(found, key=lambda way: as_date(way.value))
    if len({way.value for way in found}) > 1:
        return replace(last, doubt="it hangs on the date_format of the orders")
    return last


def _ways(orders: SourceDraft) -> list[pd.DataFrame]:
    """Lines by day, by each date format that is possible."""
    theirs = orders.found.columns["date"].theirs
    form = orders.dialect.get("date_format", Marked(None))
    return [_days(orders, theirs, one) for one in (form.value, *((form.other,) if form.other else ()))]


def _days(orders: SourceDraft, theirs: str, form: str | None) -> pd.DataFrame:
    """Lines by day: date, lines."""
    dialect = Dialect(date_format=form)
    made = []
    for raw in (piece.raw for piece in orders.pieces if theirs in piece.raw.columns):
        values = raw.group_by(value=trimmed(raw[theirs], long=True)).agg(lines=ibis._.count())
        days = values.mutate(date=as_day(values.value, dialect)).filter(lambda t: t.date.notnull())
        made.append(days.group_by("date").agg(lines=lambda t: t.lines.sum()).to_pandas())
    whole: pd.DataFrame = pd.concat(made)
    return whole.astype({"date": "datetime64[ns]"})
