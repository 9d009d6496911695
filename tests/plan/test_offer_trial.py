"""A round of offers: as actions, read back, by hand, and refused without a control group."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from kamlib.plan.offer_trial import as_actions, controls, last_round, under_way
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason

DAY, AS_OF, H = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-06-30"), 100


def base(n: int, back: set[int], ended: set[int] = frozenset()) -> pd.DataFrame:
    """So many accounts lost before DAY; those in `back` return 30 days after it."""
    table = pd.DataFrame({"customer_id": [f"K{i}" for i in range(n)], "lost_on": DAY - pd.Timedelta(days=9)})
    table["returned_on"] = pd.to_datetime([DAY + pd.Timedelta(days=30) if i in back else pd.NaT for i in range(n)])
    table["ended_on"] = pd.to_datetime([DAY - pd.Timedelta(days=1) if i in ended else pd.NaT for i in range(n)])
    return table


def actions(n: int, controls: int, day: pd.Timestamp = DAY) -> pd.DataFrame:
    listed = pd.DataFrame({"customer_id": [f"K{i}" for i in range(n)], "offer": "a visit"})
    listed["arm"] = ["control" if i < controls else "offer" for i in range(n)]
    made = as_actions(listed, day)
    done = pd.Series([day + pd.Timedelta(days=5)] * n).where(made["action"] == "win back: a visit")
    return made.assign(done=pd.to_datetime(done), cost=50.0)


def test_a_round_by_hand():
    """Newcombe (1998), table II, example a: 56 of 70 with an offer, 48 of 80 without: 0.20, interval 0.0524 to 0.3339.

    The costs of the control group's rows, which were never done, do not count.
    """
    found = last_round(actions(150, 80), base(150, {*range(48), *range(80, 136)}), AS_OF, horizon_days=H)
    assert found.day == DAY
    assert found.arms.loc["offer", ["accounts", "returned", "done", "cost"]].tolist() == [70, 56, 70, 3500]
    assert found.arms.loc["control", ["accounts", "returned", "done", "cost"]].tolist() == [80, 48, 0, 0]
    assert (found.difference, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    assert found.reason == Reason("offers_helped")


def test_how_many_would_be_enough_by_hand():
    """10 % against 20 %: (1.96 √(2 · 0.15 · 0.85) + 0.8416 √(0.1 · 0.9 + 0.2 · 0.8))² / 0.1² = 198.9."""
    found = last_round(actions(40, 20), base(40, {0, 1}), AS_OF, horizon_days=H)
    assert found.enough == 199
    assert math.isnan(last_round(actions(40, 20), base(40, set()), AS_OF, horizon_days=H).enough)


def test_offers_that_did_nothing_are_told_so():
    found = last_round(actions(40, 20), base(40, {0, 30}), AS_OF, horizon_days=H)
    assert found.reason == Reason("arms_alike")


def test_who_was_not_lost_on_the_day_counts_in_neither_arm_and_offers_never_made_count():
    table = actions(40, 20)
    table.loc[39, "done"] = pd.NaT
    found = last_round(table, base(40, set(), {0, 21}), AS_OF, horizon_days=H)
    assert found.arms["accounts"].to_dict() == {"offer": 19, "control": 19}
    assert found.arms.loc["offer", "done"] == 18


def test_only_the_last_round_that_is_over_is_told():
    late = actions(30, 10, AS_OF - pd.Timedelta(days=50))
    both = pd.concat([actions(40, 20), late])
    assert last_round(both, base(40, {1}), AS_OF, horizon_days=H).day == DAY
    only = last_round(late, base(40, {1}), AS_OF, horizon_days=H)
    assert only.day is None
    assert sentence(only.reason) == ("no round of offers is over yet; the one of 2026-05-11 is over on 2026-08-19")
    for none in (None, actions(4, 2).head(0)):
        assert last_round(none, base(4, {1}), AS_OF, horizon_days=H).reason == Reason("no_round_over")


def test_controls_are_those_of_the_last_round_that_has_begun_and_arms_stand_until_it_is_over():
    late = actions(30, 10, AS_OF + pd.Timedelta(days=1))
    both = pd.concat([actions(4, 2), late])
    assert controls(both, AS_OF).tolist() == ["K0", "K1"] and len(controls(both, AS_OF + pd.Timedelta(days=1))) == 10
    assert under_way(both, DAY + pd.Timedelta(days=H - 1), horizon_days=H).tolist() == ["K0", "K1", "K2", "K3"]
    assert under_way(both, DAY + pd.Timedelta(days=H), horizon_days=H).empty
    assert controls(None, AS_OF).empty and under_way(None, AS_OF).empty


def test_without_a_control_group_nothing_is_said_of_the_effect():
    found = last_round(actions(40, 0), base(40, {1, 2}), AS_OF, horizon_days=H)
    assert found.day is None
    assert found.reason == Reason("no_control_group", {"day": DAY})
    assert sentence(found.reason) == (
        "the round of 2026-01-01 has no control group, so nothing can be said of its effect"
    )


def test_the_words_of_a_round_are_as_they_were():
    assert [sentence(Reason(code)) for code in ("no_round_over", "offers_helped", "offers_harmed", "arms_alike")] == [
        "no round of offers is over yet",
        "the offers brought accounts back, beyond chance",
        "fewer came back with an offer than without, beyond chance",
        "the arms can't be told apart: the offers may have done nothing",
    ]


def test_the_texts_of_actions_are_as_they_are_read_back():
    listed = pd.DataFrame(
        {"customer_id": list("abc"), "offer": [None, "a visit", None], "arm": ["offer", "offer", "control"]}
    )
    made = as_actions(listed, DAY)
    assert made["action"].tolist() == ["win back: a call", "win back: a visit", "win back: control, no offer"]
    assert set(made["owner"]) == {"account manager"}
