"""What came in, what was set aside and why, and what came back."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kamlib.report.figures.labels import panel_grid
from kamlib.report.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PAPER,
    RED,
    SEQUENTIAL,
    SKY,
    WIDTH,
    described,
    money_ticks,
    none_known,
    plain_ticks,
)
from kamlib.report.language import month_and_year, value_word
from kamlib.report.words import said

_ACTIONS = {"set_aside": ("label_set_aside", ORANGE), "repair": ("label_repair", BLUE), "mark": ("label_mark", GREY)}
_OUTCOMES = {
    "cancelled_pair": ("label_cancelled_pair", BLUE),
    "cancellation": ("label_cancellation", SKY),
    "cancellation_without_order": ("label_cancellation_without_order", ORANGE),
    "return_without_purchase": ("label_return_without_purchase", RED),
}


def ledger_bars(ledger: pd.DataFrame, *, currency: str, language: str = "en", table: str = "orders") -> Axes | None:
    """How many rows each rule set aside, repaired or marked, and how much money was on them (absolute).

    What was set aside is counted once, by its first reason; what was repaired or marked is all that the rule hit.

    Parameters
    ----------
    ledger : DataFrame
        table, rule, action, matched_rows, matched_amount, rows, amount; see `kamlib.intake.ledger.of_orders`.
    currency, language : of the study.
    table : the table whose lines are drawn; None if the ledger has none of it.
    """
    if ledger.empty:
        return None
    every = ledger[ledger["table"] == table]
    rules = every[every["action"].ne("")]
    if rules.empty:
        return None
    aside = rules["action"] == "set_aside"
    lines = rules.assign(
        drawn_rows=rules["rows"].where(aside, rules["matched_rows"]).astype(float),
        drawn_money=rules["amount"].where(aside, rules["matched_amount"]).astype(float).abs(),
        group=rules["action"].map(list(_ACTIONS).index),
    )
    lines = lines[lines["drawn_rows"] > 0].sort_values(["group", "drawn_rows"], ascending=[True, False], kind="stable")
    gaps = lines["group"].ne(lines["group"].shift()).cumsum() if len(lines) else lines["group"]
    place = -(np.arange(len(lines)) + gaps.to_numpy())
    _, ax = plt.subplots(figsize=(WIDTH, 1.1 + 0.27 * max(len(lines) + lines["group"].nunique(), 3)))
    values = lines["drawn_rows"].to_numpy()
    ax.barh(place, values, color=[_ACTIONS[action][1] for action in lines["action"]], height=0.7)
    top = max(float(values.max(initial=0)), 1.0)
    for y, rows, money in zip(place, values, lines["drawn_money"], strict=True):
        told = said("label_money_unknown") if np.isnan(money) else f"{_short(money, language)} {currency}"
        ax.text(rows + top * 0.02, y, f"{_short(rows, language)}, {told}", va="center", color=INK)
    ax.set_xlim(0, top * 1.9)
    ax.set_xlabel(said("axis_order_lines" if table == "orders" else "axis_rows"))
    plain_ticks(ax.xaxis, language)
    ax.set_xticks([tick for tick in MaxNLocator(2).tick_values(0, top) if 0 <= tick <= top])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.set_yticks(place, [_rule(rule) for rule in lines["rule"]])
    for action, own in lines.assign(place=place).groupby("action")["place"]:
        words, colour = _ACTIONS[str(action)]
        ax.text(0, own.max() + 0.9, said(words), va="center", fontweight="bold", color=colour)
    ax.set_ylim(place.min(initial=0) - 0.7, 0.4)
    taken = lines[lines["action"] == "set_aside"]
    share = taken["drawn_rows"].sum() / max(int(every["rows"].iloc[0]), 1)
    first = _rule(taken["rule"].iloc[0]) if len(taken) else None
    ax.set_title(said("title_aside_most" if first else "title_aside", share=_percent(share, language), rule=first))
    repaired = lines.loc[lines["action"] == "repair", "drawn_rows"].sum()
    return described(
        ax, "alt_ledger_bars" if first else "alt_ledger_bars_none", aside=taken["drawn_rows"].sum(), rule=first,
        most=taken["drawn_rows"].max(), repaired=repaired,
    )  # fmt: skip


def aside_by_month(monthly: pd.DataFrame, *, currency: str, language: str = "en") -> Axes | None:
    """How many order lines of each month were set aside for each reason, over the months that have lines kept.

    A row of one colour is a habit, a single dark cell an accident. Under each reason: its lines and money in these months.

    Parameters
    ----------
    monthly : DataFrame
        month, reason ("kept" for the lines kept), rows, amount; see `kamlib.intake.cleaning.by_month`.
    currency, language : of the study.
    """
    if none_known(monthly, "month"):
        return None
    kept = monthly.loc[monthly["reason"] == "kept", "month"].dropna()
    if kept.empty:
        return None
    months = pd.date_range(kept.min(), kept.max(), freq="MS")
    aside = monthly[monthly["month"].isin(months) & (monthly["reason"] != "kept")]
    rows = aside.pivot_table(index="reason", columns="month", values="rows", aggfunc="sum", fill_value=0)
    rows = rows.reindex(columns=months, fill_value=0)
    rows = rows.loc[rows.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    money = aside.assign(amount=aside["amount"].astype(float)).groupby("reason")["amount"].sum()
    _, ax = plt.subplots(figsize=(WIDTH, 1.7 + 0.42 * max(len(rows), 2)))
    of_month = monthly.pivot_table(index="month", columns=monthly["reason"] == "kept", values="rows", aggfunc="sum")
    share = 1 - of_month[True] / of_month.sum(axis=1)
    described(
        ax, "alt_aside_by_month", month=month_and_year(pd.Timestamp(share.idxmax())), high=share.max(), low=share.min()
    )
    ax.set_title(_when(rows))
    ax.set_xlabel(said("axis_month_of_line"))
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    if rows.empty:
        ax.set_yticks([])
        return ax
    drawn = ax.pcolormesh(rows, cmap=SEQUENTIAL, norm=PowerNorm(0.5, vmin=0), edgecolor=PAPER, linewidth=0.6)
    told = [
        f"{_rule(reason)}\n{_lines('label_lines_and_money', n, money[str(reason)], currency, language)}"
        for reason, n in rows.sum(axis=1).items()
    ]
    ax.set_yticks(np.arange(len(rows)) + 0.5, told)
    starts = _starts(months)
    ax.set_xticks([place + 0.5 for place in starts], [f"{months[place]:%Y-%m}" for place in starts])
    ax.invert_yaxis()
    ax.spines[["left", "bottom"]].set_visible(False)
    bar = ax.figure.colorbar(drawn, ax=ax, orientation="horizontal", fraction=0.06, pad=0.02, aspect=40)
    bar.set_label(said("axis_aside_in_month"))
    bar.locator = MaxNLocator(4, integer=True)
    bar.update_ticks()
    money_ticks(bar.ax.xaxis, language)
    bar.outline.set_visible(False)
    return ax


def _when(rows: pd.DataFrame) -> str:
    """The title of `aside_by_month`: which reason, if any, is bound to one month (half of its lines, five at least)."""
    if rows.empty:
        return said("title_nothing_aside")
    most = rows.max(axis=1)
    most = most[(most >= 5) & (most >= rows.sum(axis=1) / 2) & (rows.shape[1] > 2)]
    if most.empty:
        return said("title_no_month")
    return said("title_one_month", rule=_rule(most.idxmax()).capitalize(), month=rows.loc[most.idxmax()].idxmax())


def returned_by_month(returned: pd.DataFrame, *, currency: str, language: str = "en") -> Figure | None:
    """How many lines came back in each month, by what they were matched to.

    Parameters
    ----------
    returned : DataFrame
        month, outcome, rows, amount; see `kamlib.intake.cancellations.by_month`.
    currency, language : of the study.

    Returns
    -------
    Figure
        A panel for each outcome that occurs, of one scale. None if nothing came back.
    """
    if none_known(returned, "month"):
        return None
    months = pd.date_range(returned["month"].min(), returned["month"].max(), freq="MS")
    rows = returned.pivot_table(index="month", columns="outcome", values="rows", aggfunc="sum", fill_value=0)
    there = [outcome for outcome in _OUTCOMES if outcome in rows]
    money = returned.assign(amount=returned["amount"].astype(float)).groupby("outcome")["amount"].sum()
    figure, panels = panel_grid(len(there), tall=1.15, sharex=True, sharey=True)
    for ax, outcome in zip(panels, there, strict=True):
        words, colour = _OUTCOMES[outcome]
        ax.bar(np.arange(len(months)), rows[outcome].reindex(months, fill_value=0), width=0.8, color=colour)
        told = _lines(words, rows[outcome].sum(), money[outcome], currency, language)
        ax.set_title(told, fontsize=10, fontweight="normal", pad=3, color=INK)
        plain_ticks(ax.yaxis, language)
        ax.locator_params(axis="y", nbins=3, integer=True)
        ax.margins(x=0.01)
        ax.grid(axis="y")
        ax.set_ylabel(said("axis_lines"))
    panels[-1].set_xticks(starts := _starts(months), [f"{months[place]:%Y-%m}" for place in starts])
    panels[-1].set_xlabel(said("axis_month_back"))
    unmatched = rows.reindex(columns=["cancellation_without_order", "return_without_purchase"], fill_value=0)
    beyond = unmatched.sum().sum()
    figure.suptitle(said("title_fit_none", n=_short(beyond, language)))
    whole, part = rows.reindex(columns=["cancelled_pair", "cancellation"], fill_value=0).sum()
    return described(figure, "alt_returned_by_month", whole=whole, part=part, beyond=beyond)


def _starts(months: pd.DatetimeIndex) -> list[int]:
    """Places of the months to name: the first of each year, or all of a few."""
    return [place for place, month in enumerate(months) if month.month == 1 or len(months) < 6]


def _rule(name: object) -> str:
    return value_word("rule", str(name).replace("_", " "))


def _lines(code: str, rows: float, money: float, currency: str, language: str) -> str:
    return said(code, rows=_short(rows, language), money=_short(money, language), currency=currency)


def _short(value: float, language: str) -> str:
    if abs(value) < 10_000:
        return format_decimal(round(value), locale=language)
    return format_compact_decimal(value, fraction_digits=1, locale=language)


def _percent(share: float, language: str) -> str:
    return format_percent(
        share, format="#,##0.0%" if language == "en" else "#,##0.0\N{NO-BREAK SPACE}%", locale=language
    )
