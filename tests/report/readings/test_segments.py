"""What the page of segments says. Oracle: small tables whose figures are told by hand."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.worth import Window
from kamlib.report.readings import segments as readings
from kamlib.report.words import sentence
from kamlib.segments.crosstabs import TRAITS
from kamlib.stats.reasons import Reason
from kamlib.study.settings.rfm_segments import Segment

YEAR = Window(
    12, "order_days_12m", "margin_12m", "margin", (Reason("shorter_window_counts", {"months": 24, "observed": 12}),)
)
TWO_YEARS = Window(24, "order_days_24m", "margin_24m", "margin")
SUMMARY = pd.DataFrame(
    {"segment": ["core", "faded"], "share_of_accounts": [0.2, 0.8], "share_of_money": [0.9, 0.1], "accounts": [2, 8]}
)
STAGES = pd.DataFrame(
    {
        "stage": ["loyal", "declining", "at risk", "lost"],
        "accounts": [5, 2, 1, 9],
        "money": [80.0, 1100.0, 134.0, 3.0],
        "share_of_money": [0.8, 0.06, 0.04, 0.1],
    }
)
CHANGED = pd.DataFrame(
    {
        "from": ["loyal", "at risk", "declining", "new"],
        "to": ["at risk", "lost", "loyal", "lost"],
        "accounts": [4, 3, 2, 1],
        "money_before": [1000.0, 70.0, 9.0, 500.0],
    }
)
BALANCE = pd.DataFrame({"grouping": ["segment", "abc"], "share_moved": [0.37, 0.11], "moved": [37, 11]})


def test_that_most_bought_once_is_told_from_half_of_those_with_a_cell_on():
    table = pd.DataFrame({"order_days": [1, 1, 4, 9, 0], "f": [1, 1, 2, 3, None]})
    assert readings.bought_once(table) == Reason("most_bought_once", {"share": 0.5})
    assert sentence(readings.bought_once(table)).startswith("**Mind:** 50% of the customers bought on one day")
    assert readings.bought_once(table.assign(order_days=[1, 2, 4, 9, 1])) is None


def test_what_stands_in_is_told_and_else_nothing():
    assert sentence(readings.stand_in(YEAR)) == "**Mind:** 24 months are not observed; the last 12 count instead."
    assert readings.stand_in(TWO_YEARS) is None


def test_a_shorter_window_of_the_comparison_is_told_only_where_the_page_has_another():
    assert sentence(readings.shared_window(YEAR, TWO_YEARS)).endswith("the last 12 count instead, for both dates.")
    assert readings.shared_window(YEAR, YEAR) is None


def test_the_largest_segment_is_that_with_most_money():
    assert sentence(readings.largest_segment(SUMMARY)) == "**core** is 20% of the customers and 90% of the money."
    unknown = readings.largest_segment(SUMMARY.assign(share_of_money=float("nan")))
    assert sentence(unknown).endswith("unknown of the money.")
    assert readings.largest_segment(SUMMARY.assign(segment=["records too short", "no order in window"])) is None


def test_what_rfm_cant_say_and_what_the_study_may_not_order_is_told():
    table = pd.DataFrame(
        {"segment": ["records too short", "no order in window"], "order_days": [1, 0], "money": [1.0, None]}
    )
    assert sentence(readings.too_short(table)).startswith(
        "**RFM gives no segments**: all orders lie within fewer than 30"
    )
    assert readings.too_short(table.assign(segment="core")) is None
    own = [Segment("gone", policy="let go"), Segment("here")]
    assert sentence(readings.own_policies(own)).startswith("The study gives 1 segments a policy")
    assert readings.own_policies(own[1:]) is None
    assert readings.money_known(table) is None, "nobody without an order is asked for a margin"
    some = readings.money_known(table.assign(order_days=1))
    assert sentence(some).startswith(
        "**Mind:** of 1 of the 2 customers with an order in the window the margin is known (for 80%"
    )


def test_classes_of_money_are_counted_with_their_shares_and_the_other_method():
    one = pd.DataFrame(
        {
            "customer_id": list("abcde"),
            "abc": ["A", "B", "C", "net<=0", "unknown"],
            "share": [0.7, 0.2, 0.1, None, None],
        }
    )
    other = one.assign(abc=["A", "A", "C", "no order in window", "unknown"])[::-1]
    told = sentence(readings.classes_by_money(one, other, "share"))
    assert told.startswith("**1 customers are A** (70% of the money), 1 are B (20%) and 1 are C. 0 ordered nothing")
    assert "1 sent back as much as they bought or more, and of 1 the money is not known." in told
    assert told.endswith("By the tangent method 2 would be in another class.")


def test_customers_that_are_large_only_together_are_counted_once():
    # p: two accounts, both B; q: one of its two is A by itself; r: B
    accounts = pd.DataFrame(
        {"customer_id": ["q", "p", "p", "q", "r"], "by_itself": list("ABBCB"), "customer": list("AAAAB")}
    )
    assert readings.added_up(accounts).values == {"accounts": 5, "customers": 3, "hidden": 1}


def test_the_cell_with_most_money_and_the_doubt():
    cells = pd.DataFrame({"xyz": ["X", "Z", "N", "L", "L"], "uncertain": [True, False, False, False, False]})
    grid = pd.DataFrame(
        {"abc": ["A", "B"], "xyz": ["X", "L"], "accounts": [1, 2], "money": [9.0, 5.0], "share_of_money": [0.6, 0.4]}
    )
    told = readings.most_money(cells, grid).values
    assert told == {
        "cell": "AX",
        "accounts": 1,
        "share": 0.6,
        "present": 3,
        "seldom": 2,
        "part": 2 / 3,
        "short": 1,
        "lost": 2,
    }


def test_who_fades_is_declining_or_at_risk():
    assert sentence(readings.fading(STAGES.assign(money=float("nan")), "EUR")).endswith("the money, unknown EUR."), (
        "and not 0"
    )
    assert (
        sentence(readings.fading(STAGES, "EUR"))
        == "3 customers are declining or at risk and not lost yet: 10.0% of the money, 1,234 EUR."
    )


def test_traits_that_are_not_on_record_are_named():
    totals = pd.DataFrame({"trait": [name for name in TRAITS if name not in ("size", "manager")]})
    assert sentence(readings.absent_traits(totals)).startswith("Not on record, so not shown: size and manager.")
    assert readings.absent_traits(pd.DataFrame({"trait": TRAITS})) is None


def test_the_value_with_most_revenue_that_fades():
    """Small 31 + 30 = 61 against 60 of one; the largest of the small has 31 / 61, and without it large leads."""
    rows = pd.DataFrame(
        {
            "trait": ["size"] * 4 + ["region"],
            "value": ["small", "small", "large", "large", "north"],
            "stage": ["declining", "at risk", "declining", "loyal", "declining"],
            "revenue": [30.0, 31.0, 60.0, 900.0, 5000.0],
        }
    )
    assert sentence(readings.fading_by_trait(rows, "size", "the last 24 months", "EUR")) == (
        "Most revenue of customers who decline or are at risk lies in the size **small**: 61 EUR in the last 24 months, 51% of it that of one "
        "customer; without that one most lies in large."
    )
    assert (
        readings.fading_by_trait(rows[3:4], "size", "", "EUR") is None
        and readings.fading_by_trait(rows, None, "", "EUR") is None
    )


def test_what_held_still_and_what_moved_most():
    assert sentence(readings.held_still(BALANCE)).startswith(
        "**abc** held still most: 11% changed. **segment** moved most: 37%."
    )
    assert readings.held_still(BALANCE.assign(share_moved=0.2)) is None


def test_who_left_the_healthy_stages_and_with_what_money():
    assert readings.left_healthy(CHANGED, "EUR").values == {"accounts": 5, "money": 1500.0, "currency": "EUR"}


def test_the_conclusion_has_the_figures_of_the_page():
    told = sentence(readings.conclusion(STAGES, BALANCE))
    assert told.startswith(
        "3 customers with 10.0% of the money are declining or at risk and not lost yet: they come first on the list of calls."
    )
    assert told.endswith("37 changed their RFM segment.")


def test_another_letter_by_gaps_is_counted_by_customer():
    cells = pd.DataFrame({"customer_id": ["a", "b"], "xyz": ["X", "Y"]})
    tried = pd.DataFrame(
        {"customer_id": ["b", "a", "b"], "xyz": ["Y", "Y", "X"], "reading": ["gaps", "gaps", "frequency"]}
    )
    assert (
        sentence(readings.another_letter(cells, tried, "frequency"))
        == "With XYZ by gaps alone, 1 of 2 customers have another letter than by frequency."
    )
