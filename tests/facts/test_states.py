"""States of accounts. Oracle: the definitions of methods.md ("Losing a client"), on accounts made by hand."""

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from kamlib.facts import account_facts
from kamlib.facts.states import RUNGS, STATES, customer_states, expectation, in_groups, ladder, rungs
from kamlib.report.words import in_words

NOW = pd.Timestamp("2026-06-30")
SPAN = 1816
STEADY = {  # 137 order days in five years, last ten days ago: alone, 3 · (1816 + 1816 / 136) / 137 = 40.06 days are its own limit
    "customer_id": "A",
    "as_of": NOW,
    "silence_days": 10,
    "gaps": 136,
    "revenue_6m": 600.0,
    "revenue_prev_6m": 600.0,
    "revenue_6m_year_ago": 600.0,
    "long_gap_ended": pd.NaT,
    "long_gap_days": np.nan,
    "long_gap_orders": np.nan,
}
BACK = {"long_gap_ended": NOW - pd.Timedelta(days=30), "long_gap_days": 200, "long_gap_orders": 100}
"""Bought again a month ago after 200 days, for 1596 days from the first order on 100 order days: a limit of 48."""


def facts(*changes):
    """One account for each set of changes to `STEADY`; last_order, tenure and, if not given, first_order follow from the silence."""
    rows = [{**STEADY, "customer_id": f"{place:03}", **change} for place, change in enumerate(changes)]
    table = pd.DataFrame(rows)
    table["last_order"] = table["as_of"] - pd.to_timedelta(table["silence_days"], unit="D")
    start = table["last_order"] - pd.Timedelta(days=SPAN)
    table["first_order"] = table["first_order"].fillna(start) if "first_order" in table else start
    table["tenure_days"] = (table["as_of"] - table["first_order"]).dt.days
    return table


def state(change=None, **more):
    return customer_states(facts(change or {}), **more).loc[0, "state"]


def test_the_five_states_by_hand():
    found = customer_states(
        facts(
            {},
            {"silence_days": 60},  # own limit is 40 days
            {"revenue_6m": 250.0},  # 58 % below the same months a year ago
            {"silence_days": 200},
            BACK,
        )
    )
    assert found["state"].tolist() == ["active", "silent", "partial", "lost", "returned"]
    assert set(found["state"]) == set(STATES)
    codes = ["buys_as_usual", "quiet_for_longer", "bought_less_than_expected", "no_purchase", "came_back"]
    assert found["reason"].tolist() == codes
    values = [json.loads(text) for text in found["reason_values"]]
    limit = pytest.approx(40.06, abs=0.01)
    assert values == [{}, {"days": 60, "usual": limit}, {"percent": pytest.approx(58.33, abs=0.01)}, {"days": 200}, {}]
    assert in_words(found["reason"], found["reason_values"]).tolist() == [
        "buys in its usual rhythm",
        "quiet for 60 days, longer than its own limit of 40",
        "bought 58 % less than expected in six months",
        "no purchase for 200 days",
        "came back after a long gap",
    ]


@pytest.mark.parametrize(("horizon", "days"), [(180, 180), (90, 180), (200, 200)])
def test_silence_of_exactly_the_horizon_is_no_loss_and_a_day_more_is_never_before_180_days(horizon, days):
    assert state({"silence_days": days}, horizon_days=horizon) == "silent"
    assert state({"silence_days": days + 1}, horizon_days=horizon) == "lost"


def test_a_slow_buyer_is_neither_silent_nor_lost_within_its_own_limit():
    """Ten order days in 900 days and alone: 3 · (900 + 100) / 10 = 300 days."""
    slow = {"gaps": 9, "first_order": NOW - pd.Timedelta(days=1200), "silence_days": 300}
    assert state(slow) == "active"
    assert state(slow | {"first_order": NOW - pd.Timedelta(days=1201), "silence_days": 301}) == "lost"
    once = {"gaps": 0, "first_order": NOW - pd.Timedelta(days=299), "silence_days": 299}
    found = customer_states(facts(slow, once))
    assert found["state"].tolist() == ["active", "active"], "three usual gaps of 100 days for who bought once"
    assert found["reason"].tolist() == ["buys_as_usual", "bought_once"]
    assert in_words(found["reason"], found["reason_values"])[1].startswith("bought on one day so far")


def test_silence_of_exactly_the_own_limit_is_not_silent_and_a_day_more_is():
    assert state({"silence_days": 40}) == "active"
    assert state({"silence_days": 41}) == "silent"


def test_the_boundary_days_hold_from_order_lines_on(clean_orders):
    day = date(2026, 6, 30)
    lines = [("kept", day - timedelta(180), 1), ("lost", day - timedelta(181), 1), ("today", day, 1)]
    found = customer_states(account_facts(clean_orders(lines), day)).set_index("customer_id")
    assert found["state"].to_dict() == {"kept": "active", "lost": "lost", "today": "active"}
    assert found.loc["kept", "silence_limit"] == 180  # nobody has a gap: the horizon is all there is to go by


def test_a_fall_by_exactly_half_is_partial_and_a_cent_less_is_not():
    assert state({"revenue_6m": 300.00}) == "partial"
    assert state({"revenue_6m": 300.01}) == "active"


def test_more_came_back_than_was_bought_is_partial():
    assert state({"revenue_6m": -50.0}) == "partial"


def test_the_season_counts_where_a_year_was_observed():
    # bought 100 in the second half-year of each year, and 1000 in the first: 100 now is what a year ago it was
    seasonal = {"revenue_6m": 100.0, "revenue_prev_6m": 1000.0, "revenue_6m_year_ago": 100.0}
    assert state(seasonal) == "active"
    # buys nothing in these months, every year
    assert state({**seasonal, "revenue_6m": 0.0, "revenue_6m_year_ago": 0.0}) == "active"
    # the year before was not observed: the six months before are all there is
    assert state({**seasonal, "revenue_6m_year_ago": np.nan}) == "partial"


def test_a_season_that_the_account_did_not_live_through_is_not_its_own():
    # first order 13 months ago, in the last month of the window "same months a year ago": 50 is no half-year of it
    young = {"first_order": NOW - pd.DateOffset(months=13), "revenue_6m_year_ago": 50.0, "revenue_prev_6m": 1000.0}
    assert state({**young, "revenue_6m": 100.0}) == "partial"
    assert state({**young, "revenue_6m": 600.0}) == "active"


def test_expectation_by_hand():
    found = expectation(
        facts(
            {"revenue_6m_year_ago": 1.0, "revenue_prev_6m": 2.0},
            {"revenue_6m_year_ago": np.nan, "revenue_prev_6m": 2.0},
            {"first_order": pd.Timestamp("2024-12-31"), "revenue_6m_year_ago": 1.0},  # the last day before 18 months
            {"first_order": pd.Timestamp("2025-01-01"), "revenue_6m_year_ago": 1.0, "revenue_prev_6m": 2.0},
            {"first_order": pd.Timestamp("2025-07-01"), "revenue_6m_year_ago": 0.0, "revenue_prev_6m": 2.0},
            {"revenue_6m_year_ago": 0.0},
            {"revenue_6m_year_ago": -5.0},
        )
    )
    wanted = [1.0, 2.0, 1.0, 2.0, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(found.to_numpy(), wanted)


def test_a_new_account_is_never_partial():
    new = {"first_order": NOW - pd.DateOffset(months=5), "gaps": 3}
    for before in (0.0, 5.0, np.nan):
        change = {**new, "revenue_prev_6m": before, "revenue_6m_year_ago": before, "revenue_6m": 1.0}
        assert state(change) == "active"


def test_windows_that_were_not_observed_make_nobody_partial():
    unseen = dict.fromkeys(["revenue_6m", "revenue_prev_6m", "revenue_6m_year_ago"], np.nan)
    assert state(unseen) == "active"


def test_a_return_lasts_for_the_horizon_and_no_longer():
    assert state({**BACK, "long_gap_ended": NOW - pd.Timedelta(days=180)}) == "returned"
    assert state({**BACK, "long_gap_ended": NOW - pd.Timedelta(days=181)}) == "active"


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        (0, "bought on one day so far: it has no rhythm of its own yet"),
        (1, "bought on 2 days so far: too few to tell its rhythm"),
        (4, "bought on 5 days so far: too few to tell its rhythm"),
        (5, "buys in its usual rhythm"),
    ],
)
def test_nobody_is_told_of_a_rhythm_that_fewer_than_five_gaps_tell(gaps, words):
    found = customer_states(facts({"gaps": gaps, "first_order": NOW - pd.Timedelta(days=200)}, {}))
    assert found.loc[0, "state"] == "active"
    assert in_words(found["reason"], found["reason_values"])[0] == words


def test_who_comes_back_within_its_own_limit_as_known_before_the_gap_was_not_away():
    """Four order days in the 900 days before: 3 · (900 + μ) / 4 is 675 or more, cut at 400. Six in 300: 3 · (300 + μ) / 6, below 200."""
    few = {"long_gap_ended": NOW - pd.Timedelta(days=100), "long_gap_orders": 4, "long_gap_days": 399, "gaps": 20}
    few |= {"first_order": NOW - pd.Timedelta(days=100 + 399 + 900)}
    many = few | {"first_order": NOW - pd.Timedelta(days=100 + 200 + 300), "long_gap_days": 200, "long_gap_orders": 6}
    found = customer_states(facts(few, few | {"long_gap_days": 401}, many))
    assert found["state"].tolist() == ["active", "returned", "returned"]


def test_the_more_serious_state_comes_first():
    everything = {"revenue_6m": 0.0, **BACK}
    assert state({**everything, "silence_days": 181}) == "lost"
    assert state({**everything, "silence_days": 60}) == "silent"
    assert state({**everything, "silence_days": 10}) == "partial"


# ------------------------------------------------------------------ own limits


def test_a_daily_buyer_is_not_silent_within_the_floor():
    daily = {"gaps": 900}
    assert state({**daily, "silence_days": 30}) == "active"
    assert state({**daily, "silence_days": 31}) == "silent"


def test_with_one_order_each_nobody_is_alive_for_certain_and_nobody_silent_before_the_horizon():
    once = {"gaps": 0, "first_order": NOW - pd.Timedelta(days=180), "silence_days": 180}
    found = customer_states(facts(once, {**once, "silence_days": 181}))
    assert found["state"].tolist() == ["active", "lost"]
    assert found["silence_limit"].tolist() == [180, 180]


def test_limits_of_a_date_do_not_depend_on_later_dates_in_the_same_table():
    early = [{"as_of": pd.Timestamp("2025-06-30"), "gaps": gaps} for gaps in (20, 40, 60)]
    alone = customer_states(facts(*early))
    together = customer_states(facts(*early, *[{"gaps": 5}] * 3))
    pd.testing.assert_frame_equal(together.head(3), alone)


# ------------------------------------------------------------------ declared losses


def accounts(**columns):
    given = {name: pd.to_datetime(pd.Series(days)) for name, days in columns.items()}
    return pd.DataFrame({"customer_id": ["000", "001"], "account_id": ["000", "001"], **given})


@pytest.mark.parametrize(
    ("column", "code", "words"),
    [
        ("closed_on", "account_closed", "closed on 2026-06-30"),
        ("contract_end", "contract_ended", "its contract ended on 2026-06-30"),
    ],
)
def test_a_closed_account_or_an_ended_contract_is_a_loss_from_its_day_on(column, code, words):
    table = facts({}, {})
    found = customer_states(table, accounts=accounts(**{column: ["2026-06-30", "2026-07-01"]}))
    assert found["state"].tolist() == ["lost", "active"]  # what ends after the date is not known yet
    assert found.loc[0, ["reason", "reason_values"]].tolist() == [code, '{"day": "2026-06-30"}']
    assert in_words(found["reason"], found["reason_values"])[0] == words
    assert customer_states(table, accounts=accounts(**{column: [None, None]}))["state"].eq("active").all()


def test_a_closed_account_says_so_even_where_its_contract_ended_too():
    given = accounts(closed_on=["2026-03-01", None], contract_end=["2026-01-01", None])
    found = customer_states(facts({"silence_days": 200}), accounts=given)
    assert found.loc[0, ["reason", "reason_values"]].tolist() == ["account_closed", '{"day": "2026-03-01"}']


def test_only_the_head_of_a_group_declares_the_group_silent():
    members = pd.DataFrame(
        {
            "customer_id": ["000", "000"],
            "account_id": ["branch", "000"],
            "closed_on": pd.to_datetime(["2026-01-01", None]),
        }
    )
    assert customer_states(facts({}), accounts=members)["state"].tolist() == ["active"]


def test_accounts_without_those_columns_or_rows_declare_nothing():
    for given in (accounts(), accounts(closed_on=["2026-01-01", None]).iloc[:0], None):
        assert customer_states(facts({}), accounts=given)["state"].tolist() == ["active"]


# ------------------------------------------------------------------ the table


def test_accounts_that_never_bought_have_no_state(clean_orders):
    found = customer_states(
        account_facts(clean_orders([("A", "2026-06-01", -1), ("B", "2026-06-01", 1)]), date(2026, 6, 30))
    )
    assert found["customer_id"].tolist() == ["B"]


def test_the_table_has_its_columns_and_one_row_per_account():
    table = facts({}, {"silence_days": 60}).sort_values("customer_id", ascending=False)
    before = table.copy(deep=True)
    found = customer_states(table)
    columns = ["customer_id", "as_of", "state", "silence_days", "silence_limit", "reason", "reason_values"]
    assert list(found.columns) == columns
    assert found["customer_id"].tolist() == ["001", "000"]
    assert found["state"].tolist() == ["silent", "active"]
    pd.testing.assert_frame_equal(table, before)
    assert customer_states(table.iloc[:0]).empty


def test_the_lost_stand_on_three_rungs_by_what_can_still_be_done():
    """Silent for 365 and 366 days; closed on the day; out of contract a day ago, though it ordered 10 days ago."""
    known = facts({}, {"silence_days": 365}, {"silence_days": 366}, {"silence_days": 366}, {})
    ended = pd.DataFrame({"customer_id": known["customer_id"], "account_id": known["customer_id"]})
    ended["closed_on"] = [pd.NaT, pd.NaT, pd.NaT, NOW, pd.NaT]
    ended["contract_end"] = [pd.NaT, NOW + pd.Timedelta(days=1), pd.NaT, pd.NaT, NOW - pd.Timedelta(days=1)]
    found = customer_states(known, accounts=ended)
    assert found["state"].tolist() == ["active", "lost", "lost", "lost", "lost"]
    told = ["active", "lost_lately", "lost_for_longer", "closed_or_ended", "closed_or_ended"]
    assert rungs(found).tolist() == told
    assert rungs(found, at_risk_days=366).tolist() == [*told[:2], "lost_lately", *told[3:]]


def test_the_ladder_adds_up_to_all_customers_and_their_money():
    known = facts({}, {}, {"silence_days": 400}).assign(
        margin=1.0, revenue=9.0, margin_12m=[100.0, 50.0, 7.0], revenue_12m=1.0
    )
    states_of = customer_states(known)
    found = ladder(states_of, known)
    assert found.index.tolist() == list(RUNGS) and found.columns.tolist() == ["customers", "margin_12m"]
    assert found.loc["active"].tolist() == [2, 150] and found.loc["lost_for_longer"].tolist() == [1, 7]
    assert found.loc["silent"].tolist() == [0, 0], "nobody brings nothing"
    assert found.sum().tolist() == [3, 157]
    short = ladder(states_of, known.assign(margin=np.nan, margin_12m=np.nan, revenue_12m=np.nan))
    assert short["revenue"].tolist() == [18, 0, 0, 0, 0, 9, 0], "no margin, and no year on record: revenue of all days"


def test_each_customer_stands_in_all_in_its_state_and_in_its_band():
    """One order day, five and none lately; the order is that of the states and of the bands, whatever that of the customers."""
    states = pd.DataFrame({"customer_id": list("abc"), "state": ["lost", "active", "silent"]})
    days = pd.DataFrame({"customer_id": list("bca"), "order_days_12m": [5, 1, np.nan], "order_days": [9, 4, 0]})
    days[["revenue", "margin", "returns"]] = 0.0
    found = in_groups(states, days)
    assert set(found.loc[found["group"] == "all", "customer_id"]) == set("abc")
    assert found.loc[3:5].to_numpy().tolist() == [["b", "active"], ["c", "silent"], ["a", "lost"]]
    bands = found.loc[6:].set_index("customer_id")["group"].to_dict()
    assert bands == {"a": "none or one order day", "b": "4-11 order days", "c": "none or one order day"}
    assert found["group"].tolist()[-1] == "4-11 order days"
