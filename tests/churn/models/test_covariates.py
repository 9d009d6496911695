"""Covariates: shrinkage, what is missing, and what they say of an account."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.models.covariates import COVARIATES, FALLING, covariates, signs, usual
from kamlib.report.words import catalogue, in_words
from kamlib.stats.reasons import reason_columns


def test_a_short_history_is_shrunk_to_what_is_usual(table):
    common = usual(table)
    one = table.head(1).assign(gap_mean=1.0, gaps=1, silence_days=9)
    # own gap: (1 gap of 1 day + 3 usual gaps) / 4
    assert covariates(one, common)["gaps_missed"].iloc[0] == pytest.approx(9 / ((1.0 + 3 * common.gap) / 4))
    none = one.assign(gap_mean=np.nan, gaps=0)
    assert covariates(none, common)["gaps_missed"].iloc[0] == pytest.approx(9 / common.gap)


def test_a_silence_beyond_the_own_gap_counts_by_the_gaps_that_it_is_known_from(table):
    """Two own gaps in silence: log 2, by n / (n + 3); of who bought once nothing."""
    common = usual(table)
    for gaps, weight in ((1, 1 / 4), (9, 3 / 4)):
        own = (10.0 * gaps + 3 * common.gap) / (gaps + 3)
        row = table.head(1).assign(gap_mean=10.0, gaps=gaps, silence_days=2 * own - 1)
        assert covariates(row, common)["beyond_known_gap"].iloc[0] == pytest.approx(np.log(2) * weight)
    once = table.head(1).assign(gap_mean=np.nan, gaps=0, silence_days=300)
    assert covariates(once, common)["beyond_known_gap"].iloc[0] == 0


def test_silence_is_cut_at_the_own_limit_at_twice_it_and_at_the_longest_that_was_seen(table):
    """By hand, for a limit of 40 days and a longest silence of 199: logarithms of (days + 1) / 40."""
    common = replace(usual(table), longest_silence=199.0)
    days, log = [0, 9, 39, 79, 159, 199, 5000], np.log
    rows = pd.concat([table.head(1).assign(silence_days=day, own_limit=40.0) for day in days])
    found = covariates(rows, common)
    assert found["within_limit"].tolist() == pytest.approx([log(1 / 40), log(1 / 4), 0, 0, 0, 0, 0])
    assert found["beyond_limit"].tolist() == pytest.approx([0, 0, 0, log(2), log(4), log(5), log(5)])
    assert found["far_beyond_limit"].tolist() == pytest.approx([0, 0, 0, 0, log(2), log(2.5), log(2.5)])
    assert found["silence"].iloc[5] == found["silence"].iloc[6] == pytest.approx(log(200) - common.log_silence)
    assert found["silence_by_days"].iloc[5] == found["silence_by_days"].iloc[6]


@pytest.mark.parametrize("limit", [30.0, 100.0, 400.0])
def test_no_sign_of_silence_falls_while_silence_grows(table, limit):
    """Those with a bounded coefficient, and the one within the limit: so that a bound on coefficients bounds the chance."""
    common = replace(usual(table), longest_silence=365.0)
    rows = pd.concat([table.head(1).assign(silence_days=day, own_limit=limit) for day in range(0, 800, 3)])
    found = covariates(rows, common)[[*FALLING, "within_limit"]]
    assert (found.diff().iloc[1:] >= 0).all(axis=None) and (found.iloc[-1] > found.iloc[0]).sum() >= 4


def test_covariates_of_tables_that_were_not_given_are_missing_and_not_used(table, model):
    found = covariates(table, usual(table))
    absent = ["claims", "disputes", "late_share", "touches", "late_payer", "margin_rate"]
    assert found[absent].isna().all(axis=None)
    assert not set(absent) & set(model.scale.mean.index)


def said(rows: pd.DataFrame, common) -> dict[str, list[str]]:
    """What is said of each row, by group, in words."""
    told = {group: reason_columns(cases) for group, cases in signs(rows, common).items()}
    return {group: in_words(*(found[column] for column in found)).tolist() for group, found in told.items()}


def test_signs_are_codes_with_what_was_counted(table):
    one = table.head(1).assign(late=1.0, deliveries=1.0, touches=0.0, revenue_6m=0.0, revenue_12m=100.0)
    rows = pd.concat([one, one.assign(late=2.0, deliveries=5.0, touches=1.0, revenue_6m=25.0)], ignore_index=True)
    told = {group: reason_columns(cases) for group, cases in signs(rows, usual(table)).items()}
    assert told["lateness"]["reason"].tolist() == ["only_delivery_late", "deliveries_late"]
    assert told["touches"]["reason"].tolist() == ["no_touch", "touched_1"]
    assert told["trend"]["reason"].tolist() == ["bought_nothing", "slower"]
    values = [told[group]["reason_values"].map(json.loads).tolist() for group in ("lateness", "touches", "trend")]
    assert values == [[{}, {"late": 2, "deliveries": 5}], [{}, {"n": 1}], [{}, {"percent": 50}]]


def test_words_are_those_of_a_colleague(table):
    common = replace(usual(table), gap=30.0, order=900.0, margin_rate=0.4, late_payer=0.1)
    nothing = {
        "silence_days": 3,
        "gaps": 0,
        "gap_mean": np.nan,
        "tenure_days": 400,
        "average_order": 1000.0,
        "claims": 0.0,
    }
    nothing |= {"order_days_12m": 2, "categories_12m": 3, "returns_12m": 0.0, "revenue_12m": 200.0, "revenue_6m": 100.0}
    nothing |= {
        "margin_12m": 90.0,
        "disputes": 0.0,
        "late": 0.0,
        "touches": np.nan,
        "p_late_60": 0.02,
        "managers_24m": 1,
    }
    nothing |= {"deliveries": 5.0}
    much = {
        "silence_days": 40,
        "tenure_days": 9,
        "average_order": 123.4,
        "revenue_6m": 34.0,
        "margin_12m": 24.4,
        "claims": 2.0,
    }
    much |= {"returns_12m": 50.0, "disputes": 3.0, "late": 2.0, "touches": 4.0, "p_late_60": 0.3, "managers_24m": 2}
    one = {
        "silence_days": 31,
        "tenure_days": 1,
        "order_days_12m": 1,
        "categories_12m": 1,
        "claims": 1.0,
        "disputes": 1.0,
    }
    one |= {"late": 1.0, "deliveries": 1.0, "touches": 1.0, "revenue_6m": 0.0}
    rows = pd.concat(
        [table.head(1).assign(**nothing, **{}).assign(**more) for more in ({}, much, one)], ignore_index=True
    )
    told = said(rows, common)
    assert {group: texts[0] for group, texts in told.items() if texts[0]} == {
        "rhythm": "bought on 2 days in 12 months",
        "breadth": "buys 3 categories",
    }
    assert {group: texts[1] for group, texts in told.items()} == {
        "silence": "silent for 40 days (usually 30)",
        "rhythm": "bought on 2 days in 12 months",
        "tenure": "client for 9 days",
        "money": "average order 123 (usual 900)",
        "trend": "last six months at 34 % of the year's pace",
        "margin": "margin 12 %",
        "breadth": "buys 3 categories",
        "returns": "sent back 20 % of its purchases",
        "claims": "2 claims in 12 months",
        "disputes": "3 open disputes",
        "lateness": "2 of 5 deliveries late",
        "touches": "4 touches in six months",
        "payment": "leaves 30 % of its invoices unpaid 60 days past due",
        "manager": "2 account managers in 24 months",
    }
    assert {group: texts[2] for group, texts in told.items() if texts[2]} == {
        "silence": "silent for 31 days (usually 30)",
        "rhythm": "bought on 1 day in 12 months",
        "tenure": "client for 1 day",
        "trend": "bought nothing in six months",
        "breadth": "buys 1 category",
        "claims": "1 claim in 12 months",
        "disputes": "1 open dispute",
        "lateness": "its only delivery came late",
        "touches": "1 touch in six months",
    }


def test_each_covariate_and_its_step_have_words():
    assert {f"{kind}_{name}" for kind in ("sign", "step") for name in COVARIATES} <= catalogue().keys()
