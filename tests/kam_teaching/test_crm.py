"""Proposals, actions and notes of the sample. Oracle: what the planted world allows."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.study.dictionary import INPUTS


def test_prospects_have_no_orders_but_wallet_ratings_and_proposals(lines, text):
    accounts = text("accounts")
    prospects = accounts[accounts["status"] == "prospect"]
    assert len(prospects) >= 40 and not lines["account_id"].isin(prospects["account_id"]).any()
    assert (prospects["wallet"] != "").all()
    heads = set(prospects.loc[prospects["parent_id"] == "", "account_id"])
    assert heads <= set(text("proposals")["account_id"])
    rated = text("ratings")
    assert heads <= set(rated.loc[rated["criterion"] == "solvency", "account_id"])


def test_a_proposal_is_open_until_its_decision_and_prospects_win_none(text):
    bids, accounts = text("proposals"), text("accounts").set_index("account_id")
    still_open = bids["outcome"] == "open"
    assert (bids.loc[still_open, ["decided", "reason", "rival"]] == "").all(axis=None)
    assert (bids.loc[~still_open, "decided"] > bids.loc[~still_open, "date"]).all()
    prospect = bids["account_id"].map(accounts["status"]) == "prospect"
    assert not (prospect & (bids["outcome"] == "won")).any()
    tender = bids["source"] == "tender"
    assert (bids.loc[tender, "single_supplier"] != "").all() and (bids.loc[~tender, "single_supplier"] == "").all()


def test_an_offer_of_the_round_multiplies_the_odds_of_a_return_by_about_three(text, goods, groups):
    """The planted factor is 3; with the numbers of one round it lies between 1 and 9 (two standard errors of its logarithm)."""
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    plans = text("actions")
    plans = plans[plans["action"].str.startswith("win back")]
    day = pd.to_datetime(plans["due"]).iloc[0]
    later = goods[(goods["date"] > day) & (goods["date"] <= day + pd.Timedelta(days=180)) & (goods["amount"] > 0)]
    back = plans["account_id"].map(heads).isin(later["group"])
    control = plans["action"].str.contains("control")
    assert plans["due"].nunique() == 1 and 0.25 < control.mean() < 0.55 and (plans.loc[control, "cost"] == "").all()
    odds = [back[arm].mean() / (1 - back[arm].mean()) for arm in (~control, control)]
    assert 1 < odds[0] / odds[1] < 9


@pytest.mark.parametrize("topic", INPUTS["notes"].column("topic").choices)
def test_notes_speak_of_every_topic(text, topic):
    assert (text("notes")["topic"] == topic).sum() >= 10


def test_nobody_is_written_about_after_leaving(text, groups):
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    for name in ("notes", "proposals"):
        table = text(name)
        left = table["account_id"].map(heads).map(groups["left_on"])
        assert (pd.to_datetime(table["date"])[left.notna()] <= left.dropna()).all()
