"""What a page begins with. Oracle: shares and sums by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.plan.dossier.heads import FROM, heads
from kamlib.study.run_tables import run_tables

DAY = pd.Timestamp("2026-06-30")


def test_what_it_takes_of_a_table_is_in_the_table():
    tables = run_tables()
    codes = {"why_values", "policy_values"}
    assert not {
        (name, one) for name, columns in FROM.items() for one in set(columns) - codes if one not in tables[name].names
    }


def test_shares_by_hand():
    exposure = pd.DataFrame({"customer_id": ["a", "b", "c"], "revenue": [60.0, 40.0, -10.0]})
    accounts = pd.DataFrame(
        {"customer_id": ["a", "b"], "account_id": ["a", "b"], "name": ["Acme", None], "wallet": [100.0, 30.0]}
    )
    table = heads(
        {"exposure": exposure, "accounts": accounts.assign(industry="paper", size=None)},
        pd.Index(["b", "a"]),
        DAY,
        {"a": "owner"},
    )
    assert table.index.tolist() == ["b", "a"] and table["name"].tolist() == ["b", "Acme"]
    assert table["share"].tolist() == [0.4, 0.6], "of what is above zero"
    assert table.loc["a", ["wallet_share", "potential", "sponsor"]].tolist() == [0.6, 40, "owner"]
    assert pd.isna(table.loc["b", "potential"]), "the wallet is smaller than what was bought: one of them is wrong"


def test_deliveries_on_time_and_answers_by_hand():
    """Three of four on time: Wilson 30.1 to 95.4 %."""
    days = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-09", "2025-06-30", "2026-01-09"]
    events = pd.DataFrame({"customer_id": "a", "date": pd.to_datetime(days), "kind": ["delivery"] * 5 + ["call"]})
    events["promised"] = pd.to_datetime(["2026-01-03"] * 6)
    surveys = pd.DataFrame(
        {
            "customer_id": "a",
            "date": pd.to_datetime(["2026-01-01"] * 3),
            "kind": ["nps", "nps", "csat"],
            "score": [10, 7, 1],
        }
    )
    row = heads({"interactions": events, "surveys": surveys}, pd.Index(["a"]), DAY, {}).loc["a"]
    assert row[["deliveries", "on_time", "mean_answer", "answers"]].tolist() == [4, 0.75, 8.5, 2]
    assert row[["on_time_low", "on_time_high"]].tolist() == pytest.approx([0.301, 0.954], abs=0.001)


def test_without_any_table_all_is_unknown_and_nothing_zero():
    row = heads({}, pd.Index(["a"]), DAY, {}).loc["a"]
    known = row.dropna().to_dict()
    assert known == {"name": "a", "deliveries": 0, "answers": 0, "kinds": "", "sponsor": ""}
