"""Figures of the scorecard of our own forecasts: what was expected, within which range, and what came."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kamlib.report.figures.labels import panel_grid
from kamlib.report.figures.style import BLUE, FAINT, INK, RED, described, every, none_known, panel_title
from kamlib.report.words import said, word


def expected_and_came(card: pd.DataFrame) -> Figure | None:
    """Of each event, day by day: the range of 80 %, the number expected, and the number that came; red where it lies outside.

    Parameters
    ----------
    card : `kamlib.measures.scorecard.scorecard`.
    """
    if none_known(card, "expected", "came"):
        return None
    figure, panels = _panels(card)
    for axes, rows, place in panels:
        off = (rows["verdict"] != "as_expected").to_numpy()
        low, high = (rows[f"expected_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
        axes.bar(place, high - low, bottom=low, width=0.5, color=FAINT, label=said("label_may_come"))
        axes.hlines(rows["expected"], place - 0.25, place + 0.25, color=BLUE, label=said("label_expected"))
        for flag, colour, size, marker, label in (
            (~off, INK, 26, "o", "label_came"),
            (off, RED, 40, "D", "label_came_outside"),
        ):
            if flag.any():
                axes.scatter(
                    place[flag], rows["came"][flag], color=colour, s=size, marker=marker, label=said(label), zorder=3
                )
        axes.set(ylim=(0, max(high.max(), rows["came"].max(), 1) * 1.15))
    _one_legend(figure)
    held = int((card["verdict"] == "as_expected").sum())
    figure.suptitle(said("title_forecasts", held=held, n=len(card)))
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
    figure, panels = _panels(told)
    for axes, rows, place in panels:
        axes.bar(place, rows["listed"], width=0.62, color=FAINT, label=said("label_on_list"))
        axes.bar(place, rows["hits"], width=0.62, color=BLUE, label=said("label_it_came_to"))
        axes.hlines(rows["hits_expected"], place - 0.38, place + 0.38, color=INK, label=said("label_to_be_expected"))
    _one_legend(figure)
    listed, hits = int(told["listed"].sum()), int(told["hits"].sum())
    figure.suptitle(said("title_hits", hits=hits, listed=listed))
    return described(figure, "alt_list_hits", n=len(told), listed=listed, hits=hits)


def _panels(card: pd.DataFrame) -> tuple[Figure, list[tuple[Axes, pd.DataFrame, np.ndarray]]]:
    """A panel for each event below the other, with its rows and their places among the days of all."""
    days = pd.Index(card["as_of"].sort_values().unique())
    events = card["event"].unique()
    figure, column = panel_grid(len(events), tall=1.4, more=1.3, sharex=True)
    for axes, event in zip(column, events, strict=True):
        panel_title(axes, word(f"forecast_of_{event}"))
        axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
        axes.set_ylabel(said("axis_customers"))
    step = every(len(days), 7)
    column[-1].set_xticks(range(0, len(days), step), [f"{day:%Y-%m}" for day in days[::step]])
    of = [card[card["event"] == event] for event in events]
    return figure, [(axes, rows, days.get_indexer(rows["as_of"])) for axes, rows in zip(column, of, strict=True)]


def _one_legend(figure: Figure) -> None:
    """What the marks of all panels mean, each once."""
    found = {label: mark for axes in figure.axes for mark, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(found.values(), found.keys(), loc="outside lower left", ncols=2)
