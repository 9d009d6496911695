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
        "0 to 1 by the season; of 2 customers at risk (30%); 0.1 of them key accounts"  # 0.45 and 0.85
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
        "About 1 of 2 customers at risk are expected to buy nothing for 180 days, with €8K of margin at stake."
    )


def test_how_sure_we_are_is_computed(study, tables):
    found = {fact.label: fact.value for fact in summary(study, tables).sure}
    assert found["The list of key accounts"].startswith("1 of 2 stay on the list in at least 90%")
    assert found["The list of key accounts"].endswith("Least sure: 004.")
    assert found["How regularly they buy"].startswith("25% of the customers")
    assert found["The chances of loss"] == (
        "Estimated by: cox (2 customers). 1 customer has none. From the mildest to the hardest season seen so far, "
        "0 to 1 losses are to be expected. A loss is 180 days without an order; at risk is who ordered in the last 365."
    )
    tables["facts"]["margin"] = np.nan
    assert {f.label: f.value for f in summary(study, tables).sure}[
        "Profit"
    ] == "No margin is known: revenue stands in its place."


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
