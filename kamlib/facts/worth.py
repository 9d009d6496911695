"""What a customer is worth: margin where any is known in the window, else revenue, and which window was observed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from kamlib.errors import InputError, some
from kamlib.stats.reasons import Reason

_SPREAD = ("silence_days", "order_days_12m", "gap_median", "average_order", "revenue_12m")
QUANTILES = {"5_percent": 0.05, "25_percent": 0.25, "50_percent": 0.5, "75_percent": 0.75, "95_percent": 0.95}


@dataclass(frozen=True)
class Window:
    """The period that order days and money are counted over, the columns of `facts` that hold them, and what stands in for what."""

    months: int | None
    order_days: str
    money: str
    measure: str
    notes: tuple[Reason, ...] = ()


def worth_column(table: pd.DataFrame, window: str = "12m", *, revenue: str = "revenue") -> str:
    """The column that says what a customer was worth in a window: its margin where any is known, else its revenue.

    Only those with revenue in it can tell: whoever bought nothing has a margin of zero, even where nobody's margin is on record. A
    window without revenue, or one that was not observed, is judged by all history.

    Parameters
    ----------
    table : DataFrame with ``margin_<window>`` and ``revenue_<window>``; `margin` and `revenue` where `window` is "".
    window : such as "12m" or "24m"; "": all that the table holds.
    revenue : what the revenue is called in `table`.
    """
    end = f"_{window}" if window else ""
    margin, other = f"margin{end}", f"{revenue}{end}"
    if other in table and (bought := table[other].fillna(0) != 0).any():
        return margin if _known(table.filter([margin])[bought], margin) else other
    return margin if _known(table, margin) or _known(table, "margin") else other


def money_column(facts: pd.DataFrame) -> tuple[str, str]:
    """Revenue of the last 12 months, or of all history where these were not wholly observed: the column, and the code of its period."""
    if _known(facts, "revenue_12m"):
        return "revenue_12m", "last_12_months"
    return "revenue", "since_the_first_order"


def spread(facts: pd.DataFrame) -> pd.DataFrame:
    """How far customers differ in what they do and are worth.

    Parameters
    ----------
    facts : DataFrame, one row per customer.

    Returns
    -------
    DataFrame, a row a fact
        fact and fact_values (a code), and for each of `QUANTILES` the value that so many of the customers lie below, in days,
        order days or study currency. Customers of whom a fact is not known don't count in its row.
    """
    names = list(dict.fromkeys([*_SPREAD, worth_column(facts)]))
    below = facts[names].quantile(list(QUANTILES.values())).T.set_axis(list(QUANTILES), axis=1)
    below.insert(0, "fact", [f"spread_{name}" for name in names])
    below.insert(1, "fact_values", "{}")
    return below.reset_index(drop=True)


def observed_window(facts: pd.DataFrame, months: int = 24, measure: str | None = None) -> Window:
    """The longest observed window up to `months`, and the columns of `facts` that hold its order days and money.

    Parameters
    ----------
    facts : DataFrame, one row per account
        ``order_days_<n>m``, ``margin_<n>m`` and ``revenue_<n>m``; a window that was not observed is missing in every row.
    months : int
        The window that is wanted, one of those in `facts`.
    measure : "margin", "revenue" or None
        None, or a margin that no row knows: margin where any is known in the window, else revenue, and a note says so.

    Returns
    -------
    Window
        `months` is None where even the shortest window is not observed: then all history counts.

    Raises
    ------
    InputError
        If `facts` has no such window, or `measure` is unknown.
    """
    if measure not in (None, "margin", "revenue"):
        raise InputError("no such measure of money", found=measure, remedy="Choose margin or revenue.")
    held = sorted(
        int(found[1]) for column in facts.columns if (found := re.fullmatch(r"order_days_(\d+)m", str(column)))
    )
    if months not in held:
        raise InputError(
            f"no window of {months} months", found=f"windows of {some(held)} months", remedy="Choose one of them."
        )
    chosen = max((n for n in held if n <= months and _known(facts, f"order_days_{n}m")), default=None)
    notes = []
    if chosen is None:
        notes.append(Reason("all_history_counts", {"months": months}))
    elif chosen < months:
        notes.append(Reason("shorter_window_counts", {"months": months, "observed": chosen}))
    window = "" if chosen is None else f"{chosen}m"
    worth = worth_column(facts, window)
    if measure != "revenue" and worth.startswith("revenue"):
        notes.append(Reason("no_margin_is_known"))
    used = "revenue" if measure == "revenue" else worth.partition("_")[0]
    end = f"_{window}" if window else ""
    return Window(chosen, f"order_days{end}", f"{used}{end}", used, tuple(notes))


def _known(table: pd.DataFrame, column: str) -> bool:
    """Whether the table has the column and anybody a value in it."""
    return column in table and bool(table[column].notna().any())
