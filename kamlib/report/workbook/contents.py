"""What stands on each sheet: the tables of a run, those of a customer side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kamlib.facts.accounts import at_last_date
from kamlib.facts.customers import own_rows
from kamlib.measures.scoreboard import SHARES
from kamlib.report.index.board import MONEY
from kamlib.report.index.calls import next_actions
from kamlib.report.index.summary_facts import Tables, names
from kamlib.report.readings import receivables as on_owed
from kamlib.report.words import sentence, word
from kamlib.report.workbook.blocks import Block, Sheet
from kamlib.stats.reasons import Reason, waits_for
from kamlib.study.model import Study

ACCOUNTS = {
    "facts": ("revenue_12m", "revenue_prev_12m", "growth", "margin_12m", "order_days_12m", "last_order", "silence_days"),
    "states": ("state",),
    "scores": ("key", "rank", "score", "p_key"),
    "kaism": ("cell",),
    "rfm": ("segment",),
    "lifecycle": ("stage",),
    "churn": ("p_stopped", "p_silent"),
    "value": ("stake_horizon", "stake"),
    "receivables": ("open_amount", "overdue"),
    "policy": ("policy", "policy_values"),
}  # fmt: skip
"""Columns of the sheet of accounts by the table that they come from."""
_FIRM = ("industry", "country", "region", "size")
_SEGMENTS = {
    "rfm": ("segment", "r", "f", "m", "silence_days", "order_days", "money"),
    "abcxyz": ("abc", "xyz", "uncertain", "terms"),
    "lifecycle": ("stage",),
    "clusters": ("cluster_name",),
}
_CHANCES = ("p_stopped", "p_stopped_low", "p_stopped_high", "p_silent", "p_silent_low", "p_silent_high")
_CHURN = {
    "states": ("state",),
    "churn": (*_CHANCES, "next_from", "next_days", "next_to", "method_stopped", "method", "reason", "reason_values"),
    "value": ("stake_horizon", "stake", "remaining_value"),
}
_OWED = {
    "receivables": ("open_amount", "open_credits", "overdue", "oldest_days", "over_60_share", "disputed"),
    "payment_delays": ("payer", "terms_days", "median_late", "p_late_60"),
}
_NOBODY = pd.DataFrame({"customer_id": pd.Series(dtype=object)})
_PACK = ("ageing", "provisions", "borrowing_base", "collection", "approval_path")


def sheets_of(study: Study, tables: Tables) -> list[Sheet]:
    """The sheets that hold tables alone, in their order; a sheet whose part has no data says what it waits for."""
    found = [
        Sheet("accounts", [Block(accounts(study, tables))], waits=lacks(tables, "facts")),
        Sheet("segments", [Block(_segments(tables))], waits=lacks(tables, "rfm")),
        Sheet("churn", [Block(_churn(tables))], waits=lacks(tables, "churn")),
        Sheet("measures", _measures(study, tables), waits=lacks(tables, "scoreboard")),
        Sheet("receivables_pack", _pack(tables), waits=lacks(tables, "ageing"), notes=_notes(study, tables)),
        Sheet("receivables", [Block(_owed(tables))], waits=lacks(tables, "receivables")),
        Sheet("ledger", [Block(tables["ledger"], "ledger")] if "ledger" in tables else [], waits=lacks(tables, "ledger")),
        Sheet("cube", [Block(_named(tables, tables["customer_cube"]), "customer_cube")] if "customer_cube" in tables else [],
              waits=lacks(tables, "customer_cube")),
        Sheet("exceptions", _exceptions(tables), waits=lacks(tables, "ledger")),
    ]  # fmt: skip
    return found


def lacks(tables: Tables, name: str) -> str:
    """Why a table of the run has nothing to show, in words; '' where it has rows."""
    if name in tables and len(tables[name]):
        return ""
    told = waits_for(tables[name]) if name in tables else None
    return plain_sentence(told or Reason("sheet_waits", {"table": name}))


def plain_sentence(reason: Reason) -> str:
    """The words of a reason without the marks of a page."""
    return sentence(reason).replace("*", "")


def accounts(study: Study, tables: Tables) -> pd.DataFrame:
    """Every customer that ever bought and every prospect, the largest of 12 months first, with what each analysis says of it."""
    facts = at_last_date(tables["facts"]) if "facts" in tables else _NOBODY
    firms = own_rows(tables["accounts"]) if "accounts" in tables else pd.DataFrame()
    others = firms.index.difference(pd.Index(facts["customer_id"]), sort=True)
    everybody = pd.Series([*facts["customer_id"], *others], name="customer_id", dtype=object)
    table = _named(tables, everybody.to_frame())
    for name in (*_FIRM, *["manager"] * (study.managers == "named")):
        if name in firms:
            table[name] = table["customer_id"].map(firms[name])
    table = _joined(table, {**tables, "facts": facts}, ACCOUNTS)
    if "state" in table:
        table["state"] = table["state"].mask(table["customer_id"].isin(others), "prospect")
    table = table.rename(columns={"cell": "tier"})
    if "categories" in tables:
        kinds = tables["categories"].drop_duplicates(["customer_id", "category"])
        table["kinds"] = table["customer_id"].map(kinds.groupby("customer_id")["category"].agg(";".join))
    if "cell" in tables.get("abcxyz", ()):
        table["cell"] = table["customer_id"].map(tables["abcxyz"].set_index("customer_id")["cell"])
    table = table.merge(next_actions(tables), on="customer_id", how="left")
    if "revenue_12m" not in table:
        return table
    return table.sort_values("revenue_12m", ascending=False, kind="stable", ignore_index=True)


def _segments(tables: Tables) -> pd.DataFrame:
    own = dict(tables)
    if "clusters" in own:
        own["clusters"] = own["clusters"].rename(columns={"name": "cluster_name"})
    table = _joined(_named(tables, own.get("rfm", _NOBODY)[["customer_id"]]), own, _SEGMENTS)
    return table.sort_values("money", ascending=False, kind="stable", ignore_index=True) if "money" in table else table


def _churn(tables: Tables) -> pd.DataFrame:
    start = tables.get("churn", _NOBODY)[["customer_id"]]
    table = _joined(_named(tables, start), tables, _CHURN)
    by = "stake_horizon" if "stake_horizon" in table else "customer_id"
    return table.sort_values(by, ascending=by == "customer_id", kind="stable", ignore_index=True)


def _measures(study: Study, tables: Tables) -> list[Block]:
    if lacks(tables, "scoreboard"):
        return []
    units = (
        dict.fromkeys(SHARES, word("unit_share")) | dict.fromkeys(MONEY, study.currency) | {"nps": word("unit_points")}
    )
    rows = tables["scoreboard"].copy(deep=False)
    rows.insert(1, "unit", rows["measure"].map(units).fillna(word("unit_customers")))
    return [Block(rows, "scoreboard", mixed=("before", "now", "change", "low", "high"))]


def _owed(tables: Tables) -> pd.DataFrame:
    start = tables.get("receivables", _NOBODY)[["customer_id"]]
    return _joined(_named(tables, start), tables, _OWED)


def _pack(tables: Tables) -> list[Block]:
    found = {name: tables[name].drop(columns="order", errors="ignore") for name in _PACK if not lacks(tables, name)}
    return [Block(table, name, word(f"block_{name}")) for name, table in found.items()]


def _notes(study: Study, tables: Tables) -> list[str]:
    """What the page on risk says to the bank and the auditor: the note to paste, the provision, what can be borrowed."""
    empty, money = pd.DataFrame(columns=["customer_id", "revenue"]), study.currency
    exposure = tables.get("exposure", empty)
    called = pd.Series(names(tables), dtype=object)
    told = [
        on_owed.note_on_major_customers(exposure, called, study.as_of, money),
        on_owed.provision(tables.get("provisions", empty), money),
        on_owed.can_be_borrowed(tables.get("borrowing_base", empty), money),
    ]
    return [plain_sentence(one) for one in told if one is not None]


def _exceptions(tables: Tables) -> list[Block]:
    """What was set aside and marked, by rule; what is not known of criteria and of key accounts."""
    if lacks(tables, "ledger"):
        return []
    ledger, rules = tables["ledger"], ["table", "rule", "words"]
    aside = ledger[(ledger["action"] == "set_aside") & (ledger["rows"] > 0)].sort_values(
        "rows", ascending=False, kind="stable"
    )
    marked = ledger[(ledger["action"] == "mark") & (ledger["matched_rows"] > 0)]
    blocks = [
        Block(aside[[*rules, "rows", "amount"]], "ledger", word("block_set_aside")),
        Block(marked[[*rules, "matched_rows", "matched_amount"]], "ledger", word("block_marked")),
    ]
    if not lacks(tables, "contributions"):
        unknown = tables["contributions"].groupby("criterion", sort=False)["missing"].agg(["sum", "size"]).reset_index()
        unknown = unknown.set_axis(["criterion", "left_out", "customers"], axis=1)
        blocks.append(Block(unknown[unknown["left_out"] > 0], caption=word("block_unknown_values")))
    if not lacks(tables, "completeness"):
        gaps = _named(tables, tables["completeness"]).sort_values("completeness", kind="stable")
        blocks.append(Block(gaps, "completeness", word("block_missing_facts")))
    return [block for block in blocks if len(block.frame)]


def _named(tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` with the name of each customer behind its id."""
    found = rows.copy(deep=False)
    found.insert(1, "name", rows["customer_id"].map(names(tables)))
    return found


def _joined(rows: pd.DataFrame, tables: Tables, wanted: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """`rows` with the wanted columns of tables that have a row a customer."""
    for table, columns in wanted.items():
        if not lacks(tables, table) and (there := _there(tables[table], columns)):
            own = tables[table].drop_duplicates("customer_id")[["customer_id", *there]]
            rows = rows.merge(own, on="customer_id", how="left")
    return rows


def _there(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name in table]
