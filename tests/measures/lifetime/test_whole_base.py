"""The value of a base in one call: by hand on a base without chance, and honest where nothing can be known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.facts import account_facts
from kamlib.measures.lifetime.whole_base import ValueTest, at_discount, base_value, losses_by_band, totals, value_test
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.settings.sections import Value

DAY, H = pd.Timestamp("2025-12-31"), 100


@pytest.fixture(scope="module")
def orders(clean_orders):
    """A and B buy for 100 every 50 days, at a margin of 30: 60 a block."""
    days = [DAY - pd.Timedelta(days=50 * k) for k in range(14)]
    lines = [(who, day.date(), 100, 30) for who in "AB" for day in days]
    return clean_orders(lines, "customer_id date amount margin")


@pytest.fixture(scope="module")
def base(orders):
    facts = account_facts(orders, DAY.date(), horizon_days=H)
    now = facts.assign(as_of=DAY)
    then = account_facts(orders, (DAY - pd.Timedelta(days=H)).date(), horizon_days=H)
    p_silent = pd.DataFrame({"customer_id": ["A", "B"], "p_silent": [0.1, 0.5]})
    return base_value(orders, facts, pd.concat([then, now]), p_silent, Value(days=H, discount=0.0), horizon_days=H)


def test_one_block_without_discount_by_hand(base):
    """The first block only: who stays brings 60, so 54 and 30, and 6 and 30 are at stake."""
    found = base.table.set_index("customer_id")
    assert found["remaining_value"].to_dict() == pytest.approx({"A": 54, "B": 30})
    assert found["stake"].to_dict() == pytest.approx({"A": 6, "B": 30})
    assert base.table["customer_id"].tolist() == ["B", "A"]


def test_another_discount_counts_half_a_block_later_less(base):
    moved = at_discount(base, 0.21)
    factor = 1.21 ** (-0.5 * H / 365.25)
    found = totals(base, moved)
    assert found["discount"].tolist() == [0, 0.21]
    assert found["remaining_value"].tolist() == pytest.approx([84, 84 * factor])
    assert found["stake"].tolist() == pytest.approx([36, 36 * factor])


def test_the_bias_of_the_past_stands_beside_every_value_and_sum(orders, base):
    ways = pd.DataFrame({"method": ["this_value", "last_horizon"], "bias": [-0.17, 0.1]})
    facts = account_facts(orders, DAY.date(), horizon_days=H)
    found = base_value(
        orders, facts, facts.assign(as_of=DAY), base.p_silent, horizon_days=H, tried=ValueTest(ways, pd.Series())
    )
    assert found.table["bias"].tolist() == [-0.17, -0.17]
    assert totals(found, at_discount(found, 0.2))["bias"].tolist() == [-0.17, -0.17]
    assert base.table["bias"].isna().all(), "not tested"


@pytest.mark.parametrize(
    ("way", "a_block"), [("last_horizon", 60), ("year_pro_rata", 8 * 30 * 100 / 365), ("block_last_year", 60)]
)
def test_a_rival_that_was_better_gives_the_margins(orders, base, way, a_block):
    """A and B bring 30 every 50 days. P(no order) 0.1 and 0.5 stand for P(stopped), and a stop leaves half a block: 0.95 and 0.75."""
    ways = pd.DataFrame({"method": ["this_value", way], "bias": [-0.2, 0.1]})
    facts = account_facts(orders, DAY.date(), horizon_days=H)
    tried = ValueTest(ways, pd.Series(), way)
    rules = Value(days=H, discount=0.0)
    found = base_value(orders, facts, facts.assign(as_of=DAY), base.p_silent, rules, horizon_days=H, tried=tried)
    worth = found.table.set_index("customer_id")["remaining_value"]
    assert worth.to_dict() == pytest.approx({"A": 0.95 * a_block, "B": 0.75 * a_block})
    assert found.table["bias"].iloc[0] == 0.1


def test_what_stopped_customers_still_brought_says_what_a_stop_leaves(clean_orders):
    """20 customers bring 10 on each of 73 days of the year before the landmark (2 a day, 200 a block) and 5 times 10 after it: a quarter."""
    then = DAY - pd.Timedelta(days=300)
    days = [then - pd.Timedelta(days=5 * k) for k in range(73)] + [then + pd.Timedelta(days=4 * k) for k in range(1, 6)]
    orders = clean_orders(
        [(f"K{i}", day.date(), 10, 10) for i in range(20) for day in days], "customer_id date amount margin"
    )
    facts = [account_facts(orders, day.date(), horizon_days=H, observed_from=date(2020, 1, 1)) for day in (then, DAY)]
    at_risk = pd.concat([rows.assign(as_of=day) for rows, day in zip(facts, (then, DAY), strict=True)])
    p_silent = pd.DataFrame({"customer_id": ["K0"], "p_silent": [0.1], "p_stopped": [0.2]})
    stopped = at_risk.loc[at_risk["as_of"] == then, ["customer_id", "as_of"]]
    found = base_value(orders, facts[1], at_risk, p_silent, horizon_days=H, stopped=stopped)
    assert found.chances["stopped_share"] == pytest.approx(0.25)
    few = base_value(orders, facts[1], at_risk, p_silent, horizon_days=H, stopped=stopped.head(19))
    assert few.chances["stopped_share"] == 0.5 and few.without_stopped == 0


def test_blocks_stand_in_columns_and_everybody_in_the_first_row():
    losses = pd.DataFrame([("2-3 order days", 2, 0.2), ("all", 1, 0.3), ("2-3 order days", 1, 0.4), ("all", 2, 0.1)])
    losses = losses.set_axis(["segment", "block", "share"], axis=1)
    found = losses_by_band(losses)
    assert found.index.tolist() == ["all", "2-3 order days"] and found.columns.tolist() == ["block_1", "block_2"]
    assert found.to_numpy().tolist() == [[0.3, 0.1], [0.4, 0.2]]
    assert waits_for(losses_by_band(losses.assign(share=np.nan))) == Reason("no_block_told")


def test_without_a_chance_of_loss_there_is_no_total(orders, base):
    facts = account_facts(orders, DAY.date(), horizon_days=H)
    unknown = base.p_silent.assign(p_silent=np.nan)
    found = base_value(orders, facts, facts.head(0), unknown, horizon_days=H)
    assert found.table["remaining_value"].isna().all()
    assert waits_for(totals(found)) == Reason("no_value_without_p_silent")


def test_the_value_of_a_day_of_the_past_is_held_against_what_came(orders):
    """Both brought 60 a block before and after the day: with no loss expected and none come, nothing is missed."""
    then = pd.DataFrame({"customer_id": ["A", "B"], "p_silent": 0.0, "lost": 0})
    found = value_test(orders, then, DAY - pd.Timedelta(days=H), horizon_days=H)
    assert found.ways.loc[0, ["expected", "came", "mean_error"]].tolist() == pytest.approx([120, 120, 0])
    assert found.parts[["staying", "elsewhere"]].tolist() == pytest.approx([120, 0])
    none = value_test(orders, then, None)
    assert waits_for(none.ways) == Reason("value_not_tested") and none.parts.empty


def test_a_margin_is_never_held_against_revenue(clean_orders):
    """The books knew margins until the test day: what came since is revenue alone."""
    lines = [("a", f"2025-{month:02}-05", 100, 30) for month in range(1, 7)]
    lines += [("a", f"2025-{month:02}-05", 100, None) for month in range(7, 13)]
    orders = clean_orders(lines, "customer_id date amount margin")
    p_silent = pd.DataFrame({"customer_id": ["a"], "p_silent": [0.1], "lost": [0]})
    found = value_test(orders, p_silent, date(2025, 7, 1), horizon_days=180)
    assert waits_for(found.ways).code == "value_measures_differ" and found.parts.empty
