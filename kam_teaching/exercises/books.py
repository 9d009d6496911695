"""The sample as a student reads it: plain tables by pandas, without the kit, so that what a check expects is computed apart from it."""

from __future__ import annotations

from functools import cache

import pandas as pd

from kam_teaching.world import AS_OF, START
from kamlib.errors import InputError
from kamlib.run.places import SAMPLE

FILES = ("accounts", "invoices", "actions", "ratings", "interactions")
TABLES = ("lines", "orders", "customers", "behaviour", "lost", *FILES)
YEAR_AGO, BEFORE = pd.Timestamp("2025-06-30"), pd.Timestamp("2024-12-31")
LOST = 180  # days without an order
_DAYS = ("date", "issued", "due", "paid", "done", "since", "closed_on", "contract_end", "promised", "closed")


def read(table: str) -> pd.DataFrame:
    """A table of the sample, a copy of your own to work on.

    Parameters
    ----------
    table : "lines" are the order lines as the till wrote them, but for those that nobody could read; "orders" the same once
        the first exercise is done: one line once, credit notes below zero. The others stand as they are in their file. All of them
        have a `customer`: the head of the account's group. "customers" (margin of 12 months, mean days late, reputation), "behaviour"
        (of who bought in 12 months) and "lost" (silence, margin of the last year before it, chance to return) are by customer.

    Raises
    ------
    InputError
        If there is no such table.
    """
    if table not in TABLES:
        raise InputError(f"no table {table!r}", remedy=f"There are {', '.join(TABLES)}.")
    return _kept(table).copy()


@cache
def _kept(table: str) -> pd.DataFrame:
    if table == "lines":
        return _lines()
    if table == "orders":
        lines = _kept("lines").drop_duplicates("line_id")
        sign = lines["order_id"].str.startswith("CN-") & (lines["amount"] > 0)
        money = lines[["amount", "margin"]]
        return lines.assign(**money.mask(sign, -money)).reset_index(drop=True)
    made = {"customers": _customers, "behaviour": _behaviour, "lost": _lost}
    if table in made:
        return made[table]()
    rows = pd.read_csv(SAMPLE.with_name(f"{table}.csv"), dtype={"account_id": str, "parent_id": str})
    rows = rows.assign(
        **{day: pd.to_datetime(rows[day], errors="coerce") for day in rows.columns.intersection(list(_DAYS))}
    )
    return rows.assign(customer=rows["account_id"].map(_heads()).fillna(rows["account_id"]))


@cache
def _heads() -> pd.Series:
    """The head of each account's group: parents of parents followed; in a circle each account stands for itself."""
    told = (
        pd.read_csv(SAMPLE.with_name("accounts.csv"), dtype=str).drop_duplicates("account_id").set_index("account_id")
    )
    parents = told["parent_id"].dropna().to_dict()

    def head(account: str) -> str:
        chain = [account]
        while (parent := parents.get(chain[-1])) and parent not in chain:
            chain.append(parent)
        return account if parent else chain[-1]

    return pd.Series({account: head(account) for account in told.index})


def _lines() -> pd.DataFrame:
    rows = pd.read_csv(SAMPLE.with_name("orders.csv"), dtype=str)
    for number in ("amount", "margin", "quantity", "price"):
        rows[number] = pd.to_numeric(rows[number], errors="coerce")
    rows["date"] = pd.to_datetime(rows["date"], format="%Y-%m-%d", errors="coerce")
    genuine = (
        rows["amount"].notna()
        & rows["date"].between(START, AS_OF)
        & (rows["account_id"].fillna("").str.strip() != "")
        & ~rows["product"].fillna("").str.startswith("FREIGHT")
        & ~(rows["account_id"] + " " + rows["order_id"] + " " + rows["product"]).fillna("").str.contains("TEST")
        & rows["currency"].fillna("").str.strip().str.upper().isin(["EUR", "€", "EURO"])
        & ~(rows["price"] > 5000)
    )
    rows = rows[genuine].reset_index(drop=True)
    return rows.assign(customer=rows["account_id"].map(_heads()).fillna(rows["account_id"]))


def _customers() -> pd.DataFrame:
    orders, bills, rated = _kept("orders"), _kept("invoices"), _kept("ratings")
    paid = bills[bills["paid"].gt(YEAR_AGO) & (bills["amount"] > 0)]
    late = (paid["paid"] - paid["due"]).dt.days.clip(lower=0).groupby(paid["customer"]).mean()
    ours = rated[(rated["criterion"] == "reputation") & (rated["view"] == "ours")].sort_values("date")
    table = orders[orders["date"] > YEAR_AGO].groupby("customer")["margin"].sum().to_frame()
    return table.assign(late=late, reputation=ours.groupby("customer")["score"].last())


def _behaviour() -> pd.DataFrame:
    orders = _kept("orders")
    recent = orders[(orders["date"] > YEAR_AGO) & (orders["amount"] > 0)]
    by = recent.groupby("customer")
    days = by["date"].nunique()
    table = pd.DataFrame({"order_days": days, "revenue": by["amount"].sum(), "categories": by["category"].nunique()})
    return table.assign(lines_a_day=by.size() / days)


def _lost() -> pd.DataFrame:
    """Who has not ordered for `LOST` days; the chance to return is the share of the like that did so after `BEFORE`, by silence."""
    orders = _kept("orders").query("amount > 0")
    then, now = _silence(orders, BEFORE), _silence(orders, AS_OF)
    after = orders[orders["date"].between(BEFORE, BEFORE + pd.Timedelta(days=LOST), inclusive="right")]["customer"]
    bands = [LOST, 270, 365, 10_000]
    back = pd.Series(then.index.isin(after), then.index).groupby(pd.cut(then, bands), observed=True).mean()
    last = orders.groupby("customer")["date"].transform("max")
    value = orders[orders["date"] > last - pd.Timedelta(days=365)].groupby("customer")["margin"].sum()
    return pd.DataFrame(
        {"silence": now, "value": value[now.index], "p_back": pd.cut(now, bands).map(back).astype(float)}
    )


def _silence(orders: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    last = orders[orders["date"] <= day].groupby("customer")["date"].max()
    silence = (day - last).dt.days
    lost: pd.Series = silence[silence > LOST]
    return lost
