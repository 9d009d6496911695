"""Prospects. Oracle: bids and costs by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.plan.dossier.assemble import _empty
from kamlib.plan.dossier.prospect_worth import prospects
from kamlib.stats.reasons import waits_for

DAY = pd.Timestamp("2026-06-30")


def bids(*rows: tuple) -> pd.DataFrame:
    names = ["customer_id", "date", "outcome", "decided", "source", "rival"]
    return pd.DataFrame(rows, columns=names).astype({"date": "datetime64[ns]", "decided": "datetime64[ns]"})


def made(**given):
    accounts = pd.DataFrame(
        {"customer_id": ["p", "q", "n"], "account_id": ["p", "q", "n"], "wallet": [1000.0, None, 5.0]}
    )
    base = {
        "accounts": accounts,
        "ratings": _empty("ratings").assign(rival=None, view=None),
        "proposals": bids(),
        "interactions": _empty("interactions"),
    }
    first = pd.Series({"n": pd.Timestamp("2026-03-01"), "old": pd.Timestamp("2020-01-01")})
    return prospects(pd.Series(["p", "q"]), first, DAY, **(base | given))


def test_the_chance_and_the_worth_by_hand():
    """Of bids to who had not bought yet one of three was won: (1 + 1/2) / (3 + 1). To win n we spent 20 and 30 in the year before."""
    offers = bids(
        ("n", "2026-01-01", "won", "2026-02-01", "tender", None),
        ("p", "2026-01-01", "lost", "2026-02-01", "relation", "Nord"),
        ("p", "2026-05-01", "lost", "2026-06-01", "tender", None),
        ("n", "2026-04-01", "won", "2026-05-01", "tender", None),  # it had bought by then
        ("old", "2026-01-01", "won", "2026-02-01", "tender", None),
        ("q", "2024-01-01", "lost", "2024-02-01", "tender", None),  # too long ago
        ("q", "2026-06-01", "open", None, "referral", None),
    )
    touches = pd.DataFrame(
        {
            "customer_id": ["n", "n", "n", "x"],
            "date": pd.to_datetime(["2025-04-01", "2026-02-28", "2026-03-01", "2023-01-01"]),
        }
    )
    touches = touches.assign(kind="call", cost=[20.0, 30.0, 99.0, 1.0], hours=float("nan"), closed=pd.NaT)
    table = made(proposals=offers, interactions=touches).set_index("customer_id")
    assert table.loc["p", ["p_win", "bids_decided", "cost_to_win", "worth_of_winning", "source"]].tolist() == [
        0.375,
        3,
        50,
        325,
        "tender",
    ]
    assert table.loc["p", ["p_win_low", "p_win_high"]].tolist() == pytest.approx([0.0615, 0.7923], abs=0.001)
    assert table.index.tolist() == ["p", "q"] and pd.isna(table.loc["q", "worth_of_winning"]), "its wallet is unknown"
    assert table.loc["q", "source"] == "referral"


def test_a_source_with_twenty_bids_has_a_chance_of_its_own():
    many = [("n", "2026-01-01", "won", "2026-02-01", "referral", None)] * 20
    offers = bids(
        *many,
        ("p", "2026-01-01", "lost", "2026-02-01", "tender", None),
        ("q", "2026-01-01", "lost", "2026-02-01", "referral", None),
    )
    table = made(proposals=offers).set_index("customer_id")
    assert table.loc["q", ["p_win", "bids_decided"]].tolist() == [20.5 / 22, 21]
    assert table.loc["p", ["p_win", "bids_decided"]].tolist() == [20.5 / 23, 22]


def test_without_bids_and_touches_the_worth_is_unknown():
    table = made()
    assert table["p_win"].isna().all() and table["worth_of_winning"].isna().all() and (table["verdict"] == "ask").all()
    nobody = prospects(
        pd.Series([], dtype=object), pd.Series(dtype="datetime64[ns]"), DAY, accounts=_empty("accounts"),
        ratings=_empty("ratings"), proposals=bids(), interactions=_empty("interactions"),
    )  # fmt: skip
    assert waits_for(nobody).code == "no_prospects"
