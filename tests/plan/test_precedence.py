"""One rule for each customer. Oracles: the order written by hand, and properties that hold for any marks."""

from __future__ import annotations

from itertools import combinations, product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.plan.precedence import EFFORT, GROW, OFFER, RULES, by_rule, winning_rules
from kamlib.report.words import in_words

SAYS = {
    "knock-out": ["policy_knocked_out"],
    "dispute": ["policy_settle"],
    "contract end": ["policy_renew"],
    "overdue": ["policy_collect"],
    "control group": ["policy_leave_alone"],
    "state": ["policy_call", OFFER, "policy_let_go", "policy_ask_why"],
    "tier": [*GROW, "policy_maintenance", "policy_opportunistic", "policy_unknown"],
    "category": ["policy_image", "policy_expert"],
    "terms": ["terms_ax", "terms_n"],
}
LOST = {OFFER, "policy_let_go", "policy_ask_why"}


def spoken(*marks: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(marks, columns=["customer_id", "rule", "policy"]).assign(policy_values="{}")


def one(*rules: str) -> pd.Series:
    """What wins where these rules speak, each with the first thing it may say."""
    return winning_rules(pd.Series(["a"]), spoken(*(("a", rule, SAYS[rule][0]) for rule in rules))).iloc[0]


def test_the_order_from_the_first_that_wins_to_the_last():
    order = ["knock-out", "dispute", "contract end", "overdue", "control group", "state", "tier", "category", "terms"]
    assert list(RULES) == order
    for place, rule in enumerate(order, 1):
        found = one(*reversed(RULES[place - 1 :]))
        assert (found["rule"], found["order"]) == (rule, place)
        assert found["others"] == ", ".join(RULES[place:])


@pytest.mark.parametrize(("first", "then"), [*combinations(RULES, 2)])
def test_of_every_pair_of_rules_the_one_that_stands_first_wins_whatever_it_says(first, then):
    for said, other in product(SAYS[first], SAYS[then]):
        both = spoken(("a", then, other), ("a", first, said))
        found = winning_rules(pd.Series(["a"]), both).iloc[0]
        assert (found["rule"], found["others"]) == (first, then)
        assert found["policy"].split(";")[0] == said


@pytest.mark.parametrize(("first", "then"), [*combinations(RULES, 2)])
def test_an_order_of_the_playbook_turns_any_pair_round(first, then):
    order = [{first: then, then: first}.get(rule, rule) for rule in RULES]
    found = winning_rules(pd.Series(["a"]), spoken(("a", first, SAYS[first][0]), ("a", then, SAYS[then][0])), order)
    assert (found["rule"][0], found["others"][0]) == (then, first)
    assert by_rule(found, pd.Series(["a"]), order)["rule"].tolist() == [then]


def test_a_key_account_that_owes_money_is_asked_for_it_and_the_tier_is_said_to_disagree():
    found = one("tier", "overdue", "terms")
    assert (found["policy"], found["others"], found["against"]) == ("policy_collect", "tier, terms", "tier")
    assert one("tier", "dispute")["against"] == "", "to settle a dispute is no less effort"


def test_a_category_adds_to_the_tier_and_to_nothing_else():
    assert one("tier", "category")["policy"] == f"{GROW[0]};policy_image"
    assert one("state", "tier", "category")["policy"] == "policy_call"
    assert one("category", "terms")["policy"] == "policy_image"


def test_of_whom_no_rule_speaks_nothing_is_said():
    found = winning_rules(pd.Series(["b", "a"]), spoken(("a", "terms", "terms_ax"), ("c", "tier", GROW[0])))
    assert found["customer_id"].tolist() == ["b", "a"], "who is not asked about is not in it"
    assert found["rule"].isna().tolist() == [True, False] and found["policy"].tolist() == ["", "terms_ax"]
    assert in_words(found["policy"], found["policy_values"])[0] == ""


def test_two_marks_of_one_rule_and_unknown_rules_are_refused():
    with pytest.raises(InputError, match="no such rule of precedence; found 'segment'"):
        winning_rules(pd.Series(["a"]), spoken(("a", "segment", "core")))
    with pytest.raises(InputError, match="stands twice"):
        winning_rules(pd.Series(["a"]), spoken(("a", "tier", GROW[0]), ("a", "tier", GROW[1])))
    with pytest.raises(InputError, match="stands twice"):
        winning_rules(pd.Series(["a", "a"]), spoken(("a", "tier", GROW[0])))


def test_the_table_of_rules_counts_every_customer_once():
    marks = spoken(
        ("a", "tier", GROW[0]),
        ("a", "overdue", "policy_collect"),
        ("b", "tier", GROW[0]),
        ("c", "overdue", "policy_collect"),
        ("c", "tier", "policy_opportunistic"),
    )
    found = by_rule(winning_rules(pd.Series(["a", "b", "c"]), marks), pd.Series(["a", "b"]))
    assert found.to_numpy().tolist() == [["overdue", 2, 1, 1, "tier"], ["tier", 1, 1, 0, ""]]


said = st.fixed_dictionaries({}, optional={rule: st.sampled_from(says) for rule, says in SAYS.items()})


@given(st.lists(said, min_size=1, max_size=12), st.randoms())
@settings(max_examples=60, deadline=None)
def test_exactly_one_rule_wins_no_control_gets_an_offer_and_no_lost_customer_is_to_grow(bases, random):
    marks = [(f"K.{i}", rule, policy) for i, says in enumerate(bases) for rule, policy in says.items()]
    shuffled = random.sample(marks, len(marks))
    ids = pd.Series([f"K.{i}" for i in range(len(bases))])
    found = winning_rules(ids, spoken(*marks)).set_index("customer_id")
    again = winning_rules(ids, spoken(*shuffled)).set_index("customer_id")
    pd.testing.assert_frame_equal(found, again)
    assert found.index.tolist() == ids.tolist()
    for id_, says in zip(ids, bases, strict=True):
        row = found.loc[id_]
        first = row["policy"].partition(";")[0]
        if not says:
            assert pd.isna(row["rule"])
            continue
        assert first == says[row["rule"]]
        assert {row["rule"], *row["others"].split(", ")} - {""} == set(says)
        assert all(EFFORT[says[rule]] * EFFORT[first] < 0 for rule in row["against"].split(", ") if rule)
        if "control group" in says:
            assert first != OFFER
        if says.get("state") in LOST:
            assert first not in GROW
