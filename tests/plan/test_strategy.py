"""Strategy by tier and the length of the list. Oracles: hours added up by hand, and scores whose gap is planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.plan.strategy import by_tier, list_length
from kamlib.study.settings.playbook import Playbook

BOOK = Playbook.kits()
IDS = [f"K{i:02d}" for i in range(40)]
MATRIX = pd.DataFrame({"customer_id": IDS, "cell": ["invest"] * 10 + ["maintenance"] * 30})
MANAGERS = pd.Series({one: "M1" if i < 20 else "M2" for i, one in enumerate(IDS)})


def tiers(playbook: Playbook = BOOK, managers: pd.Series = MANAGERS) -> pd.DataFrame:
    return by_tier(MATRIX, pd.Series(IDS[:5]), playbook, managers)


def test_hours_by_hand():
    """invest: 4 · 365 / 30 = 48.67 a customer, 5 key accounts 243.3, 10 customers 486.7; two managers of 8 hours: 832 a year."""
    found = tiers().set_index("tier")
    assert found.index.tolist() == ["invest", "development", "maintenance", "opportunistic", "unknown"]
    row = found.loc["invest"]
    assert row[["customers", "key"]].tolist() == [10, 5]
    assert row[["hours_a_year", "hours_key", "hours_all"]].tolist() == pytest.approx([48.67, 243.33, 486.67], abs=0.01)
    assert (found["capacity"] == 2 * 8 * 52).all() and row["who"] == "account manager, service lead, owner"


def test_a_manager_without_hours_adds_none_and_without_managers_one_is_meant():
    less = Playbook.model_validate({"hours_of": {"M2": 0}})
    assert tiers(less)["capacity"][0] == 8 * 52
    assert tiers(BOOK, pd.Series(dtype=object))["capacity"][0] == 8 * 52
    assert tiers(Playbook.model_validate({"hours_a_week": 0}))["capacity"][0] == 0


def scores(falls_after: int, k: int = 5) -> pd.DataFrame:
    """Scores that fall by 0.1 a place, and by 3 after one of them."""
    drop = np.full(40, 0.1)
    drop[falls_after] = 3.0
    table = pd.DataFrame({"customer_id": IDS, "score": 90 - drop.cumsum(), "rank": range(1, 41)})
    return table.assign(key=table["rank"] <= k)


def test_the_length_by_hours_and_by_the_gap_of_the_scores():
    """Others ask for 486.67 − 243.33 + 30 · 6.083 = 425.8 of 832 hours a year; 406.2 are left, enough for 8 of 48.67."""
    found = list_length(scores(7), tiers()).iloc[0]
    assert found[["in_use", "by_hours", "by_gap"]].tolist() == [5, 8, 7]
    assert found[["fall", "fall_in_use"]].tolist() == pytest.approx([3.0, 0.1])
    assert found[["hours_key", "hours_others", "capacity"]].tolist() == pytest.approx([243.3, 425.8, 832], abs=0.1)


def test_only_a_gap_near_the_length_counts_and_hours_that_are_not_there_allow_nobody():
    assert list_length(scores(30), tiers()).iloc[0]["fall"] == pytest.approx(0.1)
    none = tiers(Playbook.model_validate({"hours_a_week": 0}))
    assert list_length(scores(7), none).iloc[0]["by_hours"] == 0


@pytest.mark.parametrize("table", [scores(7)[:1], scores(7, 0), scores(7).assign(score=np.nan), scores(7)[:0]])
def test_without_a_ranking_no_length_can_be_told(table):
    assert list_length(table, tiers()).isna().all(axis=None)


def test_where_all_are_key_there_is_no_gap_after_the_last():
    assert np.isnan(list_length(scores(7, 40), tiers()).iloc[0]["fall_in_use"])
