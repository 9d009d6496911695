"""The churn model: estimates, the planted truth of the sample, and the anchor on real data."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.evaluation.choice import choose, chosen
from kamlib.churn.evaluation.holdout import evaluate
from kamlib.churn.explain import hazard_ratios
from kamlib.churn.landmarks import landmark_dates, landmark_table, outcomes
from kamlib.churn.models.fitting import fit
from kamlib.churn.models.levels import background
from kamlib.churn.models.prediction import predict
from kamlib.churn.models.waiting import Piece, Settings, daily_hazard, fitted, training, whole_hazards
from kamlib.facts import account_facts, next_orders

AS_OF, H = date(2025, 12, 31), 90
ROOT = Path(__file__).resolve().parents[3]
REAL = Path(os.environ.get("KAM_REFERENCE_DATA", ROOT.parent / "shared" / "data")) / "online_retail_ii.parquet"


@pytest.mark.slow
def test_the_level_of_a_landmark_is_no_covariate(table):
    """A covariate that only tells landmarks apart is left out: here tenure of a base in which all joined on one day."""
    same = table.assign(tenure_days=(table["as_of"] - table["as_of"].min()).dt.days + 100)
    assert "tenure" not in fit(same, AS_OF, horizon_days=H, robust_rows=0).scale.mean.index


def test_the_hazard_of_a_day_is_orders_by_exposure_where_every_day_has_orders_too():
    """Then the counts of orders are whole numbers: 2 orders by 8 that waited, 3 by 6, none by nobody."""
    day, none = [pd.Timestamp("2025-01-01")], pd.DataFrame()
    events, exposure = pd.DataFrame([[2, 3, 0]], day), pd.DataFrame([[8.0, 6.0, 0.0]], day)
    piece = Piece(0, 3, pd.Series(dtype=float), none, events, exposure)
    assert daily_hazard(piece, day).tolist() == [0.25, 0.5, 0.0]
    assert whole_hazards(piece).tolist() == [0.75]


@pytest.mark.slow
@pytest.mark.parametrize("settings", [Settings(0.1), Settings(0.001, 15, "signs")])
def test_rows_prepared_once_give_the_model_of_any_settings(table, settings):
    learnt = training(table, AS_OF, horizon_days=H)
    whole, prepared = fit(table, AS_OF, settings, horizon_days=H), fitted(learnt, settings)
    assert prepared.background == whole.background and prepared.mbg_nbd == whole.mbg_nbd
    for a, b in zip(prepared.pieces, whole.pieces, strict=True):
        pd.testing.assert_series_equal(a.coefficients, b.coefficients)
        pd.testing.assert_frame_equal(a.covariance, b.covariance)


@pytest.mark.slow
def test_rows_after_the_day_of_prediction_change_nothing(table):
    """Everything after the day is poisoned, and of the day itself its outcome; fit, levels and second opinion stay as they are."""
    day = table["as_of"].unique()[-4]
    poisoned = table.copy()
    later = poisoned["as_of"] > day
    poisoned.loc[later, ["silence_days", "order_days", "average_order"]] = 10**6
    poisoned.loc[poisoned["next_order"] > day, "next_order"] += pd.Timedelta(days=1000)
    a, b = (fit(t, day, horizon_days=H, robust_rows=0) for t in (table, poisoned))
    assert a.mbg_nbd == b.mbg_nbd
    pd.testing.assert_series_equal(a.pieces[0].coefficients, b.pieces[0].coefficients)
    pd.testing.assert_frame_equal(a.pieces[0].events, b.pieces[0].events)


def test_the_background_is_the_share_that_leaves_whatever_the_covariates_say():
    """By hand: where the covariates see no risk at all (p = 0), it is the share of losses, 3 of 200; without losses it is none.

    And planted: each of 200,000 is lost with probability 0.02 + 0.98 p.
    """
    lost = pd.Series([1] * 3 + [0] * 197)
    assert background(pd.Series(0.0, index=lost.index), lost) == pytest.approx(0.015, abs=1e-9)
    assert background(pd.Series(0.3, index=lost.index), lost * 0) == pytest.approx(0, abs=1e-9)
    rng = np.random.default_rng(5)
    p = pd.Series(rng.beta(0.5, 2, 200_000))
    assert background(p, (rng.random(200_000) < 0.02 + 0.98 * p).astype(int)) == pytest.approx(0.02, abs=0.003)


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


@pytest.mark.slow
def test_the_planted_truth_of_the_sample_is_found(sample):
    study, table, truth = sample
    model = fit(table, study.as_of, Settings(0.01, 30, "signs"), robust_rows=0)
    now = table[table["as_of"] == pd.Timestamp(study.as_of)]
    planted = truth["p_silent_180_seen"].reindex(now["customer_id"]).to_numpy()
    p = predict(model, now)["p_silent"].to_numpy()
    known = ~np.isnan(planted)
    assert known.mean() > 0.95
    assert pd.Series(p[known]).corr(pd.Series(planted[known]), method="spearman") > 0.85
    assert p[known].mean() == pytest.approx(planted[known].mean(), abs=0.05)
    assert 0.9 < calibration_slope(p[known], planted[known]) < 1.1
    ratios = hazard_ratios(model, table).set_index(["days", "sign"])
    assert ratios.loc[("31-180", "late_share"), "high"] < 1  # planted: lateness drives clients away


@pytest.mark.slow
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
        customer_id=lines["Customer ID"].cast("int64").cast("string"),
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
