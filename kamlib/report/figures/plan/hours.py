"""Figure of whose hours are full."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from kamlib.report.figures.labels import within
from kamlib.report.figures.style import BLUE, FAINT, INK, ORANGE, WIDTH, described, none_known
from kamlib.report.words import said

_MOST = 20


def owner_hours(owners: pd.DataFrame) -> Axes | None:
    """For each owner the hours of a week, what the list takes of them, and how many hours of actions wait.

    Parameters
    ----------
    owners : `kamlib.plan.action_list.by_owner`; the first 20 are shown.
    """
    if none_known(owners, "hours", "used", "waiting_hours"):
        return None
    shown = owners.head(_MOST)[::-1].reset_index(drop=True)
    _, axes = plt.subplots(figsize=(WIDTH, 1.2 + 0.34 * len(shown)))
    axes.barh(shown.index, shown["hours"], color=FAINT, height=0.8, label=said("label_week_hours"))
    axes.barh(shown.index, shown["used"], color=BLUE, height=0.5, label=said("label_taken"))
    axes.barh(shown.index, -shown["waiting_hours"], color=ORANGE, height=0.5, label=said("label_waiting"))
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set_yticks(shown.index, [within(str(owner), 1.6) for owner in shown["owner"]])
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    axes.set_xlabel(said("axis_hours"))
    axes.figure.legend(loc="outside lower left", ncols=2)
    used, hours, waiting = owners["used"].sum(), owners["hours"].sum(), owners["waiting_hours"].sum()
    axes.set_title(said("title_hours", used=used, hours=hours, waiting=waiting))
    return described(axes, "alt_owner_hours", n=len(owners), used=used, hours=hours, waiting=waiting)
