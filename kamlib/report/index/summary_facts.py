"""A figure of the summary, or what it waits for; and what the tables of a run say of each account."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kamlib.facts.customers import own_rows
from kamlib.facts.states import are_lost
from kamlib.facts.worth import giants, money_column, worth_column
from kamlib.report.text import is_missing
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Fact:
    """One key figure: a label, the value as written, a note; or what it waits for."""

    label: str
    value: str = ""
    note: str = ""
    waits: str = ""


def waits_for(tables: Tables, **needs: tuple[str, ...]) -> str:
    """What is missing, in words; empty if all is there."""
    for name, columns in needs.items():
        if name not in tables:
            return sentence(Reason("waits_for_table", {"table": name}))
        if missing := [column for column in columns if column not in tables[name]]:
            return sentence(Reason("waits_for_columns", {"columns": ", ".join(missing), "table": name}))
        if tables[name].empty:
            return sentence(Reason("waits_for_rows", {"table": name}))
    return ""


def event_of(tables: Tables) -> str:
    """The column of `churn` that chances of loss are told by: P(stopped) where it is known, else P(no order)."""
    churn = tables.get("churn", pd.DataFrame())
    return "p_stopped" if "p_stopped" in churn and churn["p_stopped"].notna().any() else "p_silent"


def total(values: pd.Series) -> float | None:
    """The sum, or None where nothing is known."""
    return None if values.isna().all() else float(values.astype(float).sum())


def ours(tables: Tables, table: pd.DataFrame) -> pd.Series:
    """Which rows of a table are of customers that are not lost (`kamlib.facts.customer_states`); all where no state is on record."""
    if waits_for(tables, states=("customer_id", "state")):
        return pd.Series(True, index=table.index)
    return ~are_lost(table["customer_id"], tables["states"])


def stakes(tables: Tables) -> tuple[float | None, float | None]:
    """What is at stake with those that are ours: within the horizon, and in all blocks of the value."""
    value = tables["value"][ours(tables, tables["value"])]
    return total(value["stake_horizon"]), total(value["stake"])


def without_giants(tables: Tables, table: pd.DataFrame) -> tuple[int, pd.Series]:
    """How many customers bring a tenth of revenue or more, and which rows of a table are of others."""
    large = giants(tables["facts"]) if not waits_for(tables, facts=("customer_id", "revenue")) else pd.Index([])
    return len(large), ~table["customer_id"].isin(large)


def missed(tables: Tables) -> str:
    """By how much sums of the value missed on the past, to stand beside each of them; empty where that is not known."""
    value = tables.get("value", pd.DataFrame())
    known = value["bias"].dropna().to_list() if "bias" in value else []
    return sentence(Reason("missed_on_the_past", {"bias": known[0]})) if known else ""


def worth_word(tables: Tables) -> str:
    """What the money of the analysis is: margin where any is known, else revenue."""
    facts = tables.get("facts")
    return "margin" if facts is None or "margin" not in facts else worth_column(facts, "")


def by_account(tables: Tables, name: str, column: str) -> dict[Hashable, Any]:
    """A column of a table by account; nothing where there is no such table or column."""
    table = tables.get(name)
    if table is None or column not in table:
        return {}
    return table.drop_duplicates("customer_id").set_index("customer_id")[column].to_dict()


def names(tables: Tables) -> dict[Hashable, Any]:
    """Name by customer, of those that have one."""
    table = tables.get("accounts")
    told = {} if table is None or "name" not in table else own_rows(table)["name"].to_dict()
    return {one: name for one, name in told.items() if not is_missing(name) and str(name).strip()}


def revenue(tables: Tables) -> pd.Series | None:
    """Net revenue by account, of the period of `money_column`."""
    if waits_for(tables, facts=("customer_id", "revenue")):
        return None
    column, _ = money_column(tables["facts"])
    return tables["facts"].set_index("customer_id")[column].astype(float)


def shares(tables: Tables) -> dict[Hashable, float]:
    """Share of each account in the revenue of all that have a positive one; who has none holds nothing of it."""
    money = revenue(tables)
    if money is None or not (money > 0).any():
        return {}
    positive = money.clip(lower=0)
    found: dict[Hashable, float] = (positive / positive.sum()).to_dict()
    return found


def called(tables: Tables, rows: pd.DataFrame, most: int) -> list[str]:
    """What the customers of the first rows are called: their names, their ids where they have none."""
    known = names(tables)
    return [str(known.get(one, one)) for one in rows["customer_id"].head(most)]


def contributions(tables: Tables) -> pd.Series:
    """What each customer brought in 12 months, by id; its name says which money it is: contribution, margin or revenue. Empty where it is not known."""
    if waits_for(tables, exposure=("customer_id", "measure", "contribution")):
        return pd.Series(dtype=float, name="contribution")
    table = tables["exposure"]
    return table.set_index("customer_id")["contribution"].astype(float).rename(str(table["measure"].iloc[0]))
