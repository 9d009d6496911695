"""Forecasts of earlier days made anew. Oracle: the order lines themselves, and the expected number beside what came of a simulated base."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.judgement import Tried
from kamlib.churn.made_anew import COLUMNS, earlier_forecasts, with_returns
from kamlib.stats.reasons import waits_for
from kamlib.study.settings.sections import Churn

AS_OF, H = date(2025, 12, 31), 90
RULES = Churn(horizon_days=H, step_days=30, penalties=[0.01], bootstraps=100, fewest_losses=10)


@pytest.fixture(scope="module")
def made(table):
    return earlier_forecasts(table, AS_OF, RULES)


@pytest.mark.slow
def test_each_quarter_has_the_last_day_whose_horizon_is_over(made, table):
    days = [day for day in sorted(table["as_of"].unique()) if day + pd.Timedelta(days=H) <= pd.Timestamp(AS_OF)]
    quarters = pd.Series(days).groupby(pd.PeriodIndex(days, freq="Q")).max()
    assert sorted(made["as_of"].unique()) == sorted(quarters)[1:]  # before the first no horizon was over to learn from
    assert made.columns.tolist() == COLUMNS and not made.duplicated(["customer_id", "as_of", "event"]).any()


@pytest.mark.slow
def test_what_came_is_in_the_order_lines(made, lines):
    bought = pd.DataFrame(lines, columns=["customer_id", "day", "amount"])
    silent = made[(made["event"] == "silent") & (made["as_of"] == made["as_of"].max())]
    day = silent["as_of"].iloc[0].date()
    ordered = set(bought.loc[(bought["day"] > day) & (bought["day"] <= day + timedelta(days=H)), "customer_id"])
    assert silent["came"].tolist() == [float(name not in ordered) for name in silent["customer_id"]]
    assert (silent["over_on"] == silent["as_of"] + pd.Timedelta(days=H)).all()


@pytest.mark.slow
def test_a_window_that_is_not_over_tells_nothing(made):
    over = made["over_on"] <= pd.Timestamp(AS_OF)
    assert made["came"].notna().equals(over)


@pytest.mark.slow
def test_about_as_many_came_as_were_expected(made):
    """The base leaves at one rate throughout, so the level is to be met to within a third."""
    silent = made[made["event"] == "silent"].groupby("as_of")[["chance", "came"]].sum()
    assert ((silent["chance"] / silent["came"]).between(0.67, 1.5)).all()


def test_without_a_day_that_is_over_there_is_none(table):
    late = table[table["as_of"] > pd.Timestamp(AS_OF) - pd.Timedelta(days=H)]
    assert waits_for(earlier_forecasts(late, AS_OF, RULES)).code == "no_forecast_before"


def absences(seed: int, day: pd.Timestamp) -> pd.DataFrame:
    """Losses of three years; each is away for a time with one rate, so that one rate for all is right."""
    rng = np.random.default_rng(seed)
    lost_on = day - pd.to_timedelta(rng.integers(1, 1000, 600), unit="D")
    back = lost_on + pd.to_timedelta(np.ceil(rng.exponential(500, 600)), unit="D")
    return pd.DataFrame(
        {
            "customer_id": [f"K{k:03}" for k in range(600)],
            "last_order": lost_on - pd.Timedelta(days=H),
            "lost_on": lost_on,
            "ended_on": pd.Series(pd.NaT, range(600), dtype="datetime64[ns]"),
            "returned_on": pd.Series(back).where(back <= day),
            "gap_days": 10.0,
            "amount": 100.0,
            "margin": 30.0,
        }
    )


def test_returns_are_promised_on_the_same_days_to_those_away_for_longer_by_what_was_known_then():
    """Away at one rate: 1 - exp(-90 / 500) = 16.5 % within the horizon. Absences that began later, or ended before, are not there."""
    day, end = pd.Timestamp("2025-10-02"), pd.Timestamp(AS_OF)
    forecasts = pd.DataFrame([["x", day, "silent", 0.1, "model", end, 0.0, 1.0]], columns=COLUMNS)
    losses = absences(1, end)
    found = with_returns(forecasts, losses, AS_OF, RULES).query("event == 'returned'")
    away = losses[(losses["lost_on"] <= day) & ~(losses["returned_on"] <= day)]
    away = away[(day - away["last_order"]).dt.days > RULES.at_risk_days]
    assert found["customer_id"].tolist() == away["customer_id"].tolist()
    assert found["came"].tolist() == (away["returned_on"] <= day + pd.Timedelta(days=H)).astype(float).tolist()
    assert found["chance"].mean() == pytest.approx(0.165, abs=0.05)
    known = losses.assign(returned_on=losses["returned_on"].where(losses["returned_on"] <= day))
    blind = with_returns(forecasts, known, AS_OF, RULES).query("event == 'returned'")
    assert blind["chance"].tolist() == found["chance"].tolist()


def test_without_rates_no_return_is_promised():
    forecasts = pd.DataFrame(
        [["x", pd.Timestamp("2025-10-02"), "silent", 0.1, "model", pd.Timestamp(AS_OF), 0.0, 1.0]], columns=COLUMNS
    )
    assert with_returns(forecasts, absences(1, pd.Timestamp(AS_OF)).head(5), AS_OF, RULES).equals(forecasts)


@pytest.mark.slow
def test_what_was_tried_for_another_day_changes_nothing(made, table):
    """A judgement of the last day first, as the forecast makes it; then all days with what it tried."""
    tried = Tried()
    last = earlier_forecasts(table, AS_OF, RULES, days=[made["as_of"].max()], tried=tried)
    pd.testing.assert_frame_equal(earlier_forecasts(table, AS_OF, RULES, tried=tried), made)
    pd.testing.assert_frame_equal(last, made[made["as_of"] == made["as_of"].max()].reset_index(drop=True))
