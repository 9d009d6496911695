"""Landmarks: what is at risk, what came, and that nothing is read from the future."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.landmarks import events_before, landmark_dates, landmark_table, outcomes
from kamlib.errors import InputError
from kamlib.facts.as_known import raise_on_leak

DAY = pd.Timestamp("2026-01-01")


def landmarks(**columns) -> pd.DataFrame:
    """A landmark table of the columns that `outcomes` reads; dates as texts."""
    table = pd.DataFrame(columns)
    for name in ("as_of", "next_order", "ended_on"):
        table[name] = pd.to_datetime(table[name])
    return table


def test_a_horizon_is_a_whole_number_of_steps_and_one_lies_before_the_first_landmark():
    dates = landmark_dates(date(2025, 1, 1), date(2026, 12, 31), horizon_days=180, step_days=60)
    back = (pd.Timestamp("2026-12-31") - dates["as_of"]).dt.days
    assert sorted(back) == list(range(0, 541, 60))  # 729 days of history less 180: up to 540 days back
    by_role = dates.set_index(back)["role"]
    assert by_role[[0, 60, 180, 240, 360, 540]].tolist() == ["predict", "recent", "test", "late", "train", "train"]


def test_a_short_history_has_only_the_landmark_to_predict():
    dates = landmark_dates(date(2026, 1, 1), date(2026, 3, 1), horizon_days=180)
    assert dates["role"].tolist() == ["predict"]


def test_as_of_before_the_data_is_refused():
    with pytest.raises(InputError, match="before the first day"):
        landmark_dates(date(2026, 1, 2), date(2026, 1, 1))


def test_outcomes_by_hand():
    """Horizon 100 days, landmark 1 January, known until 1 March (59 days later) or until 1 May (120 days later)."""
    table = landmarks(
        as_of=["2026-01-01"] * 6,
        # ordered soon; ordered after the horizon; never; ordered between the two dates; closed unseen; ordered, then closed
        next_order=["2026-01-11", "2026-04-20", None, "2026-03-12", None, "2026-01-21"],
        ended_on=[None, None, None, None, "2026-02-10", "2026-02-10"],
    )
    early = outcomes(table, "2026-03-01", horizon_days=100)
    assert early["duration"].tolist() == [10, 59, 59, 59, 100, 20]
    assert early["event"].tolist() == [1, 0, 0, 0, 0, 1]
    assert early["lost"].tolist()[0] == 0
    assert early["lost"].isna().tolist() == [False, True, True, True, False, False]
    assert early["lost"].tolist()[4:] == [1, 0]  # closed without an order: a loss, not a censoring at day 40
    assert not early["complete"].any()
    late = outcomes(table, "2026-05-01", horizon_days=100)
    assert late["duration"].tolist() == [10, 100, 100, 70, 100, 20]
    assert late["event"].tolist() == [1, 0, 0, 1, 0, 1]
    assert late["lost"].tolist() == [0, 1, 1, 0, 1, 0]
    assert late["complete"].all()


def test_an_order_on_the_last_day_of_the_horizon_is_no_loss_and_one_day_later_it_is():
    table = landmarks(as_of=["2026-01-01"] * 2, next_order=["2026-04-11", "2026-04-12"], ended_on=[None, None])
    assert outcomes(table, "2026-12-31", horizon_days=100)["lost"].tolist() == [0, 1]


def facts(**changes) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "customer_id": ["A", "B", "C", "D"],
            "as_of": DAY,
            "first_order": pd.to_datetime(["2025-01-01", "2024-01-01", "2025-06-01", None]),
            "last_order": pd.to_datetime(["2025-12-01", "2024-06-01", "2025-12-30", None]),
        }
    ).assign(**changes)
    table["tenure_days"] = changes.get("tenure_days", (table["as_of"] - table["first_order"]).dt.days)
    table["silence_days"] = changes.get("silence_days", (table["as_of"] - table["last_order"]).dt.days)
    return table


NEXT = pd.DataFrame({"customer_id": ["A"], "as_of": [DAY], "next_order": [pd.Timestamp("2026-02-01")]})


def test_closed_lapsed_and_never_buying_accounts_are_not_at_risk():
    accounts = pd.DataFrame(
        {
            "customer_id": ["A", "C", "C"],
            "account_id": ["A", "C", "C-branch"],  # a branch that closed doesn't close the group
            "closed_on": pd.to_datetime([None, None, "2025-01-01"]),
            "contract_end": pd.to_datetime(["2026-06-30", "2026-01-01", None]),
        }
    )
    table = landmark_table(facts(), NEXT, at_risk_days=365, accounts=accounts)
    assert table["customer_id"].tolist() == [
        "A"
    ]  # B silent for 579 days, C's contract ended on the day, D never bought
    assert table["next_order"].tolist() == [pd.Timestamp("2026-02-01")]
    assert landmark_table(facts(), NEXT, accounts=accounts.head(0))["customer_id"].tolist() == ["A", "C"]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"last_order": pd.to_datetime(["2026-01-02", "2024-06-01", "2025-12-30", None])}, "last_order"),
        ({"tenure_days": [334, 152, 212, np.nan]}, "tenure_days"),  # counted to the last order
        ({"silence_days": [30, 579, 2, np.nan]}, "silence_days"),
    ],
)
def test_facts_that_look_ahead_are_refused(changes, column):
    with pytest.raises(InputError) as error:
        landmark_table(facts(**changes), NEXT)
    assert error.value.column == column


def test_an_account_twice_at_a_landmark_is_refused():
    with pytest.raises(InputError, match="repeat"):
        landmark_table(pd.concat([facts(), facts()]), NEXT)


INTERACTIONS = pd.DataFrame(
    [
        # account, date, kind, promised, closed
        ("A", "2024-12-01", "call", None, None),  # the table begins more than a year before the landmark
        ("A", "2025-02-01", "claim", None, "2025-03-01"),
        ("A", "2025-12-01", "dispute", None, "2026-02-01"),  # closed later: open at the landmark
        ("A", "2025-11-01", "dispute", None, "2025-12-01"),
        ("A", "2025-10-05", "delivery", "2025-10-01", None),
        ("A", "2025-10-05", "delivery", "2025-10-05", None),
        ("A", "2025-12-24", "visit", None, None),
        ("A", "2025-03-01", "visit", None, None),  # more than 180 days ago
        ("A", "2026-01-02", "claim", None, None),  # after the landmark
        ("B", "2026-01-05", "visit", None, None),
    ],
    columns=["customer_id", "date", "kind", "promised", "closed"],
).assign(**{name: lambda t, name=name: pd.to_datetime(t[name]) for name in ("date", "promised", "closed")})
INVOICES = pd.DataFrame(
    [
        ("A", "2024-12-01", "2024-12-31", 10.0, "2024-12-31"),  # a year ago: only says that invoices were on record
        ("A", "2025-03-01", "2025-03-31", 10.0, "2025-04-10"),  # 10 days late
        ("A", "2025-11-01", "2025-12-01", 10.0, "2026-03-01"),  # open at the landmark, 31 days over so far
        ("A", "2025-12-20", "2026-01-19", 10.0, "2026-01-19"),  # not due yet
        ("A", "2025-05-01", "2025-05-31", -5.0, None),  # a credit note
    ],
    columns=["customer_id", "issued", "due", "amount", "paid"],
).assign(**{name: lambda t, name=name: pd.to_datetime(t[name]) for name in ("issued", "due", "paid")})


def test_events_are_counted_as_they_were_known():
    accounts = pd.DataFrame({"customer_id": ["A", "B"], "as_of": DAY})
    found = events_before(accounts, interactions=INTERACTIONS, invoices=INVOICES)
    a, b = found.iloc[0], found.iloc[1]
    assert a.to_dict() == {
        "claims": 1, "disputes": 1, "deliveries": 2, "late": 1, "touches": 1, "bills": 2, "delay_days": 41
    }  # fmt: skip
    assert (b == 0).all()  # on record, and nothing happened: zero, not missing


def test_what_was_not_observed_is_missing_and_not_zero():
    accounts = pd.DataFrame({"customer_id": ["A"], "as_of": pd.Timestamp("2025-06-01")})
    assert events_before(accounts, interactions=INTERACTIONS, invoices=INVOICES).isna().all(axis=None)
    assert events_before(accounts).isna().all(axis=None)


def test_the_kits_own_events_raise_no_alarm():
    def events(tables, day):
        accounts = pd.DataFrame({"customer_id": ["A", "B"], "as_of": day})
        found = events_before(accounts, interactions=tables["interactions"], invoices=tables["invoices"])
        return found.set_index(accounts["customer_id"])

    tables = {"interactions": INTERACTIONS, "invoices": INVOICES}
    raise_on_leak(events(tables, DAY), events, tables, DAY)
