"""The gate of prospects against hand calculation: three P, the wallet, growth and the rival."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kamlib.scoring import prospects
from kamlib.stats.reasons import waits_for

DAY = pd.Timestamp("2026-06-30")
BIDS = pd.DataFrame({"customer_id": [], "date": pd.to_datetime([]), "decided": pd.to_datetime([]), "rival": []})


def test_gate_is_the_weakest_of_need_solvency_authority(marks):
    ratings = marks(
        ("p", "need", "", 10), ("p", "solvency", "", 4), ("p", "authority", "", 10),  # mean 8, minimum 4
        ("q", "need", "", 6), ("q", "solvency", "", 5), ("q", "authority", "", 9),
        ("r", "need", "", 6), ("s", "authority", "", 2), ("s", "need", "North", 9),
    )  # fmt: skip
    found = prospects.three_p(ratings, pd.Series(["p", "q", "r", "s", "t"])).set_index("customer_id")
    assert found["verdict"].to_dict() == {"p": "closed", "q": "open", "r": "ask", "s": "closed", "t": "ask"}
    assert found["weakest"].to_dict() == {"p": "solvency", "q": "solvency", "r": "need", "s": "authority", "t": ""}
    assert found["gate"].to_dict() == pytest.approx(
        {"p": 4, "q": 5, "r": np.nan, "s": np.nan, "t": np.nan}, nan_ok=True
    )


def judged(marks, rows, *, wallets, bids=BIDS, customers=20):
    """The gate of prospects p0, p1, ... with a mark of 7 for what `rows` don't tell, beside customers with wallets of 100, 200, ..."""
    given = [
        (f"p{i}", name, "", mark)
        for i, row in enumerate(rows)
        for name, mark in ({"need": 7, "solvency": 7, "authority": 7} | row).items()
        if mark
    ]
    ids = [f"p{i}" for i in range(len(rows))] + [f"c{i}" for i in range(customers)]
    size = [*wallets, *(100.0 * (i + 1) for i in range(customers))]
    accounts = pd.DataFrame({"customer_id": ids, "account_id": ids, "wallet": size})
    found = prospects.prospect_gate(marks(*given), pd.Series(ids[: len(rows)]), DAY, accounts=accounts, proposals=bids)
    return found.set_index("customer_id")


def bid(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "date", "decided", "rival"])
    return table.assign(date=pd.to_datetime(table["date"]), decided=pd.to_datetime(table["decided"]))


def test_a_prospect_needs_a_large_wallet_and_growth_or_a_rival_beside_the_three_p(marks):
    # wallets of 20 customers, 100 to 2,000: the upper quartile is 1,525
    rows = [
        {"growth": 5},
        {"growth": 5},
        {"growth": 4},
        {},
        {},
        {"need": None, "growth": 9},
        {"need": 2},
        {"growth": 9},
    ]
    wallets = [1525.0, 1524, 9e9, 9e9, 9e9, 9e9, np.nan, np.nan]
    bids = bid(("p4", "2026-01-01", "2026-02-01", "South"), ("p4", "2025-01-01", "2025-02-01", "North"))
    found = judged(marks, rows, wallets=wallets, bids=bids)
    assert found["least_wallet"].unique().tolist() == [1525]
    assert found["why"].tolist() == [
        "", "wallet_too_small", "does_not_grow", "rival_not_known", "", "p_not_known", "p_too_low", "wallet_not_known",
    ]  # fmt: skip
    assert found["verdict"].tolist() == ["open", "closed", "closed", "ask", "open", "ask", "closed", "ask"]
    assert found["rival"].tolist() == ["", "", "", "", "South", "", "", ""]


def test_a_rival_that_was_named_after_the_day_is_not_known_yet(marks):
    bids = bid(("p0", "2026-06-01", "2026-07-15", "North"), ("p1", "2026-07-01", "2026-07-01", "North"))
    assert judged(marks, [{}, {}], wallets=[9e9, 9e9], bids=bids)["verdict"].tolist() == ["ask", "ask"]


def test_beside_few_customers_no_wallet_is_too_small(marks):
    found = judged(marks, [{"growth": 9}], wallets=[1.0], customers=19)
    assert found["least_wallet"].isna().all() and found["verdict"].tolist() == ["open"]


def test_open_gates_stand_with_the_best_first_and_say_so_where_there_are_none():
    gate = pd.DataFrame(
        {"customer_id": list("abcd"), "gate": [6, 8, 8, 4], "verdict": ["open", "open", "open", "closed"]}
    )
    assert prospects.open_gates(gate)["customer_id"].tolist() == ["b", "c", "a"]
    assert waits_for(prospects.open_gates(gate[3:])).code == "no_gate_is_open"
