"""What becomes of customers after their first order: who still buys and what they bring, by when or as what they began."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.days import as_pandas, months_between
from kamlib.facts.order_lines import check_lines, purchased
from kamlib.measures.retention import FEWEST
from kamlib.stats.intervals import wilson
from kamlib.stats.reasons import reason_columns, waiting
from kamlib.study.periods import quarter_labels

EARLIER = "earlier"
"""Cohort of those whose first order on record lies in the first half-year of the records: most of them bought before."""
_HALF = 2  # quarters in which a customer that is kept has an order
_COLUMNS = (
    *(
        "among",
        "cohort",
        "quarters",
        "customers",
        "kept_share",
        "kept_share_low",
        "kept_share_high",
        "money_kept",
        "first_half",
    ),
    *("reason", "reason_values"),
)


def quarters_of_relation(orders: ir.Table, as_of: date) -> pd.DataFrame:
    """The net revenue of each customer in each quarter from its own first order on, as far as the quarter is over at `as_of`.

    Parameters
    ----------
    orders : ibis table
        Clean order lines: customer_id, date, amount. What was sent back before the first order is in no quarter.

    Returns
    -------
    DataFrame, one row per customer and quarter with lines
        customer_id, first_order, over (quarters of the customer that are over), quarter (0: the three months from the first order on),
        revenue (study currency), bought (whether it holds a purchase that was not cancelled by `as_of`).
    """
    check_lines(orders, "customer_id", "date", "amount")
    lines = orders.filter(orders.date <= as_of)
    days = lines.group_by("customer_id", "date").agg(amount=lines.amount.sum(), buys=purchased(lines, as_of).any())
    first = days.group_by("customer_id").agg(first_order=days.date.min(where=days.buys))
    both = days.join(first, "customer_id").filter(lambda t: t.date >= t.first_order)
    after = ibis.literal(as_of, type="date") + ibis.interval(days=1)
    quarters = both.mutate(
        quarter=(months_between(both.first_order, both.date) / 3).floor().cast("int64"),
        over=(months_between(both.first_order, after) / 3).floor().cast("int64"),
    )
    sums = quarters.filter(quarters.quarter < quarters.over).group_by("customer_id", "first_order", "over", "quarter")
    table = sums.agg(revenue=lambda t: t.amount.sum().cast("float64"), bought=lambda t: t.buys.any())
    return as_pandas(table, ["customer_id", "quarter"])


def first_quarters(quarters: pd.DataFrame, observed_from: date | pd.Timestamp, year_begins: int = 1) -> pd.Series:
    """The cohort of each customer of `quarters_of_relation`: the quarter of its first order, or `EARLIER`; index customer_id."""
    first = quarters.drop_duplicates("customer_id").set_index("customer_id")["first_order"]
    early = first < pd.Timestamp(observed_from) + pd.DateOffset(months=6)
    return quarter_labels(first, year_begins).mask(early, EARLIER).rename("cohort")


def cohorts(quarters: pd.DataFrame, cohort: pd.Series, keys: pd.Index | None = None) -> pd.DataFrame:
    """How many customers of each cohort are kept, and what part of the money of their first half-year they bring, quarter by quarter.

    Who is kept has an order in the half-year that follows: by then a silence of 180 days would be over.

    Parameters
    ----------
    quarters : `quarters_of_relation`.
    cohort : of each customer (index: customer_id), such as `first_quarters` or a class of size; who has none is left out.
    keys : customers that are told once more by themselves, such as the key accounts.

    Returns
    -------
    DataFrame, a row for each cohort and number of quarters after which a half-year is over for some of its customers
        among (everyone or key_accounts), cohort, quarters (since the first order), customers (whose half-year from then on is over), kept_share
        (the share of them with a purchase in it) with its 95 % Wilson interval, money_kept (revenue of it / that of the first half-year, of
        the same customers), first_half (that revenue). Below `FEWEST` customers shares are missing, with the reason; money_kept also where
        the first half-year brought nothing.
    """
    rows = quarters.assign(cohort=quarters["customer_id"].map(cohort)).dropna(subset="cohort")
    parts = [_grid(rows).assign(among="everyone")]
    if keys is not None:
        parts.append(_grid(rows[rows["customer_id"].isin(keys)]).assign(among="key_accounts"))
    table = pd.concat(parts, ignore_index=True)
    if table.empty:
        return waiting(_COLUMNS, "no_half_year_is_over" if len(rows) or quarters.empty else "nothing_to_tell_apart_by")
    n = table["customers"]
    few = n < FEWEST
    low, high = wilson(table["buying"], n)
    share = table["later"] / table["first_half"].where(table["first_half"] > 0)
    told = {"kept_share": table["buying"] / n, "kept_share_low": low, "kept_share_high": high, "money_kept": share}
    table = table.assign(**{name: values.mask(few) for name, values in told.items()})
    cases = [(few, "cohort_of_few", {"n": n, "least": FEWEST}), (share.isna(), "first_half_brought_nothing", {})]
    table = pd.concat([table, reason_columns(cases)], axis=1)
    order = np.lexsort([table["quarters"], table["cohort"].astype(str), table["cohort"].ne(EARLIER), table["among"]])
    return table.iloc[order].reset_index(drop=True)[list(_COLUMNS)]


def _grid(rows: pd.DataFrame) -> pd.DataFrame:
    """Sums of each cohort by quarters since the first order, over its customers whose half-year from then on is over."""
    code, _ = pd.factorize(rows["customer_id"])
    own = rows[~rows["customer_id"].duplicated()]
    width = max(int(own["over"].max()), _HALF) if len(own) else _HALF
    money, bought = np.zeros((len(own), width)), np.zeros((len(own), width), bool)
    money[code, rows["quarter"]], bought[code, rows["quarter"]] = rows["revenue"], rows["bought"]
    parts = []
    for age in range(width - _HALF + 1):
        there = own["over"].to_numpy() >= age + _HALF
        half = {"buying": bought[:, age : age + _HALF].any(axis=1), "later": money[:, age : age + _HALF].sum(axis=1)}
        half["first_half"] = money[:, :_HALF].sum(axis=1)
        by = pd.DataFrame(half)[there].groupby(own["cohort"].to_numpy()[there])
        counted = by.size().rename("customers").to_frame().join(by.sum())
        parts.append(counted.rename_axis("cohort").reset_index().assign(quarters=age))
    return pd.concat(parts, ignore_index=True)
