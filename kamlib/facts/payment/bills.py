"""Invoices and credit notes as they were known at a day: what is open, since when, and what is odd about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from kamlib.errors import InputError, some
from kamlib.facts.as_known import known_at
from kamlib.stats.checks import has_columns
from kamlib.stats.reasons import Reason, or_waiting, packed

COLUMNS = ["invoice_id", "customer_id", "issued", "due", "amount", "paid"]


def bills(invoices: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """Every invoice issued by `day`, as it was known then.

    Parameters
    ----------
    invoices : the clean table: invoice_id, customer_id, issued, due, amount (gross; credit notes below zero), paid (missing while open).

    Returns
    -------
    DataFrame
        These columns, due never before issued; open (not paid by `day`); days and late, from issue and from the due day to payment, or to
        `day` while open (below zero: paid before).

    Raises
    ------
    InputError
        If an invoice stands twice, has no customer, day or amount, or there are several currencies: such sums would be wrong.
    """
    has_columns(invoices, COLUMNS)
    if "currency" in invoices and invoices["currency"].nunique() > 1:
        several = some(sorted(invoices["currency"].dropna().unique()))
        remedy = "Give amounts in the currency of the study."
        raise InputError("invoices are in several currencies", found=several, remedy=remedy)
    if (twice := invoices["invoice_id"].duplicated()).any():
        repeated = some(sorted(invoices.loc[twice, "invoice_id"].unique()))
        raise InputError("invoices stand twice", column="invoice_id", found=repeated, remedy="Keep one row of each.")
    if (gaps := invoices[COLUMNS[:5]].isna().any(axis=1)).any():
        lacking = some(invoices.loc[gaps, "invoice_id"])
        remedy = "Set them aside when cleaning."
        raise InputError("invoices lack a customer, a day or an amount", found=lacking, remedy=remedy)
    return as_known(invoices, day)


def as_known(invoices: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """`bills` of a part of the columns (`COLUMNS` without invoice_id) and without its checks: what lacks a day or an amount is left out."""
    day = pd.Timestamp(day)
    seen = known_at("invoices", invoices.dropna(subset=COLUMNS[1:5]), day)
    seen = seen[[name for name in COLUMNS if name in seen]]
    seen = seen.assign(
        amount=seen["amount"].astype(float), due=seen["due"].where(seen["due"] >= seen["issued"], seen["issued"])
    )
    until = seen["paid"].fillna(day)
    return seen.assign(
        open=seen["paid"].isna(), days=(until - seen["issued"]).dt.days, late=(until - seen["due"]).dt.days
    ).reset_index(drop=True)


def oddities(invoices: pd.DataFrame, ordered: Iterable[str]) -> pd.DataFrame:
    """What is odd about the invoices, with how it is counted: nothing of it is left out.

    Parameters
    ----------
    ordered : ids of the customers with an order.

    Returns
    -------
    DataFrame: reason, reason_values.
    """
    money, who = invoices["amount"].astype(float), invoices["customer_id"]
    early, ahead = invoices["due"] < invoices["issued"], (invoices["paid"] < invoices["issued"]) & (money > 0)
    stranger = ~who.isin(list(ordered))
    balance = money.groupby(who).sum()
    below = balance[balance < 0]
    told = [
        Reason("due_before_issued", {"n": int(early.sum())}),
        Reason("prepayments", {"n": int(ahead.sum())}),
        Reason("billed_without_order", {"n": who[stranger].nunique(), "money": money[stranger].sum()}),
        Reason("credits_beyond_invoices", {"n": len(below), "money": -below.sum()}),
    ]
    rows = [packed([reason]) for reason in told if reason.values["n"]]
    return or_waiting(pd.DataFrame(rows, columns=["reason", "reason_values"]), "nothing_odd")
