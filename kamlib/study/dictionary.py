"""Every table that enters the kit: columns, types, units, rules. The data dictionary.

`account_id` is an id as the files give it. To every clean table comes `customer_id`, the customer that the study counts the account
in (its `unit`): the head of the group under common control, or the account itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kamlib.study.columns import Column, Format, Table


def _text(name: str, meaning: str, **more: Any) -> Column:
    return Column(name, "text", meaning, **more)


def _date(name: str, meaning: str, **more: Any) -> Column:
    return Column(name, "date", meaning, unit="day", **more)


def _money(name: str, meaning: str, **more: Any) -> Column:
    return Column(name, "money", meaning, unit="study currency", **more)


_ACCOUNT = _text("account_id", "the customer", required=True)

INPUTS: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "orders",
            "an order line",
            (
                _text(
                    "order_id",
                    "the order or invoice the line belongs to; customer and day where it is not given",
                    known_at="date",
                ),
                _text("account_id", "the customer", required=True, known_at="date"),
                _date("date", "day of the order", required=True, known_at="date"),
                _money("amount", "net value of the line, credit notes negative", required=True, known_at="date"),
                _money("margin", "value less cost of goods", known_at="date"),
                _money("cost", "cost of goods; margin = amount - cost where margin is not given", known_at="date"),
                Column("quantity", "number", "units, returned ones negative", unit="units", known_at="date"),
                _money(
                    "price",
                    "price of one unit; amount = quantity * price * (1 - discount) where amount is not given",
                    known_at="date",
                    format=Format("money", 2),
                ),
                Column(
                    "discount",
                    "number",
                    "part of the price that is taken off, nothing where empty; without use where amount is given",
                    unit="share",
                    known_at="date",
                    low=0,
                    high=1,
                ),
                _text("product", "article number", known_at="date"),
                _text("category", "product category", known_at="date"),
                _text("currency", "three-letter code of the amounts of the line", known_at="date"),
                _text("channel", "way the order came", known_at="date"),
                _text("manager", "account manager at the time of the order", known_at="date"),
            ),
        ),
        Table(
            "accounts",
            "a customer or prospect",
            (
                _ACCOUNT,
                _text("name", "name of the firm"),
                _text("parent_id", "account that controls this one"),
                _text("industry", "industry"),
                _text("country", "country"),
                _text("region", "sales region"),
                _text("tax_id", "tax number: two accounts with one number are likely one firm"),
                _text("address", "street, number, postcode and town of the firm"),
                _text("size", "size class: small / medium / large", choices=("small", "medium", "large")),
                Column("employees", "integer", "staff", unit="persons", low=0),
                _date("since", "first contact", known_at="since"),
                _text("manager", "today's account manager: describes, never enters a model"),
                _money("wallet", "yearly purchases of what we sell, from all suppliers", low=0),
                _text("status", "client or prospect", choices=("client", "prospect")),
                _date("contract_end", "day the contract ends or ended", known_at="contract_end"),
                _date("closed_on", "day the firm or the account closed", known_at="closed_on"),
            ),
            key=("account_id",),
        ),
        Table(
            "ratings",
            "one rating of one criterion of one account by one person",
            (
                _ACCOUNT,
                _text("criterion", "what was rated", required=True, known_at="date"),
                Column(
                    "score", "number", "rating, higher is better", unit="points 1-10", required=True, known_at="date"
                ),
                _text("rater", "role or pseudonym of the rater", known_at="date"),
                _date("date", "day of the rating", known_at="date"),
                _text("evidence", "what the rating rests on", known_at="date"),
                _text("view", "ours, or the client's view of a supplier", choices=("ours", "client"), known_at="date"),
                _text("rival", "the rival that the client rated; empty when it rated us", known_at="date"),
            ),
        ),
        Table(
            "invoices",
            "an invoice",
            (
                _text("invoice_id", "number of the invoice", required=True, known_at="issued"),
                _text("account_id", "the customer", required=True, known_at="issued"),
                _date("issued", "day of issue", required=True, known_at="issued"),
                _date("due", "day payment is due", required=True, known_at="issued"),
                _money("amount", "gross amount, credit notes negative", required=True, known_at="issued"),
                _date("paid", "day of full payment; empty while open", known_at="paid"),
                _text("currency", "three-letter code of the amount", known_at="issued"),
            ),
            key=("invoice_id",),
        ),
        Table(
            "interactions",
            "a touch or an event",
            (
                _ACCOUNT,
                _date("date", "day it happened", required=True, known_at="date"),
                _text(
                    "kind",
                    "what happened",
                    required=True,
                    known_at="date",
                    choices=("meeting", "call", "visit", "claim", "dispute", "test", "delivery", "referral"),
                ),
                _date("promised", "day it was promised for (deliveries)", known_at="date"),
                _text("outcome", "result in a word", known_at="closed"),
                _date("closed", "day a claim or dispute was closed", known_at="closed"),
                Column("hours", "number", "our time spent", unit="hours", low=0, known_at="date"),
                _money("cost", "our cost beyond hours", known_at="date", low=0),
                _text("contact_id", "the business contact", known_at="date"),
                _text("referred_account_id", "account that was referred to us", known_at="date"),
                _text("lesson", "what we learned from it", known_at="closed"),
            ),
        ),
        Table(
            "proposals",
            "a bid or proposal",
            (
                _text("proposal_id", "number of the proposal", required=True, known_at="date"),
                _text("account_id", "the customer", required=True, known_at="date"),
                _date("date", "day it was sent", required=True, known_at="date"),
                _money("value", "value offered", required=True, known_at="date", low=0),
                _text(
                    "outcome", "won, lost or open", required=True, known_at="decided", choices=("won", "lost", "open")
                ),
                _date("decided", "day of the decision", known_at="decided"),
                _text("reason", "why it was won or lost", known_at="decided"),
                _text("rival", "rival in the bid", known_at="decided"),
                _text("source", "relation, tender or referral", known_at="date"),
                Column(
                    "single_supplier", "flag", "tender written for one supplier: a compliance risk", known_at="date"
                ),
            ),
            key=("proposal_id",),
        ),
        Table(
            "surveys",
            "an answer to a survey",
            (
                _ACCOUNT,
                _date("date", "day of the answer", required=True, known_at="date"),
                _text("kind", "nps (0-10) or csat (1-5)", required=True, known_at="date", choices=("nps", "csat")),
                Column("score", "integer", "answer", unit="points", required=True, known_at="date", low=0, high=10),
                _text("contact_id", "the business contact", known_at="date"),
            ),
        ),
        Table(
            "contacts",
            "a business contact",
            (
                _text("contact_id", "the contact", required=True),
                _ACCOUNT,
                _text("role", "role in the firm", required=True),
                _text("name", "name for work"),
                _text("work_channel", "work e-mail or telephone"),
                _text("influence", "influence on the decision", choices=("low", "medium", "high", "decides")),
                _text("support", "stand towards us", choices=("against", "neutral", "for")),
                _text("legal_basis", "legal basis of keeping the contact"),
                _date("keep_until", "day to delete the contact"),
            ),
            key=("contact_id",),
        ),
        Table(
            "actions",
            "a planned or done action",
            (
                _ACCOUNT,
                _text("action", "what is to be done", required=True),
                _text("owner", "role that owns it", required=True),
                _date("due", "day it is due", required=True),
                _date("done", "day it was done", known_at="done"),
                _money("cost", "cost of the action", known_at="done", low=0),
                _text("benefit_kind", "kind of benefit given", known_at="done"),
            ),
        ),
        Table(
            "notes",
            "a dated business fact for the dossier",
            (
                _ACCOUNT,
                _date("date", "day of the note", required=True, known_at="date"),
                _text(
                    "topic",
                    "what it is about",
                    required=True,
                    known_at="date",
                    choices=("strategy", "budget", "structure", "needs", "history", "rival", "regions", "solvency"),
                ),
                _text("text", "the fact", required=True, known_at="date"),
                _text("source", "where it is from", known_at="date"),
            ),
        ),
    )
}


def dictionary(tables: Mapping[str, Table] = INPUTS) -> pd.DataFrame:
    """The data dictionary of `tables`, those that come in or `kamlib.study.run_tables.run_tables()`: one row a column (table, column,
    type, unit, required, known_at, values, meaning)."""
    return pd.DataFrame(
        [
            {
                "table": table.name,
                "column": column.name,
                "type": column.type,
                "unit": column.unit,
                "required": column.required,
                "known_at": column.known_at or "",
                "values": " / ".join(column.choices),
                "meaning": column.meaning,
            }
            for table in tables.values()
            for column in table.columns
        ]
    )
