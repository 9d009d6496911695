"""The ledger of what came and what was set aside, as lines for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd

_DONE = {"set_aside": "aside"}
_WIDTHS = (9, 20, 14)


def ledger_lines(ledger: pd.DataFrame) -> list[str]:
    """A line for each rule of `Clean.ledger` that hit a row, below the name of its table.

    Rows and money add up: what came in is what was kept, what was set aside for its first reason, and what a repair took off; a
    mark takes nothing. Behind them stand all rows that a rule hit, where these are more than it set aside.
    """
    lines: list[str] = []
    for name, rules in ledger.loc[ledger["matched_rows"] > 0].groupby("table", sort=False):
        head = ("", "", "") if lines else ("rows", "money", "rows hit")
        lines.append(f"{name:<35}{_columns(head)}".rstrip())
        for row in rules.to_dict("records"):
            aside = row["action"] == "set_aside"
            rows = row["rows"] if aside else row["matched_rows"]
            money = row["matched_amount"] if row["action"] == "mark" else row["amount"]
            more = _count(row["matched_rows"]) if aside and row["matched_rows"] != rows else ""
            done = _DONE.get(row["action"], row["action"])
            lines.append(f"  {row['rule']:<26} {done:<6}{_columns((_count(rows), _money(money), more))}".rstrip())
    return lines


def _columns(cells: Sequence[str]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))


def _count(value: int) -> str:
    return f"{value:,}"


def _money(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,.2f}"
