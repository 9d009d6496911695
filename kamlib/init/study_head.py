"""The head of a study that is proposed: its name, date, currency, unit and language, told by the files themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import ibis
import pandas as pd
from anyascii import anyascii

from kamlib.errors import some
from kamlib.init import criteria, headings
from kamlib.init.dialect import Marked
from kamlib.init.draft import SourceDraft
from kamlib.io.values import as_day
from kamlib.study.sources import Dialect


def head(sources: dict[str, SourceDraft], called: str) -> dict[str, Marked]:
    """Name, title, as_of, currency, unit and language, in this order.

    Parameters
    ----------
    sources : by table.
    called : what the study is called by its user, or by its file.
    """
    orders = sources["orders"]
    accounts = sources.get("accounts")
    grouped = accounts is not None and "parent_id" in accounts.found.columns
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


def slug(name: str) -> str:
    """A name that a folder can have: a-z, 0-9, - and _."""
    made = re.sub(r"[^a-z0-9_-]+", "_", anyascii(name).lower()).strip("_-")[:64].strip("_-")
    return made if made and made != "drafts" else "study"


def currencies(source: SourceDraft) -> list[str]:
    """The codes in the column of the currency, the most frequent first; none where there is no such column."""
    if "currency" not in source.found.columns:
        return []
    values = source.contents[source.found.columns["currency"].theirs].examples
    return list(dict.fromkeys(code for value in values if re.fullmatch("[A-Z]{3}", code := value.upper())))


def currency(source: SourceDraft) -> Marked:
    """The currency of the amounts: of its column, else of the signs at the amounts or in the names of the columns."""
    columns, codes = source.found.columns, currencies(source)
    if codes:
        others = f"some lines are in {some(codes[1:])}: give rates for them" if codes[1:] else ""
        return Marked(codes[0], others)
    money = [columns[name] for name in ("amount", "price", "margin", "cost") if name in columns]
    signs = Counter(headings.currency(value) for c in money for value in source.contents[c.theirs].examples)
    del signs[None]
    named = [code for choice in money if (code := headings.currency(choice.theirs))]
    if signs or named:
        code = named[0] if named else signs.most_common(1)[0][0]
        return Marked(code, "there are dollars of several countries" if code == "USD" and not named else "")
    return Marked("EUR", "nothing in the order lines names a currency")


def language(drafts: Mapping[str, SourceDraft]) -> Marked:
    """The language in which most columns are called."""
    spoken = Counter(c.language for source in drafts.values() for c in source.found.columns.values() if c.language)
    if not spoken:
        return Marked("en", "", "how numbers are written")
    first = spoken.most_common(1)[0][0]
    return Marked(first, "", "how numbers are written; the columns are called so")


def _as_of(orders: SourceDraft) -> Marked:
    """The last whole quarter; doubtful where the days can be read in two ways."""
    if "date" not in orders.found.columns:
        return Marked("?", "without a column of days nothing tells it; write a quarter, such as 2026Q2")
    theirs = orders.found.columns["date"].theirs
    form = orders.dialect["date_format"].value if "date_format" in orders.dialect else None
    ways = [
        criteria.last_quarter(days) for one in (form or "").split(" or ") if len(days := _days(orders, theirs, one))
    ]
    if not ways:
        return Marked("?", f"no value of {theirs!r} can be read as a day; write a quarter, such as 2026Q2")
    if len({way.value for way in ways}) > 1:
        return Marked(min(way.value for way in ways), "it hangs on the date_format of the orders")
    return ways[0]


def _days(orders: SourceDraft, theirs: str, form: str) -> pd.DataFrame:
    """Lines by day: date, lines."""
    dialect = Dialect(date_format=form or None)
    days = [p.raw.select(date=as_day(p.raw[theirs], dialect)) for p in orders.pieces if theirs in p.raw.columns]
    lines = ibis.union(*days, distinct=False) if len(days) > 1 else days[0]
    known = lines.filter(lambda t: t.date.notnull())
    counts: pd.DataFrame = known.group_by("date").agg(lines=ibis._.count()).to_pandas()
    return counts.astype({"date": "datetime64[ns]"})
