"""The files of the sample as text, its clean order lines, and the truth planted in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
SET_ASIDE = ["no_account", "bad_amount", "bad_date", "after_as_of", "before_start", "not_goods", "test_row", "no_rate",
             "absurd_price", "repeated_header", "total_row", "repeated_key", "broken_line"]  # fmt: skip


@pytest.fixture(scope="session")
def text() -> Callable[[str], pd.DataFrame]:
    """``text("truth/dirty")``: a file of the sample as it stands; what a line cut off lacks is empty."""
    return lambda name: pd.read_csv(SAMPLE / f"{name}.csv", dtype=str, keep_default_na=False).fillna("")


@pytest.fixture(scope="session")
def lines(text) -> pd.DataFrame:
    """Every row of orders.csv as text, with its line number, its planted reasons and the head of its group."""
    table = text("orders")
    dirty = text("truth/dirty")
    dirty = dirty[dirty["file"] == "orders.csv"]
    table["line"] = np.arange(len(table)) + 2
    table["reason"] = table["line"].map(dict(zip(dirty["line"].astype(int), dirty["reason"], strict=True))).fillna("")
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    table["group"] = table["account_id"].map(heads).fillna(table["account_id"])
    return table


@pytest.fixture(scope="session")
def goods(lines) -> pd.DataFrame:
    """The lines that a cleaning keeps, typed; credit notes that lost their minus have it back."""
    kept = lines[~lines["reason"].isin(SET_ASIDE)].copy()
    turned = kept["reason"] == "cancellation_above_zero"
    for column in ("amount", "margin", "cost", "quantity"):
        kept[column] = pd.to_numeric(kept[column]).where(~turned, -pd.to_numeric(kept[column]))
    kept["date"] = pd.to_datetime(kept["date"])
    for column in ("amount", "margin", "cost", "quantity", "price"):
        kept[column] = pd.to_numeric(kept[column])
    kept["margin"] = kept["margin"].fillna(kept["amount"] - kept["cost"])
    return kept


@pytest.fixture(scope="session")
def groups() -> pd.DataFrame:
    """The planted truth, one row a group of clients."""
    table = pd.read_csv(SAMPLE / "truth" / "accounts.csv", dtype={"account_id": str, "group_id": str})
    table = table[(table["account_id"] == table["group_id"]) & table["behaviour"].notna()]
    return table.assign(left_on=pd.to_datetime(table["left_on"])).set_index("group_id")


@pytest.fixture(scope="session")
def bought(goods, text) -> pd.DataFrame:
    """Lines that were bought, those of orders cancelled whole left out."""
    return goods[(goods["amount"] > 0) & ~goods["order_id"].isin(text("truth/cancelled")["order_id"])]


@pytest.fixture(scope="session")
def last_order(bought) -> pd.Series:
    return bought.groupby("group")["date"].max()
