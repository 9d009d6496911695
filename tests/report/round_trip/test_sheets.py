"""The rows that go out. Oracle: the tables they are made of."""

from __future__ import annotations

import pandas as pd

from kamlib.report.round_trip.sheets import ACTIONS, FACTS, TOPICS, actions_out, facts_out


def test_every_action_on_record_goes_out_once_and_what_is_new_besides(sent):
    table = actions_out(sent)
    assert list(table) == ACTIONS and len(table) == len(sent["actions"]) + 1, (
        "one of the list stands among the actions already"
    )
    assert table["row"].is_unique and table["done"].isna().tolist() == sorted(table["done"].isna(), reverse=True)
    assert sorted(table["action"]) == sorted([*sent["actions"]["action"], "call"])
    assert table.set_index("account_id")["name"].to_dict()["Ромашка-1"] == "ООО «Ромашка»"


def test_two_equal_actions_on_record_both_go_out(sent):
    twice = pd.concat([sent["actions"], sent["actions"][:1]])
    assert len(actions_out(sent | {"actions": twice})) == len(sent["actions"]) + 2


def test_an_offer_goes_out_once_as_the_action_by_which_its_round_is_read(sent):
    due = pd.Timestamp("2026-07-20")
    listed = pd.DataFrame(
        {"customer_id": ["K.1", "00123"], "trigger": ["win back", "quiet"], "action": ["a visit", "call"]}
    )
    drawn = pd.DataFrame({"customer_id": ["K.1"], "action": ["win back: a visit"], "owner": "sales", "due": due})
    tables = sent | {"action_list": listed.assign(owner="M1", due=due, fate="this_week"), "winback_actions": drawn}
    new = actions_out(tables).merge(sent["actions"], on=["account_id", "action"], how="left", indicator=True)
    new = new[new["_merge"] == "left_only"]
    assert sorted(new["action"]) == ["call", "win back: a visit"]
    without = actions_out(tables | {"winback_actions": drawn[:0]})
    assert {"a visit", "call"} <= set(without["action"]), "who was not drawn gets it by the list"


def test_what_is_not_known_of_a_key_account_is_asked_and_what_is_known_goes_along(sent):
    table = facts_out(sent, pd.Index(["Ромашка-1", "K.1"]))
    assert list(table) == FACTS and len(table) == 2 * len(TOPICS)
    asked = table[table["text"].isna()]
    assert set(asked.loc[asked["account_id"] == "K.1", "topic"]) == set(TOPICS)
    assert set(asked.loc[asked["account_id"] == "Ромашка-1", "topic"]) == set(TOPICS) - {"budget", "needs"}


def test_without_tables_there_are_no_rows():
    assert actions_out({}).empty and facts_out({}, pd.Index([])).empty
