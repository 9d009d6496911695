"""Which accounts are one: groups under common control, rolled up once and only once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some

if TYPE_CHECKING:
    import ibis.expr.types as ir


def units(accounts: pd.DataFrame, unit: str) -> tuple[pd.DataFrame, list[str]]:
    """The unit that each account is counted in, and what was odd about the parents.

    The head of a group is where the chain of parents ends; it may be a firm that is no account itself. An account
    that is its own parent, or that stands in a circle of parents, is counted by itself and reported; accounts below
    a circle go to the one of it that they reach.

    Parameters
    ----------
    accounts : DataFrame
        account_id (unique), parent_id (missing: none).
    unit : "group" rolls up, "account" leaves every account by itself.

    Returns
    -------
    DataFrame
        member_id, account_id: one row for each account.
    list of str
        Sentences for the reader of the ledger; empty where all was well.

    References
    ----------
    ASC 280-10-50-42 and IFRS 8.34: customers under common control are one customer.
    """
    own = accounts["account_id"].to_numpy(dtype=object)
    if unit == "account" or not len(own):
        return pd.DataFrame({"member_id": own, "account_id": own.copy()}), []
    given = accounts["parent_id"].where(accounts["parent_id"].notna(), accounts["account_id"]).to_numpy(dtype=object)
    named = accounts["parent_id"].notna().to_numpy()
    codes, ids = pd.factorize(np.concatenate([own, given]))
    parent = np.arange(len(ids))
    parent[codes[: len(own)]] = codes[len(own) :]
    circle = _on_circle(parent)
    parent[circle] = circle
    head = _last(parent)[codes[: len(own)]]
    told = []
    if alone := sorted(own[named & (own == given)]):
        told.append(f"Accounts that are their own parent, and count by themselves ({len(alone)}): {some(alone)}.")
    if around := sorted(ids[circle]):
        told.append(f"Accounts in a circle of parents, that count by themselves ({len(around)}): {some(around)}.")
    if absent := sorted(set(ids) - set(own)):
        told.append(f"Heads of groups that are no accounts themselves ({len(absent)}): {some(absent)}.")
    return pd.DataFrame({"member_id": own, "account_id": ids[head]}), told


def roll_up(table: pd.DataFrame, heads: pd.DataFrame, columns: Sequence[str] = ("account_id",)) -> pd.DataFrame:
    """`table` with its accounts replaced by their units; `member_id` keeps the account as it was given.

    Parameters
    ----------
    table : DataFrame with account_id.
    heads : from `units`; an account that is not in it is its own unit.
    columns : the columns that name accounts.
    """
    unit = heads.set_index("member_id")["account_id"]
    made = table.assign(member_id=table["account_id"])
    for column in columns:
        made[column] = table[column].map(unit).where(table[column].isin(unit.index), table[column]).astype(object)
    return made


def double_count(orders: ir.Table) -> pd.DataFrame:
    """The proof that rolling up lost and doubled nothing: members added up by unit against the units themselves.

    Parameters
    ----------
    orders : clean order lines with account_id, member_id and amount.

    Returns
    -------
    DataFrame
        One row: members, units, groups (units of more than one member), amount_by_member, amount_by_unit (decimals).

    Raises
    ------
    InputError
        If a member is counted in two units, or the two sums differ.
    """
    pairs = orders.group_by("account_id", "member_id").agg(amount=orders["amount"].sum()).to_pandas()
    if not pairs["member_id"].is_unique:
        twice = pairs.loc[pairs["member_id"].duplicated(), "member_id"]
        raise InputError("accounts are counted in two groups", found=some(sorted(twice)))
    by_unit = orders.group_by("account_id").agg(amount=orders["amount"].sum()).to_pandas()
    sums = [sum(table["amount"], Decimal(0)) for table in (pairs, by_unit)]
    if sums[0] != sums[1]:
        raise InputError("the sum by group differs from the sum by account", found=f"{sums[1]} and {sums[0]}")
    sizes = pairs.groupby("account_id").size()
    return pd.DataFrame(
        {
            "members": [len(pairs)],
            "units": [len(by_unit)],
            "groups": [int((sizes > 1).sum())],
            "amount_by_member": [sums[0]],
            "amount_by_unit": [sums[1]],
        }
    )


def largest(orders: ir.Table, most: int = 10) -> pd.DataFrame:
    """The units with the largest amounts, beside the largest of their members alone.

    Returns
    -------
    DataFrame
        account_id, members (accounts with order lines), amount (of the unit), largest_member (its amount), share (of
        the amounts of all units), sorted by amount.
    """
    pairs = orders.group_by("account_id", "member_id").agg(amount=orders["amount"].sum()).to_pandas()
    pairs["amount"] = pairs["amount"].astype(float)
    made = pairs.groupby("account_id")["amount"].agg(members="size", amount="sum", largest_member="max").reset_index()
    made["share"] = made["amount"] / made["amount"].sum()
    return made.sort_values(["amount", "account_id"], ascending=[False, True]).head(most).reset_index(drop=True)


def _last(parent: np.ndarray) -> np.ndarray:
    """Where each chain is after at least as many steps as there are accounts, by doubling the steps."""
    for _ in range(max(1, int(np.ceil(np.log2(len(parent) + 1))))):
        parent = parent[parent]
    return parent


def _on_circle(parent: np.ndarray) -> np.ndarray:
    """The accounts that come back to themselves over another one."""
    ends = np.unique(_last(parent))
    return ends[parent[ends] != ends]
