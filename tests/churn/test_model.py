"""The churn model: estimates, predictions, the planted truth of the sample, and the anchor on real data."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.holdout import choose, chosen, evaluate
from kamlib.churn.explain import hazard_ratios
from kamlib.churn.landmarks import landmark_dates, landmark_table, outcomes
from kamlib.churn.model import Piece, Settings, background, daily_hazard, fit, level_landmarks, predict
from kamlib.facts import account_facts, next_orders

AS_OF, H = date(2025, 12, 31), 90
ROOT = Path(__file__).resolve().parents[2]
REAL = Path(os.environ.get("KAM_REFERENCE_DATA", ROOT.parent / "shared" / "data")) / "online_retail_ii.parquet"


def test_the_level_of_a_landmark_is_no_sign_of_leaving(table):
    """A covariate that only tells landmarks apart is left out: here tenure of a base in which all joined on one day."""
    same = table.assign(tenure_days=(table["as_of"] - table["as_of"].min()).dt.days + 100)
    assert "tenure" not in fit(same, AS_OF, horizon_days=H, robust_rows=0).mean.index


def test_the_hazard_of_a_day_is_orders_by_exposure_where_every_day_has_orders_too():
    """Then the counts of orders are whole numbers: 2 orders by 8 that waited, 3 by 6, none by nobody."""
    day, none = [pd.Timestamp("2025-01-01")], pd.DataFrame()
    events, exposure = pd.DataFrame([[2, 3, 0]], day), pd.DataFrame([[8.0, 6.0, 0.0]], day)
    piece = Piece(0, 3, pd.Series(dtype=float), none, events, exposure)
    assert daily_hazard(piece, day).tolist() == [0.25, 0.5, 0.0]


@pytest.mark.parametrize("buyers", [False, True])
def test_rows_after_the_day_of_prediction_change_nothing(table, buyers):
    """Everything at or after the day is poisoned; fit, levels and second opinion stay as they are."""
    day = table["as_of"].unique()[-4]
    poisoned = table.copy()
    later = poisoned["as_of"] >= day
    poisoned.loc[later, ["silence_days", "order_days", "average_order"]] = 10**6
    poisoned.loc[poisoned["next_order"] > day, "next_order"] += pd.Timedelta(days=1000)
    settings = Settings(buyers=buyers)
    a, b = (fit(t, day, settings, horizon_days=H, robust_rows=0) for t in (table, poisoned))
    assert a.buyers == b.buyers and (a.buyers is not None) == buyers
    pd.testing.assert_series_equal(a.pieces[0].coefficients, b.pieces[0].coefficients)
    pd.testing.assert_frame_equal(a.pieces[0].events, b.pieces[0].events)


def test_levels_are_chosen_by_the_calendar():
    complete = pd.DatetimeIndex(["2024-01-04", "2024-06-10", "2024-09-10", "2025-01-05"])
    day = pd.Timestamp("2025-07-01")
    assert level_landmarks(complete, day, "latest") == [pd.Timestamp("2025-01-05")]
    assert level_landmarks(complete, day, "season") == [pd.Timestamp("2024-06-10")]
    assert level_landmarks(complete, day, "year") == list(complete[1:])
    assert level_landmarks(complete[:1], day, "season") == []


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


def test_with_a_second_opinion_p_lost_is_the_mean_with_that_of_a_buyer_at_random(table):
    """By the formula of the MBG/NBD model, written out for the parameters found."""
    now = table[table["as_of"] == pd.Timestamp(AS_OF)]
    alone, both = (fit(table, AS_OF, Settings(buyers=b), horizon_days=H, robust_rows=0) for b in (False, True))
    m, x = both.buyers, now["order_days"] - 1
    last, age = ((day - now["first_order"]).dt.days / 7 for day in (now["last_order"], now["as_of"]))
    there = 1 / (1 + m.a / (m.b + x) * ((m.alpha + age) / (m.alpha + last)) ** (m.r + x))
    random = 1 - there + there * ((m.alpha + age) / (m.alpha + age + H / 7)) ** (m.r + x)
    p, q = (predict(model, now) for model in (alone, both))
    for name in ("p_lost", "low", "high"):
        np.testing.assert_allclose(q[name], (p[name] + random) / 2, rtol=1e-9)


def test_nobody_is_safer_than_the_background(model, table):
    assert 0 < model.background < 0.1
    assert predict(model, table)["p_lost"].min() >= model.background


def test_silence_beyond_the_own_rhythm_raises_the_risk(model, table):
    row = table[table["as_of"] == pd.Timestamp(AS_OF)].nlargest(1, "order_days")
    longer = pd.concat([row.assign(silence_days=days) for days in (2, 20, 60, 200)])
    assert predict(model, longer)["p_lost"].is_monotonic_increasing


def test_predictions_do_not_change_with_the_currency_unit_ids_or_row_order(clean_orders, lines, table, landmarks_of):
    settings = Settings(0.01, "year", None)
    now = pd.Timestamp(AS_OF)
    p = predict(fit(table, AS_OF, settings, horizon_days=H, robust_rows=0), table[table["as_of"] == now])
    p = p["p_lost"].set_axis(table.loc[p.index, "account_id"])
    renamed = {f"K{i:03d}": f"{(i * 37) % 1000:05d}" for i in range(1000)}
    other = landmarks_of(clean_orders([(renamed[a], day, 1000 * amount) for a, day, amount in reversed(lines)]))
    q = predict(fit(other, AS_OF, settings, horizon_days=H, robust_rows=0), other[other["as_of"] == now])
    q = q["p_lost"].set_axis(other.loc[q.index, "account_id"])
    np.testing.assert_allclose(q.reindex(p.index.map(renamed)).to_numpy(), p.to_numpy(), rtol=1e-6)


@pytest.fixture(scope="module")
def sample():
    """The landmark table of data/sample at its as_of, and the planted truth of its groups."""
    from kamlib.intake.pipeline import collect
    from kamlib.study.model import Study

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
    found = evaluate(table, as_of, chosen(choose(table, "2011-06-10")), bootstraps=500)
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
