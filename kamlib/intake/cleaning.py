"""Order lines in, order lines kept and set aside out, with a ledger that adds up to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import pandas as pd

from kamlib.errors import InputError, some
from kamlib.intake import overlap, readers
from kamlib.intake.mapping import MONEY, SUM, exact, original
from kamlib.intake.rules import Rule, of_study

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kamlib.study import Study

LEDGER = ("table", "rule", "action", "words", "matched_rows", "matched_amount", "rows", "amount")
QUARANTINE = ("table", "source_file", "source_line", "reason", "date", "amount", "original")
ORDER_COLUMNS = (
    *("order_id", "account_id", "member_id", "date", "amount", "margin", "quantity", "price", "product", "category"),
    *("currency", "channel", "manager", "mark", "source_file", "source_line"),
)
_PERIOD = {"after_as_of", "before_start"}  # lines of another time are no fault of the files


@dataclass(frozen=True)
class Flagged:
    """Every order line that came, with the rules it hits (bit i of `flags` is rule i), and the unit of each account."""

    table: ir.Table
    heads: ir.Table
    rules: tuple[Rule, ...]

    @property
    def aside(self) -> int:
        """The bits of the rules that set aside."""
        return sum(1 << place for place, rule in enumerate(self.rules) if rule.action == "set_aside")

    def first(self, action: str) -> Any:
        """The name of the first rule of this action that hits, or missing."""
        import ibis

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
    heads : from `identity.units`: the unit of each known account.
    accounts_given : whether there is a table of accounts, in which an account can be missing.

    Raises
    ------
    InputError
        If the file can't be read, or the study refuses what came (currencies without any rates, credit notes).
    """
    import ibis

    rules = of_study(study)
    known = _known(con, heads)
    looked_for = any(rule.name == "overlap" for rule in rules)
    copied = overlap.copied(con, mapped, study.sources["orders"].part) if looked_for else ibis.literal(False)
    lines = _in_one_currency(mapped.mutate(copied=copied), study)
    unknown = ~lines.account_id.isin(known.member_id) if accounts_given else ibis.literal(False)
    lines = lines.mutate(unknown=unknown)
    answers = [(rule, rule.test(lines, study)) for rule in rules]
    hits = [(rule, hit.fill_null(False)) for rule, hit in answers if hit is not None]
    bits = [ibis.ifelse(hit, 1 << place, 0) for place, (_, hit) in enumerate(hits)]
    aside = reduce(or_, [hit for rule, hit in hits if rule.action == "set_aside"], ibis.literal(False))
    stored = readers.store(
        con,
        lines.select(
            *[name for name in ORDER_COLUMNS if name not in ("member_id", "mark")],
            flags=reduce(or_, bits, ibis.literal(0)).cast("int64"),
            original=ibis.ifelse(aside, original(lines), None),
        ),
    )
    flagged = Flagged(stored, known, tuple(rule for rule, _ in hits))
    _refuse(flagged, study)
    return flagged


def _known(con: Any, heads: pd.DataFrame) -> ir.Table:
    import ibis

    named = heads.rename(columns={"account_id": "unit_id"})
    schema = ibis.schema({"member_id": "string", "unit_id": "string"})
    return con.create_table(readers.name_of_its_own(), named, schema=schema, temp=True)


def _in_one_currency(lines: ir.Table, study: Study) -> ir.Table:
    """Money in the study's currency; missing where there is no rate."""
    import ibis

    here = lines.currency.isnull() | (lines.currency == study.currency)
    rates = [
        (lines.currency == code, ibis.literal(exact(rate), "decimal(18,10)")) for code, rate in study.rates.items()
    ]
    rate = ibis.cases(*rates, else_=None) if rates else ibis.null("decimal(18,10)")

    def convert(money: Any) -> Any:
        return ibis.ifelse(here, money, (money * rate).try_cast(MONEY))

    return lines.mutate(amount=convert(lines.amount), margin=convert(lines.margin))


def _refuse(flagged: Flagged, study: Study) -> None:
    """Stop where the study's policy says so."""
    table = flagged.table
    if not study.rates and "no_rate" not in study.cleaning.rules:
        foreign = table.filter(table.currency.notnull() & (table.currency != study.currency))
        if codes := sorted(foreign.currency.topk(10).to_pandas()["currency"]):
            raise InputError(
                f"the orders hold other currencies than {study.currency}, and the study gives no rates",
                column="currency",
                found=some(codes),
                remedy="Give rates in the study file, or set cleaning.rules.no_rate to set_aside.",
            )
    if study.cleaning.credit_notes == "refuse":
        kept = table.filter((table.flags & flagged.aside) == 0)
        credit = kept.filter((kept.amount < 0) | flagged_as(kept, flagged, "cancellation"))
        if count := int(credit.count().execute()):
            row = credit.order_by("source_file", "source_line").limit(1).to_pandas().iloc[0]
            raise InputError(
                f"{count:,} lines are credit notes, which cleaning.credit_notes refuses",
                file=row["source_file"],
                line=int(row["source_line"]),
                found=f"order {row['order_id']}, amount {row['amount']}",
                remedy="Set cleaning.credit_notes to net or drop.",
            )


def flagged_as(table: ir.Table, flagged: Flagged, name: str) -> Any:
    """Whether the rule `name` hits; false where the study does not use it."""
    import ibis

    for place, rule in enumerate(flagged.rules):
        if rule.name == name:
            return (table.flags & (1 << place)) != 0
    return ibis.literal(False)


def kept(flagged: Flagged) -> ir.Table:
    """The clean order lines, with the name of the first rule that marks them."""
    import ibis

    table = flagged.table.mutate(mark=flagged.first("mark"), member_id=flagged.table.account_id)
    lines = table.filter((table.flags & flagged.aside) == 0).left_join(flagged.heads, "member_id")
    return lines.mutate(account_id=ibis.coalesce(lines.unit_id, lines.member_id)).select(*ORDER_COLUMNS)


def set_aside(flagged: Flagged) -> ir.Table:
    """The quarantine: lines that were set aside, with their reason and their original text."""
    import ibis

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
    import ibis

    lines = [
        kept.select("date", "amount", reason=ibis.literal("kept", "string")),
        aside.filter(aside["table"] == "orders").select("date", "amount", "reason"),
    ]
    months = ibis.union(*lines, distinct=False).mutate(month=lambda t: t.date.truncate("M"))
    sums = months.group_by("month", "reason").agg(rows=months.count(), amount=months.amount.cast(SUM).sum())
    made = sums.to_pandas().astype({"month": "datetime64[ns]"})
    return made.sort_values(["month", "reason"], ignore_index=True)


def examples(aside: ir.Table, each: int = 1) -> pd.DataFrame:
    """The first rows of each reason in the quarantine, by table and reason."""
    import ibis

    first = ibis.window(group_by=["table", "reason"], order_by=["source_file", "source_line"])
    chosen = aside.mutate(place=ibis.row_number().over(first)).filter(lambda t: t.place < each).drop("place")
    order = ["table", "reason", "source_file", "source_line"]
    return chosen.to_pandas().sort_values(order, ignore_index=True)


def ledger(flagged: Flagged) -> pd.DataFrame:
    """What came in, what each rule hit and set aside, and what was kept: rows, and money as exact decimals.

    Returns
    -------
    DataFrame
        table, rule, action, words; matched_rows and matched_amount: all lines that the rule hits; rows and amount:
        those that are set aside for it, the first reason only. The first line is what came, the last what was kept.

    Raises
    ------
    ArithmeticError
        If what came is not what was kept plus what was set aside.
    """
    table = flagged.table
    groups = table.group_by("flags").agg(rows=table.count(), amount=table.amount.cast(SUM).sum()).to_pandas()
    sums = [(int(f), int(n), Decimal(0) if pd.isna(a) else a) for f, n, a in groups.itertuples(index=False)]

    def total(wanted: Any) -> tuple[int, Decimal]:
        chosen = [(rows, amount) for flags, rows, amount in sums if wanted(flags)]
        return sum(rows for rows, _ in chosen), sum((amount for _, amount in chosen), Decimal("0.0000"))

    came, stayed = total(lambda flags: True), total(lambda flags: not flags & flagged.aside)
    lines = [("orders", "came in", "", "order lines in the files", *came, *came)]
    before = 0
    for place, rule in enumerate(flagged.rules):
        bit = 1 << place
        matched = total(lambda flags, bit=bit: flags & bit)
        reason = (0, Decimal("0.0000"))
        if rule.action == "set_aside":
            reason = total(lambda flags, bit=bit, before=before: flags & bit and not flags & before)
            before |= bit
        lines.append(("orders", rule.name, rule.action, rule.words, *matched, *reason))
    lines.append(("orders", "kept", "", "order lines that the study counts", *stayed, *stayed))
    made = pd.DataFrame(lines, columns=list(LEDGER))
    check_sum(made)
    return made


def check_sum(made: pd.DataFrame) -> None:
    """Rows and money in = kept + set aside, in every table of a ledger, or ArithmeticError."""
    for name, lines in made.groupby("table"):
        for column in ("rows", "amount"):
            came, *aside, stayed = [0 if value is None else value for value in lines[column]]
            if came != sum(aside) + stayed:
                raise ArithmeticError(
                    f"ledger of {name}: {came} {column} came, {sum(aside) + stayed} are accounted for"
                )


def check_limits(flagged: Flagged, study: Study) -> None:
    """Stop a study of which too much was set aside.

    Lines outside the study's time are not counted: a past quarter is an ordinary run.

    Raises
    ------
    InputError
        If no line came, none is left, none is a sale, or a limit of the study is passed; shares and reasons are named.
    """
    table = flagged.table.mutate(reason=flagged.first("set_aside"))
    sums = (
        table.group_by("reason")
        .agg(rows=table.count(), amount=table.amount.cast(SUM).abs().sum(), highest=table.amount.max())
        .to_pandas()
    )
    if sums.empty:
        raise InputError(
            "no order line in the file", file=", ".join(study.sources["orders"].files), remedy="Check sources.orders."
        )
    sums["amount"] = sums["amount"].fillna(Decimal(0)).astype(float)
    sums = sums.set_index(sums.pop("reason").fillna("kept"))
    if "kept" not in sums.index:
        reasons = ", ".join(f"{reason} {rows:,}" for reason, rows in sums["rows"].sort_values(ascending=False).items())
        if set(sums.index) <= _PERIOD:
            raise InputError(
                f"no order line lies between the start of the study and as_of {study.as_of}",
                found=reasons,
                remedy="Check as_of, start and dialect.date_format.",
            )
        raise _too_much("every order line was set aside", reasons, flagged, sums["rows"].idxmax())
    if sums.loc["kept", "highest"] <= 0:
        raise InputError(
            "no order line has an amount above zero",
            file=", ".join(study.sources["orders"].files),
            found=f"{sums.loc['kept', 'rows']:,} lines, the highest amount {sums.loc['kept', 'highest']:,.2f}",
            remedy="Check the column of the amount: sales are positive, credit notes negative.",
        )
    here = sums[["rows", "amount"]].drop(index=list(_PERIOD), errors="ignore")
    shares = here / here.sum().replace(0, 1)
    for column, limit in (("rows", study.cleaning.most_rows), ("amount", study.cleaning.most_amount)):
        aside = shares[column].drop(index="kept").sort_values(ascending=False)
        if aside.sum() > limit:
            raise _too_much(
                f"{aside.sum():.1%} of the {column} of the orders would be set aside; cleaning.most_{column} allows {limit:.1%}",
                ", ".join(f"{reason} {share:.1%}" for reason, share in aside.items() if share > 0),
                flagged,
                aside.index[0],
            )


def _too_much(problem: str, found: str, flagged: Flagged, reason: str) -> InputError:
    """The error for too much set aside, with the first line of the reason that took most."""
    line: Any = examples(set_aside(flagged)).set_index("reason").loc[reason]
    return InputError(
        problem,
        file=str(line["source_file"]),
        line=int(line["source_line"]),
        found=f"{found}; first {reason}: {line['original'][:200]}",
        remedy="Mend the file, or in the study: columns, dialect (decimal, thousands, date_format), limits of cleaning.",
    )
