"""The rules of thumb that a model must beat."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.baselines import BASELINES, baseline_predictions, baseline_range
from kamlib.churn.evaluation.level import losses_by_landmark
from kamlib.churn.landmarks import stops

AS_OF, H = date(2025, 12, 31), 90


def test_the_base_rate_is_the_share_lost_on_complete_landmarks(table):
    day = pd.Timestamp(AS_OF)
    now = table[table["as_of"] == day]
    rules = baseline_predictions(table, day, now, horizon_days=H)
    series = losses_by_landmark(table, day, horizon_days=H)
    year = series[series["as_of"] > series["as_of"].max() - pd.Timedelta(days=365)]
    assert rules["base_rate"].unique() == pytest.approx(year["losses"].sum() / year["accounts"].sum())
    order = np.argsort(now["silence_days"].to_numpy(), kind="stable")
    assert (np.diff(rules["silence_alone"].to_numpy()[order]) >= 0).all()


@pytest.mark.parametrize("lost", [0, 1, 10])
def test_ten_accounts_make_no_rule_certain(lost):
    """Ten accounts at one landmark, silent for 5 to 95 days; the longest silent are lost: the rule tells them apart perfectly.

    Where none is lost the constant is (0 + ½) / (10 + 1) = 0.04545, and Wilson's interval of 0 of 10 is 0 to 0.2775.
    """
    day = pd.Timestamp("2025-01-01")
    row = {"gap_mean": 20.0, "gaps": 9, "gap_cv": 1.0, "average_order": 1.0, "order_days": 10, "order_days_12m": 10.0}
    row |= {"own_limit": 60.0, "state": "active"}
    row |= dict.fromkeys(["margin", "margin_12m", "late", "deliveries", "p_late_60"], np.nan)
    row |= dict.fromkeys(["revenue", "revenue_12m", "returns", "returns_12m"], 1.0)
    then = pd.DataFrame([{**row, "silence_days": 5 + 10 * i} for i in range(10)]).assign(as_of=day, ended_on=pd.NaT)
    then["next_order"] = [day + pd.Timedelta(days=9) if i < 10 - lost else pd.NaT for i in range(10)]
    until = day + pd.Timedelta(days=H)
    found = baseline_predictions(then, until, then, horizon_days=H)
    for name in BASELINES:
        ends = baseline_range(then, until, then, name, horizon_days=H)
        assert found[name].between(0.001, 0.999).all()
        assert (ends["high"] - ends["low"]).min() > 0.05
        assert ((ends["low"] <= found[name]) & (found[name] <= ends["high"])).all()
    if lost == 0:
        assert found["silence_alone"].unique() == pytest.approx(0.5 / 11)
        assert ends["high"].unique() == pytest.approx(0.2775, abs=1e-4)


def test_the_rules_of_stops_by_hand(table):
    """Silence over the own limit ranks by that ratio; a state has (k + ½) / (n + 1) of the windows that were over in the last year of them."""
    day = pd.Timestamp(AS_OF)
    now = table[table["as_of"] == day]
    came = stops(table, day, horizon_days=H)
    over = table[came["complete"]]
    year = over["as_of"] > over["as_of"].max() - pd.Timedelta(days=365)
    gone = came.loc[over.index, "lost"][year].groupby(over.loc[year, "state"]).agg(["sum", "size"])
    rules = baseline_predictions(table, day, now, horizon_days=H, event=stops)
    expected = now["state"].map((gone["sum"] + 0.5) / (gone["size"] + 1))
    expected = expected.fillna((gone["sum"].sum() + 0.5) / (gone["size"].sum() + 1))  # a state that nobody was in then
    assert len(gone) > 2
    np.testing.assert_allclose(rules["state"], expected)
    order = np.argsort((now["silence_days"] + 1) / now["own_limit"], kind="stable").to_numpy()
    assert (np.diff(rules["silence_in_limits"].to_numpy()[order]) >= -1e-12).all()
    assert rules["base_rate"].unique() == pytest.approx(gone["sum"].sum() / gone["size"].sum())


def test_a_state_that_nobody_was_in_has_the_share_of_all(table):
    day = pd.Timestamp(AS_OF)
    now = table[table["as_of"] == day].head(1).assign(state="returned")
    others = table[table["state"] != "returned"]
    came = losses_by_landmark(others, day, horizon_days=H)
    year = came[came["as_of"] > came["as_of"].max() - pd.Timedelta(days=365)]
    found = baseline_predictions(others, day, now, horizon_days=H)["state"].iloc[0]
    assert found == pytest.approx((year["losses"].sum() + 0.5) / (year["accounts"].sum() + 1))
