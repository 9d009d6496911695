"""P(stopped) against the planted truth: who really has left for good by a horizon after the day, in groups, in sums and one by one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from kamlib.churn.evaluation.baselines import BASELINES
from kamlib.churn.evaluation.holdout import evaluate_stops
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.prediction import predict
from kamlib.churn.models.stopping import fit_stopping, p_stopped
from kamlib.errors import InputError

AS_OF = pd.Timestamp(date(2025, 12, 31))


def left_by(truth: pd.DataFrame, now: pd.DataFrame, horizon: int) -> np.ndarray:
    """1 for each account that orders nothing more from a horizon after its landmark on."""
    end = now["as_of"] + pd.Timedelta(days=horizon)
    return (truth["left"][now["customer_id"]].to_numpy() <= end.to_numpy()).astype(float)


def chances(truth: pd.DataFrame, now: pd.DataFrame, horizon: int) -> np.ndarray:
    """The planted chance to have left a horizon after `AS_OF`, for whoever knows how each account was made and when it ordered last.

    Waits g after the last order are gamma, leaving is exponential with rate r, and s days have passed. Either the next order would
    still be to come, g > s, and then it leaves in time with 1 - exp(-r (s + H)); or it left before it, 1 - exp(-r g).
    """
    one = truth.loc[now["customer_id"]]
    rate, scale = one["leaving"] / 365.25, one["gap"] / one["shape"]
    due = gamma.cdf(one["quiet"], one["shape"], scale=scale)
    stayed = (1 + rate * scale) ** -one["shape"] * gamma.cdf(
        one["quiet"], one["shape"], scale=scale / (1 + rate * scale)
    )
    gone, leaves = due - stayed, 1 - np.exp(-rate * (one["quiet"] + horizon))
    return ((gone + (1 - due) * leaves) / (gone + 1 - due)).clip(0, 1).to_numpy()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "horizon"), [("regular", 90), ("at random", 90), ("grocery", 180), ("slow at month ends", 90)]
)
def test_the_sum_that_is_expected_holds_those_who_really_leave_within_its_range(base_of, kind, horizon):
    table, truth = base_of(kind, 1, horizon, horizon // 3)
    now = table[table["as_of"] == AS_OF]
    ends, gone = (
        p_stopped(fit_stopping(table, AS_OF, horizon_days=horizon), now).sum(),
        left_by(truth, now, horizon).sum(),
    )
    assert ends["low"] < gone < ends["high"]
    assert ends["high"] - ends["low"] < 0.5 * len(now)  # and the range says something


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "horizon"), [("regular", 90), ("at random", 90), ("slow at month ends", 90)])
@pytest.mark.parametrize("seed", [1, 2])
def test_leavers_are_told_better_than_by_every_rule_of_thumb(base_of, kind, horizon, seed):
    """The Brier score against the planted truth, of the model and of the rules as they stood on the day of the test. The state alone may
    come within 0.005: where all buy regularly it holds nearly all that there is to know."""
    table, truth = base_of(kind, seed, horizon, horizon // 3)
    found = evaluate_stops(table, AS_OF, horizon_days=horizon, bootstraps=100)
    told = found.predictions.assign(as_of=found.verdict.test_date)
    gone = left_by(truth, told, horizon)
    brier = {name: ((told[name] - gone) ** 2).mean() for name in ("model", *BASELINES)}
    state = brier.pop("state")
    assert min(brier, key=brier.get) == "model" and brier["model"] < state + 0.005, (brier, state)


@pytest.mark.slow
def test_neither_event_bounds_the_other(base_of):
    """Quick buyers who may leave are hardly ever silent for a whole horizon; slow ones are, and come back."""
    table, _ = base_of("all paces", 1, 90, 30)
    now = table[table["as_of"] == AS_OF]
    stopped = p_stopped(fit_stopping(table, AS_OF, horizon_days=90), now)["p_stopped"]
    silent = predict(fit(table, AS_OF, horizon_days=90, robust_rows=0), now)["p_silent"]
    quick, slow = now["gap_mean"] < 15, now["gap_mean"] > 60
    assert (stopped > silent)[quick].mean() > 0.6 and (silent > stopped)[slow].mean() > 0.6


def groups_of(now: pd.DataFrame) -> list[pd.Series]:
    """By state, and by pace: order days a year of up to 6, 12, 24 and more."""
    pace = pd.cut(now["order_days_12m"].fillna(now["order_days"]), [-1, 6, 12, 24, 400]).astype(str)
    return [now["state"], pace]


def by_group(now: pd.DataFrame, **columns: np.ndarray | pd.Series) -> pd.DataFrame:
    """The means of columns in each group of five accounts or more, and n."""
    rows = pd.DataFrame(columns, index=now.index)
    found = [rows.groupby(group).mean().assign(n=group.value_counts()) for group in groups_of(now)]
    return pd.concat(found).query("n >= 5")


KINDS = ("regular", "at random", "grocery", "month ends", "slow at month ends")
BASES = [(kind, seed) for kind in KINDS for seed in range(1, 5)]


@pytest.fixture(scope="module")
def groups(base_of) -> pd.DataFrame:
    """Twenty bases of five kinds at the end of three years, H = 180: what is told of each group, its chance, and who really left."""
    found = {}
    for kind, seed in BASES:
        table, truth = base_of(kind, seed, 180, 60)
        now = table[table["as_of"] == AS_OF]
        ends, chance, gone = (
            p_stopped(fit_stopping(table, AS_OF), now),
            chances(truth, now, 180),
            left_by(truth, now, 180),
        )
        apart = (ends["p_stopped"] - chance) ** 2
        found[kind, seed] = by_group(now, **ends, chance=chance, gone=gone, apart=apart)
    return pd.concat(found, names=["kind", "seed", "group"])


@pytest.mark.proof
def test_the_planted_chances_are_those_by_which_accounts_leave(groups):
    """A check of the oracle: in 95 % of groups the share that left lies within two errors of a share, and one account, of it."""
    error = np.sqrt(groups["chance"] * (1 - groups["chance"]) / groups["n"])
    assert ((groups["gone"] - groups["chance"]).abs() <= 2 * error + 1 / groups["n"]).mean() >= 0.95 and len(
        groups
    ) > 100


@pytest.mark.proof
def test_the_silent_and_the_lost_are_told_to_have_stopped_nearly_as_often_as_planted(groups):
    """In sums within 3 %, and one by one within 0.07 of the planted chance (root mean square): 3.4 % and 0.081 where a silence says as much
    beyond a gap that was seen once as beyond one that was seen often."""
    quiet = groups[groups.index.get_level_values("group").isin(["silent", "lost"])]
    told, planted, apart = (np.average(quiet[name], weights=quiet["n"]) for name in ("p_stopped", "chance", "apart"))
    assert told == pytest.approx(planted, rel=0.03)
    assert np.sqrt(apart) < 0.07


@pytest.mark.proof
@pytest.mark.parametrize("planted", ["gone", "chance"])
def test_planted_sums_of_groups_lie_in_their_printed_ranges_in_85_of_100(groups, planted):
    """How many really left, and the chance by which it was drawn; in whole customers, as a page prints them."""
    low, high, sums = ((groups[name] * groups["n"]).round() for name in ("low", "high", planted))
    hits = (low <= sums) & (sums <= high)
    assert hits.mean() >= 0.85, (
        hits.mean(),
        *(hits.groupby(level).mean().round(2).to_dict() for level in ("kind", "group")),
    )


@pytest.mark.proof
def test_planted_sums_lie_in_their_ranges_in_6_of_10_quarters(base_of):
    """The same bases at each landmark, every 60 days, of the last two years at which a model can be had, by what was known on the day."""
    hits = {}
    for kind, seed in BASES:
        table, truth = base_of(kind, seed, 180, 60)
        for day in sorted(table["as_of"].unique())[::-1][:12]:
            now = table[table["as_of"] == day]
            try:
                ends = p_stopped(fit_stopping(table, day), now).sum()
            except InputError:
                continue
            hits[kind, seed, day] = ends["low"] <= left_by(truth, now, 180).sum() <= ends["high"]
    found = pd.Series(hits)
    assert len(found) > 100
    assert found.mean() >= 0.6, (found.mean(), found.groupby(level=0).mean().round(2).to_dict())
