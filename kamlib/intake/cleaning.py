"""Order lines in, order lines kept and set aside out, with a ledger that adds up to the cent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.intake import cancellations, overlapping_files
from kamlib.intake.mapping import original
from kamlib.intake.rules import Rule, hits, of_study, repaired
from kamlib.io import engines
from kamlib.io.values import MONEY, SUM, WIDE, as_rate, fitting
from kamlib.stats.reasons import waiting
from kamlib.study.model import Study
from kamlib.study.periods import year_labels

QUARANTINE = ("table", "source_file", "source_line", "reason", "date", "amount", "original")
ORDER_COLUMNS = (
    *("order_id", "customer_id", "account_id", "date", "amount", "margin", "quantity", "price", "product", "category"),
    *("currency", "channel", "manager", "mark", "cancelled_on", "source_file", "source_line"),
)
_TOLD_LATER = ("mark", "cancelled_on")  # they rest on other lines, or on all rules


@dataclass(frozen=True)
class Flagged:
    """Every order line that came, with its customer and the rules it hits (bit i of `flags` is rule i); `came`: before repairs."""

    table: ir.Table
    rules: tuple[Rule, ...]

    @cached_property
    def sums(self) -> pd.DataFrame:
        """By the flags of the lines: rows, exact money (amount, came, size: the amount without its sign), highest amount."""
        amount = self.table.amount
        came = self.table.came if "came" in self.table.columns else amount
        money = {"amount": amount, "came": came, "size": amount.abs()}
        sums = {name: values.cast(SUM).sum() for name, values in money.items()}
        groups = self.table.group_by("flags").agg(rows=self.table.count(), **sums, highest=amount.max())
        made: pd.DataFrame = groups.to_pyarrow().to_pandas()  # else sums of PostgreSQL pass through floats
        made = made.fillna(dict.fromkeys(money, Decimal(0)))
        return made

    @property
    def aside(self) -> int:
        """The bits of the rules that set aside."""
        return sum(1 << place for place, rule in enumerate(self.rules) if rule.action == "set_aside")

    def under(self, study: Study) -> Flagged:
        """The same lines under the actions of a study that differs in its policy about credit notes alone; nothing is read.

        Raises
        ------
        InputError
            If the policy refuses what came.
        """
        actions = {rule.name: rule.action for rule in of_study(study)}
        made = replace(self, rules=tuple(replace(rule, action=actions[rule.name]) for rule in self.rules))
        vars(made)["sums"] = self.sums  # actions do not change them
        _refuse_credit_notes(made, study)
        return made

    def first(self, action: str) -> Any:
        """The name of the first rule of this action that hits, or missing."""
        hits = [
            ((self.table.flags & (1 << place)) != 0, rule.name)
            for place, rule in enumerate(self.rules)
            if rule.action == action
        ]
        return ibis.cases(*hits, else_=None) if hits else ibis.null("string")


def flag(con: Any, mapped: ir.Table, study: Study, heads: pd.DataFrame, *, accounts_given: bool) -> Flagged:
    """Put every rule to every mapped order line and keep the answer in the engine: the one pass over the files.

    Amounts in another currency are converted by the study's rates (one unit of it in the study's currency), exactly.

    Parameters
    ----------
    con : Ibis backend from `readers.engine`.
    mapped : from `mapping.mapped`.
    heads : from `groups.group_heads`: the unit of each known account.
    accounts_given : whether there is a table of accounts, in which an account can be missing.

    Raises
    ------
    InputError
        If the file can't be read, or the study refuses what came (currencies without any rates, credit notes).
    """
    rules = of_study(study)
    known = engines.small(con, {"account_id": heads["account_id"], "customer_id": heads["customer_id"]})
    several = study.sources["orders"]
    looked_for = any(rule.name == "overlap" for rule in rules)
    looked_for = looked_for and overlapping_files.possible(several, len(study.paths("orders")))
    copied = overlapping_files.copied(con, mapped, several) if looked_for else ibis.literal(False)
    lines = _in_one_currency(repaired(mapped.mutate(copied=copied), rules, study), study)
    lines = lines.left_join(known, "account_id").drop("account_id_right")
    unknown = lines.account_id.notnull() & lines.customer_id.isnull() if accounts_given else ibis.literal(False)
    lines = lines.mutate(customer_id=ibis.coalesce(lines.customer_id, lines.account_id), unknown=unknown)
    answers = [(rule, hit) for rule in rules if (hit := hits(rule, lines, study)) is not None]
    applied = [rule for rule, _ in answers]
    bits = [ibis.ifelse(hit, 1 << place, 0) for place, (rule, hit) in enumerate(answers) if not rule.across]
    lines = lines.mutate(flags=reduce(or_, bits, ibis.literal(0)).cast("int64"))
    sure = [1 << place for place, (rule, _) in enumerate(answers) if rule.action == "set_aside" and not rule.across]
    perhaps = [hit for rule, hit in answers if rule.action == "set_aside" and rule.across]
    aside = reduce(or_, perhaps, (lines.flags & sum(sure)) != 0)
    stored = engines.store(
        con,
        lines.select(
            *[name for name in ORDER_COLUMNS if name not in _TOLD_LATER],
            *[name for name in ("flags", "row") if name in lines.columns],
            cancelled_on=ibis.null("date"),
            original=ibis.ifelse(aside, original(lines), None),
            **cancellations.columns(lines, study),
            **({"came": lines.came} if "came" in lines.columns else {}),
        ),
    )
    flagged = Flagged(cancellations.settle(con, stored, applied, study), tuple(applied))
    _refuse_currencies(flagged, study)
    _refuse_credit_notes(flagged, study)
    return flagged


def _in_one_currency(lines: ir.Table, study: Study) -> ir.Table:
    """Money in the study's currency, exactly; missing where there is no rate."""
    here = lines.currency.isnull() | (lines.currency == study.currency)

    def convert(money: Any) -> Any:
        there = [(code, fitting(money.cast(WIDE) * as_rate(one), MONEY)) for code, one in study.rates.items()]
        return ibis.cases((here, money), *[(lines.currency == code, value) for code, value in there], else_=None)

    money = [name for name in ("amount", "margin", "came") if name in lines.columns]
    return lines.mutate(**{name: convert(lines[name]) for name in money})


def _refuse_currencies(flagged: Flagged, study: Study) -> None:
    table = flagged.table.filter(flagged.table.date.notnull())  # a total, and the names once more, say nothing
    if not study.rates and "no_rate" not in study.cleaning.rules:
        foreign = table.filter(table.currency.notnull() & (table.currency != study.currency))
        if codes := sorted(foreign.currency.topk(10).to_pandas()["currency"]):
            raise InputError(
                f"the orders hold other currencies than {study.currency}, and the study gives no rates",
                column="currency",
                found=some(codes),
                remedy="Give rates in the study file, or set cleaning.rules.no_rate to set_aside.",
            )


def _refuse_credit_notes(flagged: Flagged, study: Study) -> None:
    table = flagged.table
    if study.cleaning.credit_notes == "refuse":
        kept = table.filter((table.flags & flagged.aside) == 0)
        credit = kept.filter((kept.amount < 0) | flagged_as(kept, flagged, "cancellation"))
        if count := int(credit.count().execute()):
            row = credit.order_by("source_file", "source_line").limit(1).to_pandas().iloc[0]
            raise InputError(
                f"{count:,} lines are credit notes, which cleaning.credit_notes refuses",
                file=row["source_file"],
                line=None if pd.isna(row["source_line"]) else int(row["source_line"]),
                found=f"order {row['order_id']}, amount {row['amount']}",
                remedy="Set cleaning.credit_notes to net or drop.",
            )


def flagged_as(table: ir.Table, flagged: Flagged, name: str) -> Any:
    """Whether the rule `name` hits; false where the study does not use it."""
    for place, rule in enumerate(flagged.rules):
        if rule.name == name:
            return (table.flags & (1 << place)) != 0
    return ibis.literal(False)


def kept(flagged: Flagged) -> ir.Table:
    """The clean order lines, with the name of the first rule that marks them."""
    table = flagged.table.mutate(mark=flagged.first("mark"))
    return table.filter((table.flags & flagged.aside) == 0).select(*ORDER_COLUMNS)


def set_aside(flagged: Flagged) -> ir.Table:
    """The quarantine: lines that were set aside, with their reason and their original text."""
    table = flagged.table.mutate(table=ibis.literal("orders", "string"), reason=flagged.first("set_aside"))
    return table.filter((table.flags & flagged.aside) != 0).select(*QUARANTINE)


def by_month(kept: ir.Table, aside: ir.Table) -> pd.DataFrame:
    """Order lines kept and set aside, by the month of their date and by reason.

    Parameters
    ----------
    kept : the clean order lines.
    aside : the quarantine; only its lines of orders count.

    Returns
    -------
    DataFrame
        month (its first day; missing where the date could not be read), reason ("kept" for the lines kept), rows,
        amount (exact decimals), sorted by both.
    """
    parts = []
    for lines in (kept.mutate(reason=ibis.literal("kept", "string")), aside.filter(aside["table"] == "orders")):
        lines = lines.select("amount", "reason", month=lines.date.truncate("M"))
        sums = lines.group_by("month", "reason").agg(rows=lines.count(), amount=lines.amount.cast(SUM).sum())
        parts.append(sums.to_pyarrow().to_pandas().astype({"month": "datetime64[ns]"}))
    made: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return made.sort_values(["month", "reason"], ignore_index=True)


def by_year(monthly: pd.DataFrame, measure: str, year_begins: int = 1) -> pd.DataFrame:
    """The rows, or the amount, of `by_month` in a cross table: a row a reason, a column a year that begins in the month
    `year_begins`, "no date" where it could not be read.
    """
    year = year_labels(monthly["month"], year_begins).fillna("no date")
    table = monthly.assign(year=year, amount=monthly["amount"].astype(float))
    return table.pivot_table(values=measure, index="reason", columns="year", aggfunc="sum", fill_value=0)


def share_aside(monthly: pd.DataFrame) -> pd.Series:
    """The share of the order lines of each month that were set aside, of months with lines kept; index month."""
    kept_rows = monthly[monthly["reason"] == "kept"].set_index("month")["rows"]
    return (1 - kept_rows / monthly.groupby("month")["rows"].sum()).dropna().rename("share_aside")


def period(orders: ir.Table) -> tuple[date, date]:
    """The first and the last day of the clean order lines."""
    days = orders.aggregate(first=orders.date.min(), last=orders.date.max()).to_pyarrow().to_pylist()[0]
    return days["first"], days["last"]


def examples(aside: ir.Table, each: int = 1, width: int | None = None) -> pd.DataFrame:
    """The first rows of each reason in the quarantine, by table and reason; of the original text at most `width` characters.

    Empty where nothing was set aside.
    """
    first = ibis.window(group_by=["table", "reason"], order_by=["source_file", "source_line"])
    chosen = aside.mutate(place=ibis.row_number().over(first)).filter(lambda t: t.place < each).drop("place")
    order = ["table", "reason", "source_file", "source_line"]
    made: pd.DataFrame = chosen.to_pandas()
    if made.empty:
        return waiting(list(made.columns), "nothing_set_aside")
    made["original"] = made["original"].str.slice(0, width)
    return made.sort_values(order, ignore_index=True)
