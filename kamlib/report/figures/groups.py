"""What rolling accounts up into groups changes."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.style import BLUE, FAINT, GREY, INK, MUTED, described, money_ticks, none_known
from kamlib.report.text import shortened


def group_bars(largest: pd.DataFrame, *, names: pd.Series, currency: str, language: str = "en") -> Axes | None:
    """The largest units, each beside its largest account alone: what counting by group changes.

    Parameters
    ----------
    largest : DataFrame
        customer_id, accounts, net_revenue, largest_account, share; see `kamlib.entities.groups.largest`.
    names : Series
        Name by customer_id; where one is missing the id stands.
    currency, language : of the study.
    """
    if none_known(largest, "net_revenue"):
        return None
    place = np.arange(len(largest))[::-1]
    _, ax = plt.subplots(figsize=(8.0, 1.4 + 0.36 * max(len(largest), 3)))
    ax.hlines(place, largest["largest_account"], largest["net_revenue"], color=FAINT, linewidth=4, zorder=1)
    ax.scatter(largest["largest_account"], place, color=GREY, s=42, zorder=2)
    ax.scatter(largest["net_revenue"], place, color=BLUE, s=58, zorder=3)
    top = float(largest["net_revenue"].max())
    for y, accounts, amount in zip(place, largest["accounts"], largest["net_revenue"], strict=True):
        words = f"{accounts} accounts" if accounts > 1 else "1 account"
        ax.text(amount + top * 0.02, y, words, va="center", fontsize=9, color=MUTED)
    found = largest["customer_id"].map(names)
    ax.set_yticks(place, [shortened(str(name), 34) for name in found.where(found.notna(), largest["customer_id"])])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.set_xlim(0, top * 1.2)
    ax.set_xlabel(
        f"net revenue of the whole period, {currency}: largest account alone (grey), all accounts together (blue)"
    )
    rolled = int((largest["accounts"] > 1).sum())
    told = f"{rolled} of the {len(largest)} largest customers buy through several accounts"
    ax.set_title(told if rolled else f"The {len(largest)} largest customers buy through one account each")
    ax.grid(axis="x")
    money_ticks(ax.xaxis, language)
    return described(ax, "alt_group_bars", n=len(largest), **largest.iloc[0][["accounts", "share"]])
