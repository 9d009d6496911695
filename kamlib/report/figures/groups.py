"""What rolling accounts up into groups changes."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.labels import within
from kamlib.report.figures.style import BLUE, FAINT, INK, MUTED, PAPER, WIDTH, described, money_ticks, none_known
from kamlib.report.words import said


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
    figure, ax = plt.subplots(figsize=(WIDTH, 1.5 + 0.3 * max(len(largest), 3)))
    ax.hlines(place, largest["largest_account"], largest["net_revenue"], color=FAINT, linewidth=4, zorder=1)
    ax.scatter(largest["net_revenue"], place, color=BLUE, s=58, zorder=2, label=said("label_all_accounts"))
    ax.scatter(
        largest["largest_account"],
        place,
        color=PAPER,
        edgecolor=MUTED,
        s=30,
        zorder=3,
        label=said("label_largest_account"),
    )
    top = float(largest["net_revenue"].max())
    for y, accounts, amount in zip(place, largest["accounts"], largest["net_revenue"], strict=True):
        if accounts > 1:
            ax.text(amount + top * 0.04, y, said("label_accounts", n=accounts), va="center", color=MUTED)
    found = largest["customer_id"].map(names)
    ax.set_yticks(place, [within(str(name)) for name in found.where(found.notna(), largest["customer_id"])])
    ax.tick_params(axis="y", length=0, labelcolor=INK)
    ax.set_xlim(0, top * 1.5)
    ax.set_xlabel(said("axis_net_revenue", currency=currency))
    figure.legend(loc="outside lower left", ncols=2)
    rolled = int((largest["accounts"] > 1).sum())
    ax.set_title(said("title_several_accounts" if rolled else "title_one_account_each", rolled=rolled, n=len(largest)))
    ax.grid(axis="x")
    money_ticks(ax.xaxis, language)
    ax.locator_params(axis="x", nbins=4)
    return described(ax, "alt_group_bars", n=len(largest), **largest.iloc[0][["accounts", "share"]])
