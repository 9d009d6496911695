"""The key figures, by hand from four customers."""

from __future__ import annotations

import numpy as np

from kamlib.report.key_figures import mark
from kamlib.report.summary import summary


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
    assert found["Order lines kept"].note == "10 of 1,000 set aside, worth €1K; most often: no account"
    assert (found["Key accounts"].value, found["Key accounts"].note) == ("2", "55% of revenue")
    # 0.1 + 0.5 of the two that are known; 0.1 of it key
    assert found["Expected to order nothing for 180 days"].value == "1"
    assert found["Expected to order nothing for 180 days"].note == (
        "0 to 1 by the season; 30% of the 2 customers that can still be lost; "  # 0.45 and 0.85
        "0 of these losses have been silent for so long already; 0.1 are key accounts"
    )
    # 2,000 of 8,000
    assert found["Margin at stake"].value == "€8K"
    assert found["Margin at stake"].note.startswith("25% of it with key accounts")


def test_where_no_margin_is_known_revenue_is_at_stake(study, tables):
    tables["facts"]["margin"] = np.nan
    assert facts_of(study, tables)["Revenue at stake"].value == "€8K"
    assert summary(study, tables).lead.endswith("€8K of revenue at stake.")


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
    assert facts_of(study, tables)["Margin at stake"].waits == "waits: the table value has no rows"


def test_a_short_history_counts_all_of_it_and_says_so(study, tables):
    tables["facts"]["revenue_12m"] = np.nan
    fact = facts_of(study, tables)["Net revenue"]
    assert fact.value == "€175K"
    assert fact.note.startswith("since the first order; 12 months were not observed")


def test_who_is_silent_beyond_the_horizon_already_is_told_apart_from_the_losses_to_come(study, tables):
    """Silent for 5, 181 and 180 days, horizon 180: of 0.9 + 0.6 + 0.7 only the 0.6 of the second, rounded to 1."""
    tables["facts"].loc[:3, "silence_days"] = [5.0, 181.0, 180.0, np.nan]
    tables["churn"]["p_silent"] = [0.9, 0.6, 0.7]
    note = facts_of(study, tables)["Expected to order nothing for 180 days"].note
    assert "; 1 of these losses have been silent for so long already;" in note


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
    assert fact.value == "1" and fact.note.startswith(
        "1 to 2 by the season; 50% of the 2 customers that can still be lost"
    )
