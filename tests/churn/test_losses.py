"""Losses by hand, their quarters, and their agreement with the states."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.losses import change_in_a_year, counted, loss_episodes, losses_by_quarter
from kamlib.facts import account_facts
from kamlib.facts.states import customer_states
from kamlib.stats.reasons import Reason, waits_for

H, AS_OF = 180, date(2025, 12, 31)


def days(*texts: str) -> list[pd.Timestamp]:
    return [pd.Timestamp(text) for text in texts]


def firm(account: str, **more) -> dict:
    empty = {"closed_on": pd.NaT, "contract_end": pd.NaT, "industry": None, "size": None}
    return {"customer_id": account, "account_id": account} | empty | more


@pytest.fixture(scope="module")
def orders(clean_orders):
    """The usual gap is 15 days: A's mean gap is 225 (3 gaps in 675 days), F's is 1, and the others bought once."""
    lines = [
        ("A", "2024-01-01", 100, 30),
        ("A", "2024-04-10", 50, 10),  # own limit from here: 3 · (100 + 15) / 2 = 172.5, so 180 days
        ("A", "2024-09-27", -20, -5),
        ("A", "2025-02-04", 70, 20),  # 300 days after 2024-04-10: lost on 10-07, back on 2025-02-04
        ("A", "2025-08-03", -10, -2),  # day 180 after it
        ("A", "2025-11-06", 10, 1),  # 275 days after it: within its own limit of 400, for 3 · (400 + 15) / 3 = 415
        ("B", "2025-03-01", 40, 8),  # lost on 08-28 for good
        ("C", "2025-11-01", 60, 9),  # closes on 12-01, before a horizon has passed
        ("D", "2025-07-04", 5, 1),  # 180 days before AS_OF: not lost yet
        ("E", "2024-06-01", 7, 2),  # lost on 11-28, closes later
    ]
    lines += [("F", day.date(), 1, 0) for day in pd.date_range("2024-01-01", AS_OF)]
    return clean_orders(lines, "customer_id date amount margin")


FIRST = pd.to_datetime(
    pd.Series(
        {
            "A": "2024-01-01",
            "B": "2025-03-01",
            "C": "2025-11-01",
            "D": "2025-07-04",
            "E": "2024-06-01",
            "F": "2024-01-01",
        }
    )
)


@pytest.fixture(scope="module")
def episodes(orders):
    closed = days("2025-12-01", "2025-07-01")
    accounts = pd.DataFrame([firm("C", closed_on=closed[0]), firm("E", contract_end=closed[1]), firm("A")])
    return loss_episodes(orders, AS_OF, horizon_days=H, accounts=accounts)


def test_losses_and_returns_by_hand(episodes):
    found = episodes.set_index("customer_id")
    assert episodes["customer_id"].tolist() == ["A", "E", "B", "C"]
    assert found["lost_on"].tolist() == days("2024-10-07", "2024-11-28", "2025-08-28", "2025-12-01")
    assert found["returned_on"].dropna().to_dict() == {"A": pd.Timestamp("2025-02-04")}
    assert found["ended_on"].dropna().to_dict() == dict(zip(["E", "C"], days("2025-07-01", "2025-12-01"), strict=True))
    assert found["gap_days"].dropna().to_dict() == {"A": 100}


def test_a_slow_buyer_is_lost_when_its_own_limit_has_passed(clean_orders):
    """S alone: gaps of 150, 150 and 300 days, so μ is 200. After the third order 3 · (300 + 200) / 3 is 500, cut at 400 days; after
    the fourth 3 · (600 + 200) / 4 is 600, cut too. With a daily buyer μ is √200: 314 and, cut, 460 days."""
    start = date(2022, 1, 1)
    slow = [("S", start + timedelta(days=n), 5) for n in (0, 150, 300, 600)]
    daily = [("F", start + timedelta(days=n), 1) for n in range(1100)]
    as_of = start + timedelta(days=1099)
    alone, together = (loss_episodes(clean_orders(lines), as_of) for lines in (slow, slow + daily))
    for found in (alone, together):
        assert found["last_order"].tolist() == [pd.Timestamp(start) + pd.Timedelta(days=600)]
        assert (found["lost_on"] - found["last_order"]).dt.days.tolist() == [400]
    later = [*slow[:3], ("S", start + timedelta(days=620), 5)]
    found = loss_episodes(clean_orders(later + daily), start + timedelta(days=640))
    assert (found["lost_on"] - found["last_order"]).dt.days.tolist() == [314]  # μ = √(620 / 3 · 1) = 14.4
    assert found["returned_on"].tolist() == [pd.Timestamp(start) + pd.Timedelta(days=620)]


def test_money_is_of_the_year_before_the_loss_and_of_the_horizon_after_the_return(episodes):
    """A: 100 + 50 up to its last order before; the credit note of September belongs to neither. From 2025-02-04 on 70: 08-03 is day 180."""
    a = episodes.set_index("customer_id").loc["A"]
    assert a[["amount", "margin", "second_amount", "second_margin"]].tolist() == [150, 40, 70, 20]
    assert episodes.loc[episodes["customer_id"] != "A", "second_amount"].isna().all()


def test_a_return_whose_horizon_is_not_over_has_no_second_money_yet(orders):
    """2025-02-04 + 180 days begin on 08-03."""
    early, over = (
        loss_episodes(orders, date(2025, 8, day), horizon_days=H).set_index("customer_id").loc["A", "second_amount"]
        for day in (1, 2)
    )
    assert np.isnan(early) and over == 70


def test_nothing_after_the_day_is_read(orders, clean_orders):
    early = loss_episodes(orders, date(2025, 1, 31), horizon_days=H)
    assert early["customer_id"].tolist() == ["A", "E"] and early["returned_on"].isna().all()
    assert (early["lost_on"] <= pd.Timestamp("2025-01-31")).all()


@pytest.mark.slow
@pytest.mark.parametrize("horizon", [90, 180, 250])
def test_the_open_losses_are_the_lost_accounts_of_the_states_and_the_last_returns_the_returned(clean_orders, horizon):
    rng, shut = np.random.default_rng(3), date(2025, 12, 1)
    lines, firms = [], []
    for i in range(80):
        day, end = date(2022, 1, 1), shut if i % 9 == 0 else AS_OF
        for gap in rng.exponential(rng.choice([15, 60, 110]), 40):
            day += timedelta(days=int(gap) + 1)
            if day <= end:
                lines.append((f"K{i}", day.isoformat(), int(rng.integers(-20, 100))))
        firms.append(firm(f"K{i}", closed_on=pd.Timestamp(shut) if i % 9 == 0 else pd.NaT))
    table, accounts = clean_orders(lines), pd.DataFrame(firms)
    standing = customer_states(
        account_facts(table, AS_OF, horizon_days=horizon), horizon_days=horizon, accounts=accounts
    )
    found = loss_episodes(table, AS_OF, horizon_days=horizon, accounts=accounts)
    open_ = found.loc[found["returned_on"].isna(), "customer_id"]
    assert found["returned_on"].notna().sum() > 10
    assert sorted(open_) == sorted(standing.loc[standing["state"] == "lost", "customer_id"])
    back = set(found.loc[found["returned_on"] >= pd.Timestamp(AS_OF) - pd.Timedelta(days=horizon), "customer_id"])
    assert set(standing.loc[standing["state"] == "returned", "customer_id"]) <= back
    assert back <= set(standing.loc[standing["state"] != "active", "customer_id"])


def test_quarters_by_hand(episodes):
    """First purchase 2024-01-01, so the first whole quarter that begins 180 days later is 2024Q3. F is always there.

    2024Q3: A, E and F. Q4: the same; A and E are lost. 2025Q1: F alone; A comes back. Q2: A, B and F. Q3: the same; B is
    lost. Q4: A, D and F; C joins in it and closes, but was not there at the start.
    """
    found = losses_by_quarter(episodes, FIRST, AS_OF, horizon_days=H)
    assert found["quarter"].tolist() == ["2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    assert found["customers"].tolist() == [3, 3, 1, 3, 3, 3]
    assert found["losses"].tolist() == [0, 2, 0, 0, 1, 0]
    assert found["returned"].tolist() == [0, 0, 1, 0, 0, 0]
    assert (found["low"] <= found["share"]).all() and (found["share"] <= found["high"]).all()


def test_a_quarter_has_one_number_of_losses_however_they_are_split(episodes):
    """C joins in 2025Q4 and closes in it: not there at the start, so no loss of the quarter. X is lost twice in a quarter, once counted;
    Y is lost in 2024Q4, back in 2025Q1 and closes within it: not there at its start."""
    again = {
        "X": [("2025-01-05", "2025-02-01"), ("2025-03-01", None)],
        "Y": [("2024-11-01", "2025-01-15"), ("2025-03-20", None)],
    }
    more = pd.DataFrame(
        [(who, pd.Timestamp(lost), pd.Timestamp(back)) for who, rows in again.items() for lost, back in rows],
        columns=["customer_id", "lost_on", "returned_on"],
    ).assign(last_order=pd.Timestamp("2024-03-01"), amount=1.0, margin=1.0)
    both = pd.concat([more, episodes], ignore_index=True)
    firsts = pd.concat([FIRST, pd.Series(pd.Timestamp("2024-01-02"), ["X", "Y"])])
    quarters = losses_by_quarter(both, firsts, AS_OF, horizon_days=H).set_index("quarter")
    split = counted(both, firsts).groupby("quarter").size().reindex(quarters.index, fill_value=0)
    assert split.tolist() == quarters["losses"].tolist() == [0, 3, 1, 0, 1, 0]
    known = losses_by_quarter(both.assign(last_order=pd.Timestamp(AS_OF)), firsts, AS_OF, horizon_days=H).set_index(
        "quarter"
    )
    assert known["amount"].tolist() == [0, 151 + 7, 1, 0, 40, 0], "money of the same losses"


def test_a_horizon_below_180_days_tells_no_quarter_sooner(episodes):
    early, usual = (
        losses_by_quarter(episodes, FIRST, AS_OF, horizon_days=days)["quarter"].tolist() for days in (90, H)
    )
    assert early == usual


def test_quarters_of_a_fiscal_year_by_hand(episodes):
    """A year from July has the quarters of the calendar under other names; one from February has other quarters.

    From February on, FY2025Q3 is August to October 2024: A, E and F are there, A is lost. Q4, to January: E and F, E is lost.
    FY2026Q1: F alone, and A comes back. Q2, from May: A, B and F. Q3: D too; B is lost. November to January is not over.
    """
    calendar = losses_by_quarter(episodes, FIRST, AS_OF, horizon_days=H)
    july = losses_by_quarter(episodes, FIRST, AS_OF, horizon_days=H, year_begins=7)
    assert july["quarter"].tolist() == ["FY2025Q1", "FY2025Q2", "FY2025Q3", "FY2025Q4", "FY2026Q1", "FY2026Q2"]
    pd.testing.assert_frame_equal(july.drop(columns="quarter"), calendar.drop(columns="quarter"))
    february = losses_by_quarter(episodes, FIRST, AS_OF, horizon_days=H, year_begins=2)
    assert february[["quarter", "customers", "losses", "returned"]].values.tolist() == [
        ["FY2025Q3", 3, 1, 0],
        ["FY2025Q4", 2, 1, 0],
        ["FY2026Q1", 1, 0, 1],
        ["FY2026Q2", 3, 0, 0],
        ["FY2026Q3", 4, 1, 0],
    ]


def test_money_of_a_quarter_counts_where_the_year_is_on_record(episodes):
    first = pd.to_datetime(pd.Series({"old": "2020-01-01", "B": "2025-03-01"}))
    found = losses_by_quarter(episodes, first, AS_OF, horizon_days=H).set_index("quarter")
    assert found.loc["2025Q3", ["amount", "margin"]].tolist() == [40, 8]
    assert found.loc["2025Q1", ["returned_amount", "returned_margin"]].tolist() == [150, 40]
    assert found.loc["2023Q4", "amount"] == 0
    since = losses_by_quarter(episodes, FIRST, AS_OF, horizon_days=H).set_index("quarter")
    assert np.isnan(since.loc["2024Q4", "amount"]), "the year before A's loss lies partly before the records"
    assert since.loc["2025Q3", "amount"] == 40


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
    assert found[["quarters", "now", "then"]].tolist() == [4, 0.8, 0.6]
    assert found[["low", "high"]].tolist() == pytest.approx([0.0524, 0.3339], abs=1e-4)


@pytest.mark.parametrize(("known", "now", "then"), [(5, 0.05, 0.01), (6, 0.1, 0.02), (7, 0.1, 0.02), (8, 0.1, 0.02)])
def test_a_quarter_is_held_against_the_same_one_a_year_before_and_no_other(known, now, then):
    """Shares of 1, 2, 3, 2 % in one year and five times that in the next: of 5 quarters the first is held against the fifth alone."""
    first = {5: [1, 2, 3, 2], 6: [1, 3, 9, 9], 7: [1, 2, 3, 9], 8: [1, 2, 3, 2]}[known]
    shares = first + [5 * share for share in first[: known - 4]]
    found = change_in_a_year(pd.DataFrame({"losses": shares, "customers": 100}))
    assert found["quarters"] == known - 4
    assert found[["now", "then"]].tolist() == pytest.approx([now, then])


def test_below_five_quarters_no_change_is_told():
    for known in range(5):
        assert change_in_a_year(pd.DataFrame({"losses": [1] * known, "customers": [9] * known})).empty


def test_without_a_whole_quarter_the_table_waits_for_one(episodes):
    firsts = pd.Series({"A": pd.Timestamp("2025-12-01")})
    assert waits_for(losses_by_quarter(episodes, firsts, AS_OF, horizon_days=H)) == Reason(
        "no_quarter_told", {"days": H}
    )
