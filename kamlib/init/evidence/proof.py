"""What is proven of the columns of order lines, and what is ruled out, for `match_columns` to follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from kamlib.init import headings
from kamlib.init.cells.column_contents import Contents
from kamlib.init.evidence.arithmetic import Product, product
from kamlib.init.evidence.keys import one_each, one_to_one

_ROWS = 3_000
_ONE, _SEVERAL = 0.9, 0.65  # of the orders; a name that is a weak sign
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
    no_customer = {c for c in contents if headings.never(c, "account_id")}
    surely: dict[str, str] = {}
    if made is not None:
        surely = {"amount": made.amount, "quantity": made.quantity, "price": made.price}
        surely |= {"discount": made.discount} if made.discount else {}
        no_money = (no_money | {made.quantity, made.price, made.discount or ""}) - {made.amount}
    for c in contents:
        cells = texts[c].dropna()
        if len(cells) and cells.str.match(_MAIL).mean() > 0.5:
            no_customer.add(c)
        if not likely(c, "account_id") and _looks_counted(cells):
            no_customer.add(c)
    order = max(contents, key=lambda c: likely(c, "order_id"), default=None)
    if order is not None and likely(order, "order_id") >= _SEVERAL:
        no_customer |= {
            c for c in contents if c != order and likely(c, "account_id") < 1 and _of_orders(texts, order, c)
        }
    no_order = {c for c in contents if likely(c, "order_id") < _SEVERAL and not _has_one_day(contents, texts, c)}
    no_order |= {c for c in contents if headings.is_state(c)}
    no_price = {c for c in contents if headings.never(c, "price")} - {surely.get("price", "")}
    never = {"amount": no_money, "account_id": no_customer, "order_id": no_order, "price": no_price}
    return Proof(surely, {ours: frozenset(columns) for ours, columns in never.items()}, made)


def _looks_counted(cells: pd.Series) -> bool:
    """Whether values are plain figures of differing lengths, from one on, as pieces are; ids are mostly of one length."""
    figures = len(cells) > 0 and bool(cells.str.fullmatch(r"\d{1,6}").all())
    return figures and cells.str.len().min() == 1 and cells.str.len().nunique() > 1


def _has_one_day(contents: Mapping[str, Contents], texts: pd.DataFrame, column: str) -> bool:
    """Whether all rows of a value are of one day, and some values have several rows: so are orders, and customers are not."""
    day = max(contents, key=lambda c: contents[c].day_share)
    share = one_each(texts, column, day) if day != column else None
    return share is not None and share >= 0.98


def _of_orders(texts: pd.DataFrame, order: str, column: str) -> bool:
    """Whether a column tells orders apart and no customers: one to one with them, or several in one order."""
    share = one_each(texts, order, column)
    return one_to_one(texts, order, column) or (share is not None and share < _ONE)
