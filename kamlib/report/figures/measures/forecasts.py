"""Figures of the scorecard of our own forecasts: what was expected, within which range, and what came."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kamlib.report.figures.style import BLUE, FAINT, INK, RED, WIDTH, described, none_known, panel_title
from kamlib.report.words import word


def expected_and_came(card: pd.DataFrame) -> Figure | None:
    """Of each event, day by day: the range of 80 %, the number expected, and the number that came; red where it lies outside.

    Parameters
    ----------
    card : `kamlib.measures.scorecard.scorecard`.
    """
    if none_known(card, "expected", "came"):
        return None
    events = card["event"].unique()
    figure, panels = plt.subplots(1, len(events), figsize=(WIDTH, 3.6), squeeze=False)
    for axes, event in zip(panels[0], events, strict=True):
        rows = card[card["event"] == event]
        place, off = np.arange(len(rows)), (rows["verdict"] != "as_expected").to_numpy()
        low, high = (rows[f"expected_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
        axes.bar(place, high - low, bottom=low, width=0.5, color=FAINT, label="80 % of what may come")
        axes.hlines(rows["expected"], place - 0.25, place + 0.25, color=BLUE, label="expected")
        for flag, colour, label in ((~off, INK, "came"), (off, RED, "came, outside")):
            axes.scatter(
                place[flag], rows["came"][flag], color=colour, s=26, zorder=3, label=label if flag.any() else None
            )
        axes.set_xticks(place, [f"{day:%Y-%m}" for day in rows["as_of"]], rotation=45)
        panel_title(axes, word(f"forecast_of_{event}"))
        axes.set(ylim=(0, max(high.max(), rows["came"].max(), 1) * 1.15))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    panels[0, 0].set_ylabel("customers")
    figure.legend(*panels[0, -1].get_legend_handles_labels(), loc="outside lower left")
    held = int((card["verdict"] == "as_expected").sum())
    return described(figure, "alt_expected_and_came", n=len(card), held=held)


def list_hits(card: pd.DataFrame) -> Figure | None:
    """Of those first on the list on each day, how many it came to, beside how many were to be expected.

    Parameters
    ----------
    card : `kamlib.measures.scorecard.scorecard`.
    """
    told = card[card["listed"] > 0] if len(card) else card
    if none_known(told, "hits"):
        return None
    events = told["event"].unique()
    figure, panels = plt.subplots(1, len(events), figsize=(WIDTH, 3.4), squeeze=False, sharey=True)
    for axes, event in zip(panels[0], events, strict=True):
        rows = told[told["event"] == event]
        place = np.arange(len(rows))
        axes.bar(place, rows["listed"], width=0.62, color=FAINT, label="on the list")
        axes.bar(place, rows["hits"], width=0.62, color=BLUE, label="it came to")
        axes.hlines(rows["hits_expected"], place - 0.38, place + 0.38, color=INK, label="to be expected of them")
        axes.set_xticks(place, [f"{day:%Y-%m}" for day in rows["as_of"]], rotation=45)
        panel_title(axes, word(f"forecast_of_{event}"))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    panels[0, 0].set_ylabel("customers")
    figure.legend(*panels[0, -1].get_legend_handles_labels(), loc="outside lower left")
    return described(
        figure, "alt_list_hits", n=len(told), listed=int(told["listed"].sum()), hits=int(told["hits"].sum())
    )
