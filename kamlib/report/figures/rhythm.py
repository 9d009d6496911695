"""Figure of silence against the account's own rhythm."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.scoring import short_names
from kamlib.report.figures.style import GREY, HOVER, INK, MUTED, PAPER, RED, WIDTH, described, none_known, plain_ticks
from kamlib.report.text import number_or_text
from kamlib.report.words import said

MOST = 2000
"""Accounts drawn of a group; of more, a random part."""


def silence_rhythm(
    table: pd.DataFrame, late: pd.DataFrame, *, overdue: float = 3, names: pd.Series | None = None
) -> Axes | None:
    """Days since the last order against the usual gap of each customer, on log scales; those of most money stand out.

    Parameters
    ----------
    table : DataFrame of `kamlib.segments.rfm.rfm_segments`: customer_id, silence_days, gap_median, rhythm, m, money.
    late : those that are overdue (`kamlib.segments.rfm.overdue`): customer_id.
    overdue : own median gaps of silence from which an account of the highest money class is called overdue.
    names : names by customer_id, for the pointer.
    """
    if none_known(table, "m", "gap_median"):
        return None
    known = table[table["m"].notna() & (table["gap_median"] > 0)]
    if known.empty:
        return None
    large = known["m"] == known["m"].max()
    is_late = known["customer_id"].isin(late["customer_id"])
    figure, axes = plt.subplots(figsize=(WIDTH, 4.8))
    ends = np.array([known["gap_median"].min() / 1.3, known["gap_median"].max() * 1.3])
    axes.plot(ends, ends, color=GREY, linewidth=1)
    axes.plot(ends, overdue * ends, color=RED, linewidth=1, linestyle=(0, (4, 3)))
    for words, colour, size, here in (
        ("label_others", GREY, 12, ~large),
        ("label_most_money", INK, 26, large & ~is_late),
        ("label_overdue", RED, 26, is_late),
    ):
        group = known[here]
        drawn = group if len(group) <= MOST else group.sample(MOST, random_state=1).sort_index()
        many = number_or_text(len(group)) if len(drawn) == len(group) else said("label_drawn", n=len(group), most=MOST)
        dots = axes.scatter(
            drawn["gap_median"].astype(float), drawn["silence_days"].clip(lower=1).astype(float), s=size, color=colour,
            linewidth=0.4, edgecolor=PAPER, alpha=0.8, label=said(words, n=many),
        )  # fmt: skip
        if size > 12:
            dots.set_gid(HOVER)
            dots.set_urls(list(short_names(drawn, names)))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(*ends)
    axes.set_ylim(0.8, 1.5 * known["silence_days"].clip(lower=1).max())
    at = ends[0] * 4.6
    for times, words, colour in (
        (1, said("label_as_usual"), MUTED),
        (overdue, said("label_usual_gaps", n=overdue), RED),
    ):
        axes.annotate(words, (at, times * at), xytext=(-5, 3), textcoords="offset points", color=colour, ha="right")
    plain_ticks(axes.xaxis)
    plain_ticks(axes.yaxis)
    axes.set_xlabel(said("axis_usual_gap"))
    axes.set_ylabel(said("axis_days_silent"))
    figure.legend(loc="outside lower left")
    axes.set_title(said("title_overdue", late=is_late.sum(), large=large.sum()))
    return described(axes, "alt_silence_rhythm", late=is_late.sum(), large=large.sum(), overdue=overdue)
