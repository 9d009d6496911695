"""The whole forecast in one call: the same as its steps, honest where the history is short, blind to the future."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from kamlib.churn import evaluation, forecast
from kamlib.churn.evaluation.holdout import evaluate_stops, on_two_landmarks
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.stopping import fit_stopping
from kamlib.churn.next_order import next_order_days
from kamlib.churn.probabilities import silent_probabilities, stopped_probabilities
from kamlib.churn.tested_list import COLUMNS
from kamlib.errors import InputError
from kamlib.study.settings.sections import Churn

AS_OF, H = date(2025, 12, 31), 90
RULES = Churn(horizon_days=H, step_days=30, penalties=[0.01], bootstraps=100, fewest_losses=10)


@pytest.fixture(scope="module")
def whole(clean_orders, lines):
    return forecast(clean_orders(lines), AS_OF, RULES)


@pytest.mark.slow
def test_it_is_the_landmark_table_the_tests_and_the_list_of_its_steps(whole, table):
    pd.testing.assert_frame_equal(whole.at_risk[table.columns], table, check_dtype=False)
    then = AS_OF - timedelta(days=H)
    options = {"horizon_days": H, "fewest_losses": 10, "bootstraps": 100}
    silent, stopped = [], []
    for day in (AS_OF, then):
        known = table[table["as_of"] <= pd.Timestamp(day)]
        chosen = evaluation.chosen(evaluation.choose(known, day - timedelta(days=H), horizon_days=H, penalties=[0.01]))
        silent.append((chosen, evaluation.evaluate(known, day, chosen, **options)))
        stopped.append(evaluate_stops(known, day, **options))
    assert whole.settings == silent[0][0]
    test, of_stops = on_two_landmarks(*(found for _, found in silent)), on_two_landmarks(*stopped)
    pairs = (whole.test, test), (whole.test.earlier, test.earlier), (whole.test_of_stops, of_stops)
    for ours, by_hand in pairs:
        pd.testing.assert_frame_equal(ours.measures, by_hand.measures)
        assert ours.verdict == by_hand.verdict
    assert (
        whole.test_of_stops.earlier is None
    )  # in two years windows were over at the landmarks before one test, not before two
    model = fit(table, AS_OF, whole.settings, horizon_days=H) if test.verdict.method == "model" else None
    made = silent_probabilities(table, AS_OF, test.verdict, model, horizon_days=H).join(
        stopped_probabilities(table, AS_OF, of_stops, fit_stopping(table, AS_OF, horizon_days=H), horizon_days=H)
    )
    made = made.set_index(table.loc[made.index, "customer_id"]).loc[whole.table["customer_id"]]
    chances = [name for name in made if not name.startswith("reason")]
    pd.testing.assert_frame_equal(whole.table.set_index("customer_id")[chances], made[chances])
    waits = next_order_days(table, AS_OF, model, horizon_days=H).set_index("customer_id")
    pd.testing.assert_frame_equal(
        whole.table.set_index("customer_id")[waits.columns], waits.loc[whole.table["customer_id"]]
    )


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
def test_the_list_has_both_chances_the_likeliest_to_have_stopped_first(whole):
    table = whole.table
    assert table.columns.tolist() == [*COLUMNS, "next_from", "next_days", "next_to"] and whole.stops_known
    assert table["p_stopped"].is_monotonic_decreasing and not table["p_silent"].is_monotonic_decreasing
    for name in ("p_stopped", "p_silent"):
        assert ((table[f"{name}_low"] <= table[name]) & (table[name] <= table[f"{name}_high"])).all()
    assert set(table["method_stopped"]) == {whole.test_of_stops.verdict.method}


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
    assert found.table["p_stopped"].isna().all() and found.stopping is None and not found.stops_known


@pytest.mark.slow
def test_where_no_window_is_over_the_list_is_by_p_silent_and_p_stopped_is_missing(clean_orders, lines):
    """Eight months of the base, a horizon of 90 days: landmarks are complete, but no window of 180 days after a horizon."""
    end = date(2024, 9, 6)
    found = forecast(clean_orders([line for line in lines if line[1] <= end]), end, RULES)
    table = found.table
    assert table["p_silent"].notna().all() and table["p_silent"].is_monotonic_decreasing
    assert table[["p_stopped", "p_stopped_low", "p_stopped_high", "method_stopped"]].isna().all(axis=None)
    assert found.stopping is None and not found.stops_known and len(table) > 20


@pytest.mark.slow
def test_a_model_of_stops_without_a_test_is_called_untested(clean_orders, lines):
    """Fifteen months: windows were over at landmarks of the past, but at none before those."""
    end = date(2025, 3, 31)
    found = forecast(clean_orders([line for line in lines if line[1] <= end]), end, RULES)
    assert found.test_of_stops.verdict.test_date is None and found.stopping is not None
    assert set(found.table["method_stopped"]) == {"untested"} and found.table["p_stopped"].is_monotonic_decreasing


def test_nobody_who_bought_is_refused(clean_orders):
    with pytest.raises(InputError, match="nobody bought"):
        forecast(clean_orders([("A", "2026-01-01", "-5")]), date(2026, 6, 30))
    with pytest.raises(InputError, match="nobody bought"):
        forecast(clean_orders([("A", "2026-07-01", "5")]), date(2026, 6, 30))
