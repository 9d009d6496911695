"""What each rule says, by hand: six customers, one for each thing that may be said."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.plan import rule_marks, winning_rules
from kamlib.plan.marks import ADDS
from kamlib.report.words import in_words, word

DAY = "2026-06-30"
IDS = list("abcdef")


def tables(**other) -> dict:
    """Everybody buys as usual, on maintenance, and owes nothing."""
    states = pd.DataFrame({"customer_id": IDS, "state": "active", "reason": "buys_as_usual", "reason_values": "{}"})
    days = {"closed": "datetime64[ns]", "date": "datetime64[ns]"}
    given = {
        "states": states,
        "scores": pd.DataFrame({"customer_id": IDS, "knock_out": "", "knock_out_values": "{}"}),
        "matrix": pd.DataFrame({"customer_id": IDS, "policy": "policy_maintenance", "policy_values": "{}"}),
        "categories": pd.DataFrame({"customer_id": [], "category": []}, dtype=object),
        "cells": pd.DataFrame({"customer_id": IDS, "terms": "terms_cz"}),
        "winback": pd.DataFrame({"customer_id": [], "arm": [], "expected_return": []}, dtype=object),
        "control": pd.Series([], dtype=object),
        "accounts": accounts([None] * 6),
        "invoices": invoices(),
        "interactions": pd.DataFrame({"customer_id": [], "kind": [], "date": [], "closed": []}).astype(days),
        "currency": "EUR",
    }
    return given | other


def accounts(ends: list) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": IDS, "account_id": IDS, "contract_end": pd.to_datetime(ends)})


def invoices(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "issued", "due", "amount", "paid"])
    return table.astype(dict.fromkeys(("issued", "due", "paid"), "datetime64[ns]"))


def told(**other) -> tuple[list, list]:
    """The rule that wins for each of the six, and what to do in words."""
    found = winning_rules(pd.Series(IDS), rule_marks(DAY, **tables(**other)))
    return found["rule"].tolist(), in_words(found["policy"], found["policy_values"]).tolist()


def test_where_nothing_is_wrong_the_tier_speaks_and_without_it_the_terms():
    rules, words = told()
    assert rules == ["tier"] * 6 and words == ["hold"] * 6
    rules, words = told(matrix=tables()["matrix"][:2])
    assert rules == ["tier"] * 2 + ["terms"] * 4 and words[5] == "list prices, from what is in stock"


def test_a_dispute_speaks_at_once_a_claim_after_thirty_days_and_neither_once_closed():
    rows = [
        ("a", "dispute", "2026-06-29", None),
        ("b", "claim", "2026-05-30", None),  # 31 days
        ("c", "claim", "2026-05-31", None),  # 30 days
        ("d", "dispute", "2026-05-01", "2026-06-30"),
        ("e", "dispute", "2026-05-01", "2026-07-01"),  # closed after the day: open on it
        ("f", "meeting", "2026-05-01", None),
        ("f", "dispute", "2026-07-01", None),  # not known yet
        ("b", "dispute", "2026-06-01", None),
    ]
    seen = pd.DataFrame(rows, columns=["customer_id", "kind", "date", "closed"])
    rules, words = told(interactions=seen.astype({"date": "datetime64[ns]", "closed": "datetime64[ns]"}))
    assert rules == ["dispute", "dispute", "tier", "tier", "dispute", "tier"]
    assert words[1] == "settle first what is open: 2 disputes or late claims, the oldest for 31 days"


def test_a_contract_speaks_from_120_days_before_its_end_to_the_day_itself():
    ends = ["2026-10-28", "2026-10-29", "2026-07-01", "2026-06-30", None, "2026-05-01"]
    rules, words = told(accounts=accounts(ends))
    assert rules == ["contract end", "tier", "contract end", "tier", "tier", "tier"]
    assert words[0] == "talk about the contract now: it ends on 2026-10-28"


def test_money_is_overdue_after_sixty_days_net_of_open_credit_notes():
    rows = [
        ("a", "2026-03-01", "2026-04-30", 1000, None),  # 61 days
        ("b", "2026-03-01", "2026-05-01", 1000, None),  # 60 days
        ("c", "2026-03-01", "2026-04-30", 1000, None),
        ("c", "2026-06-01", "2026-06-01", -1000, None),
        ("d", "2026-03-01", "2026-04-30", 1000, "2026-06-30"),
        ("e", "2026-03-01", "2026-04-30", 1000, "2026-07-01"),  # paid after the day
        ("f", "2025-03-01", "2025-04-30", -5, None),
    ]
    rules, words = told(invoices=invoices(*rows))
    assert rules == ["overdue", "tier", "tier", "tier", "overdue", "tier"]
    assert words[0] == "collect 1,000 EUR before anything new is agreed: overdue by up to 61 days"


def test_the_lost_are_won_back_asked_let_go_or_left_alone_and_never_told_to_grow():
    states = tables()["states"].assign(state=["lost"] * 4 + ["silent", "returned"], reason="no_purchase")
    states["reason_values"] = '{"days": 200}'
    listed = pd.DataFrame(
        {"customer_id": list("abc"), "arm": ["offer", "control", None], "expected_return": [9, 9, None]}
    )
    more = {"winback": listed, "control": listed.loc[listed["arm"] == "control", "customer_id"], "states": states}
    grow = tables()["matrix"].assign(policy="policy_development")
    rules, words = told(**more, matrix=grow)
    assert rules == ["state", "control group", "state", "state", "state", "tier"]
    assert words == [
        "win back, by the offer of the list",
        "control group: no offer and no call against loss, all else as usual",
        "ask why they left: what a return is worth is not known yet",
        "let go; answer when they call; no purchase for 200 days",
        "call and ask what has changed; no purchase for 200 days",
        "invest selectively",
    ]
    owes = invoices(("b", "2026-03-01", "2026-04-30", 7, None), ("a", "2026-03-01", "2026-04-30", 7, None))
    assert told(**more, invoices=owes)[0][:2] == ["overdue"] * 2, "money owed treats both arms alike"


def test_a_knock_out_comes_first_with_its_reasons_and_categories_add_to_the_tier():
    scores = tables()["scores"].assign(knock_out=["closed;insolvent", "closed", "", "", "", ""])
    scores["knock_out_values"] = ["[{}, {}]", "{}", "{}", "{}", "{}", "{}"]
    kinds = pd.DataFrame({"customer_id": list("accdc"), "category": ["image", "image", "expert", "prospect", "image"]})
    rules, words = told(scores=scores, categories=kinds)
    assert rules == ["knock-out"] * 2 + ["tier"] * 4
    first = "no effort beyond what is owed, until this is settled; "
    assert words[0] == first + "closed; insolvent (solvency has the lowest mark)" and words[1] == first + "closed"
    assert words[2].startswith("hold; image: ask for the reference") and "expert" in words[2] and words[3] == "hold"


@pytest.mark.parametrize("category", ADDS)
def test_every_category_that_adds_has_its_words(category):
    assert word(f"policy_{category}")
