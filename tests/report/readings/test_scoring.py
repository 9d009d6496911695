"""What the page of the key accounts says, against lists whose sentences are written by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kamlib.report.readings import scoring as readings
from kamlib.report.words import sentence
from kamlib.scoring.key_list import score_list
from kamlib.stats.reasons import Reason
from kamlib.study.sections import Scoring

REVENUE = [{"name": "revenue", "worst": 0, "best": 1000, "weight": 100}]
NAMES = pd.Series({"a0": "Alpha", "a1": "Beta", "a2": "Gamma"})
DAY = pd.Timestamp("2026-06-30")


@pytest.fixture
def listed(facts):
    """Alpha (500 of 1000) is key, Beta follows, Gamma never bought."""
    some = facts(revenue_12m=[500.0, 250, 0], order_days=[4, 4, 0])
    rules = {"criteria": REVENUE, "top_least": 1, "top_most": 1, "draws": 100}
    states = pd.DataFrame({"customer_id": ["a0", "a1"], "state": "active"})
    return score_list(some, Scoring(**rules), states=states)


def drawn(**chances):
    """A list of which only places and chances are known: (key, p_key) by customer."""
    table = pd.DataFrame(
        [(name, *found) for name, found in chances.items()], columns=["customer_id", "key", "p_key"]
    ).assign(known=1.0)
    return SimpleNamespace(table=table, key=table[table["key"]], knocked_out=table[:0])


def told(reasons):
    return [sentence(reason) for reason in reasons]


def test_who_is_scored_counts_lanes_and_ratings(listed):
    said = readings.who_is_scored(listed, pd.DataFrame({"x": range(3)}), pd.DataFrame())
    assert sentence(said) == (
        "On 2026-09-30: **2 customers are scored**, 0 are lost, 1 never bought. Last ratings by our people: 3; by customers: 0."
    )


def test_the_list_names_the_first_and_how_many_are_known_whole(listed):
    assert sentence(readings.the_list(listed, NAMES)) == (
        "**Key: 1 of 2 ranked customers.** The first is Alpha with 50.5 of 100. Every value is known for 1 of the key accounts; "
        "a score with something missing carries its interval."
    )


@pytest.mark.parametrize(
    ("waits", "cautions", "hour", "hours", "codes"),
    [
        ([], [], 50.0, 2.0, ["criteria_are_sound"]),
        ([], [], None, 0.0, ["criteria_are_sound"]),
        ([], [], None, 2.0, ["hours_without_cost", "criteria_are_sound"]),
        (["w"], [], None, 2.0, ["w", "hours_without_cost"]),
        (["w"], ["c"], 50.0, 2.0, ["w", "c"]),
    ],
)
def test_criteria_are_sound_only_where_there_is_nothing_to_wait_for_or_to_be_warned_of(
    waits, cautions, hour, hours, codes
):
    found = SimpleNamespace(waits=[Reason(code) for code in waits], cautions=[Reason(code) for code in cautions])
    said = readings.criteria(found, pd.DataFrame({"hours": [hours, np.nan]}), hour)
    assert [reason.code for reason in said] == codes


def test_chances_count_the_safe_and_name_who_is_near():
    found = drawn(a0=(True, 0.9), a1=(True, 0.89), a2=(False, 0.2), a3=(False, 0.19))
    assert told(readings.chances(found, NAMES)) == [
        "**Safe on the list (90% or more): 1 of 2 key accounts.**",
        "Outside it, with a chance of 20% or more (1): Gamma",
    ]
    assert told(readings.chances(drawn(a0=(True, 1.0)), NAMES))[1].endswith("(0): none")


def test_cells_are_counted_or_wait_for_ratings():
    cells = pd.DataFrame({"cell": ["key", "key", "unknown"]})
    assert sentence(readings.cells(cells)) == "**Customers by cell: key: 2 and unknown: 1.**"
    assert readings.cells(cells[2:]).code == "no_known_place"


def test_only_a_place_at_both_dates_can_be_left():
    matrix = pd.DataFrame(
        {
            "cell": ["key", "key", "maintenance", "unknown", "key"],
            "cell_before": ["key", "development", "", "key", "unknown"],
        }
    )
    assert sentence(readings.moves(matrix, DAY)) == "Since 2026-06-30, 1 of 2 customers changed their cell."


def test_the_price_of_image_is_told_where_a_contribution_is_known():
    kinds = pd.DataFrame({"customer_id": ["a0", "a0", "a1", "a2"], "category": ["image", "image", "image", "expert"]})
    service = pd.DataFrame({"customer_id": ["a0", "a1", "a2"], "contribution": [-1.0, 5, -9]})
    assert sentence(readings.price_of_image(kinds, service)) == (
        "Image has its price: of 2 image customers, 1 cost more to serve than their margin."
    )
    assert readings.price_of_image(kinds, service.assign(contribution=np.nan)) is None
    assert readings.price_of_image(kinds[3:], service) is None


def test_the_share_of_key_customers_stands_against_the_corridor(listed, facts):
    # of the positive revenue of the whole base, 500 of 1000
    said = readings.share_of_key(facts(revenue_12m=[500.0, 250, 250, -9]), listed, "EUR")
    assert sentence(said) == (
        "Key accounts give together **50%** of the revenue in the last 12 months (1,000 EUR): **within** the corridor of 30% to 55%."
    )
    assert "**above**" in sentence(readings.share_of_key(facts(revenue_12m=[900.0, 100]), listed, "EUR"))


def test_gates_are_counted_by_verdict():
    gate = pd.DataFrame({"verdict": ["open", "ask", "ask"]})
    assert sentence(readings.gates(gate)) == (
        "The gate is open for 1 prospects, closed for 0; for 2 something is still to be asked."
    )


def test_the_conclusion_names_who_is_doubtful_to_be_built_up_and_to_be_looked_at():
    found = drawn(a0=(True, 0.95), a1=(True, 0.59), a2=(False, 0.3))
    matrix = pd.DataFrame({"customer_id": ["a0", "a1", "a2"], "cell": ["development", "key", "development"]})
    share = Reason("share_of_key", {"share": 0.48})
    look = pd.DataFrame({"customer_id": ["a2", "a1"]})
    assert told(readings.conclusion(found, share, matrix, look, NAMES)) == [
        "- **Key accounts: 2**, with 48% of sales.",
        "- Safe on the list whatever reasonable weights one prefers: 1.",
        "- Little better than a toss-up; settle their ratings and our weights first: Beta",
        "- Key, but we hardly matter to them yet (invest selectively): Alpha",
        "- Look first, as their signs disagree: Gamma and Beta",
        "- Knocked out, each with its reason above: 0.",
    ]


def test_weights_trusted_less_leave_fewer_safe():
    staying = pd.DataFrame({"p_key": [1.0, 0.9, 0.5], "p_key_loose": [0.95, 0.6, 0.5]})
    assert sentence(readings.trusted_less(staying)) == (
        "With weights trusted less, 1 key accounts keep a chance of 90% or more; as in the study: 2."
    )
