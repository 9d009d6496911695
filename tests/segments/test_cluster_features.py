"""The features of clusters. Oracles: hand calculation, units that must not matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.report.words import in_words, sentence
from kamlib.segments import cluster_features
from kamlib.stats.reasons import Reason

FEATURES = ["order_days_24m", "margin_24m", "gap_median", "average_order"]


def facts(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [f"K.{i:02d}" for i in range(n)],
            "tenure_days": 900,
            "silence_days": 30,
            "order_days_24m": np.arange(n) + 1.0,
            "margin_24m": np.arange(n) * 100.0,
            "gap_median": 20.0,
            "average_order": 400.0,
        }
    )


def test_sums_count_a_year_of_buying_and_neither_the_time_before_nor_the_silence_after():
    table = facts(3).assign(
        tenure_days=[365.25 / 2 + 10, 3000, 400],
        silence_days=[10, 0, 395],
        order_days_24m=[6.0, 24.0, 2.0],
        margin_24m=[50.0, -200.0, 30.0],
    )
    own = cluster_features.behaviour(table, FEATURES)
    # 6 order days in half a year and 24 in two years are 12 a year; 2 within a week count over a quarter: 8 a year
    assert own["order_days_a_year"].tolist() == pytest.approx([12, 12, 8])
    assert own["margin_a_year"].tolist() == pytest.approx([100, -100, 120])
    assert own["average_order"].tolist() == [400.0] * 3


def test_a_negative_margin_is_scaled_below_zero_and_above_none():
    x = pd.DataFrame({"m": [-500.0, -5, 0, 5, 500, 20]})
    scaled = cluster_features.scale(x)["m"]
    assert scaled.rank().tolist() == x["m"].rank().tolist()
    pd.testing.assert_series_equal(scaled, cluster_features.scale(x * 1000)["m"])


def test_windows_that_were_not_observed_give_way_and_are_noted():
    table = facts(10).assign(order_days_24m=np.nan, margin_24m=np.nan, revenue_24m=np.nan)
    table = table.assign(order_days_12m=range(10), margin_12m=np.nan, revenue_12m=range(10))
    columns, notes = cluster_features.usable(table, FEATURES)
    assert columns == ["order_days_12m", "revenue_12m"]
    assert Reason("stands_for", {"used": "revenue_12m", "feature": "margin_24m"}) in notes
    assert Reason("left_out_constant", {"feature": "gap_median"}) in notes
    told = list(map(sentence, notes))
    assert "revenue_12m stands for margin_24m" in told and "gap_median is left out: the same for all" in told


def test_the_unit_of_money_does_not_matter_even_where_every_margin_is_a_loss():
    x = pd.DataFrame({"m": [-500.0, -5, -7, -90, -20], "zero": [0.0, 0, 0, 0, 0]})
    pd.testing.assert_frame_equal(cluster_features.scale(x), cluster_features.scale(x / 1000))
    assert (cluster_features.scale(x)["zero"] == 0).all()


def test_who_stands_apart_is_told_why():
    table = facts(4).assign(gap_median=[np.nan, 10, np.nan, 10], order_days_24m=[1.0, 0, 0, 5])
    why = cluster_features.stands_apart(table, FEATURES)
    assert why["why"].tolist() == ["feature_unknown", "no_order_in_the_window", "no_order_in_the_window", ""]
    told = in_words(why["why"], why["why_values"]).tolist()
    assert told == ["gap_median unknown", "no order in the window", "no order in the window", ""]
    assert cluster_features.stands_apart(table, [])["why"].eq("").all()
    assert cluster_features.behaviour(table, FEATURES).index.tolist() == ["K.03"]


def test_a_feature_that_is_no_column_is_refused_by_name():
    with pytest.raises(InputError, match="shoe_size"):
        cluster_features.usable(facts(3), ["shoe_size"])
