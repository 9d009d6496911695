"""The day of the next order: the curve of P(no order yet), read the other way round."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.prediction import predict, relative_risks, still_waiting
from kamlib.churn.models.waiting import NO_CURVE, Settings
from kamlib.churn.next_order import by_state, in_accord, next_order_days
from kamlib.stats.reasons import Reason, waits_for

AS_OF, H = date(2025, 12, 31), 90


@pytest.fixture(scope="module")
def expected(table, model):
    return next_order_days(table, AS_OF, model, horizon_days=H)


@pytest.mark.slow
def test_the_day_is_where_the_chance_of_no_order_falls_to_a_half(table, model, expected):
    """P(no order by day t), worked out by cutting the model's hazards after day t and asking for the end of the horizon; the curve at the end of the
    horizon is shared by all days in proportion."""
    now = table[table["as_of"] == pd.Timestamp(AS_OF)].reset_index(drop=True)
    assert expected["customer_id"].tolist() == now["customer_id"].tolist()
    for t in (3, 15, 16, 40, 90):
        cut = [
            replace(piece, events=piece.events * (piece.events.columns.to_numpy() + piece.start <= t))
            for piece in model.pieces
        ]
        uncurved = replace(model, curve=NO_CURVE)
        cut_off = replace(uncurved, pieces=tuple(cut))
        by_day, by_end, told = (1 - predict(one, now)["p_silent"] for one in (cut_off, uncurved, model))
        waiting = 1 - by_day * told / by_end
        for name, left in (("next_from", 0.75), ("next_days", 0.5), ("next_to", 0.25)):
            np.testing.assert_array_equal(expected[name] <= t, waiting <= left)


@pytest.mark.slow
def test_with_a_second_opinion_too_the_chance_of_no_order_falls_to_a_half_on_the_day(table):
    both = fit(table, AS_OF, Settings(0.01, 15, "both"), horizon_days=H, robust_rows=0)
    now = table[table["as_of"] == pd.Timestamp(AS_OF)].reset_index(drop=True)
    days = next_order_days(table, AS_OF, both, horizon_days=H)["next_days"]
    seen, risks = days.notna(), relative_risks(both, both.scale.of(now))
    on, before = (still_waiting(both, now, risks, days.fillna(H).to_numpy(dtype=int) - back) for back in (0, 1))
    assert seen.any() and not seen.all()
    assert (on[seen] <= 0.5).all() and (before[seen] > 0.5).all() and (on[~seen] > 0.5).all()


def test_who_is_more_likely_lost_than_not_has_no_day(table, model, expected):
    now = table[table["as_of"] == pd.Timestamp(AS_OF)].reset_index(drop=True)
    lost = predict(model, now)["p_silent"] > 0.5
    assert lost.any() and not lost.all()
    assert (expected["next_days"].isna() == lost).all()


def test_the_range_holds_the_median(expected):
    known = expected.dropna()
    assert len(known) > 50
    assert ((known["next_from"] <= known["next_days"]) & (known["next_days"] <= known["next_to"])).all()
    assert known["next_from"].min() >= 1


def test_half_of_the_orders_come_before_the_day(table, model):
    """On a landmark whose outcome is known: of those with a median, about half ordered by it (more than 4 errors off never)."""
    day = pd.Timestamp(AS_OF) - pd.Timedelta(days=H)
    now = table[table["as_of"] == day].reset_index(drop=True)
    found = next_order_days(table, day, model, horizon_days=H)
    came = outcomes(now, AS_OF, horizon_days=H)
    known = found["next_days"].notna()
    early = (came["duration"] <= found["next_days"]) & (came["event"] == 1)
    assert early[known].mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(known.sum()))


def test_without_a_model_the_groups_curve_gives_the_day(table):
    """The median of a group by the curve is the middle of its waits where all are known, by a plain sort of them."""
    found = next_order_days(table, AS_OF, None, horizon_days=H)
    now = table[table["as_of"] == pd.Timestamp(AS_OF)].reset_index(drop=True)
    frequent = now["order_days_12m"] >= 12
    assert found.loc[frequent, "next_days"].nunique() == 1
    rows = table[(table["as_of"] <= pd.Timestamp(AS_OF) - pd.Timedelta(days=H)) & (table["order_days_12m"] >= 12)]
    rows = rows[rows["as_of"] > rows["as_of"].max() - pd.Timedelta(days=365)]
    waits = np.sort((rows["next_order"] - rows["as_of"]).dt.days.fillna(np.inf))
    assert found.loc[frequent, "next_days"].iloc[0] == waits[int(np.ceil(len(waits) / 2)) - 1]


def test_customers_are_counted_and_not_the_landmarks_that_saw_them(table):
    """Three customers at a dozen landmarks are no thirty; nineteen have no curve, and thirty of a band have their own."""
    often = table.loc[table["order_days_12m"] >= 12, "customer_id"]
    ids = often.value_counts().index
    for many, told in ((3, False), (19, False), (20, True)):
        few = table[table["customer_id"].isin(ids[:many])].reset_index(drop=True)
        past = few[few["as_of"] < pd.Timestamp(AS_OF) - pd.Timedelta(days=H)]
        assert many > 3 or len(past) >= 10
        found = next_order_days(few, AS_OF, None, horizon_days=H)
        assert found["next_days"].notna().any() == told
    states = pd.DataFrame({"customer_id": ids[:3], "state": "active", "silence_days": 1, "reason": "buys_as_usual"})
    few = table[table["customer_id"].isin(ids[:3])].reset_index(drop=True)
    told = waits_for(by_state(next_order_days(few, AS_OF, None, horizon_days=H), states, horizon_days=H))
    assert told == Reason("no_next_order_told", {"enough": 20, "days": H})


def test_without_a_whole_horizon_no_day_is_named(table):
    early = table[table["as_of"] == pd.Timestamp(AS_OF)]
    assert (
        next_order_days(early, AS_OF, None, horizon_days=H)[["next_from", "next_days", "next_to"]].isna().all(axis=None)
    )


def test_the_middle_customer_of_each_state_by_hand():
    """Of three active ones the middle waits 5 days; of two silent ones, one without a day, the middle lies at infinity."""
    listed = pd.DataFrame(
        {"customer_id": list("abcde"), "next_days": [3, 5, 40, 9, np.nan], "next_from": 1.0, "next_to": 50.0}
    )
    states = pd.DataFrame({"customer_id": list("edcbax"), "state": ["silent", "silent", *["active"] * 3, "lost"]})
    states = states.assign(silence_days=300, reason="no_purchase")
    found = by_state(listed, states, horizon_days=H)
    assert found.index.tolist() == ["active", "silent"]
    assert found.loc["active"].tolist() == [3, 1, 5, 50, 0] and found.loc["silent"].tolist() == [2, 1, "> 90", 50, 1]
    gone = states.assign(state=states["state"].replace("silent", "lost"))
    assert by_state(listed, gone, horizon_days=H).index.tolist() == ["active", "lost_lately"], "lost, but followed"
    assert waits_for(by_state(listed.head(0), states, horizon_days=H)) == Reason("nobody_at_risk_now")


def test_no_day_is_named_by_which_more_would_have_ordered_than_p_silent_leaves():
    """0.2 leaves all three; 0.4 no day by which three quarters have ordered, 0.6 none for a half, 0.8 none at all; unknown rules out nothing."""
    days = {"next_from": 10.0, "next_days": 20.0, "next_to": 30.0}
    found = in_accord(pd.DataFrame({"p_silent": [0.2, 0.4, 0.6, 0.8, np.nan], **days}))
    assert found[[*days]].notna().sum(axis=1).tolist() == [3, 2, 1, 0, 3]
