"""Who is scored, and what the table of accounts knows of them: the units, their lanes, their wallets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.stats.checks import has_columns


def own_rows(accounts: pd.DataFrame) -> pd.DataFrame:
    """What the clean `accounts` know of each customer itself: the row of the account that heads it; index customer_id."""
    has_columns(accounts, ["customer_id", "account_id"])
    own = accounts[accounts["account_id"] == accounts["customer_id"]]
    return own.drop_duplicates("customer_id").set_index("customer_id")


def names(customers: pd.Series, accounts: pd.DataFrame) -> pd.Series:
    """The name of each of the `customers` (ids), or its id where none is on record; index customer_id."""
    ids = pd.Series(customers.to_numpy(dtype=object), index=customers.to_numpy(dtype=object), name="name")
    return ids.map(own_rows(accounts)["name"]).fillna(ids)


def industry_and_size(accounts: pd.DataFrame) -> pd.Series:
    """The industry and the size class of each customer, joined by a space, '' for what is not on record; index customer_id."""
    own = own_rows(accounts)
    joined: pd.Series = own["industry"].fillna("") + " " + own["size"].fillna("")
    return joined


def units(accounts: pd.DataFrame) -> pd.DataFrame:
    """The own row of each unit of the clean `accounts`, with the wallet of its whole group.

    It is the sum of the members' wallets or, where only the unit's own row has one, that one; if some members' are unknown, it is.
    """
    has_columns(accounts, ["customer_id", "account_id"])
    own = accounts["customer_id"] == accounts["account_id"]
    if "wallet" not in accounts:
        return accounts[own].reset_index(drop=True)
    size = pd.to_numeric(accounts["wallet"]).astype(float)
    by = size.groupby(accounts["customer_id"], sort=False)
    alone = size.where(own).groupby(accounts["customer_id"], sort=False).count().eq(1) & by.count().eq(1)
    total = by.sum().where(by.count().eq(by.size()) | alone)
    return accounts.assign(wallet=accounts["customer_id"].map(total))[own].reset_index(drop=True)


def lanes(facts: pd.DataFrame, states: pd.DataFrame, accounts: pd.DataFrame | None = None) -> pd.DataFrame:
    """Who is scored: 'client' (bought, not lost), 'lost', or 'prospect' (never bought): customer_id and lane, each once."""
    state = facts["customer_id"].map(states.set_index("customer_id")["state"])
    lane = np.select([facts["order_days"].fillna(0) == 0, state == "lost"], ["prospect", "lost"], "client")
    table = pd.DataFrame({"customer_id": facts["customer_id"], "lane": lane})
    everyone = table["customer_id"] if accounts is None else accounts["customer_id"]
    others = pd.DataFrame({"customer_id": everyone[~everyone.isin(table["customer_id"])].unique(), "lane": "prospect"})
    return pd.concat([table, others], ignore_index=True)


def with_accounts(facts: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """`facts` with what `units` knows: wallet, wallet_share (12-month revenue / wallet), potential (the rest; missing where
    the wallet is smaller than what was bought, for one of them is wrong), and relation_days (since the first contact, or the first
    order where that is earlier; contacts after as_of don't count)."""
    names = [name for name in ("customer_id", "wallet", "since") if name in accounts]
    by = accounts[names].set_index("customer_id").reindex(facts["customer_id"])
    size = pd.Series(by["wallet"].to_numpy(dtype=float) if "wallet" in by else np.nan, facts.index).where(
        lambda x: x > 0
    )
    since = pd.Series(by["since"].to_numpy() if "since" in by else pd.NaT, facts.index)
    since = pd.to_datetime(since).where(lambda day: day <= facts["as_of"])
    known_for = (facts["as_of"] - since).dt.days
    return facts.assign(
        wallet=size,
        wallet_share=facts["revenue_12m"] / size,
        potential=(size - facts["revenue_12m"]).where(lambda rest: rest >= 0),
        relation_days=known_for.where(known_for > facts["tenure_days"], facts["tenure_days"].fillna(known_for)),
    )
