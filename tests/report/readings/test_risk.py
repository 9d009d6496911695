"""What the page on risk concludes. Oracle: small tables whose sentence is written here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.report.readings import risk as on_risk
from kamlib.report.words import sentence
from kamlib.risk import by_measure
from kamlib.risk.concentration import whale_curve

NAMES = pd.Series({"a": "Alpha", "b": "Beta"})


def exposure(*revenue: float) -> pd.DataFrame:
    known = {"order_days": 1.0, "served": False, "receivables": np.nan, "measure": "revenue"}
    money = pd.DataFrame(
        {"customer_id": list("abcdefghijkl")[: len(revenue)], "revenue": revenue, "contribution": revenue}
    )
    return money.assign(**known)


def test_the_largest_is_named_with_what_it_makes_us():
    base = exposure(60.0, 20.0, 20.0)
    told = sentence(on_risk.on_whom(by_measure(base), base, NAMES))
    assert told.startswith(
        "**Alpha gives 60% of the revenue of 12 months (mono-client)**, the three largest 100%: 3 customers"
    )


def test_where_nobody_has_a_tenth_that_is_said():
    base = exposure(*[10.0] * 11)
    assert on_risk.on_whom(by_measure(base), base, NAMES).code == "depends_on_nobody"
    alone = exposure(5.0)
    assert (
        sentence(on_risk.on_whom(by_measure(alone), alone, NAMES))
        == "**Alpha is the only customer with revenue in 12 months.**"
    )
    none = exposure(-1.0)
    assert on_risk.on_whom(by_measure(none), none, NAMES) is None


@pytest.mark.parametrize(("now", "code"), [(5.0, "more_concentrated"), (20.0, "less_concentrated")])
def test_fewer_equal_customers_are_more_concentration(now, code):
    rows = pd.DataFrame({"as_of": pd.to_datetime(["2026-03-31", "2026-06-30"]), "effective_number": [10.0, now]})
    assert on_risk.trend(rows).code == code and on_risk.trend(rows.assign(effective_number=[10, np.nan])) is None


def test_what_is_eaten_and_what_was_spent_without_an_order():
    """8, 4, -2 and -1: two cost 3 together; the one without an order cost 1."""
    rows = pd.DataFrame(
        {"contribution": [8.0, 4, -1, -2], "order_days": [3, 2, 0, 1], "cumulative_share": [8 / 9, 12 / 9, 11 / 9, 1]}
    )
    told = sentence(on_risk.eaten(rows, "EUR"))
    assert (
        "first 2 of 4 customers make **133.3%**" in told and "2 cost more than they bring, together **3 EUR**" in told
    )
    assert "On 1 without an order in these 12 months 1 EUR were spent." in told
    assert on_risk.eaten(rows.head(2), "EUR").code == "nobody_eats"
    assert on_risk.eaten(whale_curve(exposure(-1.0)), "EUR").code == "no_contribution_above_zero"


def test_the_study_is_asked_where_hours_are_until_it_says_so():
    rows = pd.DataFrame({"hours_are": ["in_fixed_costs", "besides_fixed_costs"], "result": [5.0, -2.0]})
    assert "ends at +5 if they do, and at -2 if hours come besides" in sentence(on_risk.month(rows, None))
    assert on_risk.month(rows, True) is None and on_risk.month(rows.head(1), None) is None


def losses(**values: object) -> pd.DataFrame:
    row = {
        "set": "the largest",
        "hours_are": "besides_fixed_costs",
        "result_before": 10.0,
        "result_after": -5.0,
        "months_left": 4.0,
        "lowest_cash": -9.0,
        "lowest_month": 24.0,
        "replaced_by": 3.0,
        "replaced_years": 0.5,
        "reason": "result_falls_below_zero",
    }
    return pd.DataFrame([row | values])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "today's cash would last **4.0 months**"),
        ({"result_after": 2.0, "months_left": np.nan}, "would still end at **+2 EUR**"),
        ({"reason": "cash_is_below_zero", "months_left": 0.0}, "**Cash is below zero today.** Without the largest"),
        ({"months_left": np.nan}, "waits for `money.opening_cash`"),
    ],
)
def test_what_is_left_is_told_by_the_first_set(values, said):
    assert said in sentence(on_risk.left(losses(**values), "EUR"))
    assert on_risk.left(losses(result_after=np.nan), "EUR") is None


def test_how_many_new_customers_replace_them():
    assert sentence(on_risk.replacement(losses())).endswith(
        "who joined in the year before the last: 0.5 years at that pace."
    )
    assert on_risk.replacement(losses(replaced_by=np.nan)) is None and on_risk.replacement(losses().head(0)) is None


def test_how_many_may_go():
    rows = pd.DataFrame({"may_go": [3, 2], "share": [0.3, 0.2]})
    assert sentence(on_risk.margin_of_safety(rows)).startswith("The 2 largest, with 20% of the margin of 12 months")
    assert on_risk.margin_of_safety(rows.assign(may_go=0)).code == "none_may_go"


YEARS = pd.DataFrame(
    {
        "correlation": [0.1, 0.1],
        "mean": 10.0,
        "var_95": 30.0,
        "expected_shortfall": 40.0,
        "p_result_below_zero": [0.2, 0.5],
    }
)


def test_a_bad_year_and_whose_it_is():
    whose = pd.DataFrame({"customer_id": ["a", "b", "c"], "share_of_shortfall": [0.5, 0.25, 0.1]})
    told = sentence(on_risk.bad_year(YEARS, whose, NAMES, 0.1, "EUR"))
    assert "**40 EUR**" in told and told.endswith("75% of it is of Alpha and Beta.")
    assert on_risk.bad_year(YEARS, whose.head(0), NAMES, 0.1, "EUR") is None


def test_the_chance_below_zero_is_a_range_only_where_hours_are_not_said():
    assert "is 20% to 50%, by where our hours are counted" in sentence(on_risk.below_zero(YEARS, 0.1))
    assert "below zero is 20% *without any new customer*" in sentence(on_risk.below_zero(YEARS.head(1), 0.1))
    assert on_risk.below_zero(YEARS.assign(p_result_below_zero=np.nan), 0.1) is None


def test_what_the_chance_of_a_year_is_made_of():
    assert "of those who had not stopped within 180 days, 15% had within the next 180" in sentence(
        on_risk.chance_of_a_year(0.15, 180)
    )
    assert "as large in every 180 days" in sentence(on_risk.chance_of_a_year(None, 180))


def test_what_new_customers_brought_stands_beside():
    told = sentence(on_risk.new_customers(pd.Series({"customers": 4.0, "contribution": 25.0}), "EUR"))
    assert "the 4 who joined in the year before the last brought 100 EUR of contribution" in told
    assert on_risk.new_customers(pd.Series({"customers": 0, "contribution": np.nan}), "EUR") is None


def test_giants_references_and_customers_won():
    rows = pd.DataFrame({"customers": [2, 2], "p_year": [0.01, 0.1], "above_mean": [5.0, 9.0]})
    assert (
        "each of the 2" in sentence(on_risk.giants_matter(rows, "EUR"))
        and on_risk.giants_matter(rows.head(0), "EUR") is None
    )
    came = pd.DataFrame({"customer_id": ["a", "b"], "referred": [2, 1], "referred_contribution": [7.0, 3.0]})
    told = sentence(on_risk.references(came, NAMES, "EUR"))
    assert told.startswith("3 customers came through 2 others and brought 10 EUR") and "**Alpha**" in told
    won = pd.Series({"won": 2, "won_revenue": 90.0, "share": 0.9, "lost": 1})
    assert sentence(on_risk.won(won, "EUR")).startswith(
        "**2 customers were won in 12 months**, with 90 EUR, 90.0% of the revenue"
    )


def test_years_that_were_drawn_by_p_no_order_and_lost_more_are_told_apart():
    rows = {
        "as_of": pd.to_datetime(["2024-09-08", "2024-11-07"]),
        "span_days": [365, 180],
        "event": ["silent", "stopped"],
        "expected": [200.0, 150.0],
    }
    found = pd.DataFrame(rows | {"expected_low": 100.0, "expected_high": 250.0, "came": [300.0, 160.0]})
    found = found.assign(verdict=["more_came", "as_expected"])
    told = sentence(on_risk.years_before(found, "EUR"))
    assert (
        told.startswith("On 1 of 2 earlier days")
        and "Of the 180 days after 2024-11-07 150 EUR were expected (100 to 250), and **160** were lost" in told
    )
    assert "P(stopped) was not known yet" in told
    missed = found.assign(event="stopped")
    assert (
        "was not known" not in sentence(on_risk.years_before(missed, "EUR"))
        and on_risk.years_before(found[:0], "EUR") is None
    )
