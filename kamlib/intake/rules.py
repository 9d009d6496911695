"""The rules of cleaning order lines, as data: a name, a sentence, a test and what is done with the lines it hits.

The first rule that sets a line aside is its reason, the first that marks it its mark. The study may give any another action (`cleaning.rules`).

Two rules can repair, because what they mend has one reading only: a currency written otherwise than its code, and
(when the study says so) a cancellation without its minus. An amount or a date is never guessed: a guess that is wrong
can't be seen afterwards. What a repair does to the money stands in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from kamlib.errors import InputError, some
from kamlib.intake.sheet_rows import empty_row, repeated_header, total_row
from kamlib.io import currencies
from kamlib.io.duckdb_backend import check_pattern
from kamlib.io.values import NO_DAYS
from kamlib.study.model import Study
from kamlib.study.settings.parts import Action

Test = Callable[[ir.Table, Study], Any]
Repair = Callable[[ir.Table, Study], dict[str, Any]]
MENDED = "mended:"
LONE_YEARS = 5


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes
    ----------
    test :
        Gives a flag for each line of the mapped table, or None where the rule does not apply.
    repair :
        For the rules that can: the new values of a line that is hit, by column.
    across :
        Whether other lines decide: then `test` says which lines it may hit, and `cancellations` finds those that it does.
    """

    name: str
    words: str
    action: Action
    test: Test
    repair: Repair | None = None
    across: bool = False


def _test_row(t: ir.Table, study: Study) -> Any:
    if not study.cleaning.tests:
        return None
    cells = (t.order_id, t.account_id, t["product"])
    return reduce(or_, [cell.re_search(study.cleaning.tests).fill_null(False) for cell in cells])


def _code(t: ir.Table, study: Study) -> Any:
    """The code of each line's currency, by its sign or word; any other text stays, in capitals."""
    return t.currency.upper().replace(".", "").substitute(currencies.codes(study.currency, study.rates))


def _misspelt(t: ir.Table, study: Study) -> Any:
    code = _code(t, study)
    return ibis.ifelse(_rated(t, study), False, (t.currency != code) & code.re_search("^[A-Z]{3}$"))


def _rated(t: ir.Table, study: Study) -> Any:
    return t.currency.isnull() | t.currency.isin([study.currency, *study.rates])


def cancelled(t: ir.Table, study: Study) -> Any:
    """Whether the order is a cancellation by its id; None where the study gives no pattern."""
    return t.order_id.re_search(study.cleaning.cancelled) if study.cleaning.cancelled else None


def negative(t: ir.Table, study: Study) -> Any:
    """Units that came back; where the line gives none, an amount below zero."""
    return t.quantity.fill_null(t.amount.cast("float64")) < 0


def _not_cancelled(t: ir.Table, study: Study) -> Any:
    return negative(t, study) & ~cancelled(t, study).fill_null(False) if study.cleaning.cancelled else None


ORDERS: tuple[Rule, ...] = (
    Rule("empty_row", "the row is empty", "set_aside", empty_row),
    Rule("repeated_header", "the line repeats the names of the columns", "set_aside", repeated_header),
    Rule("total_row", "the line is a total or a subtotal, no order", "set_aside", total_row),
    Rule("broken_line", "the line of the file has too few or too many cells", "set_aside", lambda t, s: t.broken),
    Rule(
        "not_counted",
        "the line has none of the words of the lines that count",
        "set_aside",
        lambda t, s: t.not_counted if s.cleaning.only else None,
    ),
    Rule("after_as_of", "the line is later than the date of the study", "set_aside", lambda t, s: t.date > s.as_of),
    Rule(
        "before_start",
        "the line is earlier than the study begins",
        "set_aside",
        lambda t, s: t.date < s.start if s.start else None,
    ),
    Rule(
        "lone_day",
        "the line is five years and more before all but a few: no beginning of the records",
        "set_aside",
        lambda t, s: t.date < s.as_of.replace(year=s.as_of.year - LONE_YEARS, day=1),
        across=True,
    ),
    Rule("no_account", "the line names no account", "set_aside", lambda t, s: t.account_id.isnull()),
    Rule(
        "bad_amount",
        "the amount is missing or is no number",
        "set_aside",
        lambda t, s: t.amount.isnull() & _rated(t, s),
    ),
    Rule(
        "bad_date", "the date is missing or is no day", "set_aside", lambda t, s: t.date.isnull() | t.date.isin(NO_DAYS)
    ),
    Rule("overlap", "the line stands already in an earlier file or part", "set_aside", lambda t, s: t.copied),
    Rule("test_row", "the order, the account or the product is a test", "set_aside", _test_row),
    Rule(
        "not_goods",
        "the product is a service or a fee, no goods",
        "set_aside",
        lambda t, s: t["product"].re_search(s.cleaning.not_goods) if s.cleaning.not_goods else None,
    ),
    Rule("no_rate", "the line is in a currency without a rate", "set_aside", lambda t, s: ~_rated(t, s)),
    Rule(
        "repeated_key",
        "an earlier line has the same key",
        "set_aside",
        lambda t, s: ibis.literal(True) if s.cleaning.key else None,
        across=True,
    ),
    Rule(
        "currency_spelling",
        "the currency is written otherwise than its code, and is read as the code",
        "repair",
        _misspelt,
        repair=lambda t, s: {"currency": _code(t, s)},
    ),
    Rule(
        "cancellation_above_zero",
        "the order is a cancellation, but its amount is above zero",
        "mark",
        lambda t, s: cancelled(t, s) & (t.amount > 0) if s.cleaning.cancelled else None,
        repair=lambda t, s: {"amount": -t.amount, "margin": -t.margin, "quantity": -t.quantity.abs()},
    ),
    Rule(
        "return_without_purchase",
        "more comes back than the account bought up to that day, as far as these records reach",
        "mark",
        negative,
        across=True,
    ),
    Rule(
        "cancellation_without_order",
        "no earlier line of the account and the product is as large as the cancellation",
        "mark",
        lambda t, s: negative(t, s) if s.cleaning.cancelled else None,
        across=True,
    ),
    Rule(
        "cancelled_pair",
        "a line and the cancellation that takes all of it back: together they are worth nothing",
        "mark",
        lambda t, s: ibis.literal(True) if s.cleaning.cancelled else None,
        across=True,
    ),
    Rule("cancellation", "the order is a cancellation", "mark", cancelled),
    Rule(
        "credit_note",
        "the amount is below zero, and the study drops credit notes",
        "off",
        lambda t, s: t.amount < 0,
    ),
    Rule("negative_not_cancelled", "units came back, but the order is no cancellation", "mark", _not_cancelled),
    Rule("zero_price", "the price is zero", "mark", lambda t, s: t.price == 0),
    Rule("negative_price", "the price is below zero", "mark", lambda t, s: t.price < 0),
    Rule(
        "absurd_price",
        "the price is above the highest that the study allows",
        "mark",
        lambda t, s: t.price > s.cleaning.highest_price if s.cleaning.highest_price else None,
    ),
    Rule(
        "unreadable",
        "a value other than amount and date can't be read, and is taken as missing",
        "mark",
        lambda t, s: t.unreadable & t.amount.notnull() & t.date.notnull(),
    ),
    Rule("unknown_account", "the account is not in the table of accounts", "mark", lambda t, s: t.unknown),
)


def of_study(study: Study) -> list[Rule]:
    """The rules in their order, each with the action of this study; those that are off left out.

    Under the policy ``drop`` cancellations and amounts below zero are set aside; else `credit_note` stays, though off.

    Raises
    ------
    InputError
        If the study names a rule that is not there or can't do what is asked, or a pattern that can't be read.
    """
    if unknown := sorted(set(study.cleaning.rules) - {rule.name for rule in ORDERS}):
        raise InputError(
            f"cleaning.rules: unknown rules {some(unknown)}", found="rules " + some([rule.name for rule in ORDERS], 40)
        )
    if unable := [rule.name for rule in ORDERS if study.cleaning.rules.get(rule.name) == "repair" and not rule.repair]:
        able = some([rule.name for rule in ORDERS if rule.repair])
        raise InputError(f"cleaning.rules: {some(unable)} can't repair", found="rules that can: " + able)
    for key in ("cancelled", "not_goods", "tests"):
        check_pattern(f"cleaning.{key}", getattr(study.cleaning, key))
    drop: dict[str, Action] = {"cancellation": "set_aside", "credit_note": "set_aside"}
    actions = (drop if study.cleaning.credit_notes == "drop" else {}) | study.cleaning.rules
    chosen = [replace(rule, action=actions.get(rule.name, rule.action)) for rule in ORDERS]
    kept = {"credit_note"} - study.cleaning.rules.keys()  # its hits tell what the other policy would do
    return [rule for rule in chosen if rule.action != "off" or rule.name in kept]


def repaired(lines: ir.Table, rules: list[Rule], study: Study) -> ir.Table:
    """The lines as the repairing rules leave them: what each hit is in a column `MENDED` + name, the old amount in `came`."""
    for rule in rules:
        if rule.action != "repair" or rule.repair is None or (hit := rule.test(lines, study)) is None:
            continue
        hit = hit.fill_null(False)
        news = {name: ibis.ifelse(hit, value, lines[name]) for name, value in rule.repair(lines, study).items()}
        before = {"came": lines.amount} if "amount" in news else {}
        lines = lines.mutate(**news, **before, **{MENDED + rule.name: hit})
    return lines


def hits(rule: Rule, lines: ir.Table, study: Study) -> Any:
    """A flag for each line that was `repaired`, never missing; None where the rule does not apply."""
    if MENDED + rule.name in lines.columns:
        return lines[MENDED + rule.name]
    answer = rule.test(lines, study)
    return None if answer is None else answer.fill_null(False)
