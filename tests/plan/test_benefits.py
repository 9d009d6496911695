"""The ledger of benefits. Oracle: sums by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.oracles import SAMPLE, read_books
from bench.oracles.measures import rates
from kamlib.plan.benefits import benefits, single_supplier_bids
from kamlib.stats.reasons import waits_for

DAY = pd.Timestamp("2026-06-30")


def actions(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "done", "cost", "benefit_kind"])
    return table.assign(action="x", owner="y", due=DAY).astype({"done": "datetime64[ns]", "cost": float})


def exposure(**margin: float) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(margin), "margin": list(margin.values())})


GIVEN = actions(
    ("a", "2026-06-30", 100, "bonus"),
    ("a", "2025-07-01", 50, "bonus"),  # the first day
    ("a", "2025-06-30", 999, "bonus"),  # a day too early
    ("a", "2026-07-01", 999, "bonus"),  # not yet
    ("a", "2026-01-01", None, "training"),
    ("a", "2026-01-01", 999, None),  # no benefit
    ("b", None, 999, "bonus"),  # not done
    ("b", "2026-03-01", 30, "free freight"),
    ("c", "2026-03-01", 10, "free freight"),
)


def test_cost_margin_share_and_cap_by_hand():
    table = benefits(GIVEN, exposure(a=2000.0, b=1000.0), DAY, key=pd.Index(["a"])).set_index(
        ["customer_id", "benefit_kind"]
    )
    assert table.index.tolist() == [("a", "bonus"), ("a", "training"), ("b", "free freight"), ("c", "free freight")]
    bonus = table.loc[("a", "bonus")]
    assert bonus[["times", "benefit_cost", "all_benefits", "share_of_margin", "most_allowed", "over_cap"]].tolist() == [
        2,
        150,
        150,
        0.075,
        100,
        True,
    ]
    training = table.loc[("a", "training")]
    assert training["cost_unknown"] == 1 and np.isnan(training["benefit_cost"]), "unknown, and not free"
    assert (
        not table.loc[("b", "free freight"), "over_cap"] and table.loc[("b", "free freight"), "share_of_margin"] == 0.03
    )
    assert np.isnan(table.loc[("c", "free freight"), "share_of_margin"]), "its margin is not known"
    assert not table.loc[("c", "free freight"), "over_cap"]


def test_who_brings_nothing_is_over_the_cap_with_any_benefit():
    table = benefits(GIVEN, exposure(a=1.0, b=0.0, c=-5.0), DAY, key=pd.Index([])).set_index("customer_id")
    assert table.loc[["b", "c"], "over_cap"].all() and table.loc[["b", "c"], "share_of_margin"].isna().all()


def test_the_reason_is_that_it_was_lost_or_is_key_or_in_a_category_and_else_none():
    losses = pd.DataFrame(
        {
            "customer_id": ["b", "c"],
            "lost_on": pd.to_datetime(["2026-01-01"] * 2),
            "returned_on": pd.to_datetime([None, "2026-02-01"]),
        }
    )
    categories = pd.DataFrame({"customer_id": ["c", "c"]})
    more = {"key": pd.Index(["a", "b"]), "losses": losses}
    told = benefits(GIVEN, exposure(a=1.0), DAY, categories=categories, **more).set_index("customer_id")["why_given"]
    assert told["a"].tolist() == ["benefit_for_key"] * 2
    assert told["b"] == "benefit_to_win_back" and told["c"] == "benefit_for_category", (
        "c had come back before it was given"
    )
    without = benefits(GIVEN, exposure(a=1.0), DAY, **more).set_index("customer_id")["why_given"]
    assert without["c"] == ""


def test_rows_in_another_order_change_nothing():
    mixed = GIVEN.sample(frac=1, random_state=1)
    one, other = (benefits(rows, exposure(a=1.0), DAY, key=pd.Index([])) for rows in (GIVEN, mixed))
    pd.testing.assert_frame_equal(one, other)


def test_without_actions_it_waits():
    assert waits_for(benefits(GIVEN[:0], exposure(a=1.0), DAY, key=pd.Index([]))).code == "no_benefits"
    bare = GIVEN.drop(columns=["benefit_kind", "cost"])
    assert waits_for(benefits(bare, exposure(a=1.0), DAY, key=pd.Index([]))).code == "no_benefits"


def bids(*rows: tuple) -> pd.DataFrame:
    names = ["proposal_id", "customer_id", "date", "value", "outcome", "decided", "single_supplier"]
    table = pd.DataFrame(rows, columns=names).astype({"date": "datetime64[ns]", "decided": "datetime64[ns]"})
    return table.astype({"single_supplier": "boolean"})


def test_bids_written_for_one_supplier_are_listed_whatever_came_of_them_open_ones_first():
    found = single_supplier_bids(
        bids(
            ("p1", "a", "2026-01-01", 900.0, "won", "2026-02-01", True),
            ("p2", "a", "2026-01-01", 100.0, "lost", "2026-07-02", True),  # decided later: open on the day
            ("p3", "b", "2026-01-01", 500.0, "open", None, False),
            ("p4", "b", "2026-01-01", 500.0, "open", None, None),
            ("p5", "b", "2026-07-01", 500.0, "open", None, True),  # not sent yet
            ("p6", "b", "2025-06-01", 500.0, "won", "2025-06-30", True),  # decided a day too early
        ),
        DAY,
    )
    assert found[["proposal_id", "bid_outcome"]].to_numpy().tolist() == [["p2", "open"], ["p1", "won"]]
    assert waits_for(single_supplier_bids(bids(), DAY)).code == "no_single_supplier_bid"


@pytest.mark.slow
def test_the_sample_by_plain_pandas(sample_clean):
    """Oracle: the rows of the file, added up as they stand."""
    rows = sample_clean.tables["actions"]
    year = rows[(rows["done"] > DAY - pd.DateOffset(years=1)) & rows["benefit_kind"].notna()]
    table = benefits(rows, exposure(x=1.0), DAY, key=pd.Index([]))
    assert table["benefit_cost"].sum() == pytest.approx(year["cost"].sum()) and table["times"].sum() == len(year) > 50
    assert (
        len(single_supplier_bids(sample_clean.tables["proposals"], DAY))
        == rates(read_books(SAMPLE))["... single supplier"]
    )
