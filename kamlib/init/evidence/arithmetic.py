"""Which column of numbers is the money: the one that equals quantity × price (× (1 − discount)) in nearly every row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pandas as pd

HOLDS = 0.95  # of the rows
_ROWS, _FEWEST = 2_000, 8  # that are looked at; that must be known
_ROUNDED = 0.0051  # of a price of two places


class Product(NamedTuple):
    """amount = quantity × price × (1 − discount); `percent`: the discount is written as 5, not as 0.05."""

    amount: str
    quantity: str
    price: str
    discount: str | None = None
    percent: bool = False


def product(numbers: pd.DataFrame, likely: Callable[[str, str], float]) -> Product | None:
    """The product that most likely is the money of a line; None where no column is one.

    Parameters
    ----------
    numbers : a column of the file each, missing where it holds no number.
    likely : how well a column's name suits one of our columns of order lines, 0 to 1.

    Returns
    -------
    Product or None
        It holds in 95 % of the rows in which all its columns are known, within the cent to which a price is rounded. What is
        called cost, margin or tax is not the money, as far as another product is.
    """
    table = numbers.head(_ROWS)
    table = table.loc[:, [c for c in table if table[c].nunique() > 1]]
    found = list(_products(table, likely))
    return max(found, key=lambda one: _suits(one, likely), default=None)


def _products(table: pd.DataFrame, likely: Callable[[str, str], float]) -> Iterator[Product]:
    values = {str(c): table[c].to_numpy(float) for c in table}
    counts = [c for c, cells in values.items() if _whole(cells) or likely(c, "quantity") >= 0.65]
    shares = {c: _as_share(c, cells, likely) for c, cells in values.items()}
    for quantity in counts:
        for price, amount in permutations([c for c in values if c != quantity], 2):
            if likely(price, "quantity") > likely(quantity, "quantity"):
                continue
            whole = values[quantity] * values[price]
            if _equal(values[amount], whole, values[quantity]):
                yield Product(amount, quantity, price)
                continue
            for discount, share in shares.items():
                if share is None or discount in (quantity, price, amount) or not np.nansum(share):
                    continue
                if _equal(values[amount], whole * (1 - np.nan_to_num(share)), values[quantity]):
                    yield Product(amount, quantity, price, discount, bool(np.nanmax(values[discount]) > 1))


def _whole(cells: np.ndarray) -> bool:
    known = cells[~np.isnan(cells)]
    return len(known) > 0 and float(np.mean(known == np.round(known))) >= HOLDS


def _as_share(name: str, cells: np.ndarray, likely: Callable[[str, str], float]) -> np.ndarray | None:
    """The column as shares of one, if it can be a discount."""
    known = cells[~np.isnan(cells)]
    if not len(known) or known.min() < 0 or known.max() > 100:
        return None
    if known.max() <= 1:
        return cells
    return cells / 100 if likely(name, "discount") >= 0.65 else None


def _equal(amount: np.ndarray, made: np.ndarray, quantity: np.ndarray) -> bool:
    known = ~(np.isnan(amount) | np.isnan(made))
    if known.sum() < _FEWEST:
        return False
    off = np.abs(amount[known] - made[known])
    slack = np.minimum(_ROUNDED * np.abs(quantity[known]) + 0.006, 0.01 * np.abs(amount[known]) + 0.006)
    return float(np.mean(off <= slack)) >= HOLDS


def _suits(one: Product, likely: Callable[[str, str], float]) -> float:
    other = max(likely(one.amount, "cost"), likely(one.amount, "margin"), likely(one.price, "cost"))
    mine = likely(one.amount, "amount") + likely(one.quantity, "quantity") + likely(one.price, "price")
    return mine - other + (0.5 if one.discount else 0.0)
