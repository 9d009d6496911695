"""What came in and what was set aside; what rolling accounts up into groups changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.figures.style import BLUE, FAINT, GREY, INK, MUTED, ORANGE, PALETTE, money_ticks, percent_ticks, plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 6  # reasons with a colour of their own


def ledger_bars(ledger: pd.DataFrame, *, currency: str, language: str = "en", table: str = "orders") -> Any:
    """How many rows, and how much money, each rule set aside or marked.

    Parameters
    ----------
    ledger : DataFrame
        table, rule, action, matched_rows, matched_amount, rows, amount; see `kamlib.intake.ledger.of_orders`.
    currency, language : of the study.
    table : the table whose lines are drawn.

    Returns
    -------
    array of two Axes
        Rows on the left, money (absolute) on the right. Orange bars were set aside, grey ones only marked.

    Raises
    ------
    InputError
        If the ledger has no line of the table.
    """
    import matplotlib.pyplot as plt

    lines = ledger[(ledger["table"] == table) & ledger["action"].ne("")]
    if lines.empty:
        raise InputError(f"the ledger has no rules of the table {table!r}")
    lines = lines[lines["matched_rows"] > 0]
    aside = lines["action"] == "set_aside"
    lines = pd.concat([lines[aside].sort_values("rows", ascending=False), lines[~aside]])
    place = np.arange(len(lines))[::-1]
    figure, axes = plt.subplots(1, 2, sharey=True, figsize=(8.0, 1.6 + 0.34 * max(len(lines), 3)))
    measures = (
        ("rows", "matched_rows", "rows", plain_ticks),
        ("amount", "matched_amount", f"money, {currency} (absolute)", money_ticks),
    )
    for ax, (own, matched, label, ticks) in zip(axes, measures, strict=True):
        hit = lines[matched].astype(float).abs().to_numpy()
        taken = lines[own].astype(float).abs().to_numpy()
        full = (lines["action"] == "set_aside").to_numpy()
        ax.barh(place, np.where(full, taken, hit), color=np.where(full, ORANGE, GREY), height=0.68)
        top = max(float(np.where(full, taken, hit).max(initial=0)), 1.0)
        for y, value in zip(place, np.where(full, taken, hit), strict=True):
            ax.text(value + top * 0.02, y, _short(value, language), va="center", fontsize=9, color=INK)
        ax.set_xlim(0, top * 1.25)
        ax.set_xlabel(label)
        ax.grid(axis="x")
        ticks(ax.xaxis, language)
        ax.locator_params(axis="x", nbins=3)
    axes[0].set_yticks(place, [rule.replace("_", " ") for rule in lines["rule"]])
    axes[0].tick_params(axis="y", length=0, labelcolor=INK)
    axes[1].tick_params(axis="y", length=0)
    figure.suptitle("What was set aside (orange), and what stays but is marked (grey)", x=0.01, ha="left")
    return axes


def aside_by_month(monthly: pd.DataFrame, *, language: str = "en") -> Axes:
    """The share of each month's order lines that was set aside, by reason, over the months that have lines kept.

    Parameters
    ----------
    monthly : DataFrame
        month, reason ("kept" for the lines kept), rows; see `kamlib.intake.cleaning.by_month`.
    language : of the study.

    Raises
    ------
    InputError
        If no line was kept.
    """
    import matplotlib.pyplot as plt

    kept = monthly.loc[monthly["reason"] == "kept", "month"].dropna()
    if kept.empty:
        raise InputError("no order line with a day was kept", remedy="Check the dates of the orders.")
    rows = monthly.pivot_table(index="month", columns="reason", values="rows", aggfunc="sum")
    rows = rows.reindex(pd.date_range(kept.min(), kept.max(), freq="MS")).fillna(0)
    total = rows.sum(axis=1).replace(0, np.nan)
    shares = rows.drop(columns="kept").div(total, axis=0).fillna(0)
    shares = shares.loc[:, shares.sum() > 0]
    order = shares.sum().sort_values(ascending=False).index
    named, rest = list(order[:_MOST]), list(order[_MOST:])
    _, ax = plt.subplots()
    base = np.zeros(len(shares))
    for reason, colour in [*zip(named, PALETTE, strict=False), *([("other", GREY)] if rest else [])]:
        height = shares[rest].sum(axis=1) if reason == "other" and rest else shares[reason]
        ax.bar(shares.index, height, width=24, bottom=base, color=colour, label=reason.replace("_", " "))
        base = base + height.to_numpy()
    ax.set_title("Share of each month's order lines that was set aside")
    ax.set_xlabel("month of the order line")
    ax.set_ylabel("share of lines")
    ax.set_ylim(0, max(float(base.max(initial=0)) * 1.3, 0.001))
    percent_ticks(ax.yaxis, language, digits=0 if ax.get_ylim()[1] > 0.05 else 1)
    ax.grid(axis="y")
    if named:
        ax.legend(loc="upper left", ncols=min(4, len(named) + bool(rest)))
    return ax


def group_bars(largest: pd.DataFrame, *, names: pd.Series, currency: str, language: str = "en") -> Axes:
    """The largest units, each beside its largest account alone: what counting by group changes.

    Parameters
    ----------
    largest : DataFrame
        account_id, members, amount, largest_member; see `kamlib.intake.identity.largest`.
    names : Series
        Name by account_id; where one is missing the id stands.
    currency, language : of the study.
    """
    import matplotlib.pyplot as plt

    place = np.arange(len(largest))[::-1]
    _, ax = plt.subplots(figsize=(8.0, 1.4 + 0.36 * max(len(largest), 3)))
    ax.hlines(place, largest["largest_member"], largest["amount"], color=FAINT, linewidth=4, zorder=1)
    ax.scatter(largest["largest_member"], place, color=GREY, s=42, zorder=2)
    ax.scatter(largest["amount"], place, color=BLUE, s=58, zorder=3)
    top = float(largest["amount"].max())
    for y, members, amount in zip(place, largest["members"], largest["amount"], strict=True):
        words = f"{members} accounts" if members > 1 else "1 account"
        ax.text(amount + top * 0.02, y, words, va="center", fontsize=9, color=MUTED)
    found = largest["account_id"].map(names)
    ax.set_yticks(place, [_cut(name) for name in found.where(found.notna(), largest["account_id"])])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.set_xlim(0, top * 1.2)
    ax.set_xlabel(
        f"net revenue of the whole period, {currency}: largest account alone (grey), all accounts together (blue)"
    )
    rolled = (largest["members"] > 1).any()
    ax.set_title("Who is large once a group counts as one customer" if rolled else "The largest accounts")
    ax.grid(axis="x")
    money_ticks(ax.xaxis, language)
    return ax


def _short(value: float, language: str) -> str:
    from babel.numbers import format_compact_decimal, format_decimal

    if value < 10_000:
        return format_decimal(round(value), locale=language)
    return format_compact_decimal(value, fraction_digits=1, locale=language)


def _cut(name: Any, most: int = 34) -> str:
    text = " ".join(str(name).split())
    return text if len(text) <= most else text[: most - 1] + "…"
