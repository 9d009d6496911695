"""Forecasts of earlier days made anew. Oracle: the order lines themselves, and the expected number beside what came of a simulated base."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from kamlib.churn.made_anew import COLUMNS, earlier_forecasts
from kamlib.stats.reasons import waits_for
from kamlib.study.settings.sections import Churn

AS_OF, H = date(2025, 12, 31), 90
RULES = Churn(horizon_days=H, step_days=30, penalties=[0.01], bootstraps=100, fewest_losses=10)


@pytest.fixture(scope="module")
def made(table):
    return earlier_forecasts(table, AS_OF, RULES, quarters=3)


@pytest.mark.slow
def test_each_quarter_has_the_last_day_whose_horizon_is_over(made, table):
    days = [day for day in sorted(table["as_of"].unique()) if day + pd.Timedelta(days=H) <= pd.Timestamp(AS_OF)]
    quarters = pd.Series(days).groupby(pd.PeriodIndex(days, freq="Q")).max().tail(3)
    assert sorted(made["as_of"].unique()) == sorted(quarters)
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
