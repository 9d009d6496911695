"""How each column of a study is carried into its pseudonymised copy, as expressions of the engine.

Only what `TREATMENT` names is carried over, each column in its way; a column that it does not name is left out.
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.io.letters.formulas import FORMULA
from kamlib.io.values import MONEY, WIDE
from kamlib.privacy.invented_names import FIRMS, FIRST, LAST, MIDDLE, firm, stems
from kamlib.study.dictionary import INPUTS

_FORMULA = re.escape("".join(FORMULA).strip())
_ACCOUNT = {"account_id": "key account"}
TREATMENT: dict[str, dict[str, str]] = {
    "orders": {
        "order_id": "key order", **_ACCOUNT, "date": "shift", "amount": "scale", "margin": "scale", "quantity": "keep",
        "price": "scale", "product": "key product", "category": "key category", "channel": "pool", "manager": "key person",
    },
    "accounts": {
        **_ACCOUNT, "name": "invent", "parent_id": "key account", "industry": "pool", "country": "pool", "region": "pool",
        "size": "keep", "employees": "round", "since": "shift", "manager": "key person", "wallet": "scale", "status": "keep",
        "contract_end": "shift", "closed_on": "shift",
    },
    "ratings": {
        **_ACCOUNT, "criterion": "keep", "score": "keep", "rater": "key person", "date": "shift", "view": "keep",
        "rival": "key rival",
    },
    "invoices": {
        "invoice_id": "key invoice", **_ACCOUNT, "issued": "shift", "due": "shift", "amount": "scale", "paid": "shift",
        "currency": "keep",
    },
    "interactions": {
        **_ACCOUNT, "date": "shift", "kind": "keep", "promised": "shift", "closed": "shift", "hours": "keep", "cost": "scale",
        "contact_id": "key contact", "referred_account_id": "key account",
    },
    "proposals": {
        "proposal_id": "key proposal", **_ACCOUNT, "date": "shift", "value": "scale", "outcome": "keep", "decided": "shift",
        "rival": "key rival", "source": "pool", "single_supplier": "keep",
    },
    "surveys": {**_ACCOUNT, "date": "shift", "kind": "keep", "score": "keep", "contact_id": "key contact"},
    "contacts": {
        "contact_id": "key contact", **_ACCOUNT, "role": "pool", "influence": "keep", "support": "keep", "keep_until": "shift",
    },
    "actions": {
        **_ACCOUNT, "action": "key action", "owner": "key person", "due": "shift", "done": "shift", "cost": "scale",
        "benefit_kind": "pool",
    },
}  # fmt: skip
"""By table and column: how it is carried over. The table of notes is not."""
_LETTERS = {
    "account": "K.", "order": "S", "product": "P.", "category": "C.", "person": "M.", "rival": "V.", "invoice": "F",
    "contact": "C", "proposal": "B", "action": "A.",
}  # fmt: skip
FEWEST = 5
"""A kind that fewer accounts than this have is pooled."""
POOLED = "other"


def use_key(con: Any, secret: bytes) -> None:
    """Make HMAC-SHA256 with this key known to the engine of `con`, for as long as it lives.

    References
    ----------
    Krawczyk, Bellare & Canetti (1997), RFC 2104.
    """
    inner, outer = ("".join(f"{byte ^ pad:02x}" for byte in secret.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    con.raw_sql(
        "CREATE OR REPLACE TEMP MACRO kam_hmac(text) AS "
        f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode(text))))"
    )


def schema(name: str) -> Any:
    """The types of the columns that `treated` needs, for the engine."""
    kinds = {
        "text": "string",
        "date": "date",
        "money": "float64",
        "number": "float64",
        "integer": "int64",
        "flag": "boolean",
    }
    return ibis.schema({column: kinds[INPUTS[name].column(column).type] for column in TREATMENT[name]})


def treated(table: ir.Table, name: str, cancelled: str | None, factor: Decimal, shift: timedelta) -> ir.Table:
    """The columns of a clean table that are carried over, each by its treatment.

    Parameters
    ----------
    table : in an engine that knows the key (`use_key`); of orders with account_id.
    name : a key of `TREATMENT`.
    cancelled : pattern of order ids that are cancellations; their pseudonyms begin with ``CN-``.
    factor : of two decimals.
    shift : whole weeks.
    """

    def treat(column: str, how: str) -> Any:
        value = table[column]
        if how == "key order" and cancelled:
            return ibis.ifelse(value.re_search(cancelled), "CN-", "") + keyed(value, "order")
        if how.startswith("key "):
            return keyed(value, how.removeprefix("key "))
        if how == "shift":
            return (value + ibis.interval(days=shift.days)).strftime("%Y-%m-%d")
        if how == "scale":
            return (value.cast(WIDE) * ibis.literal(factor, "decimal(18,4)")).cast(MONEY)
        if how == "round":  # two leading digits
            step = ibis.literal(10.0) ** ((value.nullif(0).log10() + 1e-9).floor() - 1).clip(lower=0)
            return ((value / step).round() * step).fill_null(value).cast("int64")
        if how == "pool":
            return _guarded(_pooled(table, column))
        return _guarded(value) if value.type().is_string() else value

    return table.select(**{column: treat(column, how) for column, how in TREATMENT[name].items()})


def keyed(value: Any, domain: str) -> Any:
    """A pseudonym: the domain's letter and the first 12 hexadecimal digits of the HMAC of domain and value."""

    def kam_hmac(text: ir.StringValue) -> Any:
        """Of the engine: see `use_key`."""

    hmac = ibis.udf.scalar.builtin(kam_hmac, signature=(("string",), "string"))
    digits = 16 if domain == "order" else 12
    return ibis.literal(_LETTERS[domain]) + hmac(ibis.literal(f"{domain}:") + value).left(digits)


def _pooled(table: ir.Table, column: str) -> Any:
    accounts = table.group_by(column).agg(n=table.account_id.nunique())
    rare = accounts.filter(accounts.n < FEWEST)
    return ibis.ifelse(table[column].isin(rare[column]), POOLED, table[column])


def _guarded(text: Any) -> Any:
    """A text that a spreadsheet would read as a formula, with an apostrophe before it."""
    return ibis.ifelse(text.re_search(rf"^\s*[{_FORMULA}]"), ibis.literal("'") + text, text)


def invented(accounts: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Invented names, of syllables that none of the names there holds; an account without a name stays without."""
    there = "\n".join(accounts["name"].dropna()).lower()
    every = stems(rng, len(FIRST) * len(MIDDLE) * len(LAST))
    free = [stem for stem in every if not any(side.lower() in there for side in stem)] or every
    order, pick = rng.permutation(len(accounts)), rng.integers(0, 60, (len(accounts), 2)).tolist()
    made: list[str | None] = []
    for place, (form, trade), name, country in zip(
        order.tolist(), pick, accounts["name"], accounts["country"], strict=True
    ):
        again = place // len(free)
        known = country if country in FIRMS else "United Kingdom"
        made_up = firm(free[place % len(free)], known, form, trade) + (f" {again + 1}" if again else "")
        made.append(made_up if isinstance(name, str) else None)
    return pd.Series(made, index=accounts.index, dtype=object)
