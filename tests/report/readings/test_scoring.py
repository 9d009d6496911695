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
from kamlib.study.settings.sections import Scoring

REVENUE = [{"name": "revenue", "worst": 0, "best": 1000, "weight": 100}]
NAMES = pd.Series({"a0": "Alpha", "a1": "Beta", "a2": "Gamma", "a3": "Delta"})
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
    table["score"], table["rank"] = 50.0, range(1, len(table) + 1)
    return SimpleNamespace(
        table=table, key=table[table["key"]], knocked_out=table[:0], tied=table[:0], all_key=False, unranked=None
    )


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


def test_chances_count_the_safe_and_name_who_is_near_and_who_is_more_likely_off():
    found = drawn(a0=(True, 0.9), a1=(True, 0.89), a2=(False, 0.2), a3=(False, 0.19))
    assert told(readings.chances(found, NAMES)) == [
        "**Safe on the list (90% or more): 1 of 2 key accounts**; likely: 1, open: 0, unlikely: 0.",
        "Outside it, with a chance of 20% or more (1): Gamma",
    ]
    assert told(readings.chances(drawn(a0=(True, 1.0)), NAMES))[-1].endswith("(0): none")
    off = told(readings.chances(drawn(a0=(True, 0.5), a1=(True, 0.49), a2=(True, 0.39)), NAMES))
    assert off[0].endswith("likely: 0, open: 2, unlikely: 1.")
    assert off[1] == "On the list, and more likely off than on it (under 50%): Beta and Gamma"


def test_that_all_who_are_ranked_are_key_is_called_arithmetic(facts):
    rules = Scoring(**{"criteria": REVENUE, "top_least": 3, "draws": 100})
    some = facts(revenue_12m=[500.0, 250, 100])
    found = score_list(some, rules, states=pd.DataFrame({"customer_id": ["a0", "a1", "a2"], "state": "active"}))
    said = "**All 3 ranked customers are key, as the list has as many places: that is arithmetic, not a finding.**"
    assert [sentence(one).startswith(said) for one in readings.chances(found, NAMES)] == [True]
    share = readings.share_of_key(some, found, "EUR")
    assert sentence(share).startswith(said)
    ends = readings.conclusion(found, share, pd.DataFrame({"customer_id": [], "cell": []}), found.key[:0], NAMES)
    assert [reason.code for reason in ends][:3] == ["conclude_key", "conclude_all_are_key", "conclude_build"]


@pytest.fixture
def equal(facts):
    """Forty customers that nothing tells apart, for three places."""
    names = [f"a{i}" for i in range(40)]
    states = pd.DataFrame({"customer_id": names, "state": "active"})
    some = facts(revenue_12m=[500.0] * 40)
    return some, score_list(some, Scoring(**{"criteria": REVENUE, "draws": 100}), states=states)


def test_a_tie_over_the_border_is_told_and_nobody_leans_on_few_accounts(equal):
    facts, found = equal
    assert told(readings.border(found)) == [
        "**40 customers share rank 1 with the same score of 50.5, for 3 places**: nothing in the criteria tells them apart. "
        "0 of them stand on the list, and none is sure of it."
    ]
    assert sentence(readings.share_of_key(facts, found, "EUR")) == (
        "Nobody is key, so there is no share of sales to judge."
    )


def test_the_border_says_where_the_scores_fall_most_near_it():
    scores = [90.0, 88, 86, 60, 59, 58, 57, 56]
    table = pd.DataFrame({"customer_id": [f"a{i}" for i in range(8)], "score": scores, "rank": range(1, 9)})

    def listed(key):
        rows = table.assign(key=table["rank"] <= key)
        return SimpleNamespace(table=rows, key=rows[rows["key"]], tied=rows[:0])

    assert told(readings.border(listed(4))) == [
        "**Stable to rank 3**, where the score falls by 26.0. Rank 4, where the list ends, is followed by a fall of 1.0; "
        "half of the falls between ranks 2 and 6 are below 1.0."
    ]
    assert told(readings.border(listed(3)))[0].startswith(
        "**The list ends where the score falls most near it**: by 26.0 after rank 3;"
    )


def test_patience_names_who_loses_money_and_what_it_may_cost():
    table = pd.DataFrame({"customer_id": ["a0", "a1", "a2"], "contribution": [500.0, -10, -40.4], "rank": [1, 2, 3]})
    found = SimpleNamespace(table=table, key=table, patience=1000.0, rules=Scoring(patience=0.02))
    assert sentence(readings.patience(found, NAMES, "EUR")) == (
        "**Key accounts that lose money: 2**, 50 EUR together in the last 12 months. They stay for what else they bring, within a "
        "budget of patience of 1,000 EUR (2.0% of what all bring): Gamma (-40) and Beta (-10)."
    )
    found.key = table[:1]
    assert sentence(readings.patience(found, NAMES, "EUR")).endswith("that lost 50 EUR together in the last 12 months.")
    found.key = table[:1].assign(contribution=np.nan)
    assert readings.patience(found, NAMES, "EUR").code == "contribution_not_known"


@pytest.mark.parametrize(
    ("scored", "rules", "said"),
    [
        (100, {}, "The list has 5 places: 5.0% of 100 scored customers (top_share)."),
        (800, {}, "The list has 35 places, the most that the study allows (top_most): 5.0% of 800 scored"),
        (20, {}, "The list has 3 places, the least that the study wants (top_least): 5.0% of 20 scored"),
        (9, {"threshold": 70}, "The list has no fixed number of places: all are key that score 70 or more."),
    ],
)
def test_the_rule_that_sets_the_length_is_named_the_cap_too(scored, rules, said):
    found = SimpleNamespace(table=pd.DataFrame({"rank": range(scored)}), rules=Scoring(**rules))
    assert sentence(readings.length_of_list(found)).startswith(said)


def test_the_giants_stand_beside_the_share_of_the_key(facts):
    # of 1,000 a0 and a1 hold 500; without them the key account a2 gives 50 of 500; a loss of revenue is no share
    some = facts(revenue_12m=[400.0, 100, 50, *[50] * 9, -70])
    found = SimpleNamespace(key=pd.DataFrame({"customer_id": ["a0", "a2"]}))
    assert sentence(readings.giants(some, found, NAMES)) == (
        "50% of that revenue is held by 2 of a tenth or more each (Alpha and Beta). Of the revenue without them, the other key "
        "accounts give 10%."
    )
    assert readings.giants(facts(revenue_12m=[5.0] * 11), found, NAMES).code == "no_giant"


def test_cells_are_counted_or_wait_for_what_the_reading_needs():
    cells = pd.DataFrame({"cell": ["invest", "invest", "unknown"], "reading": "importance"})
    assert sentence(readings.cells(cells)) == "**Customers by cell: invest: 2 and unknown: 1.**"
    assert "wallet" in sentence(readings.cells(cells[2:]))
    assert "view: client" in sentence(readings.cells(cells[2:].assign(reading="strength")))


def test_what_the_importance_rests_on_is_told_with_five_wallets_to_check(facts):
    # all but a1 bought 1.1 to 1.6 times their wallet; a1 came three years after the records began, the other six with them
    share = [1.1, 0.5, 1.2, 1.3, 1.4, 1.5, 1.6]
    table = facts(
        tenure_days=[1800.0, 700, *[1800.0] * 5], wallet_share=share, relation_days=[1800.0, 700, *[1800.0] * 5]
    )
    names = pd.Series({f"a{i}": f"F{i}" for i in range(7)})
    matrix = pd.DataFrame({"cell": ["unknown"] * 6 + ["invest"], "reading": "importance"})
    unknown, older, wallets = readings.importance(SimpleNamespace(facts=table), matrix, names)
    assert sentence(unknown).startswith("Of 6 of 7 customers it is unknown how much we matter to them")
    assert sentence(older).startswith("6 customers ordered in the first year of the records")
    assert "Check the wallets of 6 customers" in sentence(wallets)
    assert "F6 (160%), F5 (150%), F4 (140%), F3 (130%) and F2 (120%)." in sentence(wallets)
    strong = readings.importance(SimpleNamespace(facts=table), matrix.assign(reading="strength"), names)
    assert [reason.code for reason in strong] == ["wallets_too_small"]
    fine = facts(tenure_days=[1800.0, 700], wallet_share=[0.5, 1.0], relation_days=[2000.0, 700])
    assert readings.importance(SimpleNamespace(facts=fine), matrix[6:], names) == []


def test_only_a_place_at_both_dates_can_be_left():
    matrix = pd.DataFrame(
        {
            "cell": ["invest", "invest", "maintenance", "unknown", "invest"],
            "cell_before": ["invest", "development", "", "invest", "unknown"],
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
    gate = pd.DataFrame({"verdict": ["open", "ask", "ask"], "why": ["", "wallet_not_known", "wallet_not_known"]})
    assert sentence(readings.gates(gate)) == (
        "The gate is open for 1 prospects, closed for 0 (none); for 2 something is still to be asked (wallet: 2)."
    )


def test_the_conclusion_names_who_is_doubtful_to_be_built_up_and_to_be_looked_at():
    found = drawn(a0=(True, 0.95), a1=(True, 0.59), a2=(False, 0.3), a3=(True, 0.49))
    matrix = pd.DataFrame({"customer_id": ["a0", "a1", "a2"], "cell": ["development", "invest", "development"]})
    share = Reason("share_of_key", {"share": 0.48})
    look = pd.DataFrame({"customer_id": ["a2", "a1"]})
    assert told(readings.conclusion(found, share, matrix, look, NAMES)) == [
        "- **Key accounts: 3**, with 48% of sales.",
        "- Safe on the list whatever reasonable weights one prefers: 1.",
        "- Little better than a toss-up; settle their ratings and our weights first: Beta",
        "- More likely off the list than on it: Delta",
        "- Key, but we hardly matter to them yet (invest selectively): Alpha",
        "- Look first, as their signs disagree: Gamma and Beta",
        "- Knocked out, each with its reason under “The list”: 0.",
    ]
    asked = readings.conclusion(found, share, matrix.assign(cell="unknown"), look, NAMES)
    assert (
        told(asked)[5]
        == "- Key, and nobody knows how much we matter to them; ask what they buy in all, and of whom (2): Alpha and Beta"
    )


def test_weights_trusted_less_leave_fewer_safe():
    staying = pd.DataFrame({"p_key": [1.0, 0.9, 0.5], "p_key_loose": [0.95, 0.6, 0.5]})
    assert sentence(readings.trusted_less(staying)) == (
        "With weights trusted less, 1 key accounts keep a chance of 90% or more; as in the study: 2."
    )


def test_without_a_list_the_page_says_why_and_names_nobody(facts):
    rules = Scoring(criteria=REVENUE, top_least=1, draws=100)
    states = pd.DataFrame({"customer_id": ["a0"], "state": ["lost"]})
    none = score_list(facts(revenue_12m=[5.0]), rules, states=states)
    words = "**There is no list: nobody can be scored.** All customers are lost, or never bought."
    share = readings.share_of_key(facts(revenue_12m=[5.0]), none, "EUR")
    assert sentence(readings.the_list(none, NAMES)) == words and readings.chances(none, NAMES) == []
    assert told(readings.conclusion(none, share, pd.DataFrame(), pd.DataFrame(), NAMES)) == [words]
    assert share.code == "no_share_of_key"
    assert readings.trusted_less(none.key.assign(p_key_loose=np.nan)) is None


def test_key_accounts_without_any_revenue_have_no_share(listed, facts):
    debts = facts(revenue_12m=[-500.0, 0, 0], order_days=[4, 4, 0])
    share = readings.share_of_key(debts, listed, "EUR")
    first = readings.conclusion(listed, share, MATRIX, MATRIX, NAMES)[0]
    assert sentence(first) == "- **Key accounts: 1**; their share of sales is not known."


MATRIX = pd.DataFrame({"customer_id": [], "cell": []})
