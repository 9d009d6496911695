"""Anchors and the date of a new study. Oracle: by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.init.criteria import criteria, last_quarter, rounded
from kamlib.scoring.scores import utilities
from kamlib.study.periods import as_date
from kamlib.study.settings.sections import Criterion, Scoring


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


@pytest.mark.parametrize(
    ("value", "down", "up"), [(500, 500, 500), (501, 500, 1000), (499, 200, 500), (0.03, 0.02, 0.05)]
)
def test_outer_anchors_hold_the_value_between_them(value, down, up):
    assert rounded(value, down=True) == pytest.approx(down)
    assert rounded(value, up=True) == pytest.approx(up)


@pytest.fixture
def lines_of_two_years():
    n = 101
    amounts = (
        np.arange(n) * 100.0
    )  # 100, ..., 10,000 of who bought: the lower quartile is 2,575, the third largest 9,800
    return pd.DataFrame(
        {
            "customer_id": [f"a{i}" for i in range(n)],
            "margin": np.nan, "margin_12m": np.nan, "margin_6m": np.nan, "revenue": amounts * 2,
            "revenue_12m": amounts, "revenue_6m": amounts / 2, "order_days": 40.0, "order_days_12m": np.arange(n) / 5,
            "average_order": 130.0, "categories_12m": np.nan, "gap_cv": 0.8, "growth": 0.1,
        }
    )  # fmt: skip


def test_criteria_fit_the_data_and_their_weights_sum_to_100(lines_of_two_years):
    found = {one["name"]: one for one in criteria(lines_of_two_years, "RUB")}
    assert list(found) == ["revenue_12m", "frequency", "growth", "stability", "average_order"]
    assert (found["revenue_12m"]["worst"], found["revenue_12m"]["best"]) == (2000, 10_000)
    assert (found["frequency"]["worst"], found["frequency"]["best"]) == (5, 20)  # quartile 5.15, third largest 19.6
    assert (found["average_order"]["worst"], found["average_order"]["best"]) == (100, 200)
    # 40, 15, 15, 10, 5 of 85
    assert [one["weight"] for one in found.values()] == [46, 18, 18, 12, 6]
    assert "RUB" in str(found["revenue_12m"]["words"])
    assert sum(one["weight"] for one in Scoring(criteria=list(found.values())).model_dump()["criteria"]) == 100


def test_money_is_concave_and_its_largest_customers_stay_apart():
    # two giants over 600 customers as in a real list: at most the three largest reach the best anchor
    money = pd.Series([3_400_000.0, 3_200_000, *np.geomspace(600_000, 300, 600)])
    columns = dict.fromkeys(("margin", "margin_12m", "margin_6m", "categories_12m", "gap_cv", "growth"), np.nan)
    table = pd.DataFrame(
        {"revenue_12m": money, "revenue_6m": 1.0, "order_days_12m": 5.0, "average_order": 9.0} | columns
    )
    first = Criterion(**criteria(table, "EUR")[0])
    assert first.curve == "log" and (money >= first.best).sum() <= 3
    gained = utilities(pd.DataFrame({first.name: money}), [first])[first.name]
    assert gained.iloc[:2].tolist() == [1, 1] and gained.iloc[2] < 1 and gained.nunique() > 400


def test_equal_customers_have_anchors_too(lines_of_two_years):
    same = lines_of_two_years.assign(revenue_12m=500.0)
    money = criteria(same, "EUR")[0]
    assert (money["worst"], money["best"]) == (50, 500)


def test_a_margin_stands_for_the_money_where_it_is_known(lines_of_two_years):
    with_margin = lines_of_two_years.assign(margin=1.0, margin_12m=300.0, categories_12m=np.arange(101) % 6)
    found = {one["name"]: one for one in criteria(with_margin, "EUR")}
    assert "margin_12m" in found and "revenue_12m" not in found
    assert (found["breadth"]["worst"], found["breadth"]["best"], found["breadth"].get("curve")) == (2, 5, None)


def served(n, **columns):
    base = {"customer_id": [f"a{i}" for i in range(n)], "cost_to_serve_share": np.nan, "p_late_60": np.nan}
    return pd.DataFrame(base | columns)


def test_cost_to_serve_and_payment_are_proposed_where_their_tables_are_there(lines_of_two_years):
    margin = lines_of_two_years.assign(margin=1.0, margin_12m=lines_of_two_years["revenue_12m"] / 4)
    found = {
        one["name"]: Criterion(**one)
        for one in criteria(margin, "EUR", service=served(101, cost_to_serve_share=0.1, p_late_60=0.03))
    }
    cost, payment = found["cost_to_serve_share"], found["payment"]
    assert (cost.worst, cost.best) == (0.25, 0), "nothing is left where serving takes the margin"
    assert (payment.worst, payment.best, payment.column) == (0.5, 0, "p_late_60")
    without = [one["name"] for one in criteria(margin, "EUR", service=served(101))]
    assert not {"cost_to_serve_share", "payment"} & set(without)


@pytest.mark.parametrize(("names", "weight"), [(1, 13), (2, 26), (3, 40), (5, 40)])
def test_opinions_weigh_40_of_100_at_most_and_eight_criteria_are_enough(lines_of_two_years, names, weight):
    rated = ["reputation", "innovation", "strategic_access", "expertise", "influence"][:names]
    marks = [(f"a{i}", name, "", 7.0) for name in [*rated, "need", "solvency"] for i in range(20)]
    few = [(f"a{i}", "influence", "", 7.0) for i in range(19)]
    ratings = pd.DataFrame(marks + few * (names < 5), columns=["customer_id", "criterion", "rival", "score"])
    whole = lines_of_two_years.assign(categories_12m=np.arange(101) % 6)
    made = criteria(whole, "EUR", service=served(101, cost_to_serve_share=0.1, p_late_60=0.03), ratings=ratings)
    found = Scoring(criteria=made).criteria
    assert sum(one.weight for one in found if one.source == "rating") == weight
    assert len(found) == 8 and sum(one.weight for one in found) == 100
    assert not {"need", "solvency"} & {one.name for one in found}


def test_a_short_history_is_scored_on_what_was_observed(lines_of_two_years):
    short = lines_of_two_years.assign(revenue_12m=np.nan, revenue_6m=np.nan, order_days_12m=np.nan, growth=np.nan)
    found = {one["name"]: Criterion(**one) for one in criteria(short, "EUR")}
    assert "growth" not in found
    assert found["revenue"].column == "revenue" and found["frequency"].column == "order_days"
    assert sum(one.weight for one in found.values()) == 100


def test_nothing_bought_is_no_criterion(lines_of_two_years):
    none = lines_of_two_years.drop(columns="customer_id") * 0 + np.nan
    assert criteria(none, "EUR") == []
