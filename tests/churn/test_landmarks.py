"""Landmarks: what is at risk, what came, and that nothing is read from the future."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.churn.landmarks import events_before, landmark_dates, landmark_table, outcomes, stops
from kamlib.errors import InputError
from kamlib.facts import account_facts, next_orders
from kamlib.facts.as_known import raise_on_leak
from tests.fixtures.tables import INVOICES

DAY = pd.Timestamp("2026-01-01")


def landmarks(**columns) -> pd.DataFrame:
    """A landmark table of the columns that `outcomes` and `stops` read; dates as texts."""
    table = pd.DataFrame(columns)
    for name in {"as_of", "next_order", "later_order", "ended_on"} & set(columns):
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


def test_stops_by_hand():
    """Horizon 100 days from 1 January: to 11 April; a window of 180 days is over on 8 October, one of 375 on 21 April 2027."""
    rows = [
        # first order after the horizon, window, ended, stopped
        ("2026-04-12", 180, None, 0),  # the first day of the window
        ("2026-10-08", 180, None, 0),  # its last day
        ("2026-10-09", 180, None, 1),  # a day late
        ("2026-10-09", 375, None, 0),  # in time for a slower buyer
        (None, 180, None, 1),
        ("2026-05-01", 180, "2026-04-11", 1),  # closed by t + H, whatever is billed after that
        ("2026-05-01", 180, "2026-04-12", 0),  # closed later: it had not stopped by then
        (None, 180, "2026-02-01", 1),
        ("2026-10-08", 179.6, None, 0),  # a window is whole days
    ]
    later, window, ended, stopped = zip(*rows, strict=True)
    table = landmarks(as_of=["2026-01-01"] * len(rows), later_order=later, stop_window=window, ended_on=ended)
    found = stops(table, "2027-04-21", horizon_days=100)
    assert found["lost"].tolist() == list(stopped) and found["complete"].all()
    for until, over in (("2027-04-20", [180, 180, 180, 180, 180, 180, 180, 179.6]), ("2026-10-07", [])):
        found = stops(table, until, horizon_days=100)
        assert table.loc[found["complete"], "stop_window"].tolist() == over
        assert found["lost"].notna().equals(found["complete"])  # whose window is not over tells nothing, ordered or not
        known = found["complete"]
        assert found.loc[known, "lost"].tolist() == [one for one, at in zip(stopped, known, strict=True) if at]


def test_what_comes_after_the_day_it_is_looked_from_changes_no_stop():
    table = landmarks(
        as_of=["2026-01-01"] * 2, later_order=["2026-10-08"] * 2, stop_window=[180, 375], ended_on=[None] * 2
    )
    poisoned = table.assign(later_order=table["later_order"].where([True, False]), ended_on=pd.Timestamp("2026-10-09"))
    pd.testing.assert_frame_equal(*(stops(t, "2026-10-08", horizon_days=100) for t in (table, poisoned)))


def facts(**changes) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "customer_id": ["A", "B", "C", "D"],
            "as_of": DAY,
            "first_order": pd.to_datetime(["2025-01-01", "2024-01-01", "2025-06-01", None]),
            "last_order": pd.to_datetime(["2025-12-01", "2024-06-01", "2025-12-30", None]),
        }
    ).assign(**changes)
    needed = {"gaps": 1.0, "long_gap_ended": pd.NaT, "long_gap_days": np.nan, "long_gap_orders": np.nan}
    needed |= dict.fromkeys(["revenue_6m", "revenue_prev_6m", "revenue_6m_year_ago"], np.nan)
    table = table.assign(**{name: value for name, value in needed.items() if name not in changes})
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


def back(*days: float) -> pd.Series:
    return pd.Series([DAY - pd.Timedelta(days=day) for day in days])


def test_limits_and_windows_by_hand():
    """Mean gaps of 100 and 25 days, so μ = 50; C bought once, D the day before yesterday and five days before that.

    A: L = 3 (100 + 50) / 2 = 225, W = 3 (200 + 50) / 2 = 375. B: L = 3 (75 + 50) / 4 = 93.75, W = 3 (100 + 50) / 4 = 112.5, so 180.
    C: L = 3 (0 + 50) / 1 = 150, W = 3 (300 + 50) / 1 = 1050, so 400.
    """
    rows = facts(first_order=back(200, 100, 300, 999), last_order=back(100, 25, 300, 999), gaps=[1.0, 3, 0, 0]).head(3)
    table = landmark_table(rows, NEXT)
    assert table["own_limit"].tolist() == pytest.approx([225, 93.75, 150])
    assert table["stop_window"].tolist() == pytest.approx([375, 180, 400])
    assert landmark_table(rows, NEXT, horizon_days=200)["stop_window"].tolist() == pytest.approx([375, 200, 400])
    assert table["state"].tolist() == ["active", "active", "lost"]  # C is silent for longer than 180 days


def test_a_slow_buyer_is_at_risk_for_as_long_as_its_own_limit_and_a_quick_one_for_a_year():
    """Mean gaps of 300 and 30 days, so μ = 94.87: L = 3 (300 + μ) / 2, so 400, and 3 (270 + μ) / 10 = 109.46."""
    silence, span = [380, 380, 365, 401], [300, 270, 270, 300]
    rows = facts(first_order=back(*np.add(silence, span)), last_order=back(*silence), gaps=[1.0, 9, 9, 1])
    table = landmark_table(rows, NEXT).set_index("customer_id")
    assert table["own_limit"].to_dict() == pytest.approx({"A": 400, "C": 109.46}, abs=0.01)
    assert landmark_table(rows, NEXT, at_risk_days=30)["customer_id"].tolist() == ["A"]  # C would be for 109 days


def test_the_later_order_is_the_first_one_after_the_horizon(clean_orders):
    """Orders on day 100 after the landmark and on day 101: with a horizon of 100 days the second is the later one."""
    start = date(2026, 1, 1)
    days = [date(2025, 12, 1), date(2026, 4, 11), date(2026, 4, 12)]
    orders = clean_orders([("A", day, 10) for day in days])
    made = account_facts(orders, start, horizon_days=100)
    until = date(2026, 12, 31)
    came, later = (next_orders(orders, day, until) for day in (start, date(2026, 4, 11)))
    row = landmark_table(made, came, later, horizon_days=100).iloc[0]
    assert row["next_order"] == pd.Timestamp("2026-04-11") and row["later_order"] == pd.Timestamp("2026-04-12")
    assert pd.isna(landmark_table(made, came, horizon_days=100)["later_order"].iloc[0])


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


def test_events_are_counted_as_they_were_known():
    accounts = pd.DataFrame({"customer_id": ["A", "B"], "as_of": DAY})
    found = events_before(accounts, interactions=INTERACTIONS, invoices=INVOICES)
    a, b = found.iloc[0], found.iloc[1]
    assert a.to_dict() == {
        "claims": 1, "disputes": 1, "deliveries": 2, "late": 1, "touches": 1, "p_late_60": pytest.approx(1 / 3, abs=1e-5)
    }  # fmt: skip
    assert (b.drop("p_late_60") == 0).all()  # on record, and nothing happened: zero, not missing
    assert pd.isna(b["p_late_60"])  # without an invoice there is no chance


def test_a_later_payment_changes_no_earlier_chance_to_be_late():
    """Of A's invoices due by then one was paid on its day, one 10 days late, one is open since 31 days and censored there: 2/3 · 1/2."""
    accounts = pd.DataFrame({"customer_id": ["A"], "as_of": DAY})
    paid_since = INVOICES.assign(paid=INVOICES["paid"].where(INVOICES["paid"] <= DAY, pd.Timestamp("2030-01-01")))
    more = pd.concat([paid_since, paid_since.assign(issued=DAY + pd.Timedelta(days=1))], ignore_index=True)
    for known in (INVOICES, more):
        assert events_before(accounts, invoices=known)["p_late_60"].tolist() == pytest.approx([1 / 3], abs=1e-5)


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
