"""Which accounts are one: groups under common control, rolled up once and only once."""

from __future__ import annotations

from decimal import Decimal

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.errors import InputError, some

_LARGE = 0.2  # of the accounts: so many under one head that is no account are told
_NO_PARENT = "[0-]+"  # databases write it for "none", a zero key of 36 signs too


def group_heads(
    accounts: pd.DataFrame, unit: str, review: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """The customer that each account is counted in, and what was odd about the parents.

    The head of a group is where the chain of parents ends; it may be a firm that is no account itself. An account
    that is its own parent, or that stands in a circle of parents, is counted by itself and reported; accounts below
    a circle go to the one of it that they reach.

    Accounts that the review calls one firm are counted together, and so, by group, are those that it calls one group:
    the whole groups that they belong to are joined. The unit is then that of the account_id of the pair, but a lone
    account joins a group, and of several the one with the smallest id is taken.

    Parameters
    ----------
    accounts : DataFrame
        account_id (unique), parent_id (missing: none).
    unit : "group" rolls up, "account" leaves every account by itself.
    review : account_id, other_id, decision, from `review.read`; None: nothing was reviewed.

    Returns
    -------
    DataFrame
        account_id, customer_id: one row for each account.
    list of str
        Sentences for the reader of the ledger; empty where all was well.

    References
    ----------
    ASC 280-10-50-42 and IFRS 8.34: customers under common control are one customer.
    """
    own = accounts["account_id"].to_numpy(dtype=object)
    if unit == "account" or not len(own):
        heads, told = own.copy(), list[str]()
    else:
        heads, told = _by_parents(accounts)
    if review is not None:
        heads, more = _by_review(own, heads, review, ["same", "group"] if unit == "group" else ["same"])
        told += more
    return pd.DataFrame({"account_id": own, "customer_id": heads}), told


def _by_parents(accounts: pd.DataFrame) -> tuple[np.ndarray, list[str]]:
    """The head of the group of each account, and what was odd."""
    own = accounts["account_id"].to_numpy(dtype=object)
    ids, codes, parent = _chains(accounts)
    circle = _on_circle(parent)
    parent[circle] = circle
    head = _last(parent)[codes]
    told = []
    if alone := sorted(own[knots(accounts)["own_parent"]]):
        told.append(f"Accounts that are their own parent, and count by themselves ({len(alone)}): {some(alone)}.")
    if around := sorted(ids[circle]):
        told.append(f"Accounts in a circle of parents, that count by themselves ({len(around)}): {some(around)}.")
    if absent := sorted(set(ids) - set(own)):
        told.append(f"Heads of groups that are no accounts themselves ({len(absent)}): {some(absent)}.")
        names, sizes = np.unique(ids[head][np.isin(ids[head], absent)], return_counts=True)
        if (most := sizes.max()) > max(len(own) * _LARGE, 2):
            told.append(
                f"{most:,} of {len(own):,} accounts are one customer, {names[sizes.argmax()]!r}, which is no account itself: if "
                "that is no firm but a word for none, empty parent_id there."
            )
    return ids[head], told


def _chains(accounts: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every id, the place of each account among them, and the place of the parent of each (its own where it has none)."""
    parents, own = accounts["parent_id"], accounts["account_id"]
    none = parents.isna() | (parents.astype("string").str.fullmatch(_NO_PARENT).fillna(False) & ~parents.isin(own))
    given = own.where(none.astype(bool), parents)
    codes, ids = pd.factorize(
        np.concatenate([accounts["account_id"].to_numpy(dtype=object), given.to_numpy(dtype=object)])
    )
    parent = np.arange(len(ids))
    parent[codes[: len(accounts)]] = codes[len(accounts) :]
    return ids, codes[: len(accounts)], parent


def knots(accounts: pd.DataFrame) -> dict[str, pd.Series]:
    """Which accounts are their own parent (own_parent), and which stand in a circle of parents (parent_circle).

    Parameters
    ----------
    accounts : DataFrame
        account_id (unique), parent_id (missing: none).
    """
    _, own, parent = _chains(accounts)
    circle = np.isin(own, _on_circle(parent))
    return {
        "own_parent": accounts["account_id"] == accounts["parent_id"],
        "parent_circle": pd.Series(circle, index=accounts.index),
    }


def _by_review(
    own: np.ndarray, heads: np.ndarray, review: pd.DataFrame, joining: list[str]
) -> tuple[np.ndarray, list[str]]:
    """The unit of each account when those that the review joins are counted together, and how many it joined."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    at = pd.Series(heads, index=own)
    one, other = (review[column].map(at) for column in ("account_id", "other_id"))
    together = review["decision"].isin(joining)
    units, unit = np.unique(heads, return_inverse=True)
    ends = [np.searchsorted(units, side[together].to_numpy(dtype=object)) for side in (one, other)]
    _, whole = connected_components(
        coo_array((np.ones(len(ends[0])), ends), shape=(len(units), len(units))), directed=False
    )
    order = np.lexsort((np.isin(np.arange(len(units)), ends[1]), np.bincount(unit) == 1, whole))
    first = order[np.unique(whole[order], return_index=True)[1]]
    made = units[first[whole]][unit]
    told = []
    if moved := sorted(own[made != heads]):
        told.append(f"Accounts joined with another by the review of likely duplicates ({len(moved)}): {some(moved)}.")
    apart = (review["decision"] == "different") & (one == other)
    if pairs := [f"{a} and {b}" for a, b in review.loc[apart, ["account_id", "other_id"]].itertuples(index=False)]:
        told.append(
            f"Pairs that the review tells apart, but that parent_id makes one group ({len(pairs)}): {some(pairs)}."
        )
    return made, told


def roll_up(table: pd.DataFrame, heads: pd.DataFrame) -> pd.DataFrame:
    """`table` with the customer that each row's account is counted in, as its first column: customer_id.

    Parameters
    ----------
    table : DataFrame with account_id.
    heads : from `group_heads`; an account that is not in it is its own customer.
    """
    customer = table["account_id"].map(heads.set_index("account_id")["customer_id"])
    made = table.copy()
    made.insert(0, "customer_id", customer.where(customer.notna(), table["account_id"]).astype(object))
    return made


def double_count(orders: ir.Table) -> pd.DataFrame:
    """The proof that rolling up lost and doubled nothing: accounts added up by customer against the customers themselves.

    Parameters
    ----------
    orders : clean order lines with customer_id, account_id and amount.

    Returns
    -------
    DataFrame
        One row: accounts, customers, groups (customers of more than one account), amount_by_account, amount_by_customer
        (decimals).

    Raises
    ------
    InputError
        If an account is counted in two customers, or the two sums differ.
    """
    pairs = orders.group_by("customer_id", "account_id").agg(amount=orders["amount"].sum()).to_pyarrow().to_pandas()
    if not pairs["account_id"].is_unique:
        twice = pairs.loc[pairs["account_id"].duplicated(), "account_id"]
        raise InputError("accounts are counted in two groups", found=some(sorted(twice)))
    by_customer = orders.group_by("customer_id").agg(amount=orders["amount"].sum()).to_pyarrow().to_pandas()
    sums = [sum(table["amount"], Decimal(0)) for table in (pairs, by_customer)]
    if sums[0] != sums[1]:
        raise InputError("the sum by group differs from the sum by account", found=f"{sums[1]} and {sums[0]}")
    sizes = pairs.groupby("customer_id").size()
    return pd.DataFrame(
        {
            "accounts": [len(pairs)],
            "customers": [len(by_customer)],
            "groups": [int((sizes > 1).sum())],
            "amount_by_account": [sums[0]],
            "amount_by_customer": [sums[1]],
        }
    )


def largest(orders: ir.Table, most: int = 10) -> pd.DataFrame:
    """The customers with the largest amounts, beside the largest of their accounts alone.

    Returns
    -------
    DataFrame
        customer_id, accounts (with order lines), net_revenue (of the customer), largest_account (its net revenue), share (of the
        net revenue of all customers), sorted by net_revenue.
    """
    pairs = orders.group_by("customer_id", "account_id").agg(amount=orders["amount"].sum()).to_pyarrow().to_pandas()
    pairs["amount"] = pairs["amount"].astype(float)
    by = pairs.groupby("customer_id")["amount"]
    made: pd.DataFrame = by.agg(accounts="size", net_revenue="sum", largest_account="max").reset_index()
    made["share"] = made["net_revenue"] / made["net_revenue"].sum()
    return made.sort_values(["net_revenue", "customer_id"], ascending=[False, True]).head(most).reset_index(drop=True)


def _last(parent: np.ndarray) -> np.ndarray:
    """Where each chain is after at least as many steps as there are accounts, by doubling the steps."""
    for _ in range(max(1, int(np.ceil(np.log2(len(parent) + 1))))):
        parent = parent[parent]
    return parent


def _on_circle(parent: np.ndarray) -> np.ndarray:
    """The accounts that come back to themselves over another one."""
    ends = np.unique(_last(parent))
    circle: np.ndarray = ends[parent[ends] != ends]
    return circle
