"""Oracles: groups drawn by hand, and a walk from parent to parent in plain Python."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamlib.entities import groups
from kamlib.errors import InputError


def accounts(**parents):
    return pd.DataFrame({"account_id": list(parents), "parent_id": pd.Series(parents.values(), dtype=object)})


def heads(table, unit="group"):
    found, notes = groups.group_heads(table, unit)
    return dict(zip(found["account_id"], found["customer_id"], strict=True)), notes


def test_a_chain_of_parents_ends_at_its_head():
    assert heads(accounts(a="b", b="c", c="d", d=None, e=None))[0] == {"a": "d", "b": "d", "c": "d", "d": "d", "e": "e"}


def test_a_head_may_be_no_account_and_is_reported():
    found, notes = heads(accounts(a="holding", b="holding"))
    assert found == {"a": "holding", "b": "holding"}
    assert "no accounts themselves (1): 'holding'" in notes[0]


def test_an_own_parent_counts_by_itself_and_is_reported():
    found, notes = heads(accounts(a="a", b="a"))
    assert found == {"a": "a", "b": "a"}
    assert "own parent" in notes[0] and "'a'" in notes[0]


def test_a_circle_counts_by_itself_and_takes_what_hangs_on_it():
    found, notes = heads(accounts(a="b", b="c", c="a", d="b", e="d", f=None))
    assert found == {"a": "a", "b": "b", "c": "c", "d": "b", "e": "b", "f": "f"}
    assert "circle" in notes[0] and "'a', 'b', 'c'" in notes[0]


def test_the_unit_account_rolls_nothing_up():
    assert heads(accounts(a="b", b=None), "account")[0] == {"a": "a", "b": "b"}


def test_no_accounts_give_no_units():
    assert heads(pd.DataFrame({"account_id": [], "parent_id": []}, dtype=object)) == ({}, [])


@given(st.lists(st.one_of(st.none(), st.integers(0, 12)), min_size=1, max_size=12))
def test_heads_are_those_of_a_walk_from_parent_to_parent(parents):
    table = pd.DataFrame(
        {
            "account_id": [str(place) for place in range(len(parents))],
            "parent_id": pd.Series([None if p is None else str(p) for p in parents], dtype=object),
        }
    )
    parent = dict(zip(table["account_id"], table["parent_id"], strict=True))

    def walk(start):
        """Stop at an account without (another) parent, or at the first one that comes back to itself."""
        here = start
        while True:
            step = parent.get(here)
            if step is None or step == here:
                return here
            seen, on = [here], step
            while on is not None and on not in seen:
                seen.append(on)
                on = parent.get(on)
            if on == here:
                return here
            here = step

    assert heads(table)[0] == {account: walk(account) for account in table["account_id"]}


def test_rolling_up_keeps_the_given_id_and_touches_nothing_else():
    table = pd.DataFrame({"account_id": ["a", "z"], "referred_account_id": [None, "a"], "x": [1, 2]})
    before = table.copy()
    found, _ = groups.group_heads(accounts(a="b", b=None), "group")
    made = groups.roll_up(table, found)
    assert made["customer_id"].tolist() == ["b", "z"]
    pd.testing.assert_frame_equal(made.drop(columns="customer_id"), table)
    pd.testing.assert_frame_equal(table, before)


def test_the_double_count_check_adds_up_or_raises(clean_orders):
    columns = "customer_id account_id date amount"
    lines = [
        ("g", "a", "2026-01-01", "0.1"),
        ("g", "b", "2026-01-01", "0.2"),
        ("c", "c", "2026-01-01", "-1"),
        ("c", "c", "2026-01-02", "3"),
    ]
    proof = groups.double_count(clean_orders(lines, columns)).iloc[0]
    assert (proof["accounts"], proof["customers"], proof["groups"]) == (3, 2, 1)
    assert proof["amount_by_account"] == proof["amount_by_customer"] == Decimal("2.3")
    with pytest.raises(InputError, match=r"two groups.*'a'"):
        groups.double_count(clean_orders([*lines, ("c", "a", "2026-01-01", "1")], columns))


def test_the_largest_customers_stand_beside_their_largest_account(clean_orders):
    """g = 4 + 3 = 7 of 12, c = 5 of 12."""
    table = clean_orders(
        [("g", "a", "2026-01-01", "4"), ("g", "b", "2026-01-01", "3"), ("c", "c", "2026-01-01", "5")],
        "customer_id account_id date amount",
    )
    found = groups.largest(table)
    assert found["customer_id"].tolist() == ["g", "c"]
    assert found["net_revenue"].tolist() == [7.0, 5.0] and found["largest_account"].tolist() == [4.0, 5.0]
    assert found["share"].tolist() == pytest.approx([7 / 12, 5 / 12])
    assert len(groups.largest(table, most=1)) == 1


def reviewed(*rows):
    return pd.DataFrame(rows, columns=["account_id", "other_id", "decision"])


def units_by(table, review, unit="group"):
    found, notes = groups.group_heads(table, unit, review)
    return dict(zip(found["account_id"], found["customer_id"], strict=True)), notes


def test_one_firm_counts_once_by_group_and_by_account_and_the_notes_say_so():
    table, review = accounts(a=None, b=None, c=None), reviewed(("b", "a", "same"))
    for unit in ("group", "account"):
        found, notes = units_by(table, review, unit)
        assert found == {"a": "b", "b": "b", "c": "c"}
        assert notes == ["Accounts joined with another by the review of likely duplicates (1): 'a'."]


def test_one_group_counts_once_by_group_only():
    table, review = accounts(a=None, b=None), reviewed(("a", "b", "group"))
    assert units_by(table, review)[0] == {"a": "a", "b": "a"}
    assert units_by(table, review, "account") == ({"a": "a", "b": "b"}, [])


def test_a_lone_account_joins_the_group_of_its_other_record_whole():
    """a is a second record of d, that belongs to head h with e: all three count as h."""
    found, _ = units_by(accounts(a=None, h=None, d="h", e="h"), reviewed(("a", "d", "same")))
    assert found == dict.fromkeys("ahde", "h")


def test_two_groups_of_one_firm_are_one_group():
    found, _ = units_by(accounts(a=None, b="a", c=None, d="c"), reviewed(("d", "b", "same")))
    assert found == dict.fromkeys("abcd", "c")


def test_decisions_hand_on_and_several_firsts_give_the_smallest_id():
    found, _ = units_by(accounts(a=None, b=None, c=None, d=None), reviewed(("c", "b", "same"), ("a", "b", "group")))
    assert found == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_told_apart_in_the_review_but_one_group_by_parent_is_reported():
    found, notes = units_by(accounts(a=None, b="a"), reviewed(("a", "b", "different")))
    assert found == {"a": "a", "b": "a"}
    assert "tells apart" in notes[0] and "a and b" in notes[0]


def test_a_review_without_decisions_changes_nothing():
    table = accounts(a="b", b=None, c="c")
    pd.testing.assert_frame_equal(
        groups.group_heads(table, "group", reviewed())[0], groups.group_heads(table, "group")[0]
    )


@pytest.mark.slow
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 7)), min_size=8, max_size=8),
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(["same", "group", "different"])), max_size=6
    ),
)
def test_what_parents_or_the_review_join_is_one_unit_and_nothing_else_is(parents, decisions):
    """Oracle: sets of accounts in plain Python, united as long as an edge leads from one to another."""
    ids = [str(place) for place in range(8)]
    table = pd.DataFrame(
        {"account_id": ids, "parent_id": pd.Series([None if p is None else str(p) for p in parents], dtype=object)}
    )
    plain, _ = heads(table)
    whole = {i: {j for j in ids if plain[j] == plain[i]} for i in ids}
    for one, other, word in [(str(a), str(b), w) for a, b, w in decisions] * 8:
        if word != "different":
            both = whole[one] | whole[other]
            whole |= dict.fromkeys(both, both)
    found, _ = units_by(table, reviewed(*((str(a), str(b), w) for a, b, w in decisions)))
    assert {i: {j for j in ids if found[j] == found[i]} for i in ids} == whole
    assert all(found[i] in {plain[j] for j in whole[i]} for i in ids)
