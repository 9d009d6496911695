"""The rows that go out to managers: every action, and every fact of a key account with those that are asked for."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kamlib.facts.customers import names
from kamlib.plan.action_list import NOW
from kamlib.study.dictionary import INPUTS
from kamlib.study.run_tables import column

ACTIONS = ["row", "account_id", "name", "action", "owner", "due", "done", "cost", "benefit_kind"]
FACTS = ["row", "account_id", "name", "topic", "date", "text", "source"]
TOPICS = INPUTS["notes"].column("topic").choices


def actions_out(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All actions on record, and those of the run that are not among them: what is filled in takes the place of the source.

    Parameters
    ----------
    tables : of the run: accounts, actions; action_list (of this week) and winback_actions (customer_id, action, owner, due), if any. An
        offer to who was drawn goes out as the action of the round, by which the round is read again.

    Returns
    -------
    DataFrame
        row (a number of its own, as text), account_id, name, action, owner, due, done, cost, benefit_kind; what is to be done first, by day.
    """
    known = tables.get("actions", pd.DataFrame(columns=["customer_id", *ACTIONS[1:2], *ACTIONS[3:]]))
    listed, drawn = (
        tables.get(name, pd.DataFrame(columns=["customer_id"])) for name in ("action_list", "winback_actions")
    )
    listed = listed[listed["fate"] == NOW] if "fate" in listed else listed
    if "trigger" in listed:
        listed = listed[(listed["trigger"] != "win back") | ~listed["customer_id"].isin(drawn["customer_id"])]
    new = [rows.assign(account_id=rows["customer_id"]) for rows in (listed, drawn) if len(rows)]
    columns = ["customer_id", "account_id", "action", "owner", "due", "done", "cost", "benefit_kind"]
    parts = [part.reindex(columns=columns).astype(_KINDS) for part in (known, *new)]
    table, key = pd.concat(parts, ignore_index=True), ["account_id", "action", "due"]
    table = table[(table.index < len(known)) | ~table.duplicated(key)]
    table = table.assign(over=table["done"].notna()).sort_values(["over", "due"], kind="stable", ignore_index=True)
    return _numbered(table, tables, "a")[ACTIONS]


def facts_out(tables: Mapping[str, pd.DataFrame], ids: pd.Index) -> pd.DataFrame:
    """All notes on record, and before them an empty row for each topic of which nothing is on record of one of the `ids`.

    Returns
    -------
    DataFrame
        row, account_id, name, topic, date, text, source.
    """
    kinds = {"date": "datetime64[ns]"} | dict.fromkeys(
        ["customer_id", "account_id", "topic", "text", "source"], "object"
    )
    notes = tables.get("notes", pd.DataFrame(columns=list(kinds))).reindex(columns=list(kinds)).astype(kinds)
    wanted = pd.MultiIndex.from_product([ids, TOPICS], names=["customer_id", "topic"])
    have = pd.MultiIndex.from_frame(notes[["customer_id", "topic"]])
    asked = wanted[~wanted.isin(have)].to_frame(index=False)
    asked = asked.assign(account_id=asked["customer_id"]).reindex(columns=list(kinds)).astype(kinds)
    table = pd.concat([asked, notes], ignore_index=True)
    return _numbered(table, tables, "f")[FACTS]


_KINDS = {"due": "datetime64[ns]", "done": "datetime64[ns]", "cost": "float64"} | dict.fromkeys(
    ["customer_id", "account_id", "action", "owner", "benefit_kind"], "object"
)


def _numbered(table: pd.DataFrame, tables: Mapping[str, pd.DataFrame], letter: str) -> pd.DataFrame:
    accounts = tables.get("accounts", pd.DataFrame(columns=["customer_id", "account_id", "name"]))
    called = names(table["customer_id"].drop_duplicates(), accounts)
    return table.assign(
        row=[f"{letter}{number}" for number in range(1, len(table) + 1)],
        name=table["customer_id"].map(called).to_numpy(),
    )


def meaning(name: str) -> str:
    """What a column holds, for whoever fills it in."""
    known = column(name)
    return known.meaning if known else ""
