"""How content customers are. Oracle: the published interval, small answers by hand, pairs counted one by one, and `bench.oracles`."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.oracles import FIGURES, SAMPLE, read_books
from kamlib.measures.rates.satisfaction import net_promoters, nps, predicts, response, scored
from kamlib.stats.reasons import waits_for

DAY = date(2026, 6, 30)


def answers(*rows: tuple[str, str, float], kind: str = "nps") -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "date", "score"]).assign(kind=kind)
    return table.astype({"score": "Int64"}).assign(date=pd.to_datetime(table["date"]))


def test_seven_promoters_and_two_detractors_of_twelve_may_be_anything_from_below_zero_to_72():
    """Raw 5/12; m = 5/15, variance (9 + 1.5) / 15 - m² = 0.5889, ends m ± 1.96 √(0.5889 / 15)."""
    found = net_promoters(pd.Series([1.0] * 7 + [0.0] * 3 + [-1.0] * 2))
    assert found[["nps", "adjusted", "low", "high"]].round(1).tolist() == [41.7, 33.3, -5.5, 72.2]


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=1, max_size=40))
def test_the_interval_lies_within_the_scale_and_holds_the_adjusted_score(means):
    found = net_promoters(pd.Series(means))
    assert -100 <= found["low"] < found["adjusted"] < found["high"] <= 100
    mirrored = net_promoters(-pd.Series(means))
    assert mirrored["low"] == pytest.approx(-found["high"])


def test_nobody_has_no_score():
    found = net_promoters(pd.Series(dtype=float))
    assert found["customers"] == 0 and found.drop("customers").isna().all()


def test_a_customer_counts_once_with_the_mean_of_its_answers():
    """19 customers answer 10; one answers 10, 0 and 7, on the mean 0: 100 · 19 / 20. What is off the scale or later counts not."""
    rows = [(f"c{who}", "2026-05-01", 10.0) for who in range(20)] + [
        ("c0", "2026-05-02", 0.0),
        ("c0", "2026-05-03", 7.0),
    ]
    rows += [("x", "2026-05-01", 11.0), ("c1", "2026-07-01", 0.0)]
    table = nps(answers(*rows), DAY)
    last = table[table["window_months"] == 12].iloc[0]
    assert last[["answers", "customers", "nps"]].tolist() == [22, 20, 95] and last["reason"] == ""


@pytest.mark.parametrize(
    ("given", "reason"), [(None, "not_on_record"), (answers(("a", "2026-05-01", 9.0)), "too_few_answered")]
)
def test_without_a_survey_and_of_one_answer_no_score_is_known(given, reason):
    table = nps(given, DAY)
    assert table["nps"].isna().all() and table["low"].isna().all() and table["reason"].iloc[0] == reason
    assert waits_for(scored(table)).code == "no_score_known"
    assert table["answers"].isna().all() == (given is None), "nothing on record is not 0 answers"


def test_the_response_is_of_the_customers_with_an_order():
    rows = answers(
        ("a", "2026-05-01", 9.0), ("a", "2026-05-02", 9.0), ("z", "2026-05-01", 9.0), ("b", "2025-06-30", 9.0)
    )
    found = response(rows, pd.Series(list("abcd")), DAY)
    assert found[["kind", "customers", "buying", "response_rate"]].to_numpy().tolist() == [["nps", 1, 4, 0.25]]
    assert waits_for(response(None, pd.Series(list("abcd")), DAY)).code == "no_survey_on_record"


def test_the_auc_is_the_share_of_pairs_in_the_right_order():
    """Against all pairs counted one by one, ties half; the answer that counts is the latest of the 12 months to the day."""
    rng = np.random.default_rng(1)
    score, went = rng.integers(0, 11, 60), np.r_[np.ones(20), np.zeros(40)]
    went[0] = np.nan
    said = answers(
        *[(f"c{who}", "2025-03-01", float(value)) for who, value in enumerate(score)], ("c3", "2024-01-01", 0.0)
    )
    past = pd.DataFrame(
        {"customer_id": [f"c{who}" for who in range(60)], "as_of": pd.Timestamp("2025-06-30"), "stopped": went}
    )
    found = predicts(said, past, DAY).set_index("kind").loc["nps"]
    pairs = [(a < b) + 0.5 * (a == b) for a in score[1:20] for b in score[20:]]
    assert found["auc"] == pytest.approx(np.mean(pairs)) and found["low"] < found["auc"] < found["high"]
    assert [found["customers"], found["stopped"]] == [59, 19]
    late = predicts(said.assign(date=pd.Timestamp("2025-07-01")), past, DAY).set_index("kind").loc["nps"]
    assert [late["verdict"], late["customers"], late["reason"]] == ["not_tested", 0, "not_on_record"]


def test_a_sign_that_tells_is_found_and_one_of_chance_is_not():
    rng = np.random.default_rng(5)
    went = np.r_[np.ones(60), np.zeros(240)]
    past = pd.DataFrame(
        {"customer_id": [f"c{who}" for who in range(300)], "as_of": pd.Timestamp("2025-06-30"), "stopped": went}
    )
    for shift, verdict in ((2, "predicts"), (0, "no_sign"), (-2, "predicts_the_reverse")):
        score = np.clip(np.rint(rng.normal(7 - shift * went, 1.5)), 0, 10)
        said = answers(*[(f"c{who}", "2025-03-01", value) for who, value in enumerate(score)])
        assert predicts(said, past, DAY).set_index("kind").loc["nps", "verdict"] == verdict
    few = past.assign(stopped=np.r_[np.ones(9), np.zeros(291)])
    told = predicts(said, few, DAY).set_index("kind").loc["nps"]
    assert [told["verdict"], told["reason"]] == ["not_tested", "too_few_answers_of_both"]


def test_rows_of_one_customer_on_several_days_make_the_interval_no_narrower():
    rng = np.random.default_rng(2)
    score = rng.integers(0, 11, 100)
    said = answers(*[(f"c{who}", "2025-01-01", float(value)) for who, value in enumerate(score)])
    once = pd.DataFrame({"customer_id": [f"c{who}" for who in range(100)], "as_of": pd.Timestamp("2025-03-31"), "stopped": np.r_[np.ones(30), np.zeros(70)]})  # fmt: skip
    again = pd.concat(
        [once, once.assign(as_of=pd.Timestamp("2025-06-30")), once.assign(as_of=pd.Timestamp("2025-09-30"))]
    )
    one, three = (predicts(said, past, DAY).set_index("kind").loc["nps"] for past in (once, again))
    assert three[["auc", "low", "high"]].tolist() == pytest.approx(one[["auc", "low", "high"]].tolist())


@pytest.mark.slow
def test_the_score_of_the_sample_is_that_of_the_oracle(sample_clean):
    told = FIGURES["rates"](read_books(SAMPLE))
    found = nps(sample_clean.tables["surveys"], DAY)
    last = found[found["window_months"] == 12].iloc[0]
    assert [last["customers"], last["nps"]] == pytest.approx([told["NPS: customers"], told["NPS"]])
    assert [last["low"], last["high"]] == pytest.approx([told["NPS, low"], told["NPS, high"]], abs=0.6)
