"""The user's files in, clean tables out, and nothing lost: what was set aside is in the quarantine, with its reason.

``collect(study)`` does all of it. Its steps are public, so that a notebook can show each: `readers.read`,
`mapping.mapped`, `cleaning.flag`, `ledger.of_orders`, `identity.units`, `records.clean`.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from kamlib.study import Study

_QUIET_DAYS = 31


@dataclass(frozen=True)
class Clean:
    """What came of the files of a study.

    Attributes
    ----------
    orders : ibis Table
        Clean order lines, in the engine (columns: `cleaning.ORDER_COLUMNS`).
    tables : dict of DataFrame
        Every other input table by name, clean; without rows where the study has no source for it.
    ledger : DataFrame
        By table: what came, what each rule hit and set aside, what was kept; rows and exact money.
    quarantine : ibis Table
        The rows set aside, with table, file, line, reason, date, amount and original text.
    heads : DataFrame
        The unit (account_id) of each account (member_id).
    notes : list of str
        What else the reader should know.
    """

    orders: ir.Table
    tables: dict[str, pd.DataFrame]
    ledger: pd.DataFrame
    quarantine: ir.Table
    heads: pd.DataFrame
    notes: list[str]


def collect(study: Study) -> Clean:
    """Read, map, clean and roll up every table of a study.

    Raises
    ------
    InputError
        If a file or column is missing or unreadable, nothing is left, or a limit of the study is passed: file, line,
        what was found and what to do.
    """
    import pandas as pd

    from kamlib.intake import cleaning, identity, ledger, readers, records
    from kamlib.intake.schema import check
    from kamlib.tables import INPUTS

    con = readers.engine()
    with tempfile.TemporaryDirectory(prefix="kam-") as scratch:
        frames = {name: _fetch(con, study, name, Path(scratch)) for name in study.sources if name != "orders"}
        accounts = frames.get("accounts", records.empty("accounts"))
        named = accounts.dropna(subset="account_id").drop_duplicates("account_id")
        heads, notes = identity.units(named, study.unit)
        flagged = cleaning.flag(
            con, _mapped(con, study, "orders", Path(scratch)), study, heads, accounts_given="accounts" in frames
        )
    ledger.check_limits(flagged, study)
    orders = cleaning.kept(flagged)
    buying = pd.Index(orders.select("member_id").distinct().to_pandas()["member_id"])
    known = pd.Index(heads["member_id"]) if "accounts" in frames else None
    ledgers, asides, tables = [ledger.of_orders(flagged)], [], {}
    for name in INPUTS:
        if name == "orders":
            continue
        if name not in frames:
            tables[name] = records.empty(name)
            continue
        table, aside, lines = records.clean(name, frames[name], study, known=known, buying=buying)
        accounts_in = [column for column in ("account_id", "referred_account_id") if column in table]
        tables[name] = check(name, identity.roll_up(table, heads, accounts_in))
        ledgers.append(lines)
        asides.append(aside)
    whole = pd.concat(ledgers, ignore_index=True)
    last = orders.date.max().to_pyarrow().as_py()
    if (quiet := (study.as_of - last).days) > _QUIET_DAYS:
        notes.append(
            f"The last order line is of {last}, {quiet} days before as_of {study.as_of}: if lines are missing since, every "
            "customer looks more silent than it is."
        )
    if not orders.margin.notnull().any().execute():
        notes.append("No order line gives a margin or a cost: revenue stands in its place everywhere.")
    return Clean(orders, tables, whole, _quarantine(con, flagged, asides), heads, notes)


def _mapped(con: Any, study: Study, name: str, scratch: Path) -> ir.Table:
    from kamlib.intake import mapping, readers

    source = study.sources[name]
    return mapping.mapped(readers.read(con, source, study.paths(name), scratch), name, source)


def _fetch(con: Any, study: Study, name: str, scratch: Path) -> pd.DataFrame:
    from kamlib.intake import records

    return records.fetch(_mapped(con, study, name, scratch), name)


def _quarantine(con: Any, flagged: Any, asides: list[pd.DataFrame]) -> ir.Table:
    """The rows set aside of all tables, as one table in the engine."""
    import ibis
    import pandas as pd

    from kamlib.intake import cleaning, readers
    from kamlib.intake.values import MONEY

    orders = cleaning.set_aside(flagged)
    rest = [aside for aside in asides if len(aside)]
    if not rest:
        return orders
    kinds = ibis.schema({name: kind.copy(nullable=True) for name, kind in orders.schema().items()} | {"amount": MONEY})
    other = pd.concat(rest, ignore_index=True)
    other["date"] = pd.to_datetime(other["date"]).dt.date
    stored = con.create_table(readers.name_of_its_own(), ibis.memtable(other, schema=kinds), temp=True)
    return orders.union(stored)
