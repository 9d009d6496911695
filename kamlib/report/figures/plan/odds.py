"""Figure of what rounds of offers showed."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.plan.worth import Effect
from kamlib.report.figures.style import BLUE, GREY, INK, MUTED, WIDTH, described, none_known
from kamlib.report.text import number_or_text
from kamlib.report.words import said


def round_odds(rounds: pd.DataFrame, effect: Effect) -> Axes | None:
    """The odds ratio of each round with its interval, what was thought before, and what is thought now.

    Parameters
    ----------
    rounds : `kamlib.plan.rounds.read_rounds`.
    effect : `kamlib.plan.worth.learned` of them.
    """
    if none_known(rounds, "odds_ratio", "odds_low", "odds_high"):
        return None
    known = rounds.dropna(subset=["odds_ratio", "odds_low", "odds_high"])
    lines = [(said("label_before_rounds"), *Effect().odds, GREY)]
    for row in known.to_dict("records"):
        words = said("label_round", day=row["round_begun"], offered=row["offered"], control=row["control"])
        lines.append((words, row["odds_ratio"], row["odds_low"], row["odds_high"], BLUE))
    lines.append((said("label_now"), *effect.odds, INK))
    _, axes = plt.subplots(figsize=(WIDTH, 1.3 + 0.55 * len(lines)))
    for at, (_, value, low, high, colour) in enumerate(reversed(lines)):
        axes.plot([low, high], [at, at], color=colour, linewidth=2)
        axes.scatter(value, at, color=colour, s=44, zorder=3)
        axes.annotate(
            number_or_text(value, ".2f"),
            (value, at),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            color=colour,
        )
    axes.axvline(1, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    axes.set_xscale("log")
    ends = np.array([line[2:4] for line in lines], dtype=float)
    axes.set_xlim(max(ends.min() * 0.8, 0.02), min(ends.max() * 1.25, 50))
    ticks = [
        tick for tick in (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 25) if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]
    ]
    axes.set_xticks(ticks, [number_or_text(tick, "g") for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks(range(len(lines)), [line[0] for line in reversed(lines)])
    axes.set_ylim(-0.6, len(lines) - 0.2)
    axes.set_xlabel(said("axis_odds"))
    odds, low, high = effect.odds
    axes.set_title(said("title_odds", odds=odds))
    return described(axes, "alt_round_odds", n=len(known), odds=odds, low=low, high=high)
