"""P(stopped): the estimates of another program, a silence that never lowers it, and the planted day on which accounts left."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.landmarks import stops
from kamlib.churn.models.stopping import fit_stopping, p_stopped
from kamlib.errors import InputError

AS_OF, H = date(2025, 12, 31), 90
SILENCE = {
    *("silence", "within_limit", "beyond_limit", "far_beyond_limit", "past_limit"),
    *("beyond_gap", "far_beyond_gap", "beyond_known_gap", "gaps_missed", "silence_by_days"),
}
BASES = [("regular", 90), ("at random", 90), ("grocery", 180), ("month ends", 90), ("slow at month ends", 90)]


@pytest.fixture(scope="module")
def learnt(table):
    """The model, the rows it learnt from, their covariates and who stayed."""
    model = fit_stopping(table, AS_OF, horizon_days=H)
    rows = table[table["as_of"] < pd.Timestamp(AS_OF)]
    came = stops(rows, AS_OF, horizon_days=H)
    rows = rows[came["complete"]]
    return model, rows, model.scale.of(rows), 1 - came.loc[rows.index, "lost"].to_numpy()


def test_the_coefficients_are_those_of_a_bounded_optimum_of_another_program(learnt):
    """A ridge of 30, of silence 1, for each row of a customer: as strong as if it stood once. Silence pushes towards leaving only."""
    from scipy.optimize import minimize

    model, rows, z, stayed = learnt
    x = np.column_stack([np.ones(len(z)), z])
    ridge = np.array([0.0, *(1.0 if name in SILENCE else 30.0 for name in z)])
    ridge = ridge * len(rows) / rows["customer_id"].nunique()

    def loss(beta):
        odds = x @ beta
        fall = x.T @ (stayed - 1 / (1 + np.exp(-odds))) - ridge * beta
        return float(np.logaddexp(0, odds).sum() - stayed @ odds + ridge @ beta**2 / 2), -fall

    bounds = [(None, None), *((None, 0.0) if name in SILENCE else (None, None) for name in z)]
    other = minimize(
        loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-9}
    )
    np.testing.assert_allclose([model.intercept, *model.coefficients], other.x, atol=1e-4)
    assert model.customers == rows["customer_id"].nunique() and set(z) >= SILENCE
    assert (model.coefficients[list(SILENCE)] <= 0).all()


def test_the_range_is_that_of_the_landmarks_each_moved_to_what_came_at_it(learnt, table):
    """By another root finder: what must be added at each landmark so that as many stay as did, and 1.96 standard errors."""
    from scipy.optimize import brentq

    model, rows, z, stayed = learnt
    odds, ends = model.intercept + (z @ model.coefficients).to_numpy(), []
    for day in rows["as_of"].unique():
        at = (rows["as_of"] == day).to_numpy()
        total = min(max(stayed[at].sum(), 0.5), at.sum() - 0.5)
        moved = brentq(lambda m, at=at, total=total: (1 / (1 + np.exp(-odds[at] - m))).sum() - total, -15, 15)
        p = 1 / (1 + np.exp(-odds[at] - moved))
        ends.append((moved - 1.96 / np.sqrt((p * (1 - p)).sum()), moved + 1.96 / np.sqrt((p * (1 - p)).sum())))
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    here = model.intercept + (model.scale.of(now) @ model.coefficients).to_numpy()
    found = p_stopped(model, now)
    lowest, highest = min(low for low, _ in ends), max(high for _, high in ends)
    for name, moved in (("p_stopped", 0.0), ("low", highest), ("high", lowest)):
        np.testing.assert_allclose(found[name], 1 / (1 + np.exp(here + moved)), rtol=1e-6)
    assert (found["low"] < found["p_stopped"]).all() and (found["p_stopped"] < found["high"]).all()


def test_with_less_than_a_year_of_outcomes_the_odds_may_be_a_third_or_three_times_at_least(table):
    """Until 400 days after the first landmark windows of 180 days are over at those of 130 days: too few for a year with the horizon."""
    day = table["as_of"].min() + pd.Timedelta(days=400)
    model = fit_stopping(table, day, horizon_days=H)
    days = pd.DatetimeIndex(model.levels.index)
    assert (days.max() - days.min()).days + H < 365
    odds = p_stopped(model, table.head(50)).transform(lambda p: p / (1 - p))
    assert (odds["high"] / odds["p_stopped"] >= 3 - 1e-9).all() and (odds["p_stopped"] / odds["low"] >= 3 - 1e-9).all()


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "horizon"), BASES)
def test_a_longer_silence_never_lowers_p_stopped(base_of, kind, horizon):
    """All else equal, of every account of the base, from none to two years, however slow it buys."""
    table, _ = base_of(kind, 1, horizon, horizon // 3)
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    model, before = fit_stopping(table, AS_OF, horizon_days=horizon), None
    for days in [0, 1, 3, 7, 14, 20, 25, 30, 31, 45, 60, 90, 120, 180, 240, 320, 365, 400, 500, 730]:
        silent = now.assign(silence_days=float(days), last_order=now["as_of"] - pd.Timedelta(days=days))
        p = p_stopped(model, silent)
        assert before is None or (p >= before - 1e-12).all(axis=None), days
        before = p
    assert before["p_stopped"].min() > 0.5


def test_where_the_past_says_the_opposite_a_longer_silence_still_never_lowers_p_stopped(table):
    """Planted: of each landmark the half that ordered last has stopped and the other half is there. The bounds hold all signs at 0."""
    late = table["silence_days"] > table.groupby("as_of")["silence_days"].transform("median")
    turned = table.assign(later_order=(table["as_of"] + pd.Timedelta(days=H + 1)).where(late))
    model = fit_stopping(turned, AS_OF, horizon_days=H)
    assert (model.coefficients[list(SILENCE)] == 0).all()
    now = turned[turned["as_of"] == pd.Timestamp(AS_OF)]
    short, long = (p_stopped(model, now.assign(silence_days=days)) for days in (1.0, 300.0))
    assert (long >= short - 1e-12).all(axis=None)


@pytest.mark.slow
def test_silent_frequent_buyers_have_most_likely_stopped(base_of):
    """Gaps of 4 to 14 days, a quarter leaves in a year: who is silent for more than twice its limit has nearly always left."""
    table, truth = base_of("grocery", 1, 180, 60)
    for day in (pd.Timestamp(AS_OF), pd.Timestamp(AS_OF) - pd.Timedelta(days=180)):
        now = table[table["as_of"] == day]
        silent = now[(now["silence_days"] > 2 * now["own_limit"]) & (now["silence_days"] <= 180)]
        assert (
            len(silent) >= 10 and (truth["left"][silent["customer_id"]] <= day).mean() > 0.95
        )  # planted: they are gone
        assert p_stopped(fit_stopping(table, day), silent)["p_stopped"].mean() >= 0.85


def test_rows_after_the_day_and_windows_not_over_change_nothing(table):
    """Everything at or after the day is poisoned, and every order after it."""
    day = table["as_of"].unique()[-4]
    poisoned = table.copy()
    poisoned.loc[poisoned["as_of"] >= day, ["silence_days", "order_days", "average_order"]] = 10**6
    for name in ("next_order", "later_order"):
        poisoned.loc[poisoned[name] > day, name] += pd.Timedelta(days=1000)
    a, b = (fit_stopping(t, day, horizon_days=H) for t in (table, poisoned))
    assert a.intercept == b.intercept
    pd.testing.assert_series_equal(a.coefficients, b.coefficients)
    pd.testing.assert_frame_equal(a.levels, b.levels)


def test_customers_are_counted_and_not_their_rows(table):
    """Nine customers who stopped at many landmarks are nine; ten are enough."""
    came = stops(table, AS_OF, horizon_days=H)
    gone = table.loc[came["lost"] == 1, "customer_id"].value_counts()
    often = gone[gone > 3].index
    there = table.loc[~table["customer_id"].isin(gone.index), "customer_id"].unique()
    with pytest.raises(InputError, match="too few customers stopped or stayed") as error:
        fit_stopping(table[table["customer_id"].isin([*often[:9], *there])], AS_OF, horizon_days=H)
    assert error.value.found == 9
    assert fit_stopping(table[table["customer_id"].isin([*often[:10], *there])], AS_OF, horizon_days=H).customers > 10


def test_without_a_window_that_is_over_nothing_is_fitted(table):
    first = table["as_of"].min()
    with pytest.raises(InputError, match="too few customers"):
        fit_stopping(table, first + pd.Timedelta(days=H + 179), horizon_days=H)


def test_neither_event_bounds_the_other(table):
    """Planted: of those at risk some order within the horizon and never again, others wait for longer than it and come back."""
    then = table[table["as_of"] <= pd.Timestamp(AS_OF) - pd.Timedelta(days=H + 400)]
    stopped = stops(then, AS_OF, horizon_days=H)["lost"] == 1
    silent = ~((then["next_order"] - then["as_of"]).dt.days <= H)
    assert (stopped & ~silent).sum() > 10 and (silent & ~stopped).sum() > 0
