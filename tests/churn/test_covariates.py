"""Covariates: shrinkage, what is missing, and words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.covariates import covariates, usual, words


def test_a_short_history_is_shrunk_to_what_is_usual(table):
    common = usual(table)
    one = table.head(1).assign(gap_mean=1.0, gaps=1, silence_days=9)
    # own gap: (1 gap of 1 day + 3 usual gaps) / 4
    expected = np.log(10 / ((1.0 + 3 * common.gap) / 4))
    assert covariates(one, common)["silence_in_gaps"].iloc[0] == pytest.approx(expected)
    none = one.assign(gap_mean=np.nan, gaps=0)
    assert covariates(none, common)["silence_in_gaps"].iloc[0] == pytest.approx(np.log(10 / common.gap))


def test_covariates_of_tables_that_were_not_given_are_missing_and_not_used(table, model):
    found = covariates(table, usual(table))
    absent = ["claims", "disputes", "late_share", "touches", "delay", "margin_rate"]
    assert found[absent].isna().all(axis=None)
    assert not set(absent) & set(model.mean.index)


def test_words_are_those_of_a_colleague(table):
    one = table.head(1).assign(late=1.0, deliveries=1.0, touches=0.0, revenue_6m=0.0, revenue_12m=100.0)
    told = words(pd.concat([one, one.assign(late=2.0, deliveries=5.0, touches=1.0, revenue_6m=25.0)]), usual(table))
    assert told["lateness"].tolist() == ["its only delivery came late", "2 of 5 deliveries late"]
    assert told["touches"].tolist() == ["no touch in six months", "1 touch in six months"]
    assert told["trend"].tolist() == ["bought nothing in six months", "last six months at 50 % of the year's pace"]
