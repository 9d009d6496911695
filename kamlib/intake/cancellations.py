"""What order lines tell only together: days that stand alone, repeated keys, cancellations and what they cancel, returns of goods never bought.

Works on the lines stored in the engine: the files are not read again, and where no unit and no money came back it costs
a look at two columns. Each rule looks only at lines that no rule before it sets aside, those before the start of the
study excepted: what was bought then can be given back now.
"""

from __future__ import annotations

from datetime import date
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.intake.mapping import RAW
from kamlib.intake.rules import LONE_YEARS, Rule, cancelled, negative
from kamlib.io import engines
from kamlib.io.values import SUM, as_text, fitting, trimmed
from kamlib.stats.reasons import waiting
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study

OUTCOMES = (
    "cancelled_pair",
    "cancellation",
    "cancellation_without_order",
    "return_without_purchase",
)  # the first two are matched
_FEW = 0.05  # of the lines
_BACK = ("return_without_purchase", "cancellation_without_order", "cancelled_pair")
_ORDER = ("date", "back", "order_id", "source_file", "source_line", "row")  # purchases before what comes back


def columns(lines: ir.Table, study: Study) -> dict[str, Any]:
    """What the stored lines need besides their own columns: the key, where the study names one.

    Raises
    ------
    InputError
        If a column of the key is not there.
    """
    if not study.cleaning.key:
        return {}
    mapped = {ours for source in study.sources["orders"] for ours in source.columns}
    if absent := [name for name in study.cleaning.key if name not in mapped and RAW + name not in lines.columns]:
        there = [name.removeprefix(RAW) for name in lines.columns if name.startswith(RAW)]
        raise InputError(f"cleaning.key names {some(absent)}, which the orders do not have", found=some(there, 40))
    cells = [
        trimmed(as_text(lines[name if name in INPUTS["orders"].names else RAW + name])) for name in study.cleaning.key
    ]
    return {"key": reduce(lambda key, cell: key + "\x1f" + cell, cells)}  # missing where one of them is


def settle(con: Any, stored: ir.Table, rules: list[Rule], study: Study) -> ir.Table:
    """The lines with the flags of the rules across lines too; the embedded engine puts them in place.

    Parameters
    ----------
    con : Ibis backend.
    stored : the lines with `cleaning.ORDER_COLUMNS` but mark (none cancelled yet), `flags`, and what `columns` gave.
    rules : those that apply, in the order of their bits.
    """
    wanted = {rule.name: place for place, rule in enumerate(rules) if rule.across}
    if "lone_day" in wanted and (began := _began(_seen(stored, rules, wanted["lone_day"]))):
        lone = _numbered(stored).filter(lambda t: t.date < began).select("row")
        stored = _put(con, stored, {wanted["lone_day"]: lone})
    if "repeated_key" in wanted:
        place = wanted["repeated_key"]
        stored = _put(con, stored, {place: repeated(_seen(_numbered(stored), rules, place))})
    if places := {name: wanted[name] for name in _BACK if name in wanted}:
        seen = _seen(_numbered(stored), rules, min(places.values()))
        if seen.filter(negative(seen, study)).limit(1).to_pyarrow().num_rows:
            found = returned(con, seen, study)
            stored = _put(con, stored, {place: found[name] for name, place in places.items()})
    return stored


def _began(lines: ir.Table) -> date | None:
    """The first day of the year in which the records begin, where a few lines stand `LONE_YEARS` and more before; else None."""
    years = lines.select(year=lines.date.year()).drop_null().group_by("year").agg(lines=ibis._.count())
    counts = years.to_pyarrow().to_pandas().set_index("year")["lines"].sort_index()
    gap = counts.index.to_series().diff() > LONE_YEARS
    before = counts.cumsum().shift(fill_value=0)
    starts = counts.index[gap & (before <= _FEW * counts.sum())]
    return date(int(starts[-1]), 1, 1) if len(starts) else None


def _numbered(stored: ir.Table) -> ir.Table:
    """The lines with a `row` that tells each apart: tables of a server bring one along."""
    return stored if "row" in stored.columns else stored.mutate(row=stored.rowid())


def _seen(lines: ir.Table, rules: list[Rule], place: int) -> ir.Table:
    gone = [
        1 << at for at, rule in enumerate(rules[:place]) if rule.action == "set_aside" and rule.name != "before_start"
    ]
    return lines.filter((lines.flags & sum(gone)) == 0)


def _put(con: Any, stored: ir.Table, found: dict[int, ir.Table]) -> ir.Table:
    """The lines with the bit of each place set for the rows found, and the day on which a found one was cancelled."""
    parts = [
        rows.select(
            "row", bit=ibis.literal(1 << place, "int64"), day=rows.day if "day" in rows.columns else ibis.null("date")
        )
        for place, rows in found.items()
    ]
    every = ibis.union(*parts, distinct=True) if len(parts) > 1 else parts[0]
    bits = engines.store(con, every.group_by("row").agg(bits=every.bit.sum().cast("int64"), day=every.day.max()))
    if con.name != "duckdb":
        both = stored.left_join(bits, "row")
        both = both.mutate(flags=both.flags | both.bits.fill_null(0), cancelled_on=both.cancelled_on.coalesce(both.day))
        return engines.store(con, both.select(*stored.columns))
    con.raw_sql(
        f"UPDATE {stored.get_name()} AS lines SET flags = lines.flags | found.bits, "
        f"cancelled_on = coalesce(lines.cancelled_on, found.day) "
        f"FROM {bits.get_name()} AS found WHERE lines.rowid = found.row"
    )
    return stored


def repeated(lines: ir.Table) -> ir.Table:
    """The rows whose key stands in an earlier line already, by file and line; lines without a whole key have none."""
    keys = lines.group_by("key").agg(times=lines.count())
    several = lines.semi_join(keys.filter((keys.times > 1) & keys.key.notnull()), "key")
    within = ibis.window(group_by="key", order_by=["source_file", "source_line"])
    return several.mutate(copy=ibis.row_number().over(within)).filter(lambda t: t.copy > 0).select("row")


def returned(con: Any, lines: ir.Table, study: Study) -> dict[str, ir.Table]:
    """The rows that the rules about what came back hit, by the name of the rule.

    A cancellation is matched to the last line before it, on its own day or earlier (on one day by order id), of the same
    account and product with the opposite quantity and amount, that no other cancellation took. One that finds none takes back part of a line
    when the account bought as many units of the product in one line before (where product or quantity is missing:
    for as much money); if not, it is without an order. More comes back than was bought where the units of the product
    (or the account's money), summed day by day, fall below zero; what was missing then is not asked for twice.

    Parameters
    ----------
    con : Ibis backend.
    lines : the lines to look at, each with its `row`.
    """
    bare = lines.mutate(
        back=negative(lines, study),
        known=lines["product"].notnull() & lines.quantity.notnull(),
        article=lines["product"].fill_null(""),
        units=fitting(lines.quantity, SUM).fill_null(0),
    ).select("row", "order_id", "account_id", "article", "date", "units", "amount", "known", "back", "source_file", "source_line")  # fmt: skip
    back = bare.filter(bare.back)
    by_product = engines.store(con, bare.semi_join(back, ["account_id", "article"]))
    by_account = engines.store(con, bare.semi_join(back.filter(~back.known), "account_id"))
    takes = cancelled(by_product, study)
    pool = by_product.mutate(
        takes=(takes if takes is not None else ibis.literal(False)) & by_product.back & (by_product.amount <= 0)
    )
    pairs = engines.store(con, matched(pool))
    both = pairs.select("row", day=ibis.null("date")).union(pairs.select(row=pairs.order_row, day=pairs.day))
    beyond, alone = [], []
    for table, known, group, measure in (
        (by_product, True, ["account_id", "article"], "units"),
        (by_account, False, ["account_id"], "amount"),
    ):
        own = table.filter(table.known) if known else table
        sums = _balanced(own.mutate(size=own[measure].cast(SUM)), group)
        beyond.append(sums.filter(sums.back & (sums.known == known) & (sums.before + sums.size < 0)).select("row"))
        free = own.anti_join(both, "row")
        so_far = ibis.cumulative_window(group_by=group, order_by=list(_ORDER))
        most = free.mutate(size=free[measure].cast(SUM))
        most = most.mutate(largest=ibis.ifelse(most.back, 0, most.size).max().over(so_far))
        alone.append(most.filter(most.back & (most.known == known) & (most.largest + most.size < 0)).select("row"))
    takers = pool.filter(pool.takes).select("row")
    return {
        "return_without_purchase": beyond[0].union(beyond[1]),
        "cancellation_without_order": alone[0].union(alone[1]).semi_join(takers, "row"),
        "cancelled_pair": both,
    }


def matched(pool: ir.Table) -> ir.Table:
    """Each matched cancellation, its day and the line that it takes back whole: row, day, order_row.

    Lines of one account, product, quantity and amount are brackets: a purchase opens, a cancellation closes the last
    one that is open. Both have the same depth, and at one depth they stand in turns.
    """
    group = ["account_id", "article", "units", "amount"]
    lines = pool.filter(pool.takes | (~pool.back & (pool.amount >= 0)))
    lines = lines.mutate(units=lines.units.abs(), amount=lines.amount.abs())
    lines = lines.semi_join(lines.filter(lines.takes), group)
    lines = _balanced(lines.mutate(size=ibis.ifelse(lines.takes, -1, 1)), group)
    lines = lines.mutate(depth=ibis.ifelse(lines.takes, lines.before, lines.left)).filter(lambda t: t.depth > 0)
    turns = ibis.window(group_by=[*group, "depth"], order_by=list(_ORDER))
    return (
        lines.mutate(order_row=lines.row.lag().over(turns)).filter(lines.takes).select("row", "order_row", day="date")
    )


def _balanced(lines: ir.Table, group: list[str]) -> ir.Table:
    """The sizes summed up line by line, what falls below zero forgotten: `before` and `left` after each line."""
    so_far = ibis.cumulative_window(group_by=group, order_by=list(_ORDER))
    sums = lines.mutate(total=lines["size"].sum().over(so_far))
    sums = sums.mutate(left=sums.total - ibis.least(sums.total.min().over(so_far), 0))
    ordered = ibis.window(group_by=group, order_by=list(_ORDER))
    return sums.mutate(before=sums.left.lag().over(ordered).fill_null(0))


def by_month(kept: ir.Table) -> pd.DataFrame:
    """What came back, by the month it came back in and by what it was matched to.

    Parameters
    ----------
    kept : the clean order lines, with their marks.

    Returns
    -------
    DataFrame
        month (its first day), outcome (one of `OUTCOMES`), rows, amount (exact decimals, below zero), sorted by both;
        the lines that a cancellation takes back are not counted again.
    """
    back = kept.filter(kept.mark.isin(OUTCOMES) & (kept.amount < 0))
    back = back.mutate(month=back.date.truncate("M"), outcome=back.mark)
    sums = back.group_by("month", "outcome").agg(rows=back.count(), amount=back.amount.cast(SUM).sum())
    made: pd.DataFrame = sums.to_pyarrow().to_pandas()
    return made.astype({"month": "datetime64[ns]"}).sort_values(["month", "outcome"], ignore_index=True)


def by_outcome(monthly: pd.DataFrame) -> pd.DataFrame:
    """What came back in all, by what it was matched to.

    Parameters
    ----------
    monthly : from `by_month`.

    Returns
    -------
    DataFrame, a row for each of `OUTCOMES`
        outcome and outcome_values (a code, ``outcome_`` and its name), lines, money_back (exact decimals, below zero). Empty where nothing came back.
    """
    names = ["outcome", "outcome_values", "lines", "money_back"]
    if monthly.empty:
        return waiting(names, "nothing_came_back")
    sums = monthly.groupby("outcome")[["rows", "amount"]].sum().reindex(list(OUTCOMES)).fillna(0)
    made = sums.astype({"rows": int}).set_axis(names[2:], axis=1).add_prefix("outcome_", axis=0).reset_index()
    made.insert(1, "outcome_values", "{}")
    return made
