"""The ledger of what came and what was set aside, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pandas as pd


def ledger_lines(ledger: pd.DataFrame) -> list[str]:
    """A line for each rule of `Clean.ledger` that hit a row, below a head: rows and money it hit, and took off."""
    lines = [
        f"{'table':<13}{'rule':<28}{'what is done':<14}" + _columns(("rows hit", "money hit", "rows off", "money off"))
    ]
    for row in ledger.loc[ledger["matched_rows"] > 0].to_dict("records"):
        cells = [_count(row["matched_rows"]), _money(row["matched_amount"])]
        if row["action"]:
            cells += [_count(row["rows"]), _money(row["amount"])]
        lines.append(f"{row['table']:<13}{row['rule']:<28}{row['action']:<14}{_columns(cells)}")
    return lines


def _columns(cells: Iterable[str]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, (12, 20, 12, 20), strict=False))


def _count(value: int) -> str:
    return f"{value:,}"


def _money(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,.2f}"
