"""Choices written down before the test: what they may read, and whether they find what was planted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.choice import candidates, choose, chosen
from kamlib.churn.landmarks import outcomes
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.prediction import predict
from kamlib.churn.models.waiting import NO_CURVE, OPINIONS, Settings

AS_OF, H = date(2025, 12, 31), 90
TEST = pd.Timestamp(AS_OF) - pd.Timedelta(days=H)


@pytest.fixture(scope="module")
def some(table):
    """A landmark every 90 days, the test date one of them."""
    found = table[table["as_of"].isin(sorted(table["as_of"].unique())[::-3])]
    assert TEST in set(found["as_of"])
    return found


@pytest.mark.slow
def test_the_choice_reads_nothing_after_the_test_date(some):
    poisoned = some[some["as_of"] <= TEST].copy()
    for name in ("next_order", "later_order"):
        poisoned.loc[poisoned[name] > TEST, name] = pd.NaT
    a, b = (choose(t, TEST, horizon_days=H, penalties=[0.01]) for t in (some, poisoned))
    pd.testing.assert_frame_equal(a, b)
    assert a["chosen"].sum() == 1
    assert a["landmarks"].max() == 3
    assert chosen(a).penalty == 0.01


@pytest.mark.slow
def test_no_opinion_is_left_alone_where_accounts_really_buy_at_random(clean_orders, landmarks_of):
    """Planted by the story of the model: rates ~ Gamma, after each order an account leaves with a chance ~ Beta."""
    rng, lines = np.random.default_rng(8), []
    joined = date(2024, 1, 1).toordinal() + rng.integers(0, 500, 400)
    for i, (day, rate, leave) in enumerate(zip(joined, rng.gamma(1, 1 / 20, 400), rng.beta(1, 6, 400), strict=True)):
        now = float(day)
        while now <= AS_OF.toordinal():
            lines.append((f"K{i:03d}", date.fromordinal(int(now)), 100))
            now = np.inf if rng.random() < leave else now + rng.exponential(1 / rate)
    choices = choose(landmarks_of(clean_orders(lines)), TEST, horizon_days=H)
    asked = choices.groupby("opinion")["brier"].min()
    assert asked["both"] < asked["signs"]
    assert chosen(choices).opinion in ("both", "buyers")


@pytest.mark.slow
def test_regular_buyers_are_told_by_their_signs_alone_once_a_year_of_seasons_was_seen(table, some):
    """Orders come in rhythms, so buyers at random err at every landmark. On the first 13 months the same base has no year to say so."""
    found = choose(some, TEST, horizon_days=H, penalties=[0.01])
    assert chosen(found).opinion == "signs" and found["landmarks"].iloc[0] == 3
    day = table["as_of"].unique()[12]
    early = choose(table[table["as_of"] <= day], day, horizon_days=H, penalties=[0.01])
    assert (day - table["as_of"].min()).days < 365 and early["landmarks"].iloc[0] == 3
    assert chosen(early).opinion == "both"


@pytest.mark.slow
def test_without_a_landmark_before_the_test_both_opinions_count(table):
    """Until a horizon after the second landmark's horizon there is nothing to judge a choice on."""
    day = table["as_of"].min() + pd.Timedelta(days=2 * H - 1)
    found = choose(table[table["as_of"] <= day], day, horizon_days=H)
    assert (chosen(found).opinion, len(found), found["landmarks"].tolist()) == ("both", 1, [0])
    later = choose(table, day + pd.Timedelta(days=1), horizon_days=H)
    assert later["landmarks"].max() == 1 and chosen(later).opinion == "both"


def test_one_landmark_chooses_no_penalty_and_no_single_opinion(table):
    """The middle penalty of three, and the mean of both opinions, whichever scored better there."""
    day = table["as_of"].min() + pd.Timedelta(days=2 * H)
    found = choose(table, day, horizon_days=H, penalties=(1.0, 0.001, 0.05))
    assert found["landmarks"].max() == 1 and found["penalty"].unique().tolist() == [0.05]
    assert chosen(found).opinion == "both"


@pytest.mark.slow
def test_scores_are_those_of_predictions_moved_to_the_losses_that_came(some):
    """By another root finder: one number is added to all log odds of a landmark, so that as many are expected as were lost."""
    from scipy.optimize import brentq

    found = choose(some, TEST, horizon_days=H, penalties=[0.01])
    days = sorted(day for day in some["as_of"].unique() if day <= TEST - pd.Timedelta(days=H))[-3:]
    for opinion in OPINIONS:
        scores = []
        for day in days:
            now = some[some["as_of"] == day]
            settings = Settings(0.01, opinion=opinion)
            model = replace(fit(some, day, settings, horizon_days=H, robust_rows=0), curve=NO_CURVE)
            p = predict(model, now)["p_silent"].clip(1e-9, 1 - 1e-9)
            lost = outcomes(now, day + pd.Timedelta(days=H), horizon_days=H)["lost"]
            odds = np.log(p / (1 - p))
            moved = brentq(lambda m, odds=odds, lost=lost: (1 / (1 + np.exp(-odds - m))).sum() - lost.sum(), -15, 15)
            scores.append(((1 / (1 + np.exp(-odds - moved)) - lost) ** 2).mean())
        row = found[(found["opinion"] == opinion) & found["split_day"].isna()]
        assert row["brier"].tolist() == pytest.approx([np.mean(scores)], rel=1e-5)


@pytest.mark.slow
def test_the_choice_does_not_depend_on_the_level(some, monkeypatch):
    """Every prediction's odds are made four times as high, as by a season that nobody foresaw: scores and choice stay as they are."""
    from kamlib.churn.evaluation import choice

    odds, as_it_was = choice.log_odds, choose(some, TEST, horizon_days=H, penalties=[0.01])
    monkeypatch.setattr(choice, "log_odds", lambda p: odds(p) + np.log(4))
    pd.testing.assert_frame_equal(choose(some, TEST, horizon_days=H, penalties=[0.01]), as_it_was, rtol=1e-4)


def test_candidates_name_the_day_of_the_split_or_that_there_is_none():
    choices = pd.DataFrame({"penalty": 0.1, "split_day": [30.0, np.nan], "opinion": ["both", "signs"]})
    found = candidates(choices)
    assert found["split_day"].tolist() == [30, "no_split"] and found["opinion"].tolist() == ["both", "signs"]
