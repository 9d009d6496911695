"""Each warning of key accounts on the day that it is due, and not a day before."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.report.index.key_warnings import KEY_RULES

DAY = pd.Timestamp("2026-09-30")


@pytest.fixture
def told(study, keys, write):
    """Text, money and days of the warnings that some tables give."""

    def made(tables: dict[str, pd.DataFrame]) -> list[tuple[str, float | None, int | None]]:
        found = [one for rule in KEY_RULES for one in rule(study, {"facts": pd.DataFrame(), **tables}, keys, write)]
        return [(one.text, one.money, one.days) for one in found if "cost more" not in one.text]

    return made


def states(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ["001", "002", "003", "004"], "state": names})


def test_a_key_account_is_told_of_from_twice_the_chance_of_the_active(told):
    """Active are 001 (0.1), 002 and 003 (0.3): mean 0.7 / 3; twice that is 0.467."""
    churn = pd.DataFrame({"customer_id": ["001", "002", "003", "004"], "p_stopped": [0.1, 0.3, 0.3, 0.46]})
    on = states("active", "active", "active", "partial")
    assert not told({"churn": churn, "states": on})
    churn.loc[3, "p_stopped"] = 0.47
    assert told({"churn": churn, "states": on}) == [
        (
            "Key accounts that are lost, or twice as likely to go within 180 days as active customers (23%): Four (1 in all)",
            -200.0,
            180,
        )
    ]


def test_a_lost_key_account_is_told_of_at_once(told):
    churn = pd.DataFrame({"customer_id": ["002", "003"], "p_stopped": [0.3, 0.3]})
    found = told({"churn": churn, "states": states("lost", "active", "active", "active")})
    assert found == [("Key accounts that are lost: One (1 in all)", 9000.0, 0)]


def test_a_key_account_that_costs_is_told_of_with_what_it_costs(study, keys, write):
    found = [one for rule in KEY_RULES for one in rule(study, {}, keys, write)]
    assert [(one.text, one.money) for one in found] == [
        ("Key accounts that cost more than they brought in the last 12 months: Four (1 in all)", 200.0)
    ]


def test_a_contract_is_told_of_120_days_before_its_end(told):
    ends = pd.DataFrame(
        {"customer_id": ["001", "002"], "contribution": [9000.0, 5.0], "contract_end": DAY + pd.Timedelta(days=121)}
    )
    assert not told({"contract_ends": ends})
    ends["contract_end"] = DAY + pd.Timedelta(days=120)
    assert told({"contract_ends": ends}) == [
        ("Key accounts whose contract ends within 120 days, the first on 2027-01-28: 001 (1 in all)", 9000.0, 120)
    ]


def test_a_dispute_is_told_of_after_30_days_while_it_is_open(told):
    touches = pd.DataFrame(
        {
            "customer_id": ["001", "001", "004", "002"],
            "date": [DAY - pd.Timedelta(days=31)] * 2 + [DAY - pd.Timedelta(days=30)] + [DAY - pd.Timedelta(days=90)],
            "kind": ["dispute", "claim", "dispute", "dispute"],
            "closed": pd.Series([pd.NaT] * 4, dtype="datetime64[ns]"),
        }
    )
    assert told({"interactions": touches}) == [
        ("Key accounts with a dispute open for more than 30 days: 001 (1 in all)", 9000.0, 0)
    ]
    assert not told({"interactions": touches.assign(closed=DAY)})


def test_one_contact_is_told_of_from_four_touches_of_five(told):
    touches = pd.DataFrame({"customer_id": "001", "date": DAY, "contact_id": ["a", "a", "a", "b", "c"]})
    assert not told({"interactions": touches})
    touches["contact_id"] = ["a", "a", "a", "a", "c"]
    text = "Key accounts reached through one contact in 80% of the touches of 12 months or more: One (1 in all)"
    assert told({"interactions": touches}) == [(text, 9000.0, None)]
    assert not told({"interactions": touches.head(4)})


def test_old_ratings_are_told_of_by_the_last_of_each_account(told):
    ratings = pd.DataFrame(
        {"customer_id": ["001", "001", "004"], "date": pd.to_datetime(["2020-01-01", "2026-01-01", "2025-09-29"])}
    )
    assert told({"ratings": ratings}) == [("Key accounts last rated more than a year ago: Four (1 in all)", None, None)]
