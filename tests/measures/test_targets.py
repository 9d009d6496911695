"""Targets against figures. Oracle: intervals by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.measures.targets import VERDICTS, against
from kamlib.measures.targets import figures as figures_of
from kamlib.stats.reasons import waits_for
from kamlib.study.settings.targets import Target


def figures(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["measure", "value", "low", "high"])


@pytest.mark.parametrize(
    ("low", "high", "least", "most"),
    [
        (0.95, 0.99, "met", "cant_be_told"),
        (0.90, 0.94, "not_met", "met"),
        (0.90, 0.95, "cant_be_told", "met"),
        (0.96, 0.99, "met", "not_met"),
        (0.90, 0.99, "cant_be_told", "cant_be_told"),
        (0.95, 0.95, "met", "met"),
    ],
)
def test_a_target_is_met_where_the_whole_interval_says_so(low, high, least, most):
    found = figures(("nrr", (low + high) / 2, low, high))
    for ends, verdict in (({"at_least": 0.95}, least), ({"at_most": 0.95}, most)):
        row = against([Target(measure="nrr", **ends)], found).iloc[0]
        assert row["verdict"] == verdict and (row["reason"] == "interval_spans_target") == (verdict == "cant_be_told")


def test_a_figure_that_is_not_known_tells_nothing():
    asked = [
        Target(measure="nps", at_least=20),
        Target(measure="csat", at_least=0.8),
        Target(measure="grr", at_least=0),
    ]
    table = against(asked, figures(("csat", np.nan, np.nan, np.nan), ("grr", 0.8, np.nan, np.nan)))
    assert table["verdict"].tolist() == ["cant_be_told"] * 3 and table["measure"].tolist() == ["nps", "csat", "grr"]
    assert table["reason"].tolist() == ["figure_not_known", "figure_not_known", "interval_not_known"]


def test_without_a_target_the_table_says_so():
    assert waits_for(against([], figures())).code == "no_target"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_target_is_never_met_where_a_lower_one_is_not(low, high, limit):
    low, high = sorted((low, high))
    found = figures(("on_time", low, low, high))
    order = [
        VERDICTS.index(against([Target(measure="on_time", at_least=one)], found)["verdict"].iloc[0])
        for one in (limit / 2, limit)
    ]
    rank = {0: 2, 2: 1, 1: 0}
    assert rank[order[0]] >= rank[order[1]]


def test_the_figures_are_those_of_the_last_year():
    day, ago = pd.Timestamp("2026-06-30"), pd.Timestamp("2025-06-30")
    end = {"low": 0.1, "high": 0.9}
    rates = pd.DataFrame([{"measure": "on_time", "source": source, "window_months": months, "until": until, "value": value, **end} for source, months, until, value in [("", 3, day, 0.7), ("", 12, day, 0.8), ("", 12, ago, 0.6), ("tender", 12, day, 0.5)]])  # fmt: skip
    scores = pd.DataFrame({"window_months": [3, 12, 12], "nps": [1.0, 2, 3], "low": -9.0, "high": 9.0})
    shares = pd.DataFrame([{"measure": "share_of_wallet", "value": 0.4, **end}])
    retained = pd.DataFrame({"as_of": [ago, day, day], "cohort": ["all", "all", "without_large"], "nrr": [0.9, 1.1, 1.0], "nrr_low": 0.8, "nrr_high": 1.2, "grr": 0.7, "grr_low": 0.6, "grr_high": 0.8})  # fmt: skip
    concentration = pd.DataFrame({"measure": ["contribution", "revenue"], "top_1": [0.3, 0.2]})
    found = figures_of(rates, scores, shares, retained, concentration).set_index("measure")
    assert found["value"].to_dict() == {
        "on_time": 0.8,
        "nps": 2,
        "share_of_wallet": 0.4,
        "nrr": 1.1,
        "grr": 0.7,
        "top_1": 0.2,
    }
    assert found.loc["top_1", ["low", "high"]].tolist() == [0.2, 0.2] and found.loc[
        "nrr", ["low", "high"]
    ].tolist() == [0.8, 1.2]
    empty = figures_of(rates, scores, shares, retained[:0], concentration[:0]).set_index("measure")
    assert set(empty.index) == {"on_time", "nps", "share_of_wallet"}
