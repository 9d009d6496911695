"""Rivals. Oracle: bids counted by hand."""

from __future__ import annotations

import pandas as pd

from kamlib.plan.dossier.rivals import recent_bids, rivals
from kamlib.stats.reasons import waits_for

DAY = pd.Timestamp("2026-06-30")
NAMES = ["customer_id", "proposal_id", "date", "value", "outcome", "decided", "reason", "rival", "single_supplier"]
ROWS = [
    ("a", "1", "2026-01-01", 100.0, "lost", "2026-02-01", "price", "Nord", None),
    ("a", "2", "2026-03-01", 50.0, "lost", "2026-04-01", "stock", "Nord", True),
    ("a", "3", "2026-03-02", 500.0, "won", "2026-04-01", "quality", "Nord", False),
    ("a", "4", "2026-05-01", 70.0, "lost", "2026-07-01", "price", "Bolt", False),  # decided later: open
    ("a", "5", "2024-06-30", 900.0, "lost", "2024-07-01", "price", "Nord", False),  # two years ago
    ("a", "6", "2026-06-01", 10.0, "open", None, None, None, None),
]


def bids(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=NAMES).astype({"date": "datetime64[ns]", "decided": "datetime64[ns]"})


def test_bids_of_two_years_the_latest_first_as_known_on_the_day():
    table = recent_bids(bids(ROWS), pd.Index(["a"]), DAY)
    assert table["proposal_id"].tolist() == ["6", "4", "3", "2", "1"]
    assert table["bid_outcome"].tolist() == ["open", "open", "won", "lost", "lost"]
    assert table["reason_given"].tolist()[2:] == ["quality", "stock", "price"] and table[
        "single_supplier"
    ].tolist() == [False, False, False, True, False]


def test_who_took_most_stands_first_by_hand():
    table = rivals(recent_bids(bids(ROWS), pd.Index(["a"]), DAY))
    assert table.loc[0, ["rival", "bids", "bids_won", "bids_lost", "lost_value"]].tolist() == ["Nord", 3, 1, 2, 150]
    assert len(table) == 1, "of an open bid, whose rival is told with the decision, none is known yet"


def test_without_bids_both_say_so():
    table = recent_bids(bids([]), pd.Index(["a"]), DAY)
    assert waits_for(table).code == "no_recent_bids" and waits_for(rivals(table)).code == "no_rival_known"
