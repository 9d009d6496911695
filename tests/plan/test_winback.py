"""What a return is worth and the list by hand, and a control group that nothing but the seed decides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.offers import rounds_of, with_offers
from kamlib.errors import InputError
from kamlib.measures.lifetime.lifetime_value import lifetime_values
from kamlib.measures.lifetime.whole_base import BaseValue
from kamlib.plan.offer_trial import as_actions, controls
from kamlib.plan.winback import control, plan_win_back, recaptured, win_back_list
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.settings.offers import WinBack
from kamlib.study.settings.sections import Value

H, AS_OF = 100, pd.Timestamp("2026-06-30")


def test_what_returned_accounts_brought_by_hand():
    """20 accounts brought 365 in their last year, so 100 a horizon, and 80 in the horizon after the return: 0.8."""
    known = pd.DataFrame({"last_order": AS_OF - pd.Timedelta(days=300), "margin": [365.0] * 20, "second_margin": 80.0})
    known = known.assign(customer_id=[f"{i}" for i in range(20)], gap_days=1.0)
    found = recaptured(known, "margin", "2020-01-01", horizon_days=H, bootstraps=100)
    assert found.to_dict() == pytest.approx({"accounts": 20, "ratio": 0.8, "low": 0.8, "high": 0.8})
    assert np.isnan(recaptured(known.head(19), "margin", "2020-01-01", horizon_days=H)["ratio"])
    twice = pd.concat([known.head(19)] * 2)
    assert recaptured(twice, "margin", "2020-01-01", horizon_days=H)["accounts"] == 19, "a customer counts once"
    once = known.assign(gap_days=np.nan, second_margin=365.0)
    assert recaptured(once, "margin", "2020-01-01", horizon_days=H)["ratio"] == pytest.approx(1), "one order a year"
    slow = known.assign(gap_days=100.0)  # a horizon holds an order in 1 - exp(-1) = 0.632 of cases, and then brings 158
    assert recaptured(slow, "margin", "2020-01-01", horizon_days=H)["ratio"] == pytest.approx(0.8 * 0.632, rel=1e-3)
    assert recaptured(known, "margin", AS_OF, horizon_days=H)["accounts"] == 0, "their year lies before the records"


OFFERS = pd.DataFrame({"cause": ["quality", "any"], "offer": ["visit", "call"], "cost": [30.0, 10.0]})


def some(n: int = 4) -> tuple[pd.DataFrame, pd.Series]:
    lost = pd.DataFrame({"customer_id": [f"{i:05d}" for i in range(n)], "p_return": 0.5})
    lost["cause"] = np.where(np.arange(n) % 2 == 0, "quality", "other")
    return lost, pd.Series(100.0 * np.arange(n), index=lost["customer_id"])


def test_the_list_by_hand():
    """0.5 · 300 = 150, 100, 50 and 0, with an offer or without; 0 is not worth an offer of 30, so there is no arm."""
    found = win_back_list(*some(), OFFERS, control_share=1 / 3)
    assert found["customer_id"].tolist() == ["00003", "00002", "00001", "00000"]
    assert found["expected_return"].tolist() == [150, 100, 50, 0]
    assert found["offer"].tolist() == ["call", "visit", "call", "visit"]
    assert found["arm"].isna().tolist() == [False, False, False, True]
    assert (found["arm"] == "control").sum() == 1


def test_without_a_playbook_or_a_probability_nothing_is_invented():
    lost, second = some()
    bare = win_back_list(lost, second, OFFERS.head(0))
    assert bare["offer"].isna().all() and (bare["cost"] == 0).all()
    unknown = win_back_list(lost.assign(p_return=np.nan), second, OFFERS)
    assert unknown[["expected_return", "arm"]].isna().all(axis=None)


def test_the_control_group_does_not_depend_on_the_order_of_rows():
    ids = pd.Series([f"K.{i:04d}" for i in range(1000)])
    value = pd.Series(np.random.default_rng(1).lognormal(8, 1.5, 1000).round(-2))  # with ties
    drawn = control(ids, value, 0.3, 7)
    mixed = ids.sample(frac=1, random_state=1)
    assert set(mixed[control(mixed, value[mixed.index], 0.3, 7)]) == set(ids[drawn])
    assert drawn.sum() == 300
    other = control(ids, value, 0.3, 8)
    assert 60 <= (drawn & other).sum() <= 120  # 90 expected of two independent draws


@pytest.mark.parametrize("n", [0, 1, 2, 9, 10, 25, 222])
def test_the_arms_hold_as_much_value_as_each_other_by_strata(n):
    ids, value = pd.Series([f"K{i}" for i in range(n)], dtype=object), pd.Series(np.arange(n, 0, -1.0))
    drawn = control(ids, value, 0.3, 1)
    assert drawn.sum() == round(0.3 * n)
    assert all(drawn[at : at + 10].sum() == 3 for at in range(0, n - 9, 10)), "3 of each 10 that follow each other"


def test_the_largest_may_be_exempt_and_then_count_in_no_arm():
    found = win_back_list(*some(), OFFERS, control_share=0.5, exempt=1)
    assert found["arm"].tolist()[0] == "exempt" and sorted(found["arm"][1:3]) == ["control", "offer"]
    written = as_actions(found, AS_OF)
    assert written["action"].tolist()[0] == "win back, outside the round: call"
    begun = rounds_of(written)
    assert "00003" not in set(begun["customer_id"]) and "00003" not in set(controls(written, AS_OF))
    lost = pd.DataFrame({"customer_id": ["00003"], "lost_on": AS_OF - pd.Timedelta(days=9), "returned_on": pd.NaT})
    assert with_offers(lost, written)["offered_on"].notna().all(), "its return is no natural one"


def test_an_account_twice_is_refused():
    lost, second = some()
    with pytest.raises(InputError, match="customer_id is repeated"):
        win_back_list(pd.concat([lost, lost]), second, OFFERS)


def base(n: int = 60, days: int = H, scored: dict[str, float] | None = None) -> BaseValue:
    """Each customer usually brings 100 a block; the churn model scores some of them still."""
    losses = pd.DataFrame({"segment": "all", "block": [1, 2, 3], "share": [0.2, 0.25, 0.2], "held": False})
    margins = pd.DataFrame({"customer_id": [f"{i:05d}" for i in range(n)], "segment": "all", "margin": 100.0})
    p_silent = pd.DataFrame(
        {"customer_id": list(scored or {}), "p_silent": list((scored or {}).values())}, dtype=object
    )
    return BaseValue(
        pd.DataFrame(), p_silent.astype({"p_silent": float}), margins, losses, H, Value(days=days, discount=0.0)
    )


def left(n: int = 60, back: int = 30) -> pd.DataFrame:
    """Losses 300 days ago, of 365 of margin in the year before; `back` of them returned after 100 days and brought 80 in a horizon."""
    lost_on = AS_OF - pd.Timedelta(days=300)
    table = pd.DataFrame({"customer_id": [f"{i:05d}" for i in range(n)], "last_order": lost_on - pd.Timedelta(days=H)})
    table = table.assign(
        lost_on=lost_on, ended_on=pd.NaT, returned_on=pd.NaT, gap_days=1.0, margin=365.0, second_margin=np.nan
    )
    table.loc[: back - 1, "returned_on"] = lost_on + pd.Timedelta(days=100)
    table.loc[: back - 1, "second_margin"] = 80.0
    return table.assign(cause="quality")


def test_the_plan_in_one_call_is_its_steps():
    """A return is worth 0.8 of 100 a horizon, so 80 in the one block that counts; to be expected is P(return) times that."""
    offers = [{"cause": "quality", "offer": "visit", "cost": 1.0}]
    found = plan_win_back(left(), base(), "2020-01-01", AS_OF, WinBack(offers=offers), bootstraps=100)
    assert len(found.table) == 30 and found.worth["ratio"] == pytest.approx(0.8)
    assert found.table["second_value"].tolist() == pytest.approx([80.0] * 30)
    assert found.table["expected_return"].tolist() == pytest.approx((found.table["p_return"] * 80).tolist())
    assert (found.table["days_lost"] == 300).all() and (found.table["arm"] == "control").sum() == 9
    assert len(found.listed) == 21 and (found.listed["arm"] == "offer").all(), "the control group stands on no list"
    assert 0 < found.overall < 1 and len(found.curves)


def test_who_is_in_a_round_that_is_not_over_keeps_its_arm_and_is_drawn_for_no_other():
    listed = pd.DataFrame({"customer_id": ["00040", "00041"], "offer": "visit", "arm": ["offer", "control"]})
    begun = as_actions(listed, AS_OF - pd.Timedelta(days=H - 1))
    found = plan_win_back(left(), base(), "2020-01-01", AS_OF, actions=begun, bootstraps=100)
    assert found.going_on == 2 and len(found.table) == 30
    assert set(found.table.loc[found.table["arm"].isna(), "customer_id"]) == {"00040", "00041"}
    over = as_actions(listed, AS_OF - pd.Timedelta(days=H))
    assert plan_win_back(left(), base(), "2020-01-01", AS_OF, actions=over, bootstraps=100).table["arm"].notna().all()


def test_with_too_few_returns_nobody_is_listed_and_the_list_says_so():
    found = plan_win_back(left(back=5), base(), "2020-01-01", AS_OF, bootstraps=100)
    assert found.returns.rates.empty and found.curves.empty and np.isnan(found.overall)
    assert waits_for(found.listed) == Reason("nobody_to_win_back", {"few": 20, "days": H, "n": 5})
    assert len(found.table) == 55 and found.table["arm"].isna().all()


def test_the_first_block_of_a_return_is_apart_and_the_later_ones_are_as_those_of_everybody():
    """0.8 · 100 in the first block, then 0.75 · 100 and 0.75 · 0.8 · 100: 215; whoever stays brings 100 + 75 + 60 = 235."""
    found = plan_win_back(left(), base(days=3 * H), "2020-01-01", AS_OF, bootstraps=100)
    assert found.table["second_value"].tolist() == pytest.approx([215.0] * 30)


@pytest.mark.parametrize("brought", [80.0, 250.0])
def test_a_return_is_never_worth_more_than_a_customer_that_stays(brought):
    """Even where returns brought 2.5 times what they used to."""
    episodes = left()
    episodes["second_margin"] = episodes["second_margin"].where(episodes["second_margin"].isna(), brought)
    worth = base(days=3 * H)
    stay = lifetime_values(
        worth.margins.assign(p_silent=0.0), worth.margins, worth.losses, horizon_days=H, days=3 * H, discount=0.0
    )
    found = plan_win_back(episodes, worth, "2020-01-01", AS_OF, bootstraps=100)
    both = found.table.merge(stay, on="customer_id")
    assert len(both) == 30 and (both["second_value"] <= both["remaining_value"] + 1e-9).all()


def test_one_customer_has_one_probability():
    """The model gives 00059 a P(no order) of 0.3: it returns with 0.7, whatever the rates say; the rest go by the rates, by time lost: all
    returns came in the first horizon of a loss."""
    plain = plan_win_back(left(), base(), "2020-01-01", AS_OF, bootstraps=100).table.set_index("customer_id")
    scored = base(scored={"00059": 0.3, "00058": np.nan, "stays": 0.1})
    found = plan_win_back(left(), scored, "2020-01-01", AS_OF, bootstraps=100).table.set_index("customer_id")
    assert found.loc["00059", "p_return"] == pytest.approx(0.7) and found.loc["00059", "method"] == "model"
    assert found.loc["00059", ["low", "high"]].isna().all(), "a range of seasons is no interval of one customer"
    others = found.index.drop("00059")
    assert found.loc[others, "p_return"].to_dict() == pytest.approx(plain.loc[others, "p_return"].to_dict())
    assert (found.loc[others, "method"] == "time_lost").all()
