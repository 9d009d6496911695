"""Every table of a study from its files to clean, in one pass: read, map, clean, roll up, check."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.entities import groups, review
from kamlib.errors import InputError
from kamlib.intake import cleaning, garbled, ledger, mapping, screen, side_tables
from kamlib.io import duckdb_backend, engines, readers
from kamlib.io.values import MONEY
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study

_QUIET_DAYS = 31


@dataclass(frozen=True)
class Clean:
    """What came of the files of a study.

    Attributes
    ----------
    orders : ibis Table
        Clean order lines, in the engine (columns: `cleaning.ORDER_COLUMNS`).
    tables : dict of DataFrame
        Every other input table by name, clean; without rows where the study has no source for it. A free text that
        looks personal is missing.
    ledger : DataFrame
        By table: what came, what each rule hit and set aside, what was kept; rows and exact money.
    quarantine : ibis Table
        The rows set aside, with table, file, line, reason, date, amount and original text.
    heads : DataFrame
        The customer (customer_id) of each account (account_id).
    notes : list of str
        What else the reader should know.
    lines : Flagged
        Every order line that came, with the rules that it hits: what `orders`, and their ledger, are made from.
    """

    orders: ir.Table
    tables: dict[str, pd.DataFrame]
    ledger: pd.DataFrame
    quarantine: ir.Table
    heads: pd.DataFrame
    notes: list[str]
    lines: cleaning.Flagged


def collect(study: Study) -> Clean:
    """Read, map, clean and roll up every table of a study.

    Raises
    ------
    InputError
        If a file or column is missing or unreadable, nothing is left, or a limit of the study is passed: file, line,
        what was found and what to do.
    """
    con, told = readers.engine(study.engine.spill, memory=study.engine.memory), list[str]()
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        frames = {name: _fetch(con, study, name, Path(scratch), told) for name in study.sources if name != "orders"}
        heads, notes = _heads(study, frames)
        engine = con if study.embedded else engines.connect(study.engine)
        raw, mapped, texts = _mapped(engine, study, "orders", Path(scratch), told)
        told += garbled.told(garbled.beyond_ascii(raw, texts))
        flagged = cleaning.flag(engine, mapped, study, heads, accounts_given="accounts" in frames)
    readers.forget(con)
    frames = screen.screened(con, frames)
    ledger.check_limits(flagged, study)
    orders = cleaning.kept(flagged)
    known_margin = orders.margin.count() > 0
    bought = orders.group_by("account_id").agg(last=orders.date.max(), margin=known_margin).to_pandas()
    buying = pd.Index(bought["account_id"])
    known = pd.Index(heads["account_id"]) if "accounts" in frames else None
    ledgers, asides, tables = [ledger.of_orders(flagged)], [], {}
    for name in INPUTS:
        if name == "orders":
            continue
        if name not in frames:
            tables[name] = side_tables.empty(name)
            continue
        table, aside, lines = side_tables.clean(name, frames[name], study, known=known, buying=buying)
        tables[name] = groups.roll_up(table, heads)
        told += screen.told(name, frames[name]["personal"])
        ledgers.append(lines)
        asides.append(aside)
    whole = pd.concat(ledgers, ignore_index=True)
    last = pd.Timestamp(bought["last"].max()).date()
    if (quiet := (study.as_of - last).days) > _QUIET_DAYS:
        told.append(
            f"The last order line is of {last}, {quiet} days before as_of {study.as_of}: if lines are missing since, every "
            "customer looks more silent than it is."
        )
    if not bought["margin"].any():
        told.append("No order line gives a margin or a cost: revenue stands in its place everywhere.")
    return Clean(orders, tables, whole, _quarantine(con, flagged, asides), heads, [*notes, *told], flagged)


def clean_orders(study: Study) -> ir.Table:
    """The clean order lines of `collect` by themselves: where they lie on a server, a query on it."""
    con = readers.engine(study.engine.spill, memory=study.engine.memory)
    engine = con if study.embedded else engines.connect(study.engine)
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        named = {"accounts"} & study.sources.keys()
        frames = {name: _fetch(con, study, name, Path(scratch), []) for name in named}
        heads, _ = _heads(study, frames)
        _, mapped, _ = _mapped(engine, study, "orders", Path(scratch), [])
        flagged = cleaning.flag(engine, mapped, study, heads, accounts_given=bool(named))
    readers.forget(con)
    return cleaning.kept(flagged)


def _heads(study: Study, frames: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[str]]:
    named = _named(frames.get("accounts", side_tables.empty("accounts")))
    return groups.group_heads(named, study.unit, review.of_study(study, named))


def given_accounts(study: Study) -> pd.DataFrame:
    """The table of accounts as it came, each account once: what likely duplicates are looked for in.

    Raises
    ------
    InputError
        If the study has no such table, or it is missing or unreadable.
    """
    if "accounts" not in study.sources:
        raise InputError("the study has no table 'accounts'", remedy="Add it to sources, with account_id and name.")
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        return _named(_fetch(readers.engine(), study, "accounts", Path(scratch), []))


def _named(accounts: pd.DataFrame) -> pd.DataFrame:
    return accounts.dropna(subset="account_id").drop_duplicates("account_id")


def _mapped(con: Any, study: Study, name: str, scratch: Path, told: list[str]) -> tuple[ir.Table, ir.Table, list[str]]:
    """A table as it came, the same mapped, and the raw columns of its texts."""
    source = study.sources[name]
    if con.name == "duckdb":
        raw = readers.read(con, source, study.paths(name), scratch, told)
    else:
        raw = engines.orders(con, study.there())
    raw, source, refused = screen.without_refused(raw, name, source)
    told += refused
    given = mapping.columns(raw, name, source)
    texts = [given[c.name] for c in INPUTS[name].columns if c.type == "text" and not c.choices and c.name in given]
    texts = [text for text in dict.fromkeys(texts) if raw[text].type().is_string()]
    return raw, mapping.mapped(raw, name, source), texts


def _fetch(con: Any, study: Study, name: str, scratch: Path, told: list[str]) -> pd.DataFrame:
    _, mapped, texts = _mapped(con, study, name, scratch, told)
    frame, beyond_ascii = side_tables.fetch(mapped, name, texts)
    told += garbled.told(beyond_ascii, examples=name not in screen.FREE_TEXT)
    return frame


def _quarantine(con: Any, flagged: Any, asides: list[pd.DataFrame]) -> ir.Table:
    """The rows set aside of all tables, as one table in the engine."""
    orders = cleaning.set_aside(flagged)
    if ibis.get_backend(orders) is not con:
        orders = duckdb_backend.brought(con, orders)
    rest = [aside for aside in asides if len(aside)]
    if not rest:
        return orders
    kinds = ibis.schema({name: kind.copy(nullable=True) for name, kind in orders.schema().items()} | {"amount": MONEY})
    other = screen.quarantined(con, pd.concat(rest, ignore_index=True))
    other["date"] = pd.to_datetime(other["date"]).dt.date
    rows = pa.Table.from_pandas(other, schema=kinds.to_pyarrow(), preserve_index=False)
    return orders.union(con.create_table(readers.name_of_its_own(), rows, temp=True))
