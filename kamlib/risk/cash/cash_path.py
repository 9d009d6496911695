"""The path of cash as expected, week by week, and what it becomes where key clients pay late or the largest one leaves."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pandas as pd

from kamlib.facts.payment.payment_delays import places_of
from kamlib.risk.cash.cash_plan import CashPlan
from kamlib.stats.ordering import places
from kamlib.stats.reasons import Reason, waiting


def open_receipts(plan: CashPlan, delay: np.ndarray, frailty: float = 1.0) -> np.ndarray:
    """Chance that each row of `plan.owed` is paid by the end of each week, `delay` days later than its curve says: rows × weeks."""
    ahead = (plan.ends[None, :] - delay[:, None]).clip(min=0)
    rows, late = plan.curves.of(plan.owed["customer_id"]), plan.owed["late"].to_numpy()
    paid: np.ndarray = -np.expm1(-frailty * plan.curves.waits(rows[:, None], late[:, None], ahead))
    return paid


def order_receipts(plan: CashPlan, delay: np.ndarray, frailty: float = 1.0) -> np.ndarray:
    """Receipts by the end of each week of sales of 1 a day in each block: customers × blocks × weeks.

    An order of day s is billed at s + lag, and paid m days after that with the chance of the customer's curve, `delay` days later.
    """
    table, last = plan.customers, int(plan.ends[-1])
    ages = np.arange(last + 1)[None, :] - delay[:, None]
    rows = plan.curves.of(table["customer_id"])
    hazard = plan.curves.hazard[rows[:, None], places_of(ages - table["terms_days"].to_numpy()[:, None])]
    paid = np.where(ages >= 0, -np.expm1(-frailty * hazard), 0.0)
    first = np.concatenate(
        [np.zeros((len(table), 1)), paid.cumsum(axis=1)], axis=1
    )  # of the first m days after an invoice
    starts = [*plan.blocks, last]
    ahead = plan.ends - plan.lag
    sums = [first[:, np.clip(ahead - start, 0, last + 1)] for start in starts]
    return np.stack([early - later for early, later in pairwise(sums)], axis=1)


COLUMNS = [
    "week", "until", "receipts_open", "receipts_orders", "goods", "payables", "vat", "vat_owed", "fixed_costs", "actions", "balance",
]  # fmt: skip


def cash_path(plan: CashPlan | Reason, *, delays: pd.Series | None = None, lost: Iterable[str] = ()) -> pd.DataFrame:
    """What comes in and goes out in each week, as expected.

    Parameters
    ----------
    delays : days that customers pay later than they used to, by id.
    lost : ids of customers that order no more from now on; what they owe is collected.

    Returns
    -------
    DataFrame, one row per week
        week, until (its last day), receipts_open, receipts_orders, goods, payables, vat, vat_owed, fixed_costs, actions (payments below
        zero), balance (cash at its end).
    """
    if isinstance(plan, Reason):
        return waiting(COLUMNS, plan.code, **plan.values)
    by = pd.Series(dtype=float) if delays is None else delays.astype(float)
    sales = _sales(plan, lost)
    flows = {
        "receipts_open": plan.owed["amount"].to_numpy() @ open_receipts(plan, _of(by, plan.owed)),
        "receipts_orders": np.einsum("nb,nbw->w", sales, order_receipts(plan, _of(by, plan.customers))),
        "goods": sales.sum(axis=0) @ plan.costs["goods"],
        "payables": plan.books["payables"],
        "vat": sales.sum(axis=0) @ plan.costs["vat"],
        "vat_owed": plan.books["vat_owed"],
        "fixed_costs": plan.books["fixed_costs"],
        "actions": plan.books["actions"],
    }
    table = pd.DataFrame(flows)
    balance = plan.opening_cash + table.sum(axis=1)
    weekly = table.diff().fillna(table.iloc[:1])
    until = plan.day + pd.to_timedelta(plan.ends, unit="D")
    weekly.insert(0, "week", np.arange(1, len(weekly) + 1))
    weekly.insert(1, "until", until)
    return weekly.assign(balance=balance)


def cash_gap(balance: np.ndarray, opening: float) -> dict[str, float]:
    """Lowest cash and its week (0: today), the gap max(0, -lowest), and the weeks that end below zero."""
    whole = np.concatenate([[opening], balance])
    at = int(whole.argmin())
    low = float(whole[at])
    return {"lowest": low, "lowest_week": at, "gap": max(0.0, -low), "weeks_below": int((balance < 0).sum())}


def collect_first(plan: CashPlan | Reason, week: int, owners: pd.Series | None = None) -> pd.DataFrame:
    """Whose open invoices to collect before a week, most money still out by then first.

    Parameters
    ----------
    owners : account manager by customer id.

    Returns
    -------
    DataFrame, one row per customer that owes
        customer_id, owner, open_amount (credit notes taken off), overdue, p_unpaid (share of it to be expected unpaid at the end of the week),
        still_out (that money).
    """
    columns = ["customer_id", "owner", "open_amount", "overdue", "p_unpaid", "still_out"]
    if isinstance(plan, Reason):
        return waiting(columns, plan.code, **plan.values)
    owed = plan.owed[plan.owed["invoice_id"] != ""]
    if owed.empty:
        return waiting(columns, "nothing_open")
    paid = open_receipts(plan, np.zeros(len(plan.owed)))[owed.index, max(week, 1) - 1]
    rows = owed.assign(still_out=owed["amount"] * (1 - paid), overdue=owed["amount"].where(owed["late"] > 0, 0.0))
    table = rows.groupby("customer_id", as_index=False)[["amount", "overdue", "still_out"]].sum()
    table = table.rename(columns={"amount": "open_amount"})
    table["p_unpaid"] = table["still_out"] / table["open_amount"].where(table["open_amount"] > 0)
    table["owner"] = table["customer_id"].map(pd.Series(dtype=object) if owners is None else owners)
    found = table[table["open_amount"] > 0][columns]
    return found.sort_values(["still_out", "customer_id"], ascending=[False, True], ignore_index=True, key=places)


def _sales(plan: CashPlan, lost: Iterable[str]) -> np.ndarray:
    """Expected sales a day of each customer in each block."""
    stays = ~plan.customers["customer_id"].isin(list(lost)).to_numpy()
    found: np.ndarray = (plan.customers["a_day"].to_numpy() * stays)[:, None] * plan.chance
    return found


def _of(by: pd.Series, rows: pd.DataFrame) -> np.ndarray:
    return rows["customer_id"].map(by).fillna(0.0).to_numpy(float)
