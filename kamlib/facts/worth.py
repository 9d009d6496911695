"""What a customer is worth: margin where it is known of most of the money in the window, else revenue, and which window was observed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.stats.reasons import Reason

_SPREAD = ("silence_days", "order_days_12m", "gap_median", "average_order", "revenue_12m")
_MOST = 0.5
QUANTILES = {"5_percent": 0.05, "25_percent": 0.25, "50_percent": 0.5, "75_percent": 0.75, "95_percent": 0.95}
MARGIN_KNOWN = 0.8
"""Share of the money moved, purchases and returns, of the lines whose margin is known; the kit's own choice."""


@dataclass(frozen=True)
class Window:
    """The period that order days and money are counted over, the columns of `facts` that hold them, and what stands in for what."""

    months: int | None
    order_days: str
    money: str
    measure: str
    notes: tuple[Reason, ...] = ()


def worth_column(table: pd.DataFrame, window: str = "12m", *, revenue: str = "revenue") -> str:
    """The column that says what a customer was worth in a window: its margin where that is known for most of the money, else its revenue.

    Margin counts where it is known of rows that hold at least `_MOST` of the revenue: the margins of a few are no measure of all.
    Only those with revenue in the window can tell: whoever bought nothing has a margin of zero, even where nobody's margin is on record. A
    window without revenue, or one that was not observed, is judged by all history.

    Parameters
    ----------
    table : DataFrame with ``margin_<window>`` and ``revenue_<window>``; `margin` and `revenue` where `window` is "".
    window : such as "12m" or "24m"; "": all that the table holds.
    revenue : what the revenue is called in `table`.
    """
    end = f"_{window}" if window else ""
    margin, other = f"margin{end}", f"{revenue}{end}"
    if other in table and (size := table[other].fillna(0).abs()).any():
        known = table[margin].notna() if margin in table else size < 0
        return margin if size[known].sum() >= _MOST * size.sum() else other
    return margin if _known(table, margin) or _known(table, "margin") else other


def money_column(facts: pd.DataFrame) -> tuple[str, str]:
    """Revenue of the last 12 months, or of all history where these were not wholly observed: the column, and the code of its period."""
    if _known(facts, "revenue_12m"):
        return "revenue_12m", "last_12_months"
    return "revenue", "since_the_first_order"


def giants(facts: pd.DataFrame, least: float = 0.10) -> pd.Index:
    """Customers that bring `least` of all positive revenue (`money_column`) or more, without whom a share reads otherwise.

    A tenth is where ASC 280-10-50-42 and IFRS 8.34 want a customer to be told.

    Parameters
    ----------
    facts : one row per customer at one date.

    Returns
    -------
    Index of customer_id, in the order of `facts`
    """
    money = facts.set_index("customer_id")[money_column(facts)[0]].astype(float)
    return money.index[(money > 0) & (money >= least * money.clip(lower=0).sum())]


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
        None, or a margin of which too little is known: what `worth_column` says, and where that is revenue a note says so.

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
        notes.append(_few_margins(facts, worth))
    used = "revenue" if measure == "revenue" else worth.partition("_")[0]
    end = f"_{window}" if window else ""
    return Window(chosen, f"order_days{end}", f"{used}{end}", used, tuple(notes))


def if_known(margin: ir.NumericValue, known: ir.NumericValue, moved: ir.NumericValue) -> ir.FloatingValue:
    """A sum of margins, missing where the lines with a margin hold less than `MARGIN_KNOWN` of the money moved."""
    enough = known.cast("float64") >= MARGIN_KNOWN * moved.cast("float64")
    return ibis.ifelse(enough, margin.cast("float64"), ibis.null("float64"))


def line_margin(lines: ir.Table, where: ir.BooleanValue | None = None) -> ir.FloatingValue:
    """The sum of the margins of order lines, those of `where`, to aggregate: `if_known`."""
    known = lines.margin.notnull()
    moved = lines.amount.abs()
    return if_known(
        lines.margin.sum(where=where),
        moved.sum(where=known if where is None else known & where).fill_null(0),
        moved.sum(where=where).fill_null(0),
    )


def _few_margins(facts: pd.DataFrame, revenue: str) -> Reason:
    """For how few of those with revenue the margin is known, as revenue stands in its place."""
    margins = facts.loc[facts[revenue].fillna(0) != 0].filter([revenue.replace("revenue", "margin")])
    known = int(margins.notna().to_numpy().sum())
    return (
        Reason("few_margins_are_known", {"known": known, "all": len(margins)})
        if known
        else Reason("no_margin_is_known")
    )


def _known(table: pd.DataFrame, column: str) -> bool:
    """Whether the table has the column and anybody a value in it."""
    return column in table and bool(table[column].notna().any())
