"""What is proven of the columns of order lines, and what is ruled out, for `match_columns` to follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from kamlib.init import headings
from kamlib.init.cells.column_contents import Contents
from kamlib.init.evidence.arithmetic import Product, product
from kamlib.init.evidence.keys import one_each, one_to_one, tells_apart
from kamlib.init.evidence.state_words import states
from kamlib.init.evidence.taxes import taxed
from kamlib.io.letters.inner_day import inside

_ROWS = 3_000
_ONE, _SEVERAL = 0.9, 0.65  # of the orders; a name that is a weak sign
_MANY = 30  # rows, in which a customer comes again and another one comes too
_FAR = 4  # times as many days as values
_CLEAR = 0.95  # a name that says what it is
_MAIL = r"^[^@\s]+@[^@\s]+\.\w+$"


@dataclass(frozen=True)
class Proof:
    """By our column of order lines: the column of the file that it surely is, and those that it surely is not.

    `product` is what the arithmetic of the money rests on, or None; `key` the column that the order lines name accounts by, where
    this is the table of accounts.
    """

    surely: Mapping[str, str] = field(default_factory=dict)
    never: Mapping[str, frozenset[str]] = field(default_factory=dict)
    product: Product | None = None
    key: str | None = None


NONE = Proof()


def prove(contents: Mapping[str, Contents], texts: pd.DataFrame, numbers: pd.DataFrame) -> Proof:
    """What the cells of a sample prove: its first rows, as only rows that stand together show whole orders.

    Parameters
    ----------
    contents : by column of the file.
    texts, numbers : the same rows: all cells as text, and the columns of numbers read.
    """

    def likely(theirs: str, ours: str) -> float:
        return headings.likeness(theirs, "orders", ours).score

    texts = texts.head(_ROWS)
    made = product(numbers, likely)
    no_money = {c for c in contents if headings.never(c, "amount")}
    surely: dict[str, str] = {}
    if made is not None:
        surely = {"amount": made.amount, "quantity": made.quantity, "price": made.price}
        surely |= {"discount": made.discount} if made.discount else {}
        no_money = (no_money | {made.quantity, made.price, made.discount or ""}) - {made.amount}
    few = _fewer_than_days(contents, texts)
    unnamed = [c for c in contents if likely(c, "order_id") < _SEVERAL]
    one_day = {c for c in unnamed if _has_one_day(contents, texts, c)}
    order = _order({c: found for c, found in contents.items() if c not in few}, texts, likely, one_day)
    whole = _of_whole_orders(contents, texts, order)
    if whole and (made is not None or set(numbers) - whole - no_money):
        no_money |= whole - set(surely.values())
    vat = taxed(numbers, likely)
    if vat is not None and vat.net not in no_money and (made is None or made.amount == vat.net):
        surely["amount"] = vat.net
        no_money |= {vat.tax, vat.gross, vat.besides or ""}
    no_customer = _no_customers(contents, texts, likely, order)
    no_order = {*unnamed} - one_day | {c for c in contents if headings.is_state(c)} | few
    if all(inside(found.day_form) for found in contents.values() if found.day_share > _ONE):
        no_order |= {c for c in contents if contents[c].day_share > _ONE}  # the day is told there alone
    no_day = {c for c in contents if headings.likeness(c, "invoices", "due").score > max(likely(c, "date"), _SEVERAL)}
    days = {c: found.day_form for c, found in contents.items() if found.day_share > _ONE}
    months = {c for c, form in days.items() if form and not re.search("%[djV]", form)}
    no_day |= months if days.keys() - months - no_day else set()
    named = any(likely(c, "date") >= _CLEAR for c in days)
    if not named and (closed := _closed(contents, texts)):
        surely["date"] = closed
    no_price = {c for c in contents if headings.never(c, "price")} - {surely.get("price", "")}
    never = {
        "amount": no_money,
        "account_id": no_customer,
        "order_id": no_order,
        "price": no_price,
        "date": no_day,
    }
    return Proof(surely, {ours: frozenset(columns) for ours, columns in never.items()}, made)


def _no_customers(
    contents: Mapping[str, Contents], texts: pd.DataFrame, likely: Callable[[str, str], float], order: str | None
) -> set[str]:
    """Columns that tell no customers apart: by their names, or as their cells are those of rows, orders, days or pieces."""
    found = {c for c in contents if headings.never(c, "account_id")}
    for c in contents:
        cells = texts[c].dropna()
        if len(cells) and cells.str.match(_MAIL).mean() > 0.5:
            found.add(c)
        if not likely(c, "account_id") and _looks_counted(cells):
            found.add(c)
        alone = cells.nunique() == 1 or (likely(c, "account_id") < 1 and tells_apart(cells))
        if len(cells) >= _MANY and alone:
            found.add(c)
    if order is not None:
        of = {c for c in contents if c != order and likely(c, "account_id") < 1 and _of_orders(texts, order, c)}
        found |= of | _of_days(contents, texts, order)
    return found


def _looks_counted(cells: pd.Series) -> bool:
    """Whether values are plain figures of differing lengths, from one on, as pieces are; ids are mostly of one length."""
    figures = len(cells) > 0 and bool(cells.str.fullmatch(r"\d{1,6}").all())
    return figures and cells.str.len().min() == 1 and cells.str.len().nunique() > 1


def _fewer_than_days(contents: Mapping[str, Contents], texts: pd.DataFrame) -> set[str]:
    """Columns of far fewer values than there are days: an order is of one day, so these are kinds of it, whatever they are called."""
    days = max((texts[c].nunique() for c in contents if contents[c].day_share > _ONE), default=0)
    return {c for c in contents if _FAR * texts[c].nunique() < days}


def _has_one_day(contents: Mapping[str, Contents], texts: pd.DataFrame, column: str) -> bool:
    """Whether all rows of a value are of one day, and some values have several rows: so are orders, and customers are not."""
    day = max(contents, key=lambda c: contents[c].day_share)
    share = one_each(texts, column, day) if day != column else None
    return share is not None and share >= 0.98


def _order(
    contents: Mapping[str, Contents], texts: pd.DataFrame, likely: Callable[[str, str], float], one_day: Collection[str]
) -> str | None:
    """The column that is called an order, else that of most values of which each is of one day."""
    names = [c for c in contents if contents[c].day_share < 0.5 or inside(contents[c].day_form)]
    named = max(names, key=lambda c: likely(c, "order_id"), default=None)
    if named is None or likely(named, "order_id") >= _SEVERAL:
        return named
    whole = [c for c in names if contents[c].whole and c in one_day]
    return max(whole, key=lambda c: texts[c].nunique(), default=None)


def _of_whole_orders(contents: Mapping[str, Contents], texts: pd.DataFrame, order: str | None) -> set[str]:
    """Columns of numbers that have one value an order, which stands in each of its lines or in the first alone."""
    if order is None or texts[order].dropna().duplicated(keep=False).mean() < 0.5:
        return set()
    read = [c for c in contents if contents[c].number_share > _ONE and not contents[c].whole]
    return {c for c in read if texts.groupby(order)[c].nunique().le(1).mean() >= 0.98}


def _closed(contents: Mapping[str, Contents], texts: pd.DataFrame) -> str | None:
    """The day on which deals were decided: called so, and known of nearly all that are done."""
    found = states(texts, list(contents))
    if found is None:
        return None
    done = texts[texts[found.column].isin(found.meant)]
    called = {c: headings.likeness(c, "proposals", "decided").score for c in contents if contents[c].day_share > 0.5}
    known = [c for c in called if called[c] >= _SEVERAL and done[c].notna().mean() >= _CLEAR]
    return max(known, key=lambda c: called[c], default=None)


def _of_days(contents: Mapping[str, Contents], texts: pd.DataFrame, order: str) -> set[str]:
    """Columns that a day has one value of, such as its month, where many a day has several orders."""
    day = max(contents, key=lambda c: contents[c].day_share)
    if (one_each(texts, day, order) or 1.0) > _ONE:
        return set()
    return {c for c in contents if texts.groupby(day)[c].nunique().le(1).mean() >= 0.98}


def _of_orders(texts: pd.DataFrame, order: str, column: str) -> bool:
    """Whether a column tells orders apart and no customers: one to one with them, or several in one order."""
    share = one_each(texts, order, column)
    return one_to_one(texts, order, column) or (share is not None and share < _ONE)
