"""The fan of the path of cash: many draws of who orders, how much, and how long each customer lets all its invoices wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kamlib.facts.payment.bills import bills
from kamlib.facts.payment.payment_delays import delay_curves
from kamlib.risk.cash.cash_path import cash_gap, cash_path, open_receipts, order_receipts
from kamlib.risk.cash.cash_plan import CashPlan
from kamlib.stats.reasons import Reason, waiting
from kamlib.study.settings.sections import FEWEST

DRAWS, LEVELS, MOST = 5_000, 41, 2_000
"""Draws; steps of the frailty; customers that are drawn, the largest: of the others each counts as expected."""
_HALF_YEAR, _LARGEST = 182, 2.0
QUANTILES = {"middle": 0.5, "low": 0.05, "high": 0.95}


KEYS_LATE = {"keys_late_30": 30.0, "keys_late_60": 60.0, "keys_late_90": 90.0}
"""Days that the payments of key clients come later."""
SCENARIO = ["scenario", "lowest", "lowest_week", "gap", "weeks_below", "p_gap", "gap_high"]


@dataclass(frozen=True)
class Spread:
    """How far customers stray: variance of the frailty (factor on the hazard of payment), standard deviation of the logarithm of a block's sales."""

    frailty: float
    sales: float


def spread_of_cash(invoices: pd.DataFrame, past: pd.DataFrame, day: date | pd.Timestamp) -> Spread:
    """`spread_of_payment` of the invoices and `spread_of_sales` of the past blocks."""
    return Spread(spread_of_payment(invoices, day), spread_of_sales(past))


def spread_of_payment(invoices: pd.DataFrame, day: date | pd.Timestamp) -> float:
    """Variance between customers of the factor on their hazard of payment over half a year, beyond chance.

    The curves as they were half a year before `day` promise each customer a number of payments in it, E; N came. With a gamma frailty of mean 1
    and variance θ the variance of N is E + θ E², so θ = Σ ((N - E)² - E) / Σ E², from 0 to 2.

    Parameters
    ----------
    invoices : the clean table.
    """
    day = pd.Timestamp(day)
    then = day - pd.Timedelta(days=_HALF_YEAR)
    earlier, now = bills(invoices, then), bills(invoices, day)
    if (earlier["amount"] > 0).sum() == 0:
        return 0.0
    curves = delay_curves(earlier)
    start = now["issued"].where(now["issued"] > then, then)
    at_risk = (now["amount"] > 0) & ~(now["paid"] <= start)
    seen, entered = now[at_risk], (start - now["due"])[at_risk].dt.days.to_numpy()
    waited = seen["late"].to_numpy() - entered
    promised = curves.waits(curves.of(seen["customer_id"]), entered, waited)
    by = pd.DataFrame({"n": ~seen["open"], "e": promised}).groupby(seen["customer_id"]).sum().astype(float)
    by = by[by["e"] > 0]
    if len(by) < FEWEST.averaged:
        return 0.0
    beyond = ((by["n"] - by["e"]) ** 2 - by["e"]).sum() / (by["e"] ** 2).sum()
    return float(np.clip(beyond, 0, _LARGEST))


def spread_of_sales(past: pd.DataFrame) -> float:
    """How far a block with an order lies from the mean of the three before it: the standard deviation of the logarithm, by the median.

    Parameters
    ----------
    past : `kamlib.facts.blocks.past_blocks`: customer_id, block (0 the latest), amount, bought.
    """
    sold = past[past["bought"] & (past["amount"] > 0)].pivot(index="customer_id", columns="block", values="amount")
    both = sold.reindex(columns=range(4)).dropna()
    if len(both) < FEWEST.averaged:
        return 0.0
    change = (both[0] / both[[1, 2, 3]].mean(axis=1)).transform(np.log)
    return float(1.4826 * (change - change.median()).abs().median())


def cash_draws(
    plan: CashPlan,
    spread: Spread,
    *,
    delays: pd.Series | None = None,
    lost: Iterable[str] = (),
    draws: int = DRAWS,
    seed: int = 1,
) -> np.ndarray:
    """Cash at the end of each week in each draw: draws × weeks.

    Each customer has one frailty, a gamma variable of mean 1, for all it owes and will owe; orders in the first block or not, and stops in a
    later one or not; its sales of all weeks have one lognormal factor of mean 1. Each open invoice is paid in one week. Customers are drawn apart from
    each other: what moves all of them at once is not in the fan.
    """
    rng = np.random.default_rng(seed)
    by = pd.Series(dtype=float) if delays is None else delays.astype(float)
    who, owed = plan.customers, plan.owed
    gone = who["customer_id"].isin(list(lost)).to_numpy()
    size = (
        (who["a_day"] * ~gone)
        .groupby(who["customer_id"])
        .sum()
        .add(owed.groupby("customer_id")["amount"].sum(), fill_value=0.0)
    )
    drawn = size.sort_values(ascending=False, kind="stable").index[:MOST]
    ids = pd.Index(sorted(drawn))
    frailty = _levels(spread.frailty)
    late_open, late_order = (rows["customer_id"].map(by).fillna(0.0).to_numpy(float) for rows in (owed, who))
    paid = np.stack([open_receipts(plan, late_open, z) for z in frailty], axis=1).astype("float32")
    costs = plan.costs["goods"] + plan.costs["vat"]
    orders = np.stack([order_receipts(plan, late_order, z) + costs for z in frailty], axis=1)
    orders = (orders * who["a_day"].to_numpy()[:, None, None, None]).astype("float32")
    level = rng.integers(0, len(frailty), (len(ids), draws))
    total = np.zeros((draws, len(plan.ends)))
    for row, (place, amount) in enumerate(zip(ids.get_indexer(owed["customer_id"]), owed["amount"], strict=True)):
        if place < 0:
            total += amount * paid[row].mean(axis=0)
        else:
            total += amount * (rng.random((draws, 1)) < paid[row][level[place]])
    first = plan.chance[:, 0]
    stays = plan.chance[:, 1] if plan.chance.shape[1] > 1 else first
    for row, place in enumerate(ids.get_indexer(who["customer_id"])):
        if gone[row]:
            continue
        if place < 0:
            total += plan.chance[row] @ orders[row].mean(axis=0)
            continue
        later = rng.geometric(max(1 - stays[row], 1e-12), draws)[:, None]  # the later block in which it stops
        active = np.column_stack([rng.random(draws) < first[row], np.arange(1, plan.chance.shape[1])[None, :] < later])
        factor = np.exp(spread.sales * rng.standard_normal(draws) - spread.sales**2 / 2)
        total += np.einsum("db,dbw->dw", active * factor[:, None], orders[row][level[place]])
    return plan.opening_cash + plan.books.sum(axis=1).to_numpy() + total


def cash_fan(plan: CashPlan | Reason, spread: Spread, *, draws: int = DRAWS, seed: int = 1) -> pd.DataFrame:
    """The 90 % band of the draws in each week: week, middle, low, high, and p_below, the share of draws below zero at its end."""
    columns = ["week", *QUANTILES, "p_below"]
    if isinstance(plan, Reason):
        return waiting(columns, plan.code, **plan.values)
    drawn = cash_draws(plan, spread, draws=draws, seed=seed)
    bands = np.quantile(drawn, list(QUANTILES.values()), axis=0)
    weeks = np.arange(1, drawn.shape[1] + 1)
    return pd.DataFrame(np.vstack([weeks, bands, (drawn < 0).mean(axis=0)]).T, columns=columns).astype(
        {"week": "int64"}
    )


def scenarios(
    plan: CashPlan | Reason, spread: Spread, keys: Iterable[str], *, seed: int = 1, draws: int = 1_000
) -> pd.DataFrame:
    """What becomes of cash if key clients pay 30, 60 or 90 days later, if the largest is lost, and if both come.

    Returns
    -------
    DataFrame, one row per scenario
        scenario; lowest, lowest_week (0: today), gap and weeks_below, of the expected path; p_gap, the share of draws that fall below zero
        in some week; gap_high, the gap that 95 % of the draws stay within.
    """
    if isinstance(plan, Reason):
        return waiting(SCENARIO, plan.code, **plan.values)
    largest = plan.customers.loc[plan.customers["a_day"].nlargest(1).index, "customer_id"].tolist()
    late = {case: pd.Series(days, index=sorted(set(keys))) for case, days in KEYS_LATE.items()}
    cases: list[tuple[str, pd.Series | None, list[str]]] = [
        ("as_expected", None, []),
        *((case, delays, []) for case, delays in late.items()),
    ]
    cases += [("largest_lost", None, largest), ("largest_lost_keys_late_60", late["keys_late_60"], largest)]
    rows = []
    for name, delays, lost in cases:
        expected = cash_path(plan, delays=delays, lost=lost)["balance"].to_numpy()
        lows = (
            cash_draws(plan, spread, delays=delays, lost=lost, seed=seed, draws=draws)
            .min(axis=1)
            .clip(max=plan.opening_cash)
        )
        gaps = {"p_gap": float((lows < 0).mean()), "gap_high": max(0.0, -float(np.quantile(lows, 0.05)))}
        rows.append({"scenario": name, **cash_gap(expected, plan.opening_cash), **gaps})
    return pd.DataFrame(rows)


def worst_week(cases: pd.DataFrame) -> int:
    """The week in which cash is lowest in the worst of the `scenarios`; the first one where none can be told, or it is today."""
    if cases.empty:
        return 1
    return max(1, int(cases["lowest_week"].to_numpy()[cases["lowest"].to_numpy(float).argmin()]))


def _levels(variance: float) -> np.ndarray:
    """Values of a gamma variable of mean 1 that are equally likely."""
    from scipy.stats import gamma

    if variance <= 0:
        return np.ones(1)
    edges = (np.arange(LEVELS) + 0.5) / LEVELS
    values = gamma.ppf(edges, 1 / variance, scale=variance)
    found: np.ndarray = values / values.mean()
    return found
