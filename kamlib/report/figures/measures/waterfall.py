"""The bridge as a waterfall: each step a bar from where the one before it ended."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from babel.numbers import format_compact_decimal
from matplotlib.axes import Axes

from kamlib.report.figures.style import BLUE, GREY, INK, RED, WIDTH, described, money_ticks, none_known
from kamlib.report.text import number_or_text
from kamlib.report.words import said, word

_ENDS = ("year_before", "year_now")


def bridge_waterfall(bridge: pd.DataFrame, *, currency: str, language: str = "en") -> Axes | None:
    """From the money of the year before to that of the last year, by the steps of the customers, each with its amount and its customers.

    The money of both years are lines, no bars: the axis does not begin at 0.

    Parameters
    ----------
    bridge : `kamlib.measures.bridge.bridge`; of several dates the last is drawn.
    """
    if none_known(bridge, "as_of", "step", "amount"):
        return None
    rows = bridge[bridge["as_of"] == bridge["as_of"].max()].dropna(subset="amount")
    rows = rows[(rows["customers"] > 0) | rows["step"].isin(_ENDS)].reset_index(drop=True)
    end = rows["step"].isin(_ENDS).to_numpy()
    change = rows["amount"].where(~end, 0.0).to_numpy()
    before, now = (float(rows.loc[rows["step"] == step, "amount"].iloc[0]) for step in _ENDS)
    level = before + np.append(0.0, change).cumsum()
    start, stop = level[:-1], level[1:]
    _, axes = plt.subplots(figsize=(WIDTH, 0.9 + 0.42 * len(rows)))
    place = np.arange(len(rows))
    axes.barh(place[~end], change[~end], left=start[~end], height=0.66, color=np.where(change[~end] < 0, RED, BLUE))
    for at, at_next, height in zip(place, place[1:], stop, strict=False):
        axes.plot([height, height], [at - 0.33, at_next + 0.33], color=GREY, linewidth=0.8, zorder=0)
    width = np.ptp(level) or abs(before) or 1.0
    for at, row in rows.iterrows():
        money = format_compact_decimal(row["amount"], fraction_digits=2, locale=language)
        label = money if end[at] else f"{'+' if row['amount'] > 0 else ''}{money} ({number_or_text(row['customers'])})"
        if end[at]:
            axes.plot([stop[at]] * 2, [at - 0.38, at + 0.38], color=INK, linewidth=3, solid_capstyle="butt")
        axes.text(max(start[at], stop[at]) + 0.015 * width, at, label, va="center", color=INK)
    axes.set_yticks(place, [word(str(step)) for step in rows["step"]])
    axes.set(xlim=(level.min() - 0.05 * width, level.max() + 0.36 * width), ylim=(len(rows) - 0.4, -0.6))
    axes.tick_params(axis="y", length=0)
    of = word(str(rows["measure"].iloc[0])).capitalize()
    axes.set_xlabel(said("axis_bridge", of=of, currency=currency))
    money_ticks(axes.xaxis, language)
    axes.grid(axis="x")
    day = pd.Timestamp(rows["as_of"].iloc[0])
    share = (now - before) / before if before > 0 else None
    gap = format_compact_decimal(now - before, fraction_digits=2, locale=language)
    signed = f"{'+' if now > before else ''}{gap}"
    code = "title_bridge" if share is None else "title_bridge_share"
    axes.set_title(said(code, gap=signed, currency=currency, day=day, share=share))
    most = rows.loc[np.abs(change).argmax()]
    told = {
        "before": before,
        "now": now,
        "day": day,
        "currency": currency,
        "step": most["step"],
        "amount": most["amount"],
    }
    return described(axes, "alt_bridge_waterfall", **told)
