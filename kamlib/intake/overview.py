"""What a person can see is wrong: how many customers and orders, from when to when, who is largest; and what no company has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.io.values import SUM
from kamlib.study.model import Study

_CUSTOMERS, _SPAN = 30, timedelta(days=90)  # with fewer, or in less time, it may be that nobody comes back
_LARGEST = 3


@dataclass(frozen=True)
class Overview:
    """The clean order lines in a few figures.

    Attributes
    ----------
    accounts : DataFrame
        One row for each account that orders: account_id, customer_id, lines, orders, amount (exact decimals, study currency),
        first, last, margin (whether any of its lines gives one).
    months : Series
        Lines in each calendar month from the first to the last with any; index the first day of the month.
    names : Series
        Names of accounts by account_id; empty where the study has no table of accounts.
    unknown : list of str or None
        Accounts that order and are not in the table of accounts; None where there is no such table beside the order lines.
    """

    accounts: pd.DataFrame
    months: pd.Series
    names: pd.Series
    unknown: list[str] | None

    @property
    def customers(self) -> int:
        return int(self.accounts["customer_id"].nunique())

    @property
    def orders(self) -> int:
        return int(self.accounts["orders"].sum())

    @property
    def lines(self) -> int:
        return int(self.accounts["lines"].sum())

    @property
    def amount(self) -> Decimal:
        return sum(self.accounts["amount"], Decimal(0))

    @property
    def first(self) -> date:
        return pd.Timestamp(self.accounts["first"].min()).date()

    @property
    def last(self) -> date:
        return pd.Timestamp(self.accounts["last"].max()).date()

    @property
    def quiet_months(self) -> list[str]:
        """Months without a line, as 2026-03."""
        return [f"{month:%Y-%m}" for month in self.months.index[self.months == 0]]

    @property
    def joined(self) -> float | None:
        """The share of the accounts that order which the table of accounts knows."""
        return None if self.unknown is None else 1 - len(self.unknown) / len(self.accounts)

    def largest(self) -> pd.DataFrame:
        """The three customers of most money: customer_id, name (the id where it has none), amount."""
        sums = self.accounts.groupby("customer_id", as_index=False)["amount"].sum()
        order = sums["amount"].astype(float).sort_values(ascending=False, kind="stable").index
        made: pd.DataFrame = sums.loc[order].head(_LARGEST).reset_index(drop=True)
        made["name"] = made["customer_id"].map(self.names).fillna(made["customer_id"])
        return made


def overview(orders: ir.Table, accounts: pd.DataFrame | None, *, beside: bool) -> Overview:
    """The figures of clean order lines, by two queries.

    Parameters
    ----------
    orders : from `cleaning.kept`.
    accounts : the table of accounts as it came (account_id, name); None: there is none.
    beside : whether it is a table of its own, beside the order lines, in which an account can be missing.
    """
    lines = orders.group_by("account_id", "customer_id").agg(
        lines=orders.count(),
        orders=orders.order_id.nunique(),
        amount=orders.amount.cast(SUM).sum(),
        first=orders.date.min(),
        last=orders.date.max(),
        margin=orders.margin.count() > 0,
    )
    found = lines.to_pandas().sort_values(["customer_id", "account_id"], ignore_index=True)
    counts = orders.group_by(month=orders.date.truncate("M")).agg(lines=orders.count()).to_pandas()
    by_month = counts.set_index(pd.to_datetime(counts["month"]))["lines"].sort_index()
    whole = pd.date_range(by_month.index.min(), by_month.index.max(), freq="MS") if len(by_month) else by_month.index
    names, unknown = pd.Series(dtype=object), None
    if accounts is not None:
        known = accounts.dropna(subset="account_id").drop_duplicates("account_id")
        names = known.set_index("account_id")["name"].dropna()
        unknown = sorted(set(found["account_id"]) - set(known["account_id"])) if beside else None
    return Overview(found, by_month.reindex(whole, fill_value=0), names, unknown)


def refuse_what_no_company_has(seen: Overview, study: Study, known: pd.Index) -> None:
    """Stop a study in which a column was surely taken for another.

    Parameters
    ----------
    known : the accounts of the table of accounts.

    Raises
    ------
    InputError
        If of thirty customers or more, over ninety days or more, nobody ordered twice, or none of the accounts that order is in
        the table of accounts.
    """
    place: dict[str, Any] = {"file": study.place("orders")}
    first = some(seen.accounts["account_id"].head(3))
    if seen.customers >= _CUSTOMERS and seen.last - seen.first >= _SPAN and seen.orders == seen.customers:
        each = "order line" if seen.lines == seen.customers else "order"
        raise InputError(
            f"each {each} has a customer of its own: {seen.customers:,} customers, and from {seen.first} to {seen.last} nobody "
            "ordered twice",
            **place,
            found=f"customers such as {first}",
            remedy="Map account_id to the column that names the customer, not the order or the line.",
        )
    if seen.unknown is not None and len(known) and len(seen.unknown) == len(seen.accounts):
        raise InputError(
            f"none of the {len(seen.accounts):,} accounts that order is in the table of accounts",
            **place,
            found=f"{first} in the orders, {some(known[:3])} in {study.place('accounts')}",
            remedy="Map account_id of both tables to the same key.",
        )
