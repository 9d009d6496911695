"""Anchors and the date of a new study. Oracle: by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.init.criteria import criteria, last_quarter, rounded
from kamlib.study.periods import as_date
from kamlib.study.sections import Criterion, Scoring


def days(*ranges: tuple[str, str], lines: int = 1) -> pd.DataFrame:
    found = [day for begin, end in ranges for day in pd.date_range(begin, end)]
    return pd.DataFrame({"date": found, "lines": lines})


@pytest.mark.parametrize(
    ("begin", "end", "quarter"),
    [
        ("2024-01-01", "2025-12-31", "2025Q4"),
        ("2024-01-01", "2025-12-28", "2025Q4"),  # the holidays at its end
        ("2024-01-01", "2025-12-20", "2025Q3"),
        ("2024-01-01", "2026-02-11", "2025Q4"),
        ("2025-01-03", "2025-04-15", "2025Q1"),
        ("2025-02-10", "2025-04-15", "2025-04-15"),  # no quarter is whole
        ("2025-02-10", "2025-02-10", "2025-02-10"),
    ],
)
def test_a_study_is_of_the_last_whole_quarter_of_its_lines(begin, end, quarter):
    assert last_quarter(days((begin, end))).value == quarter
    assert as_date(quarter) <= pd.Timestamp(end).date() + pd.Timedelta(days=7)


def test_a_few_mistyped_years_do_not_move_the_date_and_are_told():
    here = pd.concat(
        [days(("2023-01-01", "2025-12-31"), lines=5), days(("2062-05-12", "2062-05-13"), ("1970-01-01", "1970-01-01"))]
    )
    found = last_quarter(here)
    assert found.value == "2025Q4"
    assert "2 lines" in found.doubt and "2062-05-13" in found.doubt
    assert "2023-01-01" in found.note


def test_a_business_that_paused_for_years_is_no_mistake():
    assert last_quarter(days(("2020-01-01", "2021-12-31"), ("2024-01-01", "2024-12-31"))).value == "2024Q4"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1),
        (1.3, 1),
        (1.5, 2),
        (3, 2),
        (3.4, 5),
        (8, 10),
        (12_345, 10_000),
        (17_000, 20_000),
        (700, 500),
        (0.03, 0.02),
    ],
)
def test_anchors_are_one_two_or_five_times_a_power_of_ten(value, expected):
    assert rounded(value) == pytest.approx(expected)


@pytest.fixture
def lines_of_two_years():
    n = 101
    amounts = np.arange(n) * 100.0  # 0, 100, ..., 10,000: the 90th percentile of the positive ones is 9,010
    return pd.DataFrame(
        {
            "margin": np.nan, "margin_12m": np.nan, "margin_6m": np.nan, "revenue": amounts * 2,
            "revenue_12m": amounts, "revenue_6m": amounts / 2, "order_days": 40.0, "order_days_12m": np.arange(n) / 5,
            "average_order": 130.0, "categories_12m": np.nan, "gap_cv": 0.8, "growth": 0.1,
        }
    )  # fmt: skip


def test_criteria_fit_the_data_and_their_weights_sum_to_100(lines_of_two_years):
    found = {one["name"]: one for one in criteria(lines_of_two_years, "RUB")}
    assert list(found) == ["revenue_12m", "frequency", "average_order", "stability", "growth"]
    assert (found["revenue_12m"]["worst"], found["revenue_12m"]["best"]) == (0, 10_000)
    assert found["frequency"]["best"] == 20
    assert found["average_order"]["best"] == 100
    assert found["revenue_12m"]["weight"] == 40
    assert "RUB" in str(found["revenue_12m"]["words"])
    assert sum(one["weight"] for one in Scoring(criteria=list(found.values())).model_dump()["criteria"]) == 100


def test_a_margin_stands_for_the_money_where_it_is_known(lines_of_two_years):
    with_margin = lines_of_two_years.assign(margin=1.0, margin_12m=300.0, categories_12m=np.arange(101) % 6)
    found = [one["name"] for one in criteria(with_margin, "EUR")]
    assert found[0] == "margin_12m" and "breadth" in found and "revenue_12m" not in found


def test_a_short_history_is_scored_on_what_was_observed(lines_of_two_years):
    short = lines_of_two_years.assign(revenue_12m=np.nan, revenue_6m=np.nan, order_days_12m=np.nan, growth=np.nan)
    found = {one["name"]: Criterion(**one) for one in criteria(short, "EUR")}
    assert "growth" not in found
    assert found["revenue"].column == "revenue" and found["frequency"].column == "order_days"
    assert sum(one.weight for one in found.values()) == 100


def test_nothing_bought_is_no_criterion(lines_of_two_years):
    none = lines_of_two_years * 0 + np.nan
    assert criteria(none, "EUR") == []
