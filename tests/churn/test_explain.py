"""What the models say: their reasons, and the ratio of each covariate."""

from __future__ import annotations

import time
from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.explain import changing_effects, hazard_ratios, reasons, typical_buyers
from kamlib.churn.models.covariates import FALLING, own_gap
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.prediction import predict
from kamlib.churn.models.waiting import Settings
from kamlib.report.words import in_words
from kamlib.stats.reasons import split

AS_OF, H = date(2025, 12, 31), 90


def test_reasons_name_the_silence_of_a_silent_buyer_and_nothing_for_a_usual_one(model, table):
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    told = reasons(model, now)["reason"]
    p = predict(model, now)["p_silent"]
    missed = now["silence_days"] > 4 * now["gap_mean"].fillna(60)
    assert told[missed & (now["gaps"] > 5)].str.contains(r"\bsilent\b").all()
    assert (told[p < p.quantile(0.1)] == "nothing_unusual").mean() > 0.5


def test_hazard_ratios_tell_the_direction_and_hold_their_interval(model, table):
    ratios = hazard_ratios(model, table)
    assert ((ratios["low"] < ratios["ratio"]) & (ratios["ratio"] < ratios["high"])).all()
    assert ratios["days"].unique().tolist() == ["1-15", "16-90"]
    silent = ratios.groupby("days").head(2)
    assert silent["sign"].tolist() == ["longer_silence", "far_longer_silence"] * 2, "silence first, and as a whole"
    assert not ratios["sign"].isin([*FALLING, "within_limit"]).any(), "no sign of silence alone"
    assert (silent["high"] < 1).all(), "they buy in a rhythm and leave: more silence, later order"


def test_the_ratio_of_silence_is_what_the_model_says_of_customers_that_are_silent_for_longer(model, table):
    """The log hazard of each customer of the last landmark, silent for one own gap and for two, straight from the model."""
    now = table[table["as_of"] == table["as_of"].max()]
    gap = own_gap(now, model.scale.common)
    one, two = (model.scale.of(now.assign(silence_days=days)) for days in (gap, 2 * gap))
    ratios = hazard_ratios(model, table)
    told = ratios[ratios["sign"] == "longer_silence"].set_index("days")["ratio"]
    for piece, days in zip(model.pieces, ("1-15", "16-90"), strict=True):
        moved = ((two - one) @ piece.coefficients).mean()
        assert told[days] == pytest.approx(np.exp(moved))
    tenure = ratios[ratios["sign"] == "tenure"].iloc[0]
    alone = model.pieces[0].coefficients["tenure"] / model.scale.sd["tenure"] * np.log(2)
    assert tenure["ratio"] == pytest.approx(np.exp(alone))


def test_a_typical_buyer_is_the_mean_of_a_third_of_the_customers_had_each_been_silent_for_so_long(model, table):
    """By hand: today's customers in the order of their usual gap, cut into three, and each asked by `predict` with all its orders as
    far back as its limit."""
    now = table[table["as_of"] == table["as_of"].max()]
    told = typical_buyers(model, table).set_index(["buyer", "silence"])
    gap = own_gap(now, model.scale.common).sort_values(kind="stable")
    sizes = [
        told.loc[(buyer, "silent_own_gap"), "customers"] for buyer in ("buyer_often", "buyer_usual", "buyer_seldom")
    ]
    assert sum(sizes) == len(now) and max(sizes) - min(sizes) <= 1
    rare = now.loc[gap.index[-int(sizes[2]) :]]
    limit = rare["own_limit"].round()
    back = rare["as_of"] - pd.to_timedelta(limit, unit="D") - rare["last_order"]
    moved = rare.assign(
        silence_days=limit, last_order=rare["last_order"] + back, first_order=rare["first_order"] + back
    )
    row = told.loc[("buyer_seldom", "silent_own_limit")]
    assert row["p_silent"] == pytest.approx(predict(model, moved)["p_silent"].mean())
    assert row["days"] == limit.median() and row["gap_days"] == pytest.approx(gap[rare.index].median())
    assert (told["low"] < told["p_silent"]).all() and (told["p_silent"] < told["high"]).all()
    later = told["p_silent"].unstack()
    assert (later["silent_own_limit"] < later["silent_twice_limit"]).all(), "more silence, less hope"


def test_without_a_model_there_is_no_typical_buyer(table):
    assert typical_buyers(None, table).empty


def test_reasons_hold_the_values_of_the_account_and_read_as_they_did(model, table):
    now = table[table["as_of"] == pd.Timestamp(AS_OF)].reset_index(drop=True)
    told = reasons(model, now)
    given = [{reason.code: reason.values for reason in split(*row)} for row in told.itertuples(index=False)]
    silent = [place for place, row in enumerate(given) if "silent" in row]
    assert silent and max(map(len, given)) == 2
    assert all(given[place]["silent"]["n"] == now.loc[place, "silence_days"] for place in silent)
    words = in_words(told["reason"], told["reason_values"])
    for place in silent[:20]:
        gap = own_gap(now, model.scale.common)[place]
        assert f"silent for {now.loc[place, 'silence_days']:.0f} days (usually {gap:.0f})" in words[place].split("; ")
    assert set(words[told["reason"] == "nothing_unusual"]) == {"nothing unusual"}


@pytest.mark.proof
def test_a_hundred_thousand_accounts_get_their_reasons_in_three_seconds(model, table):
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    many = pd.concat([now] * (100_000 // len(now) + 1), ignore_index=True)
    start = time.process_time()
    assert len(reasons(model, many)) >= 100_000
    assert time.process_time() - start < 3


@pytest.mark.proof
def test_intervals_of_hazard_ratios_are_as_wide_as_200_refits_on_resampled_accounts_say(table):
    """The robust variance stands for refits on accounts drawn with replacement; 200 refits know a width to 5 %."""
    settings, rng = Settings(0.01, 15, "signs"), np.random.default_rng(5)
    rows = table[table["as_of"] < pd.Timestamp(AS_OF)].set_index("customer_id")
    ids, refits = rows.index.unique(), []
    for _ in range(200):
        drawn = pd.DataFrame({"customer_id": rng.choice(ids, len(ids)), "again": [f"{i}" for i in range(len(ids))]})
        again = drawn.join(rows, on="customer_id").drop(columns="customer_id").rename(columns={"again": "customer_id"})
        found = fit(again.reset_index(drop=True), AS_OF, settings, horizon_days=H, robust_rows=0)
        refits.append(pd.concat([piece.coefficients for piece in found.pieces], keys=["early", "late"]))
    told = fit(table, AS_OF, settings, horizon_days=H).pieces
    errors = [pd.Series(np.sqrt(np.diag(piece.covariance)), piece.coefficients.index) for piece in told]
    ratio = (pd.concat(errors, keys=["early", "late"]) / pd.DataFrame(refits).std()).dropna()
    assert ratio.median() == pytest.approx(1, abs=0.1), ratio
    assert ratio.between(0.7, 1.4).all(), ratio


def test_regular_buyers_that_leave_break_proportional_hazards(model, table):
    """Whoever is late against a regular rhythm has left: covariates work differently on early and late orders."""
    tested = changing_effects(model, table)
    assert tested["fails"].any()
    assert (tested["adjusted"] >= tested["p"]).all()
