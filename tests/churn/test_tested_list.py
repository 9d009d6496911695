"""The whole forecast in one call: the same as its steps, honest where the history is short, blind to the future."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from kamlib.churn import evaluation, forecast
from kamlib.churn.explain import lost_probabilities
from kamlib.churn.model import fit
from kamlib.errors import InputError
from kamlib.study.sections import Churn

AS_OF, H = date(2025, 12, 31), 90
RULES = Churn(horizon_days=H, step_days=30, penalties=[0.01], bootstraps=100, fewest_losses=10)


@pytest.fixture(scope="module")
def whole(clean_orders, lines):
    return forecast(clean_orders(lines), AS_OF, RULES)


@pytest.mark.slow
def test_it_is_the_landmark_table_the_test_and_the_list_of_its_steps(whole, table):
    pd.testing.assert_frame_equal(whole.at_risk[table.columns], table, check_dtype=False)
    chosen = evaluation.choose(table, AS_OF - timedelta(days=H), horizon_days=H, penalties=[0.01])
    assert whole.settings == evaluation.chosen(chosen)
    test = evaluation.evaluate(table, AS_OF, whole.settings, horizon_days=H, fewest_losses=10, bootstraps=100)
    pd.testing.assert_frame_equal(whole.test.measures, test.measures)
    model = fit(table, AS_OF, whole.settings, horizon_days=H)
    by_hand = lost_probabilities(table, AS_OF, whole.test.verdict, model, horizon_days=H)
    pd.testing.assert_frame_equal(whole.table[by_hand.columns], by_hand)


@pytest.mark.slow
def test_who_is_at_risk_is_in_the_list_once_and_the_test_counts_who_stayed_away(whole, lines):
    bought = pd.DataFrame(lines, columns=["customer_id", "day", "amount"])
    last = bought.groupby("customer_id")["day"].max()
    at_risk = last[[(AS_OF - day).days <= RULES.at_risk_days for day in last]]
    assert sorted(whole.table["customer_id"]) == sorted(at_risk.index)
    then = AS_OF - timedelta(days=H)
    before = bought[bought["day"] <= then].groupby("customer_id")["day"].max()
    asked = before[[(then - day).days <= RULES.at_risk_days for day in before]].index
    assert whole.test.verdict.losses == sum(last[name] <= then for name in asked)
    assert (whole.model is not None) == (whole.test.verdict.method == "model")


@pytest.mark.slow
def test_what_comes_after_the_day_changes_nothing(whole, clean_orders, lines):
    later = [("K000", AS_OF + timedelta(days=k), 10_000) for k in range(1, 60)] + [
        ("new", AS_OF + timedelta(days=1), 5)
    ]
    pd.testing.assert_frame_equal(forecast(clean_orders([*lines, *later]), AS_OF, RULES).table, whole.table)


@pytest.mark.slow
@pytest.mark.parametrize("days", [0, 20, 200, 400])
def test_a_history_that_is_too_short_gives_a_list_and_says_that_it_is_not_tested(clean_orders, days):
    last = date(2026, 6, 30)
    lines = [
        (name, last - timedelta(days=k), 10) for name, step in (("A", 7), ("B", 40)) for k in range(0, days + 1, step)
    ]
    found = forecast(clean_orders(lines), last)
    assert found.test.verdict.method == "baseline" and found.test.verdict.test_date is None and found.model is None
    assert sorted(found.table["customer_id"]) == ["A", "B"]
    assert found.table["p_silent"].notna().all() == (days >= 2 * 180)


def test_nobody_who_bought_is_refused(clean_orders):
    with pytest.raises(InputError, match="nobody bought"):
        forecast(clean_orders([("A", "2026-01-01", "-5")]), date(2026, 6, 30))
    with pytest.raises(InputError, match="nobody bought"):
        forecast(clean_orders([("A", "2026-07-01", "5")]), date(2026, 6, 30))
