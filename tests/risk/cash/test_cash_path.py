"""The path of cash. Oracle: four weeks by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.facts.payment.payment_delays import delay_curves
from kamlib.risk.cash.cash_path import cash_gap, cash_path, collect_first
from kamlib.risk.cash.cash_plan import cash_plan
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.settings.money import Money

DAY = pd.Timestamp("2026-06-30")
MONEY = Money(fixed_costs=1000, opening_cash=5000, vat=0.2, supplier_days=14)


def at(ahead: int) -> pd.Timestamp:
    return DAY + pd.Timedelta(days=ahead)


def plan_of(billed, money: Money = MONEY, weeks: int = 4, **more):
    """a buys for 10 a day net, is billed the day after and pays 10 days after that, always; its goods cost 60 %. It may fall silent by 10 %.

    Open: 600 billed on 24 June, 300 of them taken back; an order of 100 of 25 June is not billed yet.
    """
    past = [("a", at(-n), at(-n), 120, at(-n + 10)) for n in range(20, 300, 5)]
    found = billed("2026-06-30", *past, ("a", at(-6), at(-6), 600, None), ("a", at(-6), at(-6), -300, None))
    ordered = [("a", at(-n - 1), 100.0, 40.0) for n in range(20, 300, 5)] + [
        ("a", at(-7), 500.0, 200.0),
        ("a", at(-5), 100.0, 40.0),
    ]
    days = pd.DataFrame(ordered, columns=["customer_id", "date", "amount", "margin"])
    customers = pd.DataFrame({"customer_id": ["a"], "p_silent": [0.1], "p_stopped": [0.2], "block_revenue": [1800.0]})
    return cash_plan(customers, found, delay_curves(found), days, DAY, money, horizon_days=180, weeks=weeks, **more)


def test_four_weeks_with_payables_and_vat_by_hand(billed):
    """All per day of expected sales of 10 · 0.9 net, 10.80 gross; weeks end after 7, 14, 21 and 28 days."""
    actions = pd.DataFrame(
        {
            "due": [at(20), at(40), at(3), at(-3)],
            "done": [pd.NaT, pd.NaT, at(-1), pd.NaT],
            "cost": [50.0, 9.0, 9.0, 9.0],
        }
    )
    plan = plan_of(billed, actions=actions)
    table = cash_path(plan)
    assert plan.lag == 1
    # billed on 24 June, 300 after the credit note, paid on 4 July; 120 gross to be billed on 1 July, paid 10 days later
    assert table["receipts_open"].tolist() == pytest.approx([300, 120, 0, 0], abs=0.01)
    # an order of day s is paid on day s + 11: none, 3, 10 and 17 of them
    assert table["receipts_orders"].cumsum().tolist() == pytest.approx([0, 3 * 10.8, 10 * 10.8, 17 * 10.8], abs=0.01)
    # goods are paid on day s + 14: the first 7 in the third week, the next 7 in the fourth
    assert table["goods"].cumsum().tolist() == pytest.approx([0, 0, -0.6 * 7 * 10.8, -0.6 * 14 * 10.8])
    # goods of 23 and 25 June: 300 and 60 net, with 20 % VAT, on 7 and 9 July
    assert table["payables"].tolist() == pytest.approx([-360, -72, 0, 0])
    # VAT of June on 10 July: billed gross on 5 and 10 June 240, on 24 June 300; goods ordered in June: 2 · 60, 300 and 60, all net
    assert table["vat_owed"].tolist() == pytest.approx([0, -(540 / 6 - 0.2 * 480), 0, 0])
    assert table["vat"].tolist() == [0, 0, 0, 0]  # that of July is paid on 10 August
    assert table["fixed_costs"].tolist() == pytest.approx([-1000 * 12 / 365.25 * 7] * 4)
    assert table["actions"].tolist() == [0, 0, -50, 0]
    parts = table.drop(columns=["week", "until", "balance"])
    assert table["balance"].to_numpy() == pytest.approx(5000 + parts.sum(axis=1).cumsum().to_numpy())
    assert table["until"].tolist() == [at(7), at(14), at(21), at(28)]


def test_vat_of_a_month_is_paid_after_it_and_goods_give_theirs_back(billed):
    """Seven weeks hold 10 August: of July's 31 days 30 are billed in it, all are ordered; 10.80 gross a day, 1/6 of it VAT; goods 60 %."""
    table = cash_path(plan_of(billed, weeks=7))
    to_bill = 120 / 6
    assert table["vat"].sum() == pytest.approx(-10.8 / 6 * (30 - 0.6 * 31))
    assert table.loc[table["until"] >= at(41), "vat_owed"].sum() == pytest.approx(-to_bill)


def test_opening_vat_that_is_given_takes_the_place_of_the_books(billed):
    table = cash_path(plan_of(billed, MONEY.model_copy(update={"opening_vat": 77.0})))
    assert table["vat_owed"].tolist() == [0, -77, 0, 0]


def test_who_pays_later_pays_the_same_later_and_who_is_lost_pays_what_it_owes(billed):
    plan = plan_of(billed, weeks=9)
    base, late = cash_path(plan), cash_path(plan, delays=pd.Series({"a": 30.0}))
    assert late["receipts_open"].sum() == pytest.approx(base["receipts_open"].sum(), abs=0.01)
    assert late.loc[late["receipts_open"] > 1, "until"].min() == at(35)  # 4 July and 30 days
    assert late["receipts_orders"].cumsum().iloc[-1] == pytest.approx((63 - 41) * 10.8, abs=0.01)
    gone = cash_path(plan, lost=["a"])
    assert gone[["receipts_orders", "goods", "vat"]].eq(0).all().all()
    assert gone["receipts_open"].tolist() == pytest.approx(base["receipts_open"].tolist())


def test_a_later_block_is_paid_by_who_has_not_stopped(billed):
    """Blocks of 14 days: 0.9 of the sales of the first, 0.8 of the second, 0.64 of the third."""
    past = [("a", at(-n), at(-n), 120, at(-n + 10)) for n in range(20, 300, 5)]
    found = billed("2026-06-30", *past)
    customers = pd.DataFrame({"customer_id": ["a"], "p_silent": [0.1], "p_stopped": [0.2], "block_revenue": [140.0]})
    days = pd.DataFrame({"customer_id": ["a"], "date": [at(-20)], "amount": [100.0], "margin": [40.0]})
    plan = cash_plan(customers, found, delay_curves(found), days, DAY, MONEY, horizon_days=14, weeks=8)
    orders = cash_path(plan)["receipts_orders"].cumsum()
    assert plan.lag == 0
    assert orders.iloc[-1] == pytest.approx(
        12 * (14 * 0.9 + 14 * 0.8 + 14 * 0.64 + 4 * 0.512), abs=0.01
    )  # 56 - 10 days are paid


def test_the_path_waits_for_what_no_table_holds(billed):
    names = ["money.fixed_costs", "money.supplier_days", "money.vat"]
    waiting = plan_of(billed, Money(opening_cash=-5))
    assert waiting == Reason("cash_waits", {"names": names})
    for table in (cash_path(waiting), collect_first(waiting, 3)):
        assert waits_for(table).code == "cash_waits"
    assert not isinstance(plan_of(billed, Money(opening_cash=0, fixed_costs=0, supplier_days=0, vat=0)), Reason)


def test_cash_below_zero_today_is_a_gap_today(billed):
    table = cash_path(plan_of(billed, MONEY.model_copy(update={"opening_cash": -1e6})))
    gap = cash_gap(table["balance"].to_numpy(), -1e6)
    assert gap["gap"] >= 1e6 and gap["weeks_below"] == 4


def test_the_gap_by_hand():
    assert cash_gap(np.array([50.0, -20.0, -30.0, 10.0]), 100) == {
        "lowest": -30,
        "lowest_week": 3,
        "gap": 30,
        "weeks_below": 2,
    }
    assert cash_gap(np.array([150.0]), 100) == {"lowest": 100, "lowest_week": 0, "gap": 0, "weeks_below": 0}


def test_whom_to_collect_from_first(billed):
    """Due on 24 June, paid on 4 July: still out at the end of no week; what b owes is later than any invoice was and stays out."""
    past = [("a", at(-n), at(-n), 120, at(-n + 10)) for n in range(20, 300, 5)]
    found = billed(
        "2026-06-30",
        *past,
        ("a", at(-6), at(-6), 600, None),
        ("b", at(-350), at(-350), 90, None),
        ("b", at(-1), at(9), 10, None),
    )
    customers = pd.DataFrame({"customer_id": ["a"], "p_silent": [0.1], "p_stopped": [0.2], "block_revenue": [1800.0]})
    days = pd.DataFrame({"customer_id": ["a"], "date": [at(-20)], "amount": [100.0], "margin": [40.0]})
    table = collect_first(
        cash_plan(customers, found, delay_curves(found), days, DAY, MONEY, horizon_days=180), 1, pd.Series({"b": "M1"})
    )
    first = table.iloc[0]
    assert first[["customer_id", "owner", "open_amount", "overdue"]].tolist() == ["b", "M1", 100, 90]
    assert first["still_out"] == pytest.approx(100 * first["p_unpaid"]) and first["p_unpaid"] >= 0.9
    assert table.iloc[1]["still_out"] < 150
