"""What the paths of cash rest on: who still orders and how it pays, what is open, and what the books and the study owe already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kamlib.facts.payment.payment_delays import Curves
from kamlib.stats.checks import one_row_each
from kamlib.stats.reasons import Reason
from kamlib.study.settings.money import Money

NEEDS = ("opening_cash", "fixed_costs", "supplier_days", "vat")
"""What no table holds and no path can do without."""
WEEKS = 26
_YEAR = 365.25
_UNBILLED = 60  # days within which an order is billed, else it never is


def waits(money: Money, bills: pd.DataFrame, customers: pd.DataFrame, days: pd.DataFrame) -> Reason | None:
    """What the cash path waits for: keys of `money`, margins, invoices, or chances of an order; None where all are there."""
    names = [f"money.{name}" for name in NEEDS if getattr(money, name) is None]
    if names := names + ["orders.margin"] * bool(days["margin"].isna().all()):
        return Reason("cash_waits", {"names": names})
    if not (bills["amount"] > 0).any():
        return Reason("no_invoices")
    known = customers["p_silent"].notna() & customers["block_revenue"].notna()
    return None if known.any() else Reason("no_orders_to_expect")


def weeks_to_approval(money: Money, day: date | pd.Timestamp) -> int:
    """Weeks from `day` to 12 months after the statements are approved, the period that ISA 570 (revised 2024) asks management for."""
    approval = pd.Timestamp(day) + pd.Timedelta(days=120) if money.approval is None else pd.Timestamp(money.approval)
    end = approval + pd.DateOffset(years=1)
    return max(1, -(-(end - pd.Timestamp(day)).days // 7))


@dataclass(frozen=True)
class CashPlan:
    """All that the paths of one day are made of; money is gross, and a flow is the change of cash since `day` by the end of each week.

    Parameters
    ----------
    ends : days ahead at which the weeks end.
    owed : what is to be collected: customer_id, invoice_id, amount (credit notes taken off), late (days past due; orders not yet billed
        stand in it with the days that their invoice is still to come).
    customers : who may order: customer_id, a_day (sales a day in a block with an order), terms_days, and chance, P(orders) by block: 1 - p_silent, then (1 -
        p_stopped)^k.
    costs : flows of goods and vat by block and week of sales of 1 a day in that block.
    books : flows that hang on nobody: payables, vat_owed, fixed_costs, actions.
    """

    day: pd.Timestamp
    ends: np.ndarray
    opening_cash: float
    owed: pd.DataFrame
    customers: pd.DataFrame
    chance: np.ndarray
    curves: Curves
    blocks: np.ndarray
    lag: int
    costs: dict[str, np.ndarray]
    books: pd.DataFrame


def invoice_lag(days: pd.DataFrame, bills: pd.DataFrame) -> int:
    """Mean days from an order to the customer's next invoice within 60 days, weighted by amount; 0 where none follows.

    Parameters
    ----------
    days : `kamlib.facts.account_days`: customer_id, date, amount.
    bills : `kamlib.facts.payment.bills.bills`.
    """
    bought = days.loc[days["amount"] > 0, ["customer_id", "date", "amount"]].sort_values("date")
    issued = bills.loc[bills["amount"] > 0, ["customer_id", "issued"]].sort_values("issued")
    window = pd.Timedelta(days=_UNBILLED)
    both = pd.merge_asof(
        bought, issued, left_on="date", right_on="issued", by="customer_id", direction="forward", tolerance=window
    ).dropna(subset="issued")
    waits = (both["issued"] - both["date"]).dt.days
    return round(float(np.average(waits, weights=both["amount"]))) if len(both) else 0


def unbilled(days: pd.DataFrame, bills: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Net orders of the last 60 days that are later than the customer's last invoice, by customer; none where nobody was ever billed."""
    last = bills[bills["amount"] > 0].groupby("customer_id")["issued"].max()
    since = days["customer_id"].map(last).fillna(pd.Timestamp(0))
    later = days[(days["date"] > since) & (days["date"] > day - pd.Timedelta(days=_UNBILLED))]
    return later.groupby("customer_id")["amount"].sum().clip(lower=0) if len(bills) else pd.Series(dtype=float)


def cash_plan(
    customers: pd.DataFrame,
    bills: pd.DataFrame,
    curves: Curves,
    days: pd.DataFrame,
    day: date | pd.Timestamp,
    money: Money,
    *,
    horizon_days: int,
    actions: pd.DataFrame | None = None,
    weeks: int = WEEKS,
) -> CashPlan | Reason:
    """Prepare the paths of cash of the weeks from `day` on, or say what they wait for: nothing is assumed in its place.

    Parameters
    ----------
    customers : one row per customer that may order: customer_id, p_silent, p_stopped (missing: p_silent stands for it), block_revenue (net, of a
        block of `horizon_days` with an order). Who has no p_silent or revenue is left out.
    bills, curves : `kamlib.facts.payment.bills.bills` on `day`, and their `delay_curves`.
    days : `kamlib.facts.account_days` of the last 12 months: customer_id, date, amount, margin.
    money : of the study. Goods are paid supplier_days after the order, VAT of a month (of invoices, less that of
        goods ordered) vat_days after its end, fixed costs evenly by day.
    actions : due, done, cost (study currency) of known actions.
    """
    one_row_each(customers, ["p_silent", "p_stopped", "block_revenue"])
    if (reason := waits(money, bills, customers, days)) is not None:
        return reason
    day, vat = pd.Timestamp(day), float(money.vat or 0.0)
    ends = 7 * np.arange(1, weeks + 1)
    blocks = np.arange(0, ends[-1], horizon_days)
    terms = (bills["due"] - bills["issued"]).dt.days.groupby(bills["customer_id"]).median()
    usual_terms = float(terms.median()) if len(terms) else 0.0
    known = customers.dropna(subset=["p_silent", "block_revenue"]).reset_index(drop=True)
    stays = 1 - known["p_stopped"].fillna(known["p_silent"]).to_numpy(float)
    chance = np.column_stack([1 - known["p_silent"].to_numpy(float), *(stays**k for k in range(1, len(blocks)))])
    lag, later = invoice_lag(days, bills), unbilled(days, bills, day) * (1 + vat)
    to_bill = pd.DataFrame({"customer_id": later.index, "invoice_id": "", "amount": later.to_numpy(float)})
    to_bill["late"] = -to_bill["customer_id"].map(terms).fillna(usual_terms).astype(float) - lag
    margin_known = days[days["margin"].notna()]
    sold = margin_known["amount"].sum()
    goods = float(np.clip(1 - margin_known["margin"].sum() / sold, 0, 1)) if sold > 0 else 1.0
    who = pd.DataFrame(
        {
            "customer_id": known["customer_id"],
            "a_day": known["block_revenue"].astype(float).clip(lower=0) / horizon_days * (1 + vat),
            "terms_days": known["customer_id"].map(terms).fillna(usual_terms).astype(float),
        }
    )
    owed = pd.concat([_owed(bills), to_bill], ignore_index=True) if len(to_bill) else _owed(bills)
    books = _books(bills, days, day, ends, money, goods, float(to_bill["amount"].sum()), lag, actions)
    costs = _costs(day, ends, blocks, horizon_days, money, goods, lag)
    return CashPlan(day, ends, float(money.opening_cash or 0.0), owed, who, chance, curves, blocks, lag, costs, books)


def _owed(bills: pd.DataFrame) -> pd.DataFrame:
    """Open invoices; open credit notes take the same share from each of a customer's."""
    still = bills[bills["open"]]
    credit = -still["amount"].clip(upper=0).groupby(still["customer_id"]).sum()
    owed = still.loc[still["amount"] > 0, ["customer_id", "invoice_id", "amount", "late"]]
    whole = owed.groupby("customer_id")["amount"].transform("sum")
    used = (owed["customer_id"].map(credit).fillna(0.0) / whole).clip(upper=1)
    return owed.assign(amount=owed["amount"] * (1 - used), late=owed["late"].astype(float)).reset_index(drop=True)


def _vat_paid(day: pd.Timestamp, ahead: np.ndarray, vat_days: int) -> np.ndarray:
    """Days ahead at which the VAT of so many days ahead is paid."""
    at = day + pd.to_timedelta(ahead, unit="D")
    paid: np.ndarray = ((at + pd.offsets.MonthEnd(0)) - day).days.to_numpy() + vat_days
    return paid


def _costs(
    day: pd.Timestamp, ends: np.ndarray, blocks: np.ndarray, length: int, money: Money, goods: float, lag: int
) -> dict[str, np.ndarray]:
    ahead = np.arange(1, ends[-1] + 1)
    block = np.searchsorted(blocks, ahead - 1, side="right") - 1
    tax = float(money.vat or 0.0) / (1 + float(money.vat or 0.0))
    billed, bought = (_vat_paid(day, days, money.vat_days) for days in (ahead + lag, ahead))

    def by_week(paid: np.ndarray) -> np.ndarray:
        """How many days of each block are paid by the end of each week."""
        return np.array([[(paid[block == b] <= end).sum() for end in ends] for b in range(len(blocks))], float)

    return {
        "goods": -goods * by_week(ahead + int(money.supplier_days or 0)),
        "vat": -tax * (by_week(billed) - goods * by_week(bought)),
    }


def _books(
    bills: pd.DataFrame,
    days: pd.DataFrame,
    day: pd.Timestamp,
    ends: np.ndarray,
    money: Money,
    goods: float,
    to_bill: float,
    lag: int,
    actions: pd.DataFrame | None,
) -> pd.DataFrame:
    vat = float(money.vat or 0.0)
    cost = (days["amount"] - days["margin"]).fillna(days["amount"] * goods)
    back = (days["date"] - day).dt.days.to_numpy()
    due = back + int(money.supplier_days or 0)
    payables = [(due, np.where(due > 0, cost * (1 + vat), 0.0))]
    if money.opening_vat is None:
        issued = (bills["issued"] - day).dt.days.to_numpy()
        parts = [(issued, bills["amount"].to_numpy() * vat / (1 + vat)), (back, -cost.to_numpy() * vat)]
        owed = [(_vat_paid(day, at, money.vat_days), tax) for at, tax in parts]
    else:
        at = _vat_paid(day, np.array([-day.day, 0]), money.vat_days)
        owed = [(at[at > 0][:1], np.array([money.opening_vat]))]
    owed.append((_vat_paid(day, np.array([lag]), money.vat_days), np.array([to_bill * vat / (1 + vat)])))
    planned: list[tuple[np.ndarray, np.ndarray]] = []
    if actions is not None and len(actions):
        ahead = actions[actions["done"].isna() & (actions["due"] > day)]
        planned = [((ahead["due"] - day).dt.days.to_numpy(), ahead["cost"].fillna(0.0).to_numpy(float))]

    def flow(parts: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
        return np.array([0.0 - sum(float(sums[(at > 0) & (at <= end)].sum()) for at, sums in parts) for end in ends])

    fixed = -float(money.fixed_costs or 0.0) * 12 / _YEAR * ends
    return pd.DataFrame(
        {"payables": flow(payables), "vat_owed": flow(owed), "fixed_costs": fixed, "actions": flow(planned)}
    )
