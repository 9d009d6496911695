"""What a manager reads first, of four customers; missing tables are named, never zero."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.report.index.summary import summary
from kamlib.report.words import word


def test_only_the_latest_facts_count(study, tables):
    assert summary(study, tables).share == pytest.approx(0.55)


def test_the_verdict_is_that_of_the_part_on_key_accounts_in_words(study, tables):
    assert summary(study, tables).verdict == "within the usual corridor"
    assert all(word(f"corridor_{name}").startswith(name) for name in ("below", "within", "above"))


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
    assert all(fact.waits and not fact.value for fact in found.answer)
    assert found.answer[0].waits == "The list of key accounts waits for the table scores."


def test_no_key_account_and_one_read_as_sentences(study, tables):
    one = tables["scores"].assign(key=tables["scores"]["customer_id"] == "001")
    assert (
        summary(study, {**tables, "scores": one})
        .answer[0]
        .value.startswith(
            "1 key account brings 50% of revenue in the last 12 months (0% without the 3 that bring a tenth or more), within"
        )
    )
    none = tables["scores"].assign(key=False)
    found = summary(study, {**tables, "scores": none}).answer
    assert found[0].value == "No customer can be called key by what the study sets."
    assert found[2].value == (
        "About 1 of the 2 customers that are ours are expected to order nothing for 180 days, with €2K of margin at stake within "
        "180 days and €8K over 3 years."
    )


def test_a_chance_too_small_to_print_gives_an_upper_bound_of_what_is_at_stake(study, tables):
    """Worth 400,000 at a chance printed as "under 1%": under 4,000, not 0.8; 40 % or a worth below zero stay as they are."""
    tables["churn"]["p_silent"] = [2e-6, 0.4, 0.001]
    tables["scores"]["key"] = True
    tables["value"] = pd.DataFrame(
        {
            "customer_id": ["001", "002", "003"],
            "stake": [0.8, 6000.0, -2.0],
            "remaining_value": [400e3, 9000.0, -2000.0],
        }
    )
    found = summary(study, tables).accounts.set_index("customer_id")["stake_below"]
    assert found["001"] == pytest.approx(4000)
    assert found.drop("001").isna().all()


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


def test_a_list_of_nobody_has_no_share_and_is_not_held_against_the_corridor(study, tables):
    found = summary(study, {**tables, "scores": tables["scores"].assign(key=False)})
    assert found.share is None and found.verdict == ""
    assert {fact.label: fact.note for fact in found.facts}["Key accounts"] == ""


def test_each_key_account_has_its_reason_and_a_word_for_how_sure_it_is(study, tables):
    told = {"why": ["rated_highest_by_one", "", "", "most_points_by"], "why_values": [
        '{"criterion": "need", "points": 9.0}', "{}", "{}", '{"criterion": "x", "value": 5.0, "points": 4.0}',
    ]}  # fmt: skip
    found = summary(study, {**tables, "scores": tables["scores"].assign(**told)}).accounts
    assert found["why"].tolist() == [
        "need rated 9.0 of 10 by one of us, its highest mark",
        "x 5 (4.0 points, its most)",
    ]
    assert found["sure"].tolist() == ["safe", "likely"]
