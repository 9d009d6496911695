"""Proposals, actions and notes of the sample. Oracle: what the planted world allows."""

from __future__ import annotations

import numpy as np
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


def returns_by_arm(text, bought, due: str) -> pd.DataFrame:
    """Groups of a round of offers and how many ordered within 180 days of it: rows offer and control."""
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    plans = text("actions")
    plans = plans[plans["action"].str.startswith("win back: ") & (plans["due"] == due)]
    later = bought[
        bought["date"].between(pd.Timestamp(due) + pd.Timedelta(days=1), pd.Timestamp(due) + pd.Timedelta(days=180))
    ]
    arm = np.where(plans["action"].str.endswith("control, no offer"), "control", "offer")
    assert (plans.loc[arm == "control", ["cost", "benefit_kind", "done"]] == "").all(axis=None)
    return plans["account_id"].map(heads).isin(later["group"]).groupby(arm).agg(["size", "sum"])


def log_odds_ratio(arms: pd.DataFrame) -> tuple[float, float]:
    """Of offer against control, and its standard error (Woolf, half a case added to each cell)."""
    back, stayed = arms["sum"] + 0.5, arms["size"] - arms["sum"] + 0.5
    odds = np.log(back / stayed)
    return odds["offer"] - odds["control"], np.sqrt((1 / back + 1 / stayed).sum())


def test_the_arms_of_both_rounds_are_as_the_truth_tells(text, bought):
    told = text("truth/rounds").astype(dict.fromkeys(("offered", "offered_back", "control", "control_back"), int))
    assert len(told) == 2 and told["due"].tolist() == sorted(
        text("actions").query("action.str.startswith('win back')")["due"].unique()
    )
    for row in told.itertuples():
        arms = returns_by_arm(text, bought, row.due)
        assert arms.loc["offer"].tolist() == [row.offered, row.offered_back]
        assert arms.loc["control"].tolist() == [row.control, row.control_back]


def test_only_who_had_not_ordered_for_180_days_is_in_a_round(text, bought):
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    plans = text("actions").query("action.str.startswith('win back')")
    for due, rows in plans.groupby("due"):
        last = bought[bought["date"] <= due].groupby("group")["date"].max()
        assert ((pd.Timestamp(due) - last[rows["account_id"].map(heads)]).dt.days >= 180).all()


def test_the_second_round_shows_that_an_offer_multiplies_the_odds_of_a_return_by_three(text, bought):
    ratio, spread = log_odds_ratio(returns_by_arm(text, bought, text("truth/rounds")["due"].iloc[1]))
    assert ratio - 2.58 * spread > 0  # 99 %
    assert abs(ratio - np.log(3)) < 1.96 * spread


def test_the_first_round_is_too_small_to_tell_three_from_one_or_nine(text, bought):
    ratio, spread = log_odds_ratio(returns_by_arm(text, bought, text("truth/rounds")["due"].iloc[0]))
    assert all(abs(ratio - np.log(odds)) < 1.96 * spread for odds in (1, 3, 9))


@pytest.mark.parametrize("topic", INPUTS["notes"].column("topic").choices)
def test_notes_speak_of_every_topic(text, topic):
    assert (text("notes")["topic"] == topic).sum() >= 10


def test_nobody_is_written_about_after_leaving(text, groups):
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    for name in ("notes", "proposals"):
        table = text(name)
        left = table["account_id"].map(heads).map(groups["left_on"])
        assert (pd.to_datetime(table["date"])[left.notna()] <= left.dropna()).all()
