"""Figures of receivables, of cash to come, and of product lines that go quiet."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kamlib.report.figures.labels import panel_grid, within
from kamlib.report.figures.style import (
    BLUE,
    GREY,
    INK,
    MUTED,
    ORANGE,
    RED,
    WIDTH,
    described,
    every,
    money_ticks,
    none_known,
    panel_title,
    percent_ticks,
)
from kamlib.report.text import number_or_text
from kamlib.report.words import said, word
from kamlib.stats.survival import kaplan_meier

_DAYS, _YOUNG = 150, pd.Timedelta(days=180)


def unpaid_curve(bills: pd.DataFrame, day: pd.Timestamp, *, language: str = "en") -> Axes | None:
    """Share of the invoices of the last 180 days still unpaid by days from issue, open ones censored, and the mean of the paid ones.

    Parameters
    ----------
    bills : `kamlib.facts.payment.bills.bills` on `day`.
    """
    if none_known(bills, "amount", "issued", "days"):
        return None
    young = bills[(bills["amount"] > 0) & (bills["issued"] > pd.Timestamp(day) - _YOUNG)]
    if young["open"].all():
        return None
    curve = kaplan_meier(young["days"].clip(lower=0), (~young["open"]).astype(int))
    curve = curve[curve["day"] <= _DAYS]
    mean = float(young.loc[~young["open"], "days"].mean())
    _, axes = plt.subplots(figsize=(WIDTH, 3.8))
    axes.step(curve["day"], curve["share"], where="post", color=BLUE)
    axes.fill_between(curve["day"], curve["low"], curve["high"], step="post", color=BLUE, alpha=0.15, linewidth=0)
    axes.axvline(mean, color=RED, linewidth=1.2, linestyle="--")
    axes.text(mean + 1, 0.97, said("label_mean_of_paid"), color=RED, va="top")
    axes.set(
        xlim=(0, _DAYS),
        ylim=(0, 1.02),
        xlabel=said("axis_days_from_issue"),
        ylabel=said("axis_unpaid"),
    )
    left = float(curve.loc[curve["day"] <= mean, "share"].iloc[-1])
    axes.set_title(said("title_unpaid", left=left))
    percent_ticks(axes.yaxis, language)
    axes.grid(axis="y")
    return described(axes, "alt_unpaid_curve", n=len(young), mean=mean, left=left)


def ageing_bars(ageing: pd.DataFrame, *, currency: str, language: str = "en") -> Axes | None:
    """What is open by days past due, and the share of such money that becomes older within 30 days.

    Parameters
    ----------
    ageing : `kamlib.risk.cash.receivables.ageing`.
    """
    if none_known(ageing, "open_amount") or not ageing["open_amount"].sum():
        return None
    _, axes = plt.subplots(figsize=(WIDTH, 0.9 + 0.42 * len(ageing)))
    place, late = np.arange(len(ageing)), 1 - ageing["open_amount"].iloc[0] / ageing["open_amount"].sum()
    axes.barh(place, ageing["open_amount"], height=0.7, color=[BLUE, ORANGE, ORANGE, RED, RED])
    for at, amount, rate in zip(place, ageing["open_amount"], ageing["roll_rate"], strict=True):
        told = "" if np.isnan(rate) else said("label_rolls_on", rate=rate)
        axes.annotate(told, (amount, at), xytext=(4, 0), textcoords="offset points", va="center", color=INK)
    axes.set_yticks(place, [word(name) for name in ageing["bucket"]])
    axes.set(xlabel=said("axis_open_gross", currency=currency), title=said("title_past_due", late=late))
    axes.set(xlim=(0, 1.3 * ageing["open_amount"].max()), ylim=(len(ageing) - 0.5, -0.5))
    money_ticks(axes.xaxis, language)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    return described(axes, "alt_ageing_bars", late=late, money=ageing["open_amount"].sum(), currency=currency)


def cash_paths(
    path: pd.DataFrame, fan: pd.DataFrame, *, others: dict[str, pd.DataFrame], currency: str, language: str = "en"
) -> Axes | None:
    """The expected path of cash with its fan of 90 %, and paths of other cases beside it.

    Parameters
    ----------
    path, others : `kamlib.risk.cash.cash_path.cash_path`; others by the code of their case.
    fan : `kamlib.risk.cash.cash_fan.cash_fan`.
    """
    if none_known(path, "balance"):
        return None
    _, axes = plt.subplots(figsize=(WIDTH, 4.2))
    axes.axhline(0, color=INK, linewidth=1)
    if len(fan):
        axes.fill_between(
            path["until"], fan["low"], fan["high"], color=BLUE, alpha=0.15, linewidth=0, label=said("label_draws")
        )
    axes.plot(path["until"], path["balance"], color=BLUE, label=said("label_as_expected"))
    looks = ((RED, (0, (5, 1.5))), (ORANGE, (0, (1, 1.2))), (GREY, "-."))
    for (colour, dashes), (name, other) in zip(looks, others.items(), strict=False):
        axes.plot(other["until"], other["balance"], color=colour, linestyle=dashes, label=word(name))
    at = int(path["balance"].to_numpy().argmin())
    low = float(path["balance"].iloc[at])
    stays = said("title_cash_stays", low=low, currency=currency, weeks=len(path))
    missing = said("title_cash_missing", missing=-low, currency=currency, week=at + 1)
    axes.set(ylabel=said("axis_cash", currency=currency), title=stays if low >= 0 else missing)
    money_ticks(axes.yaxis, language)
    axes.grid(axis="y")
    shown = path["until"].iloc[:: -every(len(path), 5)]
    axes.set_xticks(shown, [number_or_text(day) for day in shown])
    axes.figure.legend(loc="outside lower left", ncols=2)
    below = float(fan["p_below"].max()) if len(fan) else None
    return described(axes, "alt_cash_paths", weeks=len(path), low=low, week=at + 1, p=below, currency=currency)


def quiet_blocks(found: pd.DataFrame, pairs: pd.DataFrame, *, names: pd.Series, most: int = 6) -> Figure | None:
    """How each alarm was found: order days of a line in each 30 days, against its own rhythm.

    Parameters
    ----------
    found : `kamlib.risk.quiet_lines.quiet_lines`; of the alarms, the latest are drawn.
    pairs : `kamlib.risk.quiet_lines.category_blocks`.
    names : of customers, by id.
    """
    if none_known(found, "change", "since"):
        return None
    alarms = found[found["change"] != ""].nlargest(most, "since")
    if alarms.empty:
        return None
    blocks = [str(name) for name in pairs if str(name).startswith("block_")][::-1]
    counts = pairs.set_index(["customer_id", "category"])[blocks]
    figure, panels = panel_grid(len(alarms), wide=min(2, len(alarms)), tall=1.7, sharex=True)
    for axes, (_, one) in zip(panels, alarms.iterrows(), strict=True):
        had, usual = counts.loc[(one["customer_id"], one["category"])], one["order_days_a_year"] * 30 / 365
        axes.bar(range(len(blocks)), had, width=0.8, color=BLUE)
        axes.axhline(usual, color=RED, linewidth=1.2, linestyle="--")
        who = str(names.get(one["customer_id"], one["customer_id"]))
        panel_title(axes, f"{within(who, 1.9)}\n{within(str(one['category']), 1.9)}")
        axes.set_ylim(0, max(float(had.max()), usual) * 1.25)
        axes.set_xticks([0, len(blocks) - 1], [said("label_9_months_ago"), said("label_now")])
    figure.supylabel(said("axis_order_days"), color=MUTED)
    quiet = int((found["change"] != "").sum())
    figure.suptitle(said("title_quiet", quiet=quiet))
    first = alarms.iloc[0]
    who = names.get(first["customer_id"], first["customer_id"])
    return described(
        figure,
        "alt_quiet_blocks",
        n=len(alarms),
        name=who,
        category=first["category"],
        usual=first["order_days_a_year"],
    )
