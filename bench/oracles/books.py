"""The files of a sample as plain tables: what the oracles add up, read without the kit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

SET_ASIDE = (
    *("no_account", "bad_amount", "bad_date", "after_as_of", "before_start", "not_goods", "test_row", "no_rate"),
    *("absurd_price", "repeated_header", "total_row", "repeated_key", "broken_line"),
)


@dataclass(frozen=True)
class Books:
    """Tables with `group` (head of the chain of parents) beside the account; days are timestamps, money is in EUR."""

    end: pd.Timestamp
    money: dict[str, Any]
    lines: pd.DataFrame  # what a cleaning keeps, credit notes negative
    days: pd.DataFrame  # group, date, gap in days: an order day each; what was cancelled whole makes none
    accounts: pd.DataFrame
    invoices: pd.DataFrame
    touches: pd.DataFrame
    proposals: pd.DataFrame
    surveys: pd.DataFrame
    actions: pd.DataFrame
    truth: pd.DataFrame  # one row a group of clients

    def year(self, back: int = 0) -> pd.DataFrame:
        """Lines of the year that ended so many years before the end."""
        upper, lower = (self.end - pd.DateOffset(years=n) for n in (back, back + 1))
        return self.lines[(self.lines["date"] > lower) & (self.lines["date"] <= upper)]


def heads(parent: dict[str, str]) -> dict[str, str]:
    """Head of each account's chain of parents; who stands in a circle of them stands alone."""
    found = {}
    for account in parent:
        chain = [account]
        while (up := parent.get(chain[-1], "")) and up not in chain:
            chain.append(up)
        found[account] = chain[-1] if not up else account
    return found


def read_books(folder: Path) -> Books:
    """The books of a folder that `kam sample` wrote."""

    def read(name: str, *, days: tuple[str, ...] = (), numbers: tuple[str, ...] = ()) -> pd.DataFrame:
        table = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False).fillna("")
        for column in days:
            table[column] = pd.to_datetime(table[column].replace("", None))
        for column in numbers:
            table[column] = pd.to_numeric(table[column])
        return table

    study = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))
    accounts = read("accounts", days=("closed_on", "contract_end"))
    head = heads(dict(zip(accounts["account_id"], accounts["parent_id"], strict=True)))

    def grouped(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(group=table["account_id"].map(head).fillna(table["account_id"]))

    lines = grouped(_kept(read("orders"), read("truth/dirty")))
    bought = (lines["amount"] > 0) & (lines["reason"] != "cancelled_pair")
    days = lines.loc[bought, ["group", "date"]].drop_duplicates().sort_values(["group", "date"])
    truth = read("truth/accounts", days=("left_on", "fade_from", "returned_on"))
    truth = truth[(truth["account_id"] == truth["group_id"]) & (truth["behaviour"] != "")].set_index("group_id")
    return Books(
        end=pd.Period(study["as_of"], "Q").end_time.normalize(),
        money=study["money"],
        lines=lines,
        days=days.assign(gap=days.groupby("group")["date"].diff().dt.days),
        accounts=grouped(accounts),
        invoices=grouped(read("invoices", days=("issued", "due", "paid"), numbers=("amount",))),
        touches=grouped(read("interactions", days=("date", "promised", "closed"), numbers=("hours", "cost"))).fillna(
            {"hours": 0.0, "cost": 0.0}
        ),
        proposals=grouped(read("proposals", days=("date", "decided"), numbers=("value",))),
        surveys=grouped(read("surveys", days=("date",), numbers=("answer",))),
        actions=grouped(read("actions", days=("due", "done"))),
        truth=truth,
    )


def _kept(orders: pd.DataFrame, dirty: pd.DataFrame) -> pd.DataFrame:
    """The lines that the planted faults leave, typed; credit notes without their minus have it back."""
    dirty = dirty[dirty["file"] == "orders.csv"]
    reason = pd.Series(dirty["reason"].to_numpy(), dirty["line"].astype(int).to_numpy() - 2).reindex(orders.index)
    kept = orders.assign(reason=reason.fillna(""))[~reason.isin(SET_ASIDE)].copy()
    for column in ("amount", "margin", "cost", "quantity", "price"):
        kept[column] = pd.to_numeric(kept[column])
    turned = kept["reason"] == "cancellation_above_zero"
    for column in ("amount", "margin", "cost", "quantity"):
        kept[column] = kept[column].where(~turned, -kept[column])
    kept["margin"] = kept["margin"].fillna(kept["amount"] - kept["cost"])
    return kept.assign(date=pd.to_datetime(kept["date"]))
