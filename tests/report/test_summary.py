"""The figures a manager reads first, by hand from four customers; missing tables are named, never zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.report.summary import VERDICTS, mark, summary


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
    assert found["Losses expected in 180 days"].value == "1"
    assert found["Losses expected in 180 days"].note == (
        "0 to 1 by the season; 30% of the 2 customers that can still be lost; "  # 0.45 and 0.85
        "0 of these losses have been silent for so long already; 0.1 are key accounts"
    )
    # 2,000 of 8,000
    assert found["Margin at stake"].value == "€8K"
    assert found["Margin at stake"].note.startswith("25% of it with key accounts")


def test_only_the_latest_facts_count(study, tables):
    assert summary(study, tables).share == pytest.approx(0.55)


def test_the_verdict_is_that_of_the_part_on_key_accounts_in_words(study, tables):
    assert summary(study, tables).verdict == "within the usual corridor"
    assert all(words.startswith(name) for name, words in VERDICTS.items())


def test_where_no_margin_is_known_revenue_is_at_stake(study, tables):
    tables["facts"]["margin"] = np.nan
    assert facts_of(study, tables)["Revenue at stake"].value == "€8K"
    assert summary(study, tables).lead.endswith("€8K of revenue at stake.")


def test_the_marks_of_dependence():
    assert [mark(x) for x in (0.09, 0.10, 0.20, 0.21, 0.50, 0.51)] == [
        *("", "major", "major", "dependent", "dependent", "mono-client")
    ]


@pytest.mark.parametrize("gone", ["facts", "scores", "ledger", "churn", "value", "abcxyz", "kaism", "accounts"])
def test_each_table_may_be_missing_and_is_named_where_a_figure_needs_it(study, tables, gone):
    full, found = summary(study, tables), summary(study, {k: v for k, v in tables.items() if k != gone})
    waiting = [fact.waits for fact in [*found.facts, *found.sure] if fact.waits]
    if gone in ("kaism", "accounts"):  # a column of the list only
        assert not waiting
        assert (
            found.accounts["cell" if gone == "kaism" else "name"].tolist()
            != full.accounts["cell" if gone == "kaism" else "name"].tolist()
        )
    else:
        assert f"waits for the table {gone}" in waiting


def test_with_no_table_at_all_nothing_is_shown_as_zero(study):
    found = summary(study, {})
    assert all(fact.waits and not fact.value for fact in [*found.facts, *found.sure])
    assert found.share is None
    assert found.lead == "The list of key accounts waits for the table scores."


def test_a_table_without_a_column_says_which(study, tables):
    tables["churn"] = tables["churn"].drop(columns="p_lost")
    assert (
        facts_of(study, tables)["Losses expected in 180 days"].waits
        == "waits for the columns p_lost of the table churn"
    )


def test_an_empty_table_is_awaited_not_counted_as_zero(study, tables):
    tables["value"] = tables["value"].head(0)
    assert facts_of(study, tables)["Margin at stake"].waits == "waits: the table value has no rows"


def test_a_short_history_counts_all_of_it_and_says_so(study, tables):
    tables["facts"]["revenue_12m"] = np.nan
    fact = facts_of(study, tables)["Net revenue"]
    assert fact.value == "€175K"
    assert fact.note.startswith("since the first order; 12 months were not observed")


def test_no_key_account_and_one_read_as_sentences(study, tables):
    one = tables["scores"].assign(key=tables["scores"]["account_id"] == "001")
    assert summary(study, {**tables, "scores": one}).lead.startswith("1 key account brings 50% of revenue, within")
    none = tables["scores"].assign(key=False)
    assert summary(study, {**tables, "scores": none}).lead == (
        "No customer reaches the bar that the study sets for a key account. "
        "About 1 of the 2 customers that can still be lost are expected to order nothing for 180 days, with €8K of "
        "margin at stake."
    )


def test_how_sure_we_are_is_computed(study, tables):
    found = {fact.label: fact.value for fact in summary(study, tables).sure}
    assert found["The list of key accounts"].startswith("1 of 2 stay on the list in at least 90%")
    assert found["The list of key accounts"].endswith("Least sure: 004.")
    assert found["How regularly they buy"].startswith("25% of the customers")
    assert found["The chances of loss"] == (
        "Estimated by the model of loss, which beat the rules of thumb on a period that it had not seen (2 customers). "
        "1 customer has none. From the mildest to the hardest season seen so far, 0 to 1 losses are to be expected. A loss "
        "is 180 days without an order; who ordered in the last 365 days, and neither closed nor ended the contract, can "
        "still be lost."
    )
    tables["facts"]["margin"] = np.nan
    assert {f.label: f.value for f in summary(study, tables).sure}[
        "Profit"
    ] == "No margin is known: revenue stands in its place."


def test_chances_by_a_rule_of_thumb_are_never_called_a_model(study, tables):
    tables["churn"]["method"] = "baseline"
    found = {fact.label: fact.value for fact in summary(study, tables).sure}
    assert found["The chances of loss"].startswith(
        "Estimated by a rule of thumb, as the model was not shown to beat it (2 customers)."
    )


def test_who_is_silent_beyond_the_horizon_already_is_told_apart_from_the_losses_to_come(study, tables):
    """Silent for 5, 181 and 180 days, horizon 180: of 0.9 + 0.6 + 0.7 only the 0.6 of the second, rounded to 1."""
    tables["facts"].loc[:3, "silence_days"] = [5.0, 181.0, 180.0, np.nan]
    tables["churn"]["p_lost"] = [0.9, 0.6, 0.7]
    note = facts_of(study, tables)["Losses expected in 180 days"].note
    assert "; 1 of these losses have been silent for so long already;" in note


def test_a_chance_too_small_to_print_gives_an_upper_bound_of_what_is_at_stake(study, tables):
    """Worth 400,000 at a chance printed as "under 1%": under 4,000, not 0.8; 40 % or a worth below zero stay as they are."""
    tables["churn"]["p_lost"] = [2e-6, 0.4, 0.001]
    tables["scores"]["key"] = True
    tables["value"] = pd.DataFrame(
        {
            "account_id": ["001", "002", "003"],
            "margin_at_stake": [0.8, 6000.0, -2.0],
            "remaining_value": [400e3, 9000.0, -2000.0],
        }
    )
    found = summary(study, tables).accounts.set_index("account_id")["stake_below"]
    assert found["001"] == pytest.approx(4000)
    assert found.drop("001").isna().all()


def test_the_commonest_reason_is_told_in_the_words_of_its_rule(study, tables):
    tables["ledger"]["words"] = ["", "the line names no account", "late", "no goods", ""]
    assert facts_of(study, tables)["Order lines kept"].note.endswith("most often: the line names no account")


def test_customers_count_by_group_only_where_a_parent_is_known(study, tables):
    assert "Customers, by group" in facts_of(study, tables)
    alone = tables["accounts"].assign(member_id=tables["accounts"]["account_id"])
    for known in ({**tables, "accounts": alone}, {k: v for k, v in tables.items() if k != "accounts"}):
        assert "Customers" in facts_of(study, known)
        assert not summary(study, known).grouped


def test_the_tables_given_are_not_changed(study, tables):
    before = {name: table.copy(deep=True) for name, table in tables.items()}
    summary(study, tables)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_the_share_of_key_accounts_is_that_of_the_part_on_key_accounts(study, tables):
    """A net below zero is no revenue to share: (50 + 5) / (50 + 30 + 5), not / (85 - 15)."""
    tables["facts"].loc[2, "revenue_12m"] = -15e3
    found = summary(study, tables)
    assert found.share == pytest.approx(55 / 85)
    assert found.accounts["share"].sum() == pytest.approx(found.share)
