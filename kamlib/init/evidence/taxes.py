"""Which column of money is net of tax: the one that makes another with a tax of a few rates, as 100 and 19 make 119."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pandas as pd

from kamlib.init.evidence.arithmetic import HOLDS

_ROWS, _FEWEST, _RATES = 2_000, 8, 5  # that are looked at; that must be known; of tax in one file
_LOW, _HIGH = 0.02, 0.28  # the rates of value added and sales taxes


class Taxed(NamedTuple):
    """net + tax = gross, or net + tax + `besides`, such as freight."""

    net: str
    tax: str
    gross: str
    besides: str | None = None


def taxed(numbers: pd.DataFrame, likely: Callable[[str, str], float]) -> Taxed | None:
    """The columns that are a net amount, its tax and both together in 95 % of the rows; None where no three are.

    A cost and a margin make an amount too: what is called so is no tax.

    Parameters
    ----------
    numbers : a column of the file each, missing where it holds no number.
    likely : how well a column's name suits one of our columns of order lines, 0 to 1.
    """
    cells = {str(c): numbers[c].head(_ROWS).to_numpy(float) for c in numbers}
    made = {c for c in cells if max(likely(c, "cost"), likely(c, "margin")) >= 0.65}
    for net, tax in permutations([c for c in cells if c not in made], 2):
        if not _is_tax(cells[net], cells[tax]):
            continue
        rest = [c for c in cells if c not in (net, tax)]
        for gross, besides in [*((c, None) for c in rest), *permutations(rest, 2)]:
            more = cells[besides] if besides else 0.0
            if _equal(cells[gross], cells[net] + cells[tax] + more, 0.011):
                return Taxed(net, tax, gross, besides)
    return None


def _is_tax(net: np.ndarray, tax: np.ndarray) -> bool:
    """Whether each tax is one of a few rates of its net amount."""
    known = (np.abs(net) >= 1) & ~np.isnan(tax)
    net, tax = net[known], tax[known]
    if len(net) < _FEWEST or len(np.unique(net)) < _FEWEST or not tax.any():
        return False
    exact = np.abs(net) >= np.median(np.abs(net))  # a cent more or less hides the rate of a small amount
    rates, times = np.unique((tax[exact] / net[exact]).round(4), return_counts=True)
    rates = rates[np.argsort(-times)][:_RATES]
    if any(rate and not _LOW <= rate <= _HIGH for rate in rates) or not rates.any():
        return False
    off = np.min([np.abs(tax - rate * net) for rate in rates], axis=0)
    return float(np.mean(off <= 0.0061 + 0.00005 * np.abs(net))) >= HOLDS


def _equal(one: np.ndarray, other: np.ndarray, slack: float) -> bool:
    known = ~(np.isnan(one) | np.isnan(other))
    return known.sum() >= _FEWEST and float(np.mean(np.abs(one - other)[known] <= slack)) >= HOLDS
