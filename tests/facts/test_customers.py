"""Units, lanes and wallets against hand-made groups."""

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.facts import customers


def test_lanes_part_clients_lost_ones_and_prospects(facts):
    table = facts(order_days=[3, 2, 0])
    states = pd.DataFrame({"customer_id": ["a0", "a1"], "state": ["silent", "lost"]})
    accounts = pd.DataFrame({"customer_id": ["a0", "p", "p"], "account_id": ["a0", "p", "p2"]})
    found = customers.lanes(table, states, accounts)
    assert found.to_numpy().tolist() == [["a0", "client"], ["a1", "lost"], ["a2", "prospect"], ["p", "prospect"]]


def test_wallet_of_a_group_is_its_members_or_unknown(facts):
    accounts = pd.DataFrame(
        [("g", "g", 100), ("g", "g2", 50), ("h", "h", 300), ("h", "h2", None), ("k", "k", None), ("k", "k2", 5),
         ("m", "m", 7), ("m", "m2", None), ("m", "m3", 1), ("z", "z", 0)],
        columns=["customer_id", "account_id", "wallet"],
    )  # fmt: skip
    found = customers.units(accounts).set_index("customer_id")["wallet"]
    # h: only the head's own row has one, it stands for the group; k and m: part of the group is unknown
    assert found.to_dict() == pytest.approx({"g": 150, "h": 300, "k": np.nan, "m": np.nan, "z": 0}, nan_ok=True)
    table = facts(customer_id=["g", "h", "z"], revenue_12m=[30.0, 400.0, 5.0])
    shown = customers.with_accounts(table, customers.units(accounts))
    assert shown["wallet_share"].tolist() == pytest.approx([0.2, 400 / 300, np.nan], nan_ok=True)
    assert shown["potential"].tolist() == pytest.approx([120, np.nan, np.nan], nan_ok=True)


def test_relation_counts_from_first_contact_unless_an_order_is_earlier_or_the_contact_later_than_as_of(facts):
    table = facts(tenure_days=[100.0, 100.0, 100.0, np.nan])
    since = pd.to_datetime(["2026-09-01", "2025-09-30", "2026-12-01", "2026-09-20"])
    accounts = pd.DataFrame({"customer_id": table["customer_id"], "since": since})
    assert customers.with_accounts(table, accounts)["relation_days"].tolist() == [100, 365, 100, 10]
    assert customers.with_accounts(table, accounts[["customer_id"]])["relation_days"][:3].tolist() == [100, 100, 100]


def test_accounts_without_one_of_their_ids_are_refused_and_it_is_named():
    for read in (customers.own_rows, customers.units):
        with pytest.raises(InputError, match="no 'account_id'"):
            read(pd.DataFrame({"customer_id": ["a"], "name": ["A"]}))


def test_industry_and_size_are_those_of_the_head():
    accounts = pd.DataFrame(
        [("g", "g", "steel", "large"), ("g", "g2", "wood", "small"), ("h", "h", None, "small")],
        columns=["customer_id", "account_id", "industry", "size"],
    )
    assert customers.industry_and_size(accounts).to_dict() == {"g": "steel large", "h": " small"}
