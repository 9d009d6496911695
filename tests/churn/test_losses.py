"""Losses by hand, their quarters, and their agreement with the states."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.losses import change_in_a_year, loss_episodes, losses_by_quarter
from kamlib.facts import account_facts
from kamlib.facts.states import customer_states
from kamlib.stats.reasons import Reason, waits_for

H, AS_OF = 90, date(2025, 12, 31)


def days(*texts: str) -> list[pd.Timestamp]:
    return [pd.Timestamp(text) for text in texts]


def firm(account: str, **more) -> dict:
    empty = {"closed_on": pd.NaT, "contract_end": pd.NaT, "industry": None, "size": None}
    return {"customer_id": account, "account_id": account} | empty | more


@pytest.fixture(scope="module")
def orders(clean_orders):
    lines = [
        ("A", "2025-01-01", 100, 30),
        ("A", "2025-02-20", 50, 10),  # 90 days after the third line's day: no loss
        ("A", "2025-05-21", -20, -5),
        ("A", "2025-08-30", 70, 20),  # 191 days after 2025-02-20: lost on 05-21, back on 08-30
        ("A", "2025-11-28", 10, 1),  # day 90 after it
        ("B", "2025-06-01", 40, 8),  # lost on 08-30 for good
        ("C", "2025-11-01", 60, 9),  # closes on 12-01, before a horizon has passed
        ("D", "2025-10-02", 5, 1),  # 90 days before AS_OF: not lost yet
        ("E", "2025-01-10", 7, 2),  # lost on 04-10, closes later
    ]
    return clean_orders(lines, "customer_id date amount margin")


FIRST = pd.to_datetime(
    pd.Series({"A": "2025-01-01", "B": "2025-06-01", "C": "2025-11-01", "D": "2025-10-02", "E": "2025-01-10"})
)


@pytest.fixture(scope="module")
def episodes(orders):
    closed = days("2025-12-01", "2025-07-01")
    accounts = pd.DataFrame([firm("C", closed_on=closed[0]), firm("E", contract_end=closed[1]), firm("A")])
    return loss_episodes(orders, AS_OF, horizon_days=H, accounts=accounts)


def test_losses_and_returns_by_hand(episodes):
    found = episodes.set_index("customer_id")
    assert episodes["customer_id"].tolist() == ["E", "A", "B", "C"]
    assert found["lost_on"].tolist() == days("2025-04-10", "2025-05-21", "2025-08-30", "2025-12-01")
    assert found["returned_on"].dropna().to_dict() == {"A": pd.Timestamp("2025-08-30")}
    assert found["ended_on"].dropna().to_dict() == dict(zip(["E", "C"], days("2025-07-01", "2025-12-01"), strict=True))
    assert found["gap_days"].dropna().to_dict() == {"A": 50}


def test_money_is_of_the_year_before_the_loss_and_of_the_horizon_after_the_return(episodes):
    """A: 100 + 50 up to its last order before; the credit note of May belongs to neither. From 2025-08-30 on 70: 11-28 is day 90."""
    a = episodes.set_index("customer_id").loc["A"]
    assert a[["amount", "margin", "second_amount", "second_margin"]].tolist() == [150, 40, 70, 20]
    assert episodes.loc[episodes["customer_id"] != "A", "second_amount"].isna().all()


def test_a_return_whose_horizon_is_not_over_has_no_second_money_yet(orders):
    early = loss_episodes(orders, date(2025, 11, 26), horizon_days=H).set_index("customer_id")
    assert np.isnan(early.loc["A", "second_amount"])  # 2025-08-30 + 90 days begin on 11-28
    assert (
        loss_episodes(orders, date(2025, 11, 27), horizon_days=H).set_index("customer_id").loc["A", "second_amount"]
        == 70
    )


def test_nothing_after_the_day_is_read(orders, clean_orders):
    early = loss_episodes(orders, date(2025, 6, 30), horizon_days=H)
    assert early["returned_on"].isna().all()
    assert (early["lost_on"] <= pd.Timestamp("2025-06-30")).all()


@pytest.mark.slow
def test_the_open_losses_are_the_lost_accounts_of_the_states(clean_orders):
    rng, shut = np.random.default_rng(3), date(2025, 12, 1)
    lines, firms = [], []
    for i in range(80):
        day, end = date(2024, 1, 1), shut if i % 9 == 0 else AS_OF
        for gap in rng.exponential(rng.choice([15, 60, 150]), 30):
            day += timedelta(days=int(gap) + 1)
            if day <= end:
                lines.append((f"K{i}", day.isoformat(), int(rng.integers(-20, 100))))
        firms.append(firm(f"K{i}", closed_on=pd.Timestamp(shut) if i % 9 == 0 else pd.NaT))
    table, accounts = clean_orders(lines), pd.DataFrame(firms)
    standing = customer_states(account_facts(table, AS_OF, horizon_days=H), horizon_days=H, accounts=accounts)
    found = loss_episodes(table, AS_OF, horizon_days=H, accounts=accounts)
    open_ = found.loc[found["returned_on"].isna(), "customer_id"]
    assert found["returned_on"].notna().sum() > 20
    assert sorted(open_) == sorted(standing.loc[standing["state"] == "lost", "customer_id"])


def test_quarters_by_hand(episodes):
    """First purchase 2025-01-01, so the first whole quarter that begins 90 days later is 2025Q3 (04-01 is day 90: 2025Q2).

    Q2: A and E there on 04-01 (B, C, D not yet); both are lost in it. Q3: B alone is there; lost; A comes back.
    Q4: A is there (D joins in it, C too); C closes but was not there at the start.
    """
    found = losses_by_quarter(episodes, FIRST, AS_OF, horizon_days=H)
    assert found["quarter"].tolist() == ["2025Q2", "2025Q3", "2025Q4"]
    assert found["customers"].tolist() == [2, 1, 1]
    assert found["losses"].tolist() == [2, 1, 0]
    assert found["returned"].tolist() == [0, 1, 0]
    assert found["amount"].isna().all(), "no year before a loss lies wholly on record"
    assert (found["low"] <= found["share"]).all() and (found["share"] <= found["high"]).all()


def test_quarters_of_a_fiscal_year_by_hand(episodes):
    """A year from July has the quarters of the calendar under other names; one from February has other quarters.

    From February on: May to July is FY2026Q2. On 05-01 A alone is there (E was lost on 04-10); A is lost on 05-21.
    FY2026Q3, August to October: B alone is there and is lost on 08-30, the day on which A comes back. November to
    January is not over.
    """
    calendar = losses_by_quarter(episodes, FIRST, AS_OF, horizon_days=H)
    july = losses_by_quarter(episodes, FIRST, AS_OF, horizon_days=H, year_begins=7)
    assert july["quarter"].tolist() == ["FY2025Q4", "FY2026Q1", "FY2026Q2"]
    pd.testing.assert_frame_equal(july.drop(columns="quarter"), calendar.drop(columns="quarter"))
    february = losses_by_quarter(episodes, FIRST, AS_OF, horizon_days=H, year_begins=2)
    assert february[["quarter", "customers", "losses", "returned"]].values.tolist() == [
        ["FY2026Q2", 1, 1, 0],
        ["FY2026Q3", 1, 1, 1],
    ]


def test_money_of_a_quarter_counts_where_the_year_is_on_record(episodes):
    first = pd.to_datetime(pd.Series({"old": "2020-01-01", "B": "2025-06-01"}))
    found = losses_by_quarter(episodes, first, AS_OF, horizon_days=H).set_index("quarter")
    assert found.loc["2025Q3", ["amount", "margin", "returned_amount", "returned_margin"]].tolist() == [40, 8, 150, 40]
    assert found.loc["2024Q4", "amount"] == 0


def test_without_a_loss_or_a_quarter_there_is_an_empty_table_and_no_error(clean_orders):
    none = loss_episodes(clean_orders([("A", "2025-12-01", 5)]), AS_OF, horizon_days=H)
    assert none.empty
    first = pd.to_datetime(pd.Series({"A": "2025-12-01"}))
    assert losses_by_quarter(none, first, AS_OF, horizon_days=H).empty


def test_the_change_in_a_year_is_newcombes_published_one():
    """56 of 70 now against 48 of 80 then: 0.0524 to 0.3339 (Newcombe 1998, table II, example a, method 10)."""
    now, then = [(14, 17), (14, 18), (14, 17), (14, 18)], [(12, 20)] * 4
    quarters = pd.DataFrame([(1, 99), *then, *now], columns=["losses", "customers"])
    found = change_in_a_year(quarters)
    assert found[["now", "then"]].tolist() == [0.8, 0.6]
    assert found[["low", "high"]].tolist() == pytest.approx([0.0524, 0.3339], abs=1e-4)
    assert change_in_a_year(quarters.head(4)).empty


def test_without_a_whole_quarter_the_table_waits_for_one(episodes):
    firsts = pd.Series({"A": pd.Timestamp("2025-12-01")})
    assert waits_for(losses_by_quarter(episodes, firsts, AS_OF, horizon_days=H)) == Reason(
        "no_quarter_told", {"days": H}
    )
