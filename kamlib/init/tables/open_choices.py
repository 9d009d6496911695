"""Which choices of columns a person has to make: those of the lines that matter, where nothing in the files decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from kamlib.errors import some
from kamlib.init import headings
from kamlib.init.cells.column_contents import Contents
from kamlib.init.evidence import Proof, one_each, one_to_one, tells_apart
from kamlib.init.match_columns import Choice, Proposal

MATTER = ("order_id", "account_id", "date", "amount")
_PLAIN = 0.95  # a name that is known as it stands
_TWICE = 0.1  # of the rows of one customer and day with another
_LONG = 80  # characters
_NEAR = 0.15  # of likeness: nearer names are alike


def with_questions(
    found: Proposal, contents: Mapping[str, Contents], proof: Proof, texts: pd.DataFrame, numbers: pd.DataFrame
) -> Proposal:
    """A proposal of order lines, with the reason at each choice that is a question.

    What arithmetic or a key proves is none, nor is a name that says it; a rival is none that is one to one with what was
    chosen, or holds the same amounts.
    """
    columns = dict(found.columns)
    for ours in MATTER:
        if ours in columns and ours not in proof.surely:
            rivals = _rivals(found, ours, contents, proof, texts, numbers)
            why = _question(ours, columns[ours], rivals)
            if why and ours == "account_id" and _alone(found, contents, proof, texts):
                why, rivals = "", ()
            columns[ours] = replace(columns[ours], question=why, others=rivals)
    if "amount" not in columns:
        columns |= _made(columns)
    if "order_id" not in columns and (one := _row_is_order(columns, contents, texts)):
        columns["order_id"] = Choice(
            one, 1.0, doubts=("each row has its own, and hardly two are of one customer and day",)
        )
    order, account = columns.get("order_id"), columns.get("account_id")
    if order and account and not order.question and not account.question and order.theirs != account.theirs:
        share = one_each(texts, order.theirs, account.theirs)
        if share is not None and share < 0.9:
            why = f"{1 - share:.0%} of the orders have several customers by it"
            if "date" in columns and (one_each(texts, order.theirs, columns["date"].theirs) or 1.0) < 0.9:
                why += ", and several days: if their numbers begin anew, take the line order_id out"
            columns["account_id"] = replace(account, question=why)
    return replace(found, columns=columns)


def _rivals(
    found: Proposal,
    ours: str,
    contents: Mapping[str, Contents],
    proof: Proof,
    texts: pd.DataFrame,
    numbers: pd.DataFrame,
) -> tuple[str, ...]:
    """Columns that are called as well as the chosen one, or as badly, and hold something else."""
    mine = found.columns[ours].theirs
    alike = headings.likeness(mine, "orders", ours).score
    used = {choice.theirs for name, choice in found.columns.items() if name != ours}
    named = [
        o
        for o in found.columns[ours].others
        if o not in used and headings.likeness(o, "orders", ours).score >= max(alike - _NEAR, 0.2 if alike else 0.0)
    ]
    return tuple(o for o in named if not _same(ours, mine, o, texts, numbers))


def _same(ours: str, one: str, other: str, texts: pd.DataFrame, numbers: pd.DataFrame) -> bool:
    if ours == "amount" and {one, other} <= set(numbers):
        pair = numbers[[one, other]].dropna()
        return len(pair) > 0 and bool(((pair[one] - pair[other]).abs() < 0.006).mean() >= 0.98)
    if ours in ("order_id", "account_id"):
        return one_to_one(texts, one, other)
    return bool((texts[one] == texts[other]).mean() >= 0.98)


def _question(ours: str, choice: Choice, rivals: tuple[str, ...]) -> str:
    if rivals:
        return f"it may be {some(rivals, 3)} as well"
    if headings.likeness(choice.theirs, "orders", ours).score:
        return ""
    if ours == "amount" and headings.currency(choice.theirs):
        return ""
    if ours == "account_id" and headings.likeness(choice.theirs, "accounts", "tax_id").score >= _PLAIN:
        return ""
    said = {"amount": "the money of the line", "account_id": "a customer"}
    return f"its name does not say that it is {said[ours]}" if ours in said else ""


def _alone(found: Proposal, contents: Mapping[str, Contents], proof: Proof, texts: pd.DataFrame) -> bool:
    """Whether the chosen customer is the only column that has one value an order, or a day, and is nothing else."""
    mine = found.columns["account_id"].theirs
    if headings.likeness(mine, "orders", "account_id").score:
        return False
    key = next((found.columns[ours].theirs for ours in ("order_id", "date") if ours in found.columns), None)
    used = {choice.theirs for name, choice in found.columns.items() if name != "account_id"}
    free = [
        c
        for c, holds in contents.items()
        if c not in used
        and c not in proof.never.get("account_id", ())
        and holds.day_share < 0.5
        and holds.whole
        and holds.filled
    ]
    if key is None or "order_id" not in found.columns:
        return free == [mine]
    of_orders = [c for c in free if (one_each(texts, key, c) or 0.0) >= 0.98]
    return mine in of_orders and all(c == mine or one_to_one(texts, mine, c) for c in of_orders)


def _row_is_order(columns: Mapping[str, Choice], contents: Mapping[str, Contents], texts: pd.DataFrame) -> str | None:
    """The column that tells rows apart, where each row is an order: of lines several are of one customer and day."""
    key = [columns[ours].theirs for ours in ("account_id", "date") if ours in columns and columns[ours].theirs in texts]
    if len(key) < 2 or texts[key].dropna().duplicated(keep=False).mean() > _TWICE:
        return None
    used = {choice.theirs for choice in columns.values()}
    free = [c for c in contents if c not in used and tells_apart(texts[c]) and texts[c].notna().mean() >= _PLAIN]
    free = [c for c in free if contents[c].whole and contents[c].day_share < 0.5 and contents[c].longest <= _LONG]
    return max(free, key=lambda c: headings.likeness(c, "orders", "order_id").score, default=None)


def _made(columns: Mapping[str, Choice]) -> dict[str, Choice]:
    """Quantity and price stand for the amount: where a name does not say that it is the price of one, that is a question."""
    if (price := columns.get("price")) is None or price.score >= _PLAIN:
        return {}
    why = "no column is the money of the line: it is quantity × this, if this is the price of one; else name it amount"
    return {"price": replace(price, question=why)}
