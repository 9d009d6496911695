"""Figures of losing clients: how good the prediction is, why they leave, and what is at stake."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kamlib.report.figures.style import BLUE, FAINT, GREY, MUTED, RED, described, money_ticks, none_known, percent_ticks
from kamlib.report.text import shortened
from kamlib.report.words import with_words, word

_METHODS = ("model", "buyers_at_random", "state", "silence_in_limits", "silence_alone", "base_rate")
_MEASURES = {
    "brier": ("Brier score", "lower is better"),
    "auc": ("AUC, lost or not", "higher is better"),
    "c": ("C, time to next order", "higher is better"),
}


def calibration_plot(groups: pd.DataFrame, *, title: str, language: str = "en") -> Axes | None:
    """Predicted P(no order) against the share that was lost, by groups of equal size, with 95 % intervals.

    Parameters
    ----------
    groups : `kamlib.churn.evaluation.level.calibration`: accounts, predicted, lost, low, high.
    """
    if none_known(groups, "predicted", "lost"):
        return None
    _figure, axes = plt.subplots(figsize=(5.6, 5.0))
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    axes.text(0.6, 0.565, "as predicted", color=MUTED, fontsize=9, va="top", rotation=45, rotation_mode="anchor")
    axes.vlines(groups["predicted"], groups["low"], groups["high"], color=BLUE, linewidth=1.2)
    axes.scatter(groups["predicted"], groups["lost"], color=BLUE, s=28, zorder=3)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="predicted: P(no order)", ylabel="came: share lost", title=title)
    axes.set_aspect("equal")
    percent_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    last = groups.loc[groups["predicted"].idxmax()]
    return described(axes, "alt_calibration_plot", n=len(groups), predicted=last["predicted"], lost=last["lost"])


def against_baselines(measures: pd.DataFrame, *, title: str) -> Figure | None:
    """The model and each rule of thumb, with 95 % intervals, one panel a measure.

    Parameters
    ----------
    measures : `kamlib.churn.evaluation.metrics.compare`: method, measure, value, low, high.
    """
    if none_known(measures, "value"):
        return None
    told = [measure for measure in _MEASURES if (measures["measure"] == measure).any()]
    methods = [method for method in _METHODS[::-1] if (measures["method"] == method).any()]
    figure, panels = plt.subplots(1, len(told), figsize=(9, 0.7 + 0.5 * len(methods)), sharey=True)
    for axes, measure in zip(panels, told, strict=True):
        name, better = _MEASURES[measure]
        rows = measures[measures["measure"] == measure].set_index("method").reindex(methods)
        colours = [BLUE if method == "model" else GREY for method in methods]
        axes.axvline(rows.loc["model", "value"], color=FAINT, linewidth=1, zorder=0)
        axes.hlines(range(len(methods)), rows["low"], rows["high"], color=colours, linewidth=2)
        axes.scatter(rows["value"], range(len(methods)), color=colours, s=34, zorder=3)
        for place, value in enumerate(rows["value"]):
            axes.annotate(
                f"{value:.3f}", (value, place), xytext=(0, 6), textcoords="offset points", ha="center", fontsize=9
            )
        axes.set_yticks(range(len(methods)), [word(method) for method in methods])
        axes.set(ylim=(-0.5, len(methods) - 0.3), xlabel=better)
        axes.set_title(name, fontsize=10, color=MUTED)
        axes.margins(x=0.15)
    figure.suptitle(title, x=0.01, ha="left")
    brier = measures[measures["measure"] == "brier"].set_index("method")["value"].reindex(["model", "base_rate"])
    return described(figure, "alt_against_baselines", **brier)


def hazard_forest(ratios: pd.DataFrame, *, title: str, most: int = 9) -> Figure | None:
    """Factors on the chance of the next order, per step, with 95 % intervals; one panel for each span of days.

    Parameters
    ----------
    ratios : `kamlib.churn.explain.hazard_ratios`; the first `most` covariates of each span are drawn.
    """
    if none_known(ratios, "ratio"):
        return None
    spans = list(ratios["days"].unique())
    figure, panels = plt.subplots(len(spans), 1, figsize=(8.4, 0.8 + (0.8 + 0.3 * most) * len(spans)), squeeze=False)
    low, high = 1.0, 1.0
    for axes, span in zip(panels[:, 0], spans, strict=True):
        rows = ratios[ratios["days"] == span].head(most).iloc[::-1]
        place = np.arange(len(rows))
        clear = (rows["low"] > 1) | (rows["high"] < 1)
        colours = np.where(~clear, GREY, np.where(rows["ratio"] < 1, RED, BLUE))
        axes.axvline(1, color=GREY, linewidth=1)
        axes.hlines(place, rows["low"], rows["high"], color=colours, linewidth=2)
        axes.scatter(rows["ratio"], place, color=colours, s=30, zorder=3)
        axes.set_yticks(place, [f"{word(one.meaning)}: {word(one.step)}" for one in rows.itertuples()])
        axes.set_title(f"days {span.replace('-', ' to ')} after the landmark", fontsize=10, color=MUTED)
        axes.set_xscale("log")
        low, high = min(low, rows["low"].min()), max(high, rows["high"].max())
    ticks = [tick for tick in (0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4) if low * 0.8 <= tick <= high * 1.25]
    for axes in panels[:, 0]:
        axes.set_xlim(low * 0.93, high * 1.07)
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
    panels[-1, 0].set_xlabel("factor on the chance of the next order (left of 1: orders come later)")
    figure.suptitle(title, x=0.01, ha="left")
    return described(figure, "alt_hazard_forest", **ratios.iloc[0][["meaning", "step", "ratio"]])


def priority_list(
    listed: pd.DataFrame,
    *,
    title: str,
    currency: str,
    names: pd.Series | None = None,
    most: int = 15,
    language: str = "en",
) -> Axes | None:
    """The customers with the largest stake: its bar, the chance of loss and the main reason.

    Parameters
    ----------
    listed : customer_id, stake, p_silent (p_stopped, where it is known), reason (in words, or a code with its values in reason_values); largest first.
    names : name by customer_id.
    """
    if none_known(listed, "stake"):
        return None
    shown = with_words(listed[listed["stake"] > 0].head(most)).iloc[::-1]
    if shown.empty:
        return None
    stopped = shown.get("p_stopped", pd.Series(np.nan, shown.index)).astype(float)
    shown = shown.assign(chance=stopped.fillna(shown["p_silent"]))
    place = np.arange(len(shown))
    _figure, axes = plt.subplots(figsize=(9, 1.2 + 0.34 * len(shown)))
    axes.barh(place, shown["stake"], height=0.62, color=BLUE)
    for at, row in zip(place, shown.itertuples(), strict=True):
        text = f"{row.chance:.0%} · {shortened(str(row.reason), 66)}"
        axes.annotate(
            text,
            (row.stake, at),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=MUTED,
        )
    labels = shown["customer_id"].map(names).fillna(shown["customer_id"]) if names is not None else shown["customer_id"]
    axes.set_yticks(place, [shortened(str(label), 28) for label in labels])
    most_at_stake = float(shown["stake"].max())
    axes.set_xlim(0, most_at_stake * 2.4)
    axes.set_xticks([tick for tick in MaxNLocator(4).tick_values(0, most_at_stake) if tick <= most_at_stake])
    event = "P(stopped)" if stopped.notna().all() else "P(no order)"
    axes.set(xlabel=f"stake, {currency} (bar), {event} and main reason", title=title)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    money_ticks(axes.xaxis, language)
    return described(
        axes, "alt_priority_list", n=len(shown), name=labels.iloc[-1], stake=most_at_stake, currency=currency,
        chance=shown["chance"].iloc[-1],
    )  # fmt: skip
