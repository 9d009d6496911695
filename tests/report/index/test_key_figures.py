"""The key figures, by hand from four customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.report.index.summary import summary
from kamlib.risk.concentration import mark


def facts_of(study, tables):
    return {fact.label: fact for fact in summary(study, tables).facts}


def test_key_figures_are_those_of_a_hand_calculation(study, tables, hostile):
    found = facts_of(study, tables)
    # three bought; two of them within 365 days
    assert (found["Customers, by group"].value, found["Customers, by group"].note) == (
        "3",
        "2 of them ordered in the last 12 months",
    )
    # 50 + 30 + 15 + 5 thousand; the largest has 50 % exactly, which is above 20 % and not above 50 %
    assert found["Net revenue"].value == "€100K"
    assert found["Net revenue"].note == f"in the last 12 months; the largest customer, {hostile}, gives 50% (dependent)"
    # 990 of 990 + 8 + 2; the 40 lines after the date are of another time
    assert found["Order lines kept"].value == "99.0%"
    assert (
        found["Order lines kept"].note == "10 of 1,000 set aside, worth €1K net over all days; most often: no account"
    )
    assert (found["Key accounts"].value, found["Key accounts"].note) == (
        "2",
        "55% of revenue in the last 12 months (100% without the 3 that bring a tenth or more)",  # 5 of 5 thousand
    )
    # 0.1 + 0.5 of the two that are known; 0.1 of it key
    assert found["Expected to order nothing for 180 days"].value == "1"
    assert found["Expected to order nothing for 180 days"].note == (
        "0 to 1 by the season; 30% of the 2 customers that are ours; 0.1 are key accounts"  # 0.45 and 0.85
    )
    # 500 + 1,500 within the horizon; of 8,000 over 6 blocks of 180 days 2,000 are key; both bring a tenth or more
    assert found["Margin at stake within 180 days"].value == "€2K"
    assert found["Margin at stake within 180 days"].note.startswith(
        "€8K over 3 years, 25% of it with key accounts; chance"
    )


def test_the_largest_customer_is_called_by_its_id_where_it_has_no_name(study, tables):
    tables["accounts"]["name"] = np.nan
    assert "the largest customer, 001, gives 50%" in facts_of(study, tables)["Net revenue"].note


def test_the_lost_are_told_apart_from_what_is_ours(study, tables):
    """Of 0.1, 0.5 and 0.7 the last is of a lost customer, and so are 90 of the stake over all blocks."""
    tables["churn"]["p_silent"] = [0.1, 0.5, 0.7]
    tables["value"].loc[2] = ["003", 90.0, 1.0]
    tables["states"] = pd.DataFrame(
        {"customer_id": ["001", "002", "003"], "state": ["active", "silent", "lost"], "silence_days": 300}
    ).assign(reason=["buys_as_usual", "quiet_for_longer", "no_purchase"])
    found = facts_of(study, tables)
    assert found["Customers, by group"].note == (
        "3 customers with an order: 1 active + 0 returned + 0 partial + 1 silent = 2 ours; 1 lost lately (last order at most 365 days old) "
        "+ 0 lost for longer + 0 closed or out of contract = 1 lost."
    )
    losses, stake = found["Expected to order nothing for 180 days"], found["Margin at stake within 180 days"]
    assert losses.value == "1" and losses.note.endswith("apart from these 1 of the 1 lost lately")
    assert stake.value == "€2K" and "; apart from these €90 over 3 years with the 1 lost lately; " in stake.note
    assert "€2K of margin at stake within 180 days and €8K over 3 years" in summary(study, tables).answer[2].value


def test_no_share_of_a_stake_exceeds_the_whole(study, tables):
    """Key 4,000 of 4,000 + 1,000 above zero, though the sum is 3,800; a share of the net would be 105 %."""
    tables["value"] = pd.DataFrame(
        {"customer_id": ["001", "002", "003"], "stake": [4000.0, 1000.0, -1200.0], "stake_horizon": 1.0}
    )
    assert "80% of it with key accounts" in facts_of(study, tables)["Margin at stake within 180 days"].note


def test_where_no_margin_is_known_revenue_is_at_stake(study, tables):
    tables["facts"]["margin"] = np.nan
    assert facts_of(study, tables)["Revenue at stake within 180 days"].value == "€2K"
    assert (
        summary(study, tables).answer[2].value.endswith("€2K of revenue at stake within 180 days and €8K over 3 years.")
    )


def test_the_marks_of_dependence():
    assert [mark(x) for x in (0.09, 0.10, 0.20, 0.21, 0.50, 0.51)] == [
        *("", "major", "major", "dependent", "dependent", "mono-client")
    ]


def test_a_table_without_a_column_says_which(study, tables):
    tables["churn"] = tables["churn"].drop(columns="p_silent")
    assert (
        facts_of(study, tables)["Expected to order nothing for 180 days"].waits
        == "waits for the columns p_silent of the table churn"
    )


def test_an_empty_table_is_awaited_not_counted_as_zero(study, tables):
    tables["value"] = tables["value"].head(0)
    assert facts_of(study, tables)["Margin at stake within 180 days"].waits == "waits: the table value has no rows"


def test_a_short_history_counts_all_of_it_and_says_so(study, tables):
    tables["facts"]["revenue_12m"] = np.nan
    fact = facts_of(study, tables)["Net revenue"]
    assert fact.value == "€175K"
    assert fact.note.startswith("since the first order; 12 months were not observed")


def test_the_commonest_reason_is_told_in_the_words_of_its_rule(study, tables):
    tables["ledger"]["words"] = ["", "the line names no account", "late", "no goods", ""]
    assert facts_of(study, tables)["Order lines kept"].note.endswith("most often: the line names no account")


def test_customers_count_by_group_only_where_a_parent_is_known(study, tables):
    assert "Customers, by group" in facts_of(study, tables)
    alone = tables["accounts"].assign(account_id=tables["accounts"]["customer_id"])
    for known in ({**tables, "accounts": alone}, {k: v for k, v in tables.items() if k != "accounts"}):
        assert "Customers" in facts_of(study, known)
        assert not summary(study, known).grouped


def test_where_stops_are_known_those_who_stop_are_expected(study, tables):
    """Of 0.3 and 0.7, one."""
    stops = {"p_stopped": [0.3, 0.7, np.nan], "p_stopped_low": [0.1, 0.5, np.nan], "p_stopped_high": [0.6, 0.9, np.nan]}
    tables["churn"] = tables["churn"].assign(**stops)
    fact = facts_of(study, tables)["Expected to have stopped within 180 days"]
    assert fact.value == "1" and fact.note.startswith("1 to 2 by the season; 50% of the 2 customers that are ours")


def test_key_accounts_that_lose_money_are_named_with_what_they_cost(study, tables):
    tables["scores"]["contribution"] = [5.0, -9e3, 0, -1234.4]
    found = {fact.label: fact for fact in summary(study, tables).facts}
    assert found["Key accounts"].note == (
        "55% of revenue in the last 12 months (100% without the 3 that bring a tenth or more); "
        "1 costs more than it brings, €1,234 in 12 months: 004"
    )
