"""The rules of cleaning order lines, as data: a name, a sentence, a test and what is done with the lines it hits.

The first rule that sets a line aside is its reason; rules that mark leave the line in. The study file may give any
rule another action (`cleaning.rules`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kamlib.errors import InputError, some

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from kamlib.study import Action, Study

    Test = Callable[[ir.Table, Study], Any]


@dataclass(frozen=True)
class Rule:
    """One rule. `test` gives a flag for each line of the mapped table, or None where it does not apply."""

    name: str
    words: str
    action: Action
    test: Test


def _rated(t: ir.Table, study: Study) -> Any:
    return t.currency.isnull() | t.currency.isin([study.currency, *study.rates])


def _cancelled(t: ir.Table, study: Study) -> Any:
    return t.order_id.re_search(study.cleaning.cancelled) if study.cleaning.cancelled else None


def _negative(t: ir.Table, study: Study) -> Any:
    """Units that came back; where the line gives none, an amount below zero."""
    return t.quantity.fill_null(t.amount.cast("float64")) < 0


def _not_cancelled(t: ir.Table, study: Study) -> Any:
    return _negative(t, study) & ~_cancelled(t, study).fill_null(False) if study.cleaning.cancelled else None


ORDERS: tuple[Rule, ...] = (
    Rule("no_account", "the line names no account", "set_aside", lambda t, s: t.account_id.isnull()),
    Rule(
        "bad_amount",
        "the amount is missing or is no number",
        "set_aside",
        lambda t, s: t.amount.isnull() & _rated(t, s),
    ),
    Rule("bad_date", "the date is missing or is no day", "set_aside", lambda t, s: t.date.isnull()),
    Rule("after_as_of", "the line is later than the date of the study", "set_aside", lambda t, s: t.date > s.as_of),
    Rule(
        "before_start",
        "the line is earlier than the study begins",
        "set_aside",
        lambda t, s: t.date < s.start if s.start else None,
    ),
    Rule("overlap", "the line stands already in an earlier file or part", "set_aside", lambda t, s: t.copied),
    Rule(
        "not_goods",
        "the product is a service, a fee or a test",
        "set_aside",
        lambda t, s: t["product"].re_search(s.cleaning.not_goods) if s.cleaning.not_goods else None,
    ),
    Rule("no_rate", "the line is in a currency without a rate", "set_aside", lambda t, s: ~_rated(t, s)),
    Rule("cancellation", "the order is a cancellation", "mark", _cancelled),
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

    Under the policy ``drop`` cancellations and amounts below zero are set aside.

    Raises
    ------
    InputError
        If the study names a rule that is not there, or a pattern that can't be read.
    """
    if unknown := sorted(set(study.cleaning.rules) - {rule.name for rule in ORDERS}):
        raise InputError(
            f"cleaning.rules: unknown rules {some(unknown)}", found="rules " + some([rule.name for rule in ORDERS], 40)
        )
    for key in ("cancelled", "not_goods"):
        _check_pattern(f"cleaning.{key}", getattr(study.cleaning, key))
    actions: dict[str, Action] = {}
    if study.cleaning.credit_notes == "drop":
        actions = {"cancellation": "set_aside", "credit_note": "set_aside"}
    actions |= study.cleaning.rules
    chosen = [replace(rule, action=actions.get(rule.name, rule.action)) for rule in ORDERS]
    return [rule for rule in chosen if rule.action != "off"]


def _check_pattern(key: str, pattern: str | None) -> None:
    """The engine reads patterns by RE2, which knows no look-around and no back references."""
    import duckdb

    if pattern is None:
        return
    try:
        re.compile(pattern)
        duckdb.execute("SELECT regexp_matches('', ?)", [pattern])
    except (re.error, duckdb.Error):
        raise InputError(
            f"{key} is no pattern that can be read",
            found=pattern,
            remedy="The engine knows no look-around and no back references.",
        ) from None
