"""Cross tables. Oracle: a trade small enough to add up by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.segments import crosstabs

AS_OF = date(2026, 6, 30)
COLUMNS = "customer_id date amount margin channel manager"
LINES = [
    ("K.01", "2026-05-01", 100, 30, "web", "M1"),
    ("K.01", "2026-05-02", 50, None, "web", "M1"),  # margin unknown
    ("K.01", "2026-05-03", 40, 10, "phone", "M2"),
    ("00123", "2026-06-01", 200, 20, "web", "M2"),
    ("00123", "2026-06-02", -20, -2, "web", "M2"),
    ("c", "2026-06-03", 70, None, None, "M1"),
    ("old", "2023-01-03", 900, 90, "web", "M1"),  # before the window
    ("K.01", "2026-07-01", 999, 999, "web", "M1"),  # after as_of
]
CLASSES = pd.DataFrame({"customer_id": ["K.01", "00123", "c", "old"], "stage": ["loyal", "loyal", "new", "lost"]})
ACCOUNTS = pd.DataFrame(
    {"customer_id": ["K.01", "00123", "old"], "industry": ["food", "food", "rail"], "size": [None] * 3}
)


@pytest.fixture(scope="module")
def sums(clean_orders) -> pd.DataFrame:
    return crosstabs.line_sums(clean_orders(LINES, COLUMNS), AS_OF, 24)


@pytest.fixture(scope="module")
def rows(sums) -> pd.DataFrame:
    return crosstabs.traits(CLASSES, ACCOUNTS, sums)


def of(table: pd.DataFrame, trait: str) -> pd.DataFrame:
    return table[table["trait"] == trait].set_index("value")


def test_sums_are_those_of_the_lines_in_the_window(sums):
    found = sums.set_index(["customer_id", "channel", "manager"])
    assert found.loc[("K.01", "web", "M1")].tolist() == [150, 30, 100]
    assert found.loc[("00123", "web", "M2")].tolist() == [180, 18, 180]
    assert sums["revenue"].sum() == 440 and "old" not in set(sums["customer_id"])


def test_without_a_window_all_history_counts(clean_orders):
    every = crosstabs.line_sums(clean_orders(LINES, COLUMNS), AS_OF, None)
    assert every["revenue"].sum() == 1340


def test_money_is_added_up_by_firm_trait_and_margin_is_of_known_lines(rows):
    table = of(crosstabs.cross(rows), "industry")
    # food: 150 + 40 + 180 = 370, margin 30 + 10 + 18 of lines worth 320
    assert table.loc["food", ["accounts", "revenue", "margin"]].tolist() == [2, 370, 58]
    assert table.loc["food", "margin_known"] == pytest.approx(320 / 370)
    assert table.loc["food", "margin_rate"] == pytest.approx(58 / 320)
    assert table.loc["food", "share_of_revenue"] == pytest.approx(370 / 440)


def test_a_margin_that_is_unknown_is_missing_and_never_zero(rows):
    table = crosstabs.cross(rows)
    unknown = of(table, "industry").loc[crosstabs.NOT_KNOWN]
    assert unknown["revenue"] == 70 and np.isnan(unknown["margin"]) and np.isnan(unknown["margin_rate"])
    assert unknown["margin_known"] == 0
    lost = of(table, "industry").loc["rail"]  # no line in the window: nothing sold, no margin to speak of
    assert lost["accounts"] == 1 and lost["revenue"] == 0 and np.isnan(lost["margin"])


def test_an_account_without_orders_does_not_turn_an_unknown_margin_into_zero(clean_orders):
    sums = crosstabs.line_sums(clean_orders([("c", "2026-06-03", 70, None, "web", "M1")], COLUMNS), AS_OF)
    both = pd.DataFrame({"customer_id": ["c", "old"], "industry": "rail"})
    table = of(crosstabs.cross(crosstabs.traits(both[["customer_id"]], both, sums)), "industry")
    assert table.loc["rail", "accounts"] == 2 and np.isnan(table.loc["rail", "margin"])


def test_channel_and_manager_are_those_of_the_lines(rows):
    table = crosstabs.cross(rows)
    channel = of(table, "channel")
    assert channel["accounts"].to_dict() == {"web": 2, "phone": 1, crosstabs.NOT_KNOWN: 1, crosstabs.NO_ORDER: 1}
    assert channel["revenue"].to_dict() == {"web": 330, "phone": 40, crosstabs.NOT_KNOWN: 70, crosstabs.NO_ORDER: 0}
    assert of(table, "manager")["revenue"].to_dict() == {"M1": 220, "M2": 220, crosstabs.NO_ORDER: 0}


def test_every_trait_holds_all_the_money(rows):
    assert crosstabs.cross(rows).groupby("trait")["revenue"].sum().tolist() == [440] * 3
    assert crosstabs.cross(rows, ["stage"]).groupby("trait")["revenue"].sum().tolist() == [440] * 3


def test_a_trait_nobody_knows_is_not_there_and_today_s_manager_stands_in(sums, rows):
    assert set(rows["trait"]) == {"industry", "channel", "manager"}  # of size nothing is known
    silent = sums.assign(manager=None, channel=None)
    table = crosstabs.traits(CLASSES, ACCOUNTS.assign(manager=["M9", "M9", "M8"]), silent)
    assert set(table["trait"]) == {"industry", "manager"}
    assert of(crosstabs.cross(table), "manager").loc["M9", "revenue"] == 370
    assert crosstabs.cross(crosstabs.traits(CLASSES, ACCOUNTS[["customer_id"]], silent)).empty


def test_classes_split_each_value_and_those_without_a_class_are_kept(rows):
    table = crosstabs.cross(rows, ["stage"]).set_index(["trait", "value", "stage"])
    assert table.loc[("industry", "food", "loyal"), "revenue"] == 370
    assert table.loc[("industry", crosstabs.NOT_KNOWN, "new"), "revenue"] == 70
    odd = crosstabs.cross(rows.assign(stage=None), ["stage"])
    assert set(odd["stage"]) == {crosstabs.NOT_KNOWN} and odd["revenue"].sum() == 3 * 440


def test_returns_that_leave_no_revenue_give_no_rate(clean_orders):
    lines = [("a", "2026-06-03", 10, 3, "web", "M1"), ("a", "2026-06-04", -15, -4, "web", "M1")]
    sums = crosstabs.line_sums(clean_orders(lines, COLUMNS), AS_OF)
    table = crosstabs.cross(crosstabs.traits(CLASSES.head(0)[["customer_id"]].assign(customer_id=[]), ACCOUNTS, sums))
    assert table.empty  # nobody was asked for
    who = pd.DataFrame({"customer_id": ["a"]})
    web = of(crosstabs.cross(crosstabs.traits(who, ACCOUNTS, sums)), "channel").loc["web"]
    assert web["revenue"] == -5 and web["margin"] == -1
    assert np.isnan(web[["share_of_revenue", "margin_known", "margin_rate"]].astype(float)).all()


def test_rows_may_stand_in_any_order_and_ids_stay_text(rows, sums):
    mixed = crosstabs.traits(CLASSES[::-1], ACCOUNTS[::-1], sums.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(crosstabs.cross(mixed, ["stage"]), crosstabs.cross(rows, ["stage"]))
    assert {"K.01", "00123"} <= set(mixed["customer_id"])


def test_bad_input_is_refused_by_name(sums):
    with pytest.raises(InputError, match="more than once"):
        crosstabs.traits(pd.concat([CLASSES, CLASSES]), ACCOUNTS, sums)
    with pytest.raises(InputError, match="known_revenue"):
        crosstabs.traits(CLASSES, ACCOUNTS, sums.drop(columns="known_revenue"))


def test_a_trait_that_is_not_on_record_gives_way_to_the_first_that_is():
    totals = pd.DataFrame({"trait": ["size", "size", "channel"]})
    assert [crosstabs.on_record(totals, name) for name in ("channel", "industry")] == ["channel", "size"]
    assert crosstabs.on_record(totals.head(0), "size") is None
