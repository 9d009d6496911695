"""Every table of a study from its files to clean, in one pass: read, map, clean, roll up, check."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.entities import alike_ids, groups, review
from kamlib.errors import InputError
from kamlib.intake import cleaning, different_values, ledger, reading, screen, side_tables
from kamlib.intake.mapping import Piece
from kamlib.intake.overview import Overview, overview, refuse_what_no_company_has
from kamlib.intake.shapes import accounts_from_lines
from kamlib.intake.shapes.worded_rows import with_words
from kamlib.io import duckdb_backend, engines, readers
from kamlib.io.letters import garbled
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
    seen : Overview
        The clean order lines in a few figures.
    """

    orders: ir.Table
    tables: dict[str, pd.DataFrame]
    ledger: pd.DataFrame
    quarantine: ir.Table
    heads: pd.DataFrame
    notes: list[str]
    lines: cleaning.Flagged
    seen: Overview


def collect(study: Study) -> Clean:
    """Read, map, clean and roll up every table of a study.

    Raises
    ------
    InputError
        If a file or column is missing or unreadable, nothing is left, or a limit of the study is passed: file, line,
        what was found and what to do.
    """
    con, told = readers.engine(study.engine.spill, memory=study.engine.memory), list[str]()
    frames, heads, flagged, notes = _flagged(con, study, study.sources, told)
    frames = screen.screened(con, frames)
    ledger.check_limits(flagged, study)
    orders = cleaning.kept(flagged)
    known = pd.Index(heads["account_id"]) if "accounts" in frames else None
    beside = not any(source.from_ for source in study.sources.get("accounts", ()))
    seen = overview(orders, frames.get("accounts"), beside=beside)
    refuse_what_no_company_has(seen, study, pd.Index([]) if known is None else known)
    buying = pd.Index(seen.accounts["account_id"])
    told += alike_ids.told(pd.Series(buying.union(heads["account_id"])))
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
    if (quiet := (study.as_of - seen.last).days) > _QUIET_DAYS:
        told.append(
            f"The last order line is of {seen.last}, {quiet} days before as_of {study.as_of}: if lines are missing since, every "
            "customer looks more silent than it is."
        )
    if not seen.accounts["margin"].any():
        told.append("No order line gives a margin or a cost: revenue stands in its place everywhere.")
    return Clean(orders, tables, whole, _quarantine(con, flagged, asides), heads, [*notes, *told], flagged, seen)


def clean_orders(study: Study) -> ir.Table:
    """The clean order lines of `collect` by themselves: where they lie on a server, a query on it."""
    con = readers.engine(study.engine.spill, memory=study.engine.memory)
    _, _, flagged, _ = _flagged(con, study, {"accounts"} & study.sources.keys(), [])
    return cleaning.kept(flagged)


def given_accounts(study: Study) -> pd.DataFrame:
    """The table of accounts as it came, each account once: what likely duplicates are looked for in.

    Without such a table it is the accounts of the order lines, each with its id for a name.

    Raises
    ------
    InputError
        If a table is missing or unreadable.
    """
    con = readers.engine(study.engine.spill, memory=study.engine.memory)
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        frames = _frames(con, study, {"accounts"} & study.sources.keys(), Path(scratch), [])
        if "accounts" in frames:
            return _named(frames["accounts"])
        engine = _engine(con, study)
        lines, rows = _lines(engine, study, Path(scratch), [])
        if "accounts" in study.sources:
            return _named(_of_lines(engine, study, lines, []))
        return accounts_from_lines.names(rows)


def _flagged(
    con: Any, study: Study, names: Iterable[str], told: list[str]
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, cleaning.Flagged, list[str]]:
    """The tables `names` but the orders as they came, the customer of each account, the order lines under all rules, and
    what was odd about the customers.
    """
    engine = _engine(con, study)
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        frames = _frames(con, study, names, Path(scratch), told)
        lines, rows = _lines(engine, study, Path(scratch), told)
        without = "accounts" not in frames
        if without and "accounts" in names:
            frames["accounts"] = _of_lines(engine, study, lines, told)
        named = _named(frames.get("accounts", side_tables.empty("accounts")))
        if without and study.review():  # it may speak of accounts that are first met after as_of
            named = _named(pd.concat([named, accounts_from_lines.names(rows)[["account_id"]]]))
        heads, notes = groups.group_heads(named, study.unit, review.of_study(study, named))
        flagged = cleaning.flag(engine, rows, study, heads, accounts_given="accounts" in frames)
    readers.forget(con)
    return frames, heads, flagged, notes


def _engine(con: Any, study: Study) -> Any:
    """Where the order lines are computed."""
    return con if study.embedded else engines.connect(study.engine)


def _lines(con: Any, study: Study, scratch: Path, told: list[str]) -> tuple[list[Piece], ir.Table]:
    """The order lines mapped: of each source by itself, and together, with the flag of those that do not count."""
    lines = reading.pieces(con, study, "orders", scratch, told)
    for piece in lines:
        told += garbled.told(garbled.beyond_ascii(piece.raw, piece.texts))
    if without := [piece.source.place for piece in lines if "order_id" not in piece.given]:
        if study.cleaning.cancelled:
            raise InputError(
                "cleaning.cancelled is a pattern of order ids, and no column is mapped to order_id",
                file=", ".join(without),
                remedy="Map order_id, or take the pattern out of the study.",
            )
        told.append(f"{', '.join(without)}: no column is an order id; what a customer orders on one day is one order.")
    return lines, readers.together(with_words(lines, study.cleaning, told))


def _named(accounts: pd.DataFrame) -> pd.DataFrame:
    return accounts.dropna(subset="account_id").drop_duplicates("account_id")


def _frames(con: Any, study: Study, names: Iterable[str], scratch: Path, told: list[str]) -> dict[str, pd.DataFrame]:
    """The tables `names` but the orders, and but accounts that are made from them."""
    pieces = []
    for name in names:
        if name == "orders" or any(source.from_ for source in study.sources[name]):
            continue
        for piece in reading.pieces(con, study, name, scratch, told):
            rows = different_values.fetched(piece)
            told += garbled.told(different_values.texts(piece, rows), examples=name not in screen.FREE_TEXT)
            pieces.append((piece, rows))
    found: dict[str, list[pd.DataFrame]] = {}
    for (piece, _), rows in zip(pieces, different_values.mapped(con, pieces), strict=True):
        found.setdefault(piece.name, []).append(side_tables.in_memory(rows, piece.name, study))
    return {name: pd.concat(some, ignore_index=True) if len(some) > 1 else some[0] for name, some in found.items()}


def _of_lines(con: Any, study: Study, lines: list[Piece], told: list[str]) -> pd.DataFrame:
    """The table of accounts that is made from the order lines."""
    (source,) = study.sources["accounts"]
    rows = accounts_from_lines.accounts(con, lines, source, study.as_of, told)
    return side_tables.fetch(rows, "accounts", study)


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
