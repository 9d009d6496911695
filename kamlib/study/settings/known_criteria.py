"""The criteria that the kit measures by itself: what each means, its unit, its better end, and what it waits for.

A study that names one of them gives only its anchors and its weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["revenue", "reputation", "development"]


@dataclass(frozen=True)
class Known:
    """One criterion: `column` of `source` holds it, `needs` says which columns of which input table it comes from."""

    name: str
    group: Group
    words: str
    unit: str
    column: str
    needs: str
    source: Literal["facts", "value", "rating"] = "facts"
    less: bool = False


def _rated(name: str, group: Group, words: str) -> Known:
    return Known(name, group, words, "points 1-10", name, f"ratings (account_id, score; criterion: {name})", "rating")


CHANCE = "chance"
_LINES = "orders (account_id, date, amount"
BUILT_IN: dict[str, Known] = {
    known.name: known
    for known in (
        Known("revenue", "revenue", "net revenue of 12 months", "study currency", "revenue_12m", f"{_LINES})"),
        Known("margin", "revenue", "margin of 12 months", "study currency", "margin_12m", f"{_LINES}, margin or cost)"),
        Known(
            "lifetime_value", "revenue", "discounted margin still to come, by the model of loss", "study currency",
            "remaining_value", f"{_LINES}, margin or cost)", "value",
        ),
        Known("frequency", "revenue", "order days in 12 months", "days", "order_days_12m", f"{_LINES})"),
        Known("average_order", "revenue", "mean value of an order", "study currency", "average_order", f"{_LINES})"),
        Known(
            "stability", "revenue", "how unevenly orders come: variation of the gaps between order days (0: like a clock)",
            "ratio", "gap_cv", f"{_LINES})", less=True,
        ),
        Known("breadth", "revenue", "categories bought in 12 months", "categories", "categories_12m", f"{_LINES}, category)"),
        Known(
            "cost_to_serve", "revenue", "our hours, priced by money.hour, and costs of 12 months", "study currency",
            "cost_to_serve", "interactions (account_id, date, hours or cost)", less=True,
        ),
        Known(
            "cost_to_serve_share", "revenue", "our hours, priced by money.hour, and costs, for each unit of revenue of 12 months",
            "share", "cost_to_serve_share", "interactions (account_id, date, hours or cost)", less=True,
        ),
        Known(
            "payment", "revenue", "chance that an invoice is unpaid 60 days past due; open invoices count as far as they have waited",
            CHANCE, "p_late_60", "invoices (account_id, issued, due, amount, paid)", less=True,
        ),
        Known(
            "growth", "development", "revenue of 12 months against the 12 before (0.1: a tenth more)", "share", "growth",
            f"{_LINES}) of 24 months",
        ),
        Known(
            "potential", "development", "what the client buys a year from others: wallet less our revenue", "study currency",
            "potential", "accounts (account_id, wallet)",
        ),
        _rated("innovation", "development", "what we learn from the client about the market of tomorrow"),
        _rated("need", "development", "how much the client needs what we sell"),
        _rated("solvency", "development", "how surely the client can pay"),
        _rated("reputation", "reputation", "what the client's name does for ours"),
        _rated("influence", "reputation", "how much others follow the client's choice of a brand"),
        _rated("leadership", "reputation", "how far the client leads its industry or region"),
        _rated("strategic_access", "reputation", "markets and technology that the client opens to us"),
        _rated("expertise", "reputation", "what the client's standards and tests teach us"),
    )
}  # fmt: skip
MONEY = ("revenue_12m", "margin_12m", "remaining_value")
"""Columns that all measure what an account brings: two of them count one thing twice."""
