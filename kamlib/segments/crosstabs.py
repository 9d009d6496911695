"""Cross tables: customers, money and margin by industry, size, country, region, channel and manager, and by any class.

Firm traits are those that the table of accounts holds today; they describe and enter no model. Channel and manager are
those of the order lines, so an account that buys through two channels stands in both with the money of each (today's
manager of the account stands in where no line names one). A margin that is unknown is missing, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.facts.days import as_pandas, months_between
from kamlib.facts.order_lines import check_lines
from kamlib.stats.checks import one_row_each
from kamlib.stats.ordering import places

FIRM = ("industry", "size", "country", "region")
LINES = ("channel", "manager")
TRAITS = (*FIRM, *LINES)
NOT_KNOWN = "not on record"
NO_ORDER = "no order in window"
_SUMS = ["revenue", "margin", "known_revenue"]


def line_sums(orders: ir.Table, as_of: date, months: int | None = 24) -> pd.DataFrame:
    """Money of each account by channel and manager of its order lines, over the months that end at `as_of`.

    Parameters
    ----------
    orders : ibis table
        Clean order lines: customer_id, date, amount, margin, channel, manager. They stay in their engine.
    as_of : day
    months : int or None
        Length of the window; None: all history.

    Returns
    -------
    DataFrame, one row per account, channel and manager
        customer_id, channel, manager; revenue (net), margin (of the lines where it is known, missing where none is) and
        known_revenue (net of those lines), in study currency.
    """
    check_lines(orders, "customer_id", "date", "amount", "margin", *LINES)
    lines = orders.filter(orders.date <= as_of)
    if months is not None:
        lines = lines.filter(months_between(lines.date, ibis.literal(as_of, type="date")) < months)
    sums = lines.group_by("customer_id", *LINES).agg(
        revenue=lines.amount.sum().cast("float64"),
        margin=lines.margin.sum().cast("float64"),
        known_revenue=lines.amount.sum(where=lines.margin.notnull()).cast("float64"),
    )
    return as_pandas(sums, ["customer_id", *LINES])


def traits(classes: pd.DataFrame, accounts: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Every account once for each value of each trait that is on record, with the money of that value.

    Parameters
    ----------
    classes : DataFrame, one row per account
        customer_id and any classes (stage, segment, abc ...), which are kept.
    accounts : DataFrame, one row per account: customer_id and those of `FIRM` that are known (`kamlib.facts.customers.units`).
    sums : DataFrame of `line_sums`.

    Returns
    -------
    DataFrame: customer_id, the classes, trait, value, revenue, margin, known_revenue.
        An account without a value is `NOT_KNOWN`; without a line in the window its revenue is zero, and its channel and
        manager of the lines `NO_ORDER`. Traits of which nothing at all is known are not there.

    Raises
    ------
    InputError
        If an account stands twice in `classes` or `accounts`, or a column of `sums` is missing.
    """
    one_row_each(classes)
    one_row_each(accounts)
    if missing := [name for name in ("customer_id", *LINES, *_SUMS) if name not in sums]:
        raise InputError("columns are missing from the sums", found=some(missing), remedy="Make them by line_sums.")
    whole = classes.merge(_added(sums, ["customer_id"]), on="customer_id", how="left", indicator=True)
    silent = whole.pop("_merge") == "left_only"
    whole.loc[silent, ["revenue", "known_revenue"]] = 0.0
    names = FIRM if sums["manager"].notna().any() else (*FIRM, "manager")
    told = [name for name in names if name in accounts and accounts[name].notna().any()]
    firm = accounts.set_index("customer_id")[told].reindex(whole["customer_id"]).set_axis(whole.index)
    parts = [whole.assign(trait=name, value=firm[name].astype("object").fillna(NOT_KNOWN)) for name in told]
    for name in LINES:
        if sums[name].notna().any():
            by = _added(sums.assign(value=sums[name].astype("object").fillna(NOT_KNOWN)), ["customer_id", "value"])
            rows = classes.merge(by, on="customer_id", how="left").assign(trait=name)
            none = rows["value"].isna()
            rows.loc[none, ["revenue", "known_revenue"]] = 0.0
            parts.append(rows.fillna({"value": NO_ORDER}))
    if not parts:
        return whole.head(0).assign(trait="", value="")
    found = pd.concat(parts, ignore_index=True)
    return found[[*classes.columns, "trait", "value", *_SUMS]]


def cross(rows: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Accounts and money of every value of every trait, and of its classes.

    Parameters
    ----------
    rows : DataFrame of `traits`.
    by : columns of classes to split each value by.

    Returns
    -------
    DataFrame, traits in their own order, of each the value with most revenue first
        trait, value, `by`; accounts (different ones: those of several channels count in each); revenue and
        share_of_revenue (of the trait's positive rows); margin, of lines whose margin is known, and margin_known, the
        share of revenue that these lines have, from 0 to 1 and missing where returns leave no revenue; margin_rate,
        margin / their revenue, missing where that is not positive. The margin is missing where none is known.
    """
    keys = ["trait", "value", *by]
    rows = rows.assign(**{name: rows[name].astype("object").fillna(NOT_KNOWN) for name in by})
    counted = rows.groupby(keys)["customer_id"].nunique().rename("accounts")
    table = counted.to_frame().join(_added(rows, keys).set_index(keys)).reset_index()
    revenue, known = table["revenue"], table.pop("known_revenue")
    positive = revenue.clip(lower=0)
    of_trait = positive.groupby(table["trait"]).transform("sum")
    table.insert(list(table).index("margin"), "share_of_revenue", positive / of_trait.where(of_trait > 0))
    table["margin_known"] = (known.fillna(0.0) / revenue.where(revenue > 0)).clip(0, 1)
    table["margin_rate"] = table["margin"] / known.where(known > 0)
    place = table["trait"].map({name: i for i, name in enumerate(TRAITS)})
    size = revenue.groupby([table["trait"], table["value"]]).transform("sum")
    order = np.lexsort([*(table[name].astype(str) for name in reversed(by)), table["value"].astype(str), -size, place])
    return table.iloc[order].reset_index(drop=True)


def on_record(totals: pd.DataFrame, trait: str) -> str | None:
    """`trait` where the table of `cross` has it, else the first trait that it has; None where it has none."""
    known = list(totals["trait"].unique())
    return trait if trait in known else next(iter(known), None)


def _added(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Sums of money by `keys`, missing where nothing is known."""
    sums = rows.groupby(keys, dropna=False, sort=False)[_SUMS].sum(min_count=1).reset_index()
    return sums.sort_values(keys, ignore_index=True, key=places)
