"""The fan of cash. Oracle: paths simulated one by one, and closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.facts.payment.payment_delays import FIRST, delay_curves
from kamlib.risk.cash.cash_fan import Spread, cash_draws, cash_fan, scenarios, spread_of_payment, spread_of_sales
from kamlib.risk.cash.cash_path import cash_path
from kamlib.risk.cash.cash_plan import cash_plan
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.settings.money import Money

DAY = pd.Timestamp("2026-06-30")
MONEY = Money(fixed_costs=20_000, opening_cash=50_000, vat=0.2, supplier_days=14)


def at(ahead: int) -> pd.Timestamp:
    return DAY + pd.Timedelta(days=int(ahead))


@pytest.fixture(scope="module")
def plan(billed):
    """Thirty customers who pay 20 to 90 days after issue, with 2 open invoices each."""
    rng = np.random.default_rng(5)
    rows = [(f"c{n}", at(-a), at(30 - a), 1000, at(-a + w)) for n in range(30) for a, w in zip(rng.integers(100, 400, 12), rng.integers(20, 90, 12), strict=True)]  # fmt: skip
    rows += [(f"c{n}", at(-a), at(30 - a), float(rng.integers(500, 5000)), None) for n in range(30) for a in (5, 40)]
    found = billed("2026-06-30", *rows)
    days = pd.DataFrame({"customer_id": ["c0"], "date": [at(-5)], "amount": [100.0], "margin": [40.0]})
    customers = pd.DataFrame({"customer_id": [f"c{n}" for n in range(30)], "p_silent": 0.1, "p_stopped": 0.2})
    customers["block_revenue"] = rng.integers(1_000, 10_000, 30).astype(float)
    return cash_plan(customers, found, delay_curves(found), days, DAY, MONEY, horizon_days=90, weeks=26)


def simulated(plan, spread: Spread, paths: int) -> np.ndarray:
    """Each path by itself: a continuous frailty, a day of payment for each invoice, an invoice for each day of sales."""
    rng = np.random.default_rng(11)
    hazard, last = plan.curves.hazard, int(plan.ends[-1])
    row = dict(zip(plan.customers["customer_id"], plan.curves.of(plan.customers["customer_id"]), strict=True))
    costs = plan.costs["goods"] + plan.costs["vat"]
    terms = dict(zip(plan.customers["customer_id"], plan.customers["terms_days"].astype(int), strict=True))
    found = np.zeros((paths, len(plan.ends)))
    for path in range(paths):
        received = np.zeros(last + 1)
        z = {who: rng.gamma(1 / spread.frailty, spread.frailty) for who in row}
        for who, amount, late in zip(
            plan.owed["customer_id"], plan.owed["amount"], plan.owed["late"].astype(int), strict=True
        ):
            curve = hazard[row[who], late - FIRST :] - hazard[row[who], late - FIRST]
            day = np.searchsorted(curve, rng.exponential() / z[who])
            if day <= last:
                received[day] += amount
        cost = np.zeros(len(plan.ends))
        for who, a_day in zip(plan.customers["customer_id"], plan.customers["a_day"], strict=True):
            factor = a_day * np.exp(spread.sales * rng.standard_normal() - spread.sales**2 / 2)
            on = [rng.random() < 0.9, True, True]
            on[1] = rng.random() < 0.8
            on[2] = on[1] and rng.random() < 0.8
            curve = hazard[row[who], -terms[who] - FIRST :]
            waits = np.searchsorted(curve, rng.exponential(size=last) / z[who])
            sold = np.arange(1, last + 1)
            block = (sold - 1) // 90
            paid = sold + plan.lag + waits
            inside = (paid <= last) & np.array(on)[block]
            received += np.bincount(paid[inside], minlength=last + 1) * factor
            cost += factor * sum(costs[b] for b in range(3) if on[b])
        found[path] = received.cumsum()[plan.ends] + cost
    return plan.opening_cash + plan.books.sum(axis=1).to_numpy() + found


@pytest.mark.proof
def test_the_fan_of_90_percent_covers_88_to_92_percent_of_2000_simulated_paths(plan):
    spread = Spread(0.3, 0.4)
    band = cash_fan(plan, spread)
    paths = simulated(plan, spread, 2000)
    covered = ((paths >= band["low"].to_numpy()) & (paths <= band["high"].to_numpy())).mean(axis=0)
    assert 0.88 <= covered.mean() <= 0.92, covered
    assert (covered > 0.86).all() and (covered < 0.94).all(), covered


def test_without_any_spread_the_mean_of_the_draws_is_the_expected_path(plan):
    draws = cash_draws(plan, Spread(0.0, 0.0))
    expected = cash_path(plan)["balance"].to_numpy()
    error = draws.std(axis=0) / np.sqrt(len(draws))
    assert (np.abs(draws.mean(axis=0) - expected) <= 4 * error + 1e-6).all()


def test_more_frailty_and_more_spread_of_sales_widen_the_fan(plan):
    def width(spread: Spread) -> float:
        band = cash_fan(plan, spread, draws=1000)
        return float((band["high"] - band["low"]).iloc[3])

    assert width(Spread(0, 0)) < width(Spread(1.0, 0)) and width(Spread(0.3, 0)) < width(Spread(0.3, 2.0))


def test_the_same_seed_gives_the_same_draws(plan):
    one = cash_draws(plan, Spread(0.3, 0.4), draws=200)
    assert np.array_equal(one, cash_draws(plan, Spread(0.3, 0.4), draws=200))
    assert not np.array_equal(one, cash_draws(plan, Spread(0.3, 0.4), draws=200, seed=2))


def test_late_key_clients_and_a_loss_make_cash_no_better(plan):
    table = scenarios(plan, Spread(0.1, 0.1), ["c1", "c2", "c3"], draws=200).set_index("scenario")
    assert table.loc[["keys_late_30", "keys_late_60", "keys_late_90"], "lowest"].is_monotonic_decreasing
    assert table["p_gap"].between(0, 1).all() and (table["gap"] >= 0).all() and not table.isna().any().any()
    assert len(table) == 6


def test_the_fan_and_the_scenarios_wait_for_what_the_path_waits_for():
    waiting = Reason("cash_waits", {"names": ["money.vat"]})
    for table in (cash_fan(waiting, Spread(0, 0)), scenarios(waiting, Spread(0, 0), [])):
        assert waits_for(table) == waiting


def test_frailty_that_was_planted_is_found():
    """400 customers with a frailty of variance 0.5, another in each half, 15 invoices in both, paid after an exponential time of 20 days over their frailty."""
    rng = np.random.default_rng(2)
    rows = []
    for n in range(400):
        for period, z in (((200, 560), rng.gamma(2, 0.5)), ((1, 182), rng.gamma(2, 0.5))):
            for age in rng.integers(*period, 15):
                wait = int(np.ceil(rng.exponential(20) / z))
                rows.append((f"c{n}", at(-age), at(-age), 1.0, at(wait - age) if wait <= age else pd.NaT))
    table = pd.DataFrame(rows, columns=["customer_id", "issued", "due", "amount", "paid"])
    found = spread_of_payment(table.assign(invoice_id=range(len(table))), DAY)
    assert 0.3 < found < 1.6  # the curves of a customer hold its own earlier frailty, so both add up
    assert spread_of_payment(table.assign(invoice_id=range(len(table)))[:0], DAY) == 0


def test_spread_of_sales_by_closed_form():
    """The latest block is lognormal with 0.5 around the three before, which are all 100."""
    rng = np.random.default_rng(4)
    ids = [f"c{n}" for n in range(3000)]
    parts = [pd.DataFrame({"customer_id": ids, "block": b, "amount": 100.0}) for b in (1, 2, 3)]
    parts.append(
        pd.DataFrame({"customer_id": ids, "block": 0, "amount": 100 * np.exp(0.5 * rng.standard_normal(3000))})
    )
    past = pd.concat(parts, ignore_index=True).assign(bought=True)
    assert spread_of_sales(past) == pytest.approx(0.5, abs=0.03)
    assert spread_of_sales(past[past["customer_id"].isin(ids[:5])]) == 0
