"""The churn model: estimates, predictions, reasons; the honest test; the anchor on real data."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.baselines import BASELINES, baseline_predictions, baseline_range
from kamlib.churn import Settings, background, fit, level_landmarks, predict
from kamlib.errors import InputError
from kamlib.explain import changing_signs, final_model, hazard_ratios, lost_probabilities, reasons
from kamlib.facts import account_facts, next_orders
from kamlib.honest import beats, calibration, choose, chosen, honest_test, losses_by_landmark
from kamlib.landmarks import landmark_dates, landmark_table, outcomes
from kamlib.signs import SEGMENTS, segments, signs, usual, words

START, AS_OF, H = date(2024, 1, 1), date(2025, 12, 31), 90
ROOT = Path(__file__).resolve().parents[1]
REAL = Path(os.environ.get("KAM_REFERENCE_DATA", ROOT.parent / "shared" / "data")) / "online_retail_ii.parquet"


def buyers(seed: int = 0, n: int = 260, *, leaving: float = 0.5) -> list[tuple[str, date, int]]:
    """Order lines of accounts with their own rhythm (gaps of 5 to 60 days, gamma with shape 4) that leave at a yearly rate."""
    rng = np.random.default_rng(seed)
    gap = np.exp(rng.uniform(np.log(5), np.log(60), n))
    joined = rng.uniform(0, 500, n)
    left = joined + (rng.exponential(365 / leaving, n) if leaving else np.full(n, np.inf))
    lines = []
    for i in range(n):
        days = joined[i] + np.cumsum(rng.gamma(4, gap[i] / 4, 400))
        for day in days[days < min(left[i], (AS_OF - START).days + 1)]:
            lines.append((f"K{i:03d}", date.fromordinal(START.toordinal() + int(day)), int(rng.integers(50, 500))))
    return lines


def landmarks_of(orders, as_of: date = AS_OF, horizon: int = H) -> pd.DataFrame:
    first = orders.date.min().execute()
    days = [day.date() for day in landmark_dates(first, as_of, horizon_days=horizon, step_days=30)["as_of"]]
    return landmark_table(account_facts(orders, days, horizon_days=horizon), next_orders(orders, days, as_of))


@pytest.fixture(scope="module")
def lines():
    return buyers()


@pytest.fixture(scope="module")
def table(clean_orders, lines):
    return landmarks_of(clean_orders(lines))


@pytest.fixture(scope="module")
def model(table):
    return fit(table, AS_OF, Settings(0.01, "year", 15), horizon_days=H)


@pytest.fixture(scope="module")
def test(table):
    return honest_test(table, AS_OF, Settings(0.01, "year", 15), horizon_days=H, bootstraps=200)


# Estimates


def test_the_level_of_a_landmark_is_no_sign_of_leaving(table):
    """A covariate that only tells landmarks apart is left out: here tenure of a base in which all joined on one day."""
    same = table.assign(tenure_days=(table["as_of"] - table["as_of"].min()).dt.days + 100)
    assert "tenure" not in fit(same, AS_OF, horizon_days=H, robust_rows=0).mean.index


def test_rows_after_the_day_of_prediction_change_nothing(table):
    """Everything at or after the day is poisoned; fit and levels stay as they are."""
    day = table["as_of"].unique()[-4]
    poisoned = table.copy()
    later = poisoned["as_of"] >= day
    poisoned.loc[later, ["silence_days", "order_days", "average_order"]] = 10**6
    poisoned.loc[poisoned["next_order"] > day, "next_order"] += pd.Timedelta(days=1000)
    a, b = (fit(t, day, horizon_days=H, robust_rows=0) for t in (table, poisoned))
    pd.testing.assert_series_equal(a.pieces[0].coefficients, b.pieces[0].coefficients)
    pd.testing.assert_frame_equal(a.pieces[0].events, b.pieces[0].events)


def test_levels_are_chosen_by_the_calendar():
    complete = pd.DatetimeIndex(["2024-01-04", "2024-06-10", "2024-09-10", "2025-01-05"])
    day = pd.Timestamp("2025-07-01")
    assert level_landmarks(complete, day, "latest") == [pd.Timestamp("2025-01-05")]
    assert level_landmarks(complete, day, "season") == [pd.Timestamp("2024-06-10")]
    assert level_landmarks(complete, day, "year") == list(complete[1:])
    assert level_landmarks(complete[:1], day, "season") == []


# Predictions


def test_predictions_are_probabilities_inside_their_range(model, table):
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    p = predict(model, now)
    assert p.notna().all(axis=None)
    assert ((p["low"] <= p["p_lost"]) & (p["p_lost"] <= p["high"])).all()
    assert p["p_lost"].between(0, 1).all()
    assert (p["high"] < 1).all()  # nobody is lost with certainty, and nobody alive with certainty
    assert (p["low"] > 0).all()


def test_the_background_is_the_share_that_leaves_whatever_the_signs_say():
    """By hand: where the signs see no risk at all (p = 0), it is the share of losses, 3 of 200; without losses it is none.

    And planted: each of 200,000 is lost with probability 0.02 + 0.98 p.
    """
    lost = pd.Series([1] * 3 + [0] * 197)
    assert background(pd.Series(0.0, index=lost.index), lost) == pytest.approx(0.015, abs=1e-9)
    assert background(pd.Series(0.3, index=lost.index), lost * 0) == pytest.approx(0, abs=1e-9)
    rng = np.random.default_rng(5)
    p = pd.Series(rng.beta(0.5, 2, 200_000))
    assert background(p, (rng.random(200_000) < 0.02 + 0.98 * p).astype(int)) == pytest.approx(0.02, abs=0.003)


def test_nobody_is_safer_than_the_background(model, table):
    assert 0 < model.background < 0.1
    assert predict(model, table)["p_lost"].min() >= model.background


def test_silence_beyond_the_own_rhythm_raises_the_risk(model, table):
    row = table[table["as_of"] == pd.Timestamp(AS_OF)].nlargest(1, "order_days")
    longer = pd.concat([row.assign(silence_days=days) for days in (2, 20, 60, 200)])
    assert predict(model, longer)["p_lost"].is_monotonic_increasing


def test_predictions_do_not_change_with_the_currency_unit_ids_or_row_order(clean_orders, lines, table):
    settings = Settings(0.01, "year", None)
    now = pd.Timestamp(AS_OF)
    p = predict(fit(table, AS_OF, settings, horizon_days=H, robust_rows=0), table[table["as_of"] == now])
    p = p["p_lost"].set_axis(table.loc[p.index, "account_id"])
    renamed = {f"K{i:03d}": f"{(i * 37) % 1000:05d}" for i in range(1000)}
    other = landmarks_of(clean_orders([(renamed[a], day, 1000 * amount) for a, day, amount in reversed(lines)]))
    q = predict(fit(other, AS_OF, settings, horizon_days=H, robust_rows=0), other[other["as_of"] == now])
    q = q["p_lost"].set_axis(other.loc[q.index, "account_id"])
    np.testing.assert_allclose(q.reindex(p.index.map(renamed)).to_numpy(), p.to_numpy(), rtol=1e-6)


def test_reasons_name_the_silence_of_a_silent_buyer_and_nothing_for_a_usual_one(model, table):
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    told = reasons(model, now)
    p = predict(model, now)["p_lost"]
    missed = now["silence_days"] > 4 * now["gap_mean"].fillna(60)
    assert told[missed & (now["gaps"] > 5)].str.contains("silent for").all()
    assert (told[p < p.quantile(0.1)] == "nothing unusual").mean() > 0.5


def test_hazard_ratios_tell_the_direction_and_hold_their_interval(model):
    ratios = hazard_ratios(model)
    assert ((ratios["low"] < ratios["ratio"]) & (ratios["ratio"] < ratios["high"])).all()
    assert ratios["days"].unique().tolist() == ["1-15", "16-90"]
    assert ratios.set_index(["days", "sign"]).loc[("16-90", "gaps_missed"), "high"] < 1


def test_regular_buyers_that_leave_break_proportional_hazards(model, table):
    """Whoever is late against a regular rhythm has left: signs work differently on early and late orders."""
    tested = changing_signs(model, table)
    assert tested["fails"].any()
    assert (tested["adjusted"] >= tested["p"]).all()


# Signs


def test_a_short_history_is_shrunk_to_what_is_usual(table):
    common = usual(table)
    one = table.head(1).assign(gap_mean=1.0, gaps=1, silence_days=9)
    # own gap: (1 gap of 1 day + 3 usual gaps) / 4
    expected = np.log(10 / ((1.0 + 3 * common.gap) / 4))
    assert signs(one, common)["silence_in_gaps"].iloc[0] == pytest.approx(expected)
    none = one.assign(gap_mean=np.nan, gaps=0)
    assert signs(none, common)["silence_in_gaps"].iloc[0] == pytest.approx(np.log(10 / common.gap))


def test_signs_of_tables_that_were_not_given_are_missing_and_not_used(table, model):
    found = signs(table, usual(table))
    absent = ["claims", "disputes", "late_share", "touches", "delay", "margin_rate"]
    assert found[absent].isna().all(axis=None)
    assert not set(absent) & set(model.mean.index)


def test_segments_cover_every_account(table):
    rows = table.head(5).assign(order_days_12m=[0, 1, 3, 11, 12])
    assert segments(rows).tolist() == [
        "none or one order day", "none or one order day", "2-3 order days", "4-11 order days", "12 or more order days"
    ]  # fmt: skip


def test_segments_are_in_the_order_of_their_order_days(table):
    rows = table.head(4).assign(order_days_12m=[12, 3, 1, 11])
    assert segments(rows).sort_values().tolist() == list(SEGMENTS)


def test_words_are_those_of_a_colleague(table):
    one = table.head(1).assign(late=1.0, deliveries=1.0, touches=0.0, revenue_6m=0.0, revenue_12m=100.0)
    told = words(pd.concat([one, one.assign(late=2.0, deliveries=5.0, touches=1.0, revenue_6m=25.0)]), usual(table))
    assert told["lateness"].tolist() == ["its only delivery came late", "2 of 5 deliveries late"]
    assert told["touches"].tolist() == ["no touch in six months", "1 touch in six months"]
    assert told["trend"].tolist() == ["bought nothing in six months", "last six months at 50 % of the year's pace"]


# The honest test


def test_the_choice_reads_nothing_after_the_test_date(table):
    day = pd.Timestamp(AS_OF) - pd.Timedelta(days=H)
    poisoned = table[table["as_of"] <= day].copy()
    poisoned.loc[poisoned["next_order"] > day, "next_order"] = pd.NaT
    a, b = (choose(t, day, horizon_days=H, penalties=[0.01]) for t in (table, poisoned))
    pd.testing.assert_frame_equal(a, b)
    assert a["chosen"].sum() == 1
    assert chosen(a).penalty == 0.01


def test_the_model_finds_leavers_that_no_rule_of_thumb_finds(test):
    """Planted: rhythms from 5 to 60 days, so silence alone can't tell, and the rhythm has to be learnt."""
    assert test.verdict.method == "model"
    assert test.verdict.losses >= 50
    measures = test.measures.set_index(["measure", "method"])["value"]
    assert measures["brier", "model"] < min(measures["brier", name] for name in BASELINES)


def test_the_test_is_held_on_the_landmark_before_the_last_horizon(test, table):
    day = pd.Timestamp(AS_OF) - pd.Timedelta(days=H)
    now = table[table["as_of"] == day]
    assert len(test.predictions) == len(now)  # those who bought nothing afterwards are counted, not dropped
    lost = ~((now["next_order"] - day).dt.days <= H)
    assert test.predictions["lost"].sum() == lost.sum()


def test_calibration_groups_hold_every_client_once(test):
    groups = calibration(test.predictions)
    assert groups["accounts"].sum() == len(test.predictions)
    assert groups["losses"].sum() == test.predictions["lost"].sum()
    assert groups["predicted"].is_monotonic_increasing


def test_without_leavers_to_tell_apart_a_baseline_gives_the_list(clean_orders):
    """Everyone buys at random at the same rate: whoever is lost is lost by chance, and no model can know it."""
    rng = np.random.default_rng(5)
    lines = []
    for i in range(200):
        days = np.cumsum(rng.exponential(80, 40))
        for day in days[days < (AS_OF - START).days]:
            lines.append((f"P{i:03d}", date.fromordinal(START.toordinal() + int(day)), 100))
    table = landmarks_of(clean_orders(lines))
    found = honest_test(table, AS_OF, Settings(), horizon_days=H, bootstraps=200)
    assert found.verdict.method == "baseline"
    assert "doesn't beat" in found.verdict.reason
    listed = lost_probabilities(table, AS_OF, found.verdict, None, horizon_days=H)
    assert set(listed["method"]) == {"baseline"}
    assert listed["p_lost"].between(0, 1).all()


def test_too_few_losses_fall_back_and_say_how_many_are_needed(table):
    found = honest_test(table, AS_OF, Settings(), horizon_days=H, fewest_losses=10_000, bootstraps=100)
    assert found.verdict.method == "baseline"
    assert "10000 are needed" in found.verdict.reason


def test_a_short_history_is_not_tested_and_still_gives_a_list(clean_orders, lines):
    """250 days are two horizons and a bit: a base rate can be had, a test can't."""
    end = date(2024, 9, 6)
    table = landmarks_of(clean_orders([line for line in lines if line[1] <= end]), end)
    choices = choose(table, pd.Timestamp(end) - pd.Timedelta(days=H), horizon_days=H)
    found = honest_test(table, end, chosen(choices), horizon_days=H)
    assert found.verdict.method == "baseline"
    assert "a test needs three horizons, 270" in found.verdict.reason
    assert found.measures.empty
    assert final_model(table, end, found.verdict, chosen(choices), horizon_days=H) is None
    assert lost_probabilities(table, end, found.verdict, None, horizon_days=H)["p_lost"].between(0, 1).all()


def test_without_any_whole_horizon_p_lost_is_missing_and_says_why(clean_orders, lines):
    end = date(2024, 5, 1)
    table = landmarks_of(clean_orders([line for line in lines if line[1] <= end]), end)
    found = honest_test(table, end, Settings(), horizon_days=H)
    listed = lost_probabilities(table, end, found.verdict, None, horizon_days=H)
    assert len(listed) > 0
    assert listed["p_lost"].isna().all()
    assert listed["reason"].str.contains("no landmark lies a whole horizon back").all()


def test_a_level_that_can_not_be_had_is_refused(table):
    day = table["as_of"].unique()[5]
    season = fit(table, day, Settings(level="season"), horizon_days=H, robust_rows=0)
    with pytest.raises(InputError, match="season"):
        predict(season, table[table["as_of"] == day])


def test_beating_a_rule_needs_a_better_brier_score_and_something_beyond_chance():
    def rows(brier, auc, c):
        return pd.DataFrame(
            [("brier", *brier), ("auc", *auc), ("c", *c)], columns=["measure", "difference", "low", "high"]
        )

    chance, better, worse = (0.01, -0.01, 0.03), (0.02, 0.01, 0.03), (-0.02, -0.03, -0.01)
    assert beats(rows((-0.01, -0.02, -0.005), chance, chance))
    assert beats(rows((-0.001, -0.02, 0.005), chance, better))
    assert not beats(rows((-0.001, -0.02, 0.005), chance, chance))
    assert not beats(rows((0.001, -0.005, 0.02), better, better))
    assert not beats(rows((-0.01, -0.02, -0.005), worse, better))


def test_the_base_rate_is_the_share_lost_on_complete_landmarks(table):
    day = pd.Timestamp(AS_OF)
    now = table[table["as_of"] == day]
    rules = baseline_predictions(table, day, now, horizon_days=H)
    series = losses_by_landmark(table, day, horizon_days=H)
    year = series[series["as_of"] > series["as_of"].max() - pd.Timedelta(days=365)]
    assert rules["base_rate"].unique() == pytest.approx(year["losses"].sum() / year["accounts"].sum())
    order = np.argsort(now["silence_days"].to_numpy(), kind="stable")
    assert (np.diff(rules["silence"].to_numpy()[order]) >= 0).all()


@pytest.mark.parametrize("lost", [0, 1, 10])
def test_ten_accounts_make_no_rule_certain(lost):
    """Ten accounts at one landmark, silent for 5 to 95 days; the longest silent are lost: the rule tells them apart perfectly.

    Where none is lost the constant is (0 + ½) / (10 + 1) = 0.04545, and Wilson's interval of 0 of 10 is 0 to 0.2775.
    """
    day = pd.Timestamp("2025-01-01")
    row = {"gap_mean": 20.0, "gaps": 9, "gap_cv": 1.0, "average_order": 1.0, "order_days": 10, "order_days_12m": 10.0}
    row |= dict.fromkeys(["margin", "margin_12m", "late", "deliveries", "delay_days", "bills"], np.nan)
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
        assert found["silence"].unique() == pytest.approx(0.5 / 11)
        assert ends["high"].unique() == pytest.approx(0.2775, abs=1e-4)


def test_a_model_that_the_verdict_does_not_take_is_not_fitted(test, table):
    verdict = replace(test.verdict, method="baseline")
    assert final_model(table, AS_OF, verdict, Settings(), horizon_days=H) is None


def test_calibration_groups_are_of_twenty_or_more():
    few = pd.DataFrame({"model": np.linspace(0.1, 0.9, 45), "lost": 0.0})
    assert calibration(few)["accounts"].tolist() == [23, 22]
    assert len(calibration(few.head(10))) == 1


def test_a_model_is_needed_where_the_verdict_asks_for_one(test, table):
    with pytest.raises(InputError, match="none is given"):
        lost_probabilities(table, AS_OF, replace(test.verdict, method="model"), None, horizon_days=H)


# Planted truth and real data


@pytest.fixture(scope="module")
def sample():
    """The landmark table of data/sample at its as_of, and the planted truth of its groups."""
    from kamlib.intake import collect
    from kamlib.study import Study

    study = Study.read(ROOT / "data" / "sample" / "study.yaml")
    clean = collect(study)
    days = [d.date() for d in landmark_dates(study.start, study.as_of)["as_of"]]
    table = landmark_table(
        account_facts(clean.orders, days),
        next_orders(clean.orders, days, study.as_of),
        accounts=clean.tables["accounts"],
        interactions=clean.tables["interactions"],
        invoices=clean.tables["invoices"],
    )
    truth = pd.read_csv(ROOT / "data" / "sample" / "truth" / "accounts.csv", dtype={"account_id": str, "group_id": str})
    return study, table, truth[truth["account_id"] == truth["group_id"]].set_index("account_id")


def calibration_slope(p: np.ndarray, planted: np.ndarray) -> float:
    """Of the logistic regression of the planted probabilities on the log odds of p, by another library."""
    from sklearn.linear_model import LogisticRegression

    odds = np.log(p / (1 - p))[:, None]
    outcome, weight = np.repeat([1, 0], len(p)), np.concatenate([planted, 1 - planted])
    fitted = LogisticRegression(C=np.inf).fit(np.vstack([odds, odds]), outcome, sample_weight=weight)
    return float(fitted.coef_[0, 0])


def test_the_planted_truth_of_the_sample_is_found(sample):
    study, table, truth = sample
    model = fit(table, study.as_of, Settings(0.01, "year", 30), robust_rows=0)
    now = table[table["as_of"] == pd.Timestamp(study.as_of)]
    planted = truth["p_lost_180_seen"].reindex(now["account_id"]).to_numpy()
    p = predict(model, now)["p_lost"].to_numpy()
    known = ~np.isnan(planted)
    assert known.mean() > 0.95
    assert pd.Series(p[known]).corr(pd.Series(planted[known]), method="spearman") > 0.85
    assert p[known].mean() == pytest.approx(planted[known].mean(), abs=0.05)
    assert 0.9 < calibration_slope(p[known], planted[known]) < 1.1
    ratios = hazard_ratios(model).set_index(["days", "sign"])
    assert ratios.loc[("31-180", "late_share"), "high"] < 1  # planted: lateness drives clients away


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL.name} lies neither in ../shared/data nor in KAM_REFERENCE_DATA")
def test_the_anchor_of_online_retail_ii(engine):
    """Landmark 2011-06-10, H = 180, silent for at most 365 days: 4,331 clients, 43.0 % lost; BG/NBD has a Brier score of 0.1935.

    The reading that gives 4,331: lines without a customer and the second copies of the overlap dropped, codes that are no goods
    dropped except carriage (C2), an order day a day with purchases. (Without carriage 4,330.)
    """
    import ibis

    raw = engine.read_parquet(REAL)
    no_goods = ["POST", "DOT", "M", "m", "D", "S", "B", "BANK CHARGES", "ADJUST", "ADJUST2", "AMAZONFEE", "TEST001",
                "TEST002", "PADS", "CRUK"]  # fmt: skip
    second_copy = (raw.Sheet == "Year 2010-2011") & (raw.InvoiceDate.cast("date") < ibis.date("2010-12-10"))
    lines = raw.filter(
        raw["Customer ID"].notnull(), ~second_copy, ~raw.StockCode.isin(no_goods), ~raw.StockCode.startswith("gift")
    )
    orders = lines.select(
        order_id=lines.Invoice,
        account_id=lines["Customer ID"].cast("int64").cast("string"),
        date=lines.InvoiceDate.cast("date"),
        amount=(lines.Quantity * lines.Price).cast("decimal(18, 4)"),
        margin=ibis.null("decimal(18, 4)"),
        category=ibis.null("string"),
        manager=ibis.null("string"),
    ).cache()
    as_of = date(2011, 12, 7)
    days = [day.date() for day in landmark_dates(date(2009, 12, 1), as_of)["as_of"]]
    table = landmark_table(account_facts(orders, days), next_orders(orders, days, as_of))
    found = honest_test(table, as_of, chosen(choose(table, "2011-06-10")), bootstraps=500)
    assert len(found.predictions) == 4331
    assert found.predictions["lost"].mean() == pytest.approx(0.430, abs=5e-4)
    measures = found.measures.set_index(["method", "measure"])["value"]
    assert measures["model", "brier"] < 0.1934
    assert measures["model", "auc"] > 0.78
    assert 0.9 < measures["model", "slope"] < 1.15
    assert found.verdict.method == "model"
    brier = found.differences[found.differences["measure"] == "brier"]
    assert (brier["high"] < 0).all()


def test_outcomes_and_table_share_their_index(table):
    assert outcomes(table, AS_OF, horizon_days=H).index.equals(table.index)
