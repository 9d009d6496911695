"""What became of cohorts as a heat map: by quarters since the first order, customers kept and money kept."""

from __future__ import annotations

from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.style import DARK, INK, MUTED, PAPER, SEQUENTIAL, WIDTH, described, none_known, panel_title
from kamlib.report.text import number_or_text
from kamlib.report.words import said, word_if_known

_TITLES = {"kept_share": "title_customers_kept", "money_kept": "title_money_kept"}
_MOST, _WIDE = 16, 11  # cohorts, and quarters beside each other, that can be read


def cohort_map(cohorts: pd.DataFrame, *, language: str = "en") -> Axes | None:
    """Shares of each cohort that are kept, by quarters since the first order: of customers, and of the money of their first half-year.

    Cells of too few customers stay empty. Of many cohorts the latest are drawn.

    Parameters
    ----------
    cohorts : `kamlib.measures.cohorts.cohorts`, of everyone.
    """
    if none_known(cohorts, "cohort", "quarters", "kept_share"):
        return None
    rows = cohorts[cohorts["among"] == "everyone"]
    names = list(rows["cohort"].unique())[-_MOST:]
    rows = rows[rows["cohort"].isin(names)]
    sizes = rows.groupby("cohort", sort=False)["customers"].max().reindex(names)
    last_age = int(rows["quarters"].max())
    ages = range(0, last_age + 1, 1 + last_age // _WIDE)
    figure, pair = plt.subplots(2, 1, figsize=(WIDTH, 1.6 + 0.68 * len(names)), sharex=True)
    for axes, (column, title) in zip(pair, _TITLES.items(), strict=True):
        table = rows.pivot(index="cohort", columns="quarters", values=column).reindex(index=names, columns=ages)
        values = table.to_numpy(float)
        axes.imshow(np.clip(values, 0, 1), cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
        for at, place in zip(*np.nonzero(~np.isnan(values)), strict=True):
            label = f"{100 * values[at, place]:.0f}"
            colour = PAPER if values[at, place] > DARK else INK
            axes.text(place, at, label, ha="center", va="center", color=colour)
        labels = [fill(f"{word_if_known(str(name))} ({number_or_text(sizes[name])})", 20) for name in names]
        axes.set_yticks(range(len(names)), labels)
        axes.tick_params(length=0)
        panel_title(axes, said(title))
        for side in axes.spines.values():
            side.set_visible(False)
    pair[1].set_xticks(range(len(ages)), [str(age) for age in ages])
    pair[1].set_xlabel(said("axis_quarters"), color=MUTED)
    known = rows.dropna(subset="kept_share")
    last = known[known["quarters"] == known["quarters"].max()].iloc[0]
    told = {
        "n": len(names),
        "quarters": int(last["quarters"]),
        "cohort": word_if_known(str(last["cohort"])),
        "kept": last["kept_share"],
    }
    figure.suptitle(said("title_kept", **told))
    top: Axes = pair[0]
    return described(top, "alt_cohort_map", **told)
