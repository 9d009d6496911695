"""What a bank lends on open invoices: what it leaves out, in its order, and its rate on the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from kamlib.stats.reasons import waiting
from kamlib.study.periods import months_before
from kamlib.study.settings.money import Borrowing

STEPS = ("old_invoices", "cross_aged", "disputed_invoices", "contra", "above_limit")
"""What is left out, in this order: each step takes from what those before it have left."""
ELIGIBLE = "eligible"
COLUMNS = ["invoice_id", "customer_id", "issued", "step", "amount"]


def eligible_invoices(
    bills: pd.DataFrame,
    day: date | pd.Timestamp,
    rules: Borrowing,
    *,
    disputed: Iterable[str] = (),
    contra: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Each open invoice, split into what the steps leave out of it and what is eligible.

    Parameters
    ----------
    bills : `kamlib.facts.payment.bills.bills` on `day`.
    disputed : ids of the customers with an open dispute: all they owe is left out.
    contra : what we owe to customers that supply us, too, by id: so much of what they owe is left out.

    Returns
    -------
    DataFrame, one row per open invoice and step that takes from it, credit notes not among them
        invoice_id, customer_id, issued, step (of `STEPS`, or eligible), amount (gross). The amounts of an invoice add up to its own.
        Old: issued more than `old_days` ago; cross-aged: the rest of a customer of whose open money more than `cross_aged` is old;
        contra and above_limit (what a customer owes beyond `largest_share` of the remaining pool) take from all its invoices in proportion.
    """
    left = bills.loc[bills["open"] & (bills["amount"] > 0), [*COLUMNS[:3], "amount"]]
    left = left.sort_values(["customer_id", "issued", "invoice_id"], ignore_index=True)
    old = (pd.Timestamp(day) - left["issued"]).dt.days > rules.old_days
    by = left["customer_id"]
    aged = left["amount"].where(old, 0.0).groupby(by).transform("sum") / left["amount"].groupby(by).transform("sum")
    owed_back = by.map(dict(contra or {})).fillna(0.0).astype(float)
    pieces = []
    for step in STEPS:
        pool = left["amount"].groupby(by).transform("sum")
        share = {
            "old_invoices": old.astype(float),
            "cross_aged": (aged > rules.cross_aged).astype(float),
            "disputed_invoices": by.isin(list(disputed)).astype(float),
            "contra": (owed_back / pool.where(pool > 0)).clip(0, 1).fillna(0.0),
            "above_limit": (1 - rules.largest_share * left["amount"].sum() / pool.where(pool > 0))
            .clip(lower=0)
            .fillna(0.0),
        }[step]
        pieces.append(left.assign(step=step, amount=left["amount"] * share))
        left = left.assign(amount=left["amount"] * (1 - share))
    found = pd.concat([*pieces, left.assign(step=ELIGIBLE)])
    found = found[found["amount"] > 0].sort_index(kind="stable")
    return found.reset_index(drop=True)[COLUMNS]


def dilution(bills: pd.DataFrame, day: date | pd.Timestamp) -> float:
    """Credit notes of 12 months as a share of what was billed in them; missing where nothing was."""
    year = bills.loc[bills["issued"] > pd.Timestamp(months_before(pd.Timestamp(day), 12)), "amount"]
    billed = year.clip(lower=0).sum()
    return float(-year.clip(upper=0).sum() / billed) if billed else float("nan")


def borrowing_base(
    invoices: pd.DataFrame, bills: pd.DataFrame, day: date | pd.Timestamp, rules: Borrowing
) -> pd.DataFrame:
    """The steps from what is open to what can be borrowed, in the order of the bank.

    Parameters
    ----------
    invoices : `eligible_invoices`.
    bills : `kamlib.facts.payment.bills.bills` on `day`: its open credit notes and its `dilution`.

    Returns
    -------
    DataFrame, one row per step
        order, step (open_invoices, `STEPS`, open_credits, advance), limit (its parameter, if it has one), amount (what it takes, below zero;
        of the first, what is open), rest (what is left after it; of the last, what can be borrowed). The last one keeps
        advance_rate - (dilution above free_dilution) of the rest, its limit.
    """
    if bills.empty:
        return waiting(["order", "step", "limit", "amount", "rest"], "no_invoices")
    diluted = dilution(bills, day)
    rate = max(0.0, rules.advance_rate - max(0.0, (0.0 if pd.isna(diluted) else diluted) - rules.free_dilution))
    amounts = 0.0 - invoices.groupby("step")["amount"].sum().reindex(STEPS, fill_value=0.0)
    rest = invoices["amount"].sum() + amounts.sum()
    back = 0.0 - min(-bills.loc[bills["open"], "amount"].clip(upper=0).sum(), rest)
    taken = [invoices["amount"].sum(), *amounts, back, -(rest + back) * (1 - rate)]
    limits = [None, rules.old_days, rules.cross_aged, None, None, rules.largest_share, None, rate]
    table = pd.DataFrame(
        {"step": ["open_invoices", *STEPS, "open_credits", "advance"], "limit": limits, "amount": taken}
    )
    table.insert(0, "order", range(1, len(table) + 1))
    return table.astype({"limit": float}).assign(rest=table["amount"].cumsum())
