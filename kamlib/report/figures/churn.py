"""Figures of losing clients: how good the prediction is, what goes with a loss, and what is at stake."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from babel.numbers import format_compact_decimal
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kamlib.report.figures.labels import panel_grid
from kamlib.report.figures.scoring import short_names
from kamlib.report.figures.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    MUTED,
    PAPER,
    WIDTH,
    described,
    none_known,
    percent_ticks,
)
from kamlib.report.text import number_or_text
from kamlib.report.words import said, with_words, word

_METHODS = ("model", "buyers_at_random", "state", "silence_in_limits", "silence_alone", "base_rate")
_MEASURES = {"brier": "measure_brier", "auc": "measure_auc", "c": "measure_c"}


def calibration_plot(groups: pd.DataFrame, *, language: str = "en") -> Axes | None:
    """Predicted P(no order) against the share that was lost, by groups of equal size, with 95 % intervals.

    Parameters
    ----------
    groups : `kamlib.churn.evaluation.level.calibration`: accounts, predicted, lost, low, high.
    """
    if none_known(groups, "predicted", "lost"):
        return None
    _figure, axes = plt.subplots(figsize=(WIDTH, 4.6))
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    axes.text(0.62, 0.56, said("label_as_predicted"), color=MUTED, va="top")
    axes.vlines(groups["predicted"], groups["low"], groups["high"], color=BLUE, linewidth=1.6)
    axes.scatter(groups["predicted"], groups["lost"], color=BLUE, s=32, zorder=3)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel=said("axis_predicted"), ylabel=said("axis_share_lost"))
    percent_ticks(axes.xaxis, language)
    percent_ticks(axes.yaxis, language)
    held = int(groups["predicted"].between(groups["low"], groups["high"]).sum())
    last = groups.loc[groups["predicted"].idxmax()]
    axes.set_title(said("title_calibration", held=held, n=len(groups), **last[["predicted", "lost"]]))
    return described(axes, "alt_calibration_plot", n=len(groups), predicted=last["predicted"], lost=last["lost"])


def against_baselines(measures: pd.DataFrame) -> Figure | None:
    """The model and each rule of thumb, with 95 % intervals, one panel a measure.

    Parameters
    ----------
    measures : `kamlib.churn.evaluation.metrics.compare`: method, measure, value, low, high.
    """
    if none_known(measures, "value"):
        return None
    told = [measure for measure in _MEASURES if (measures["measure"] == measure).any()]
    methods = [method for method in _METHODS[::-1] if (measures["method"] == method).any()]
    figure, panels = panel_grid(len(told), tall=0.5 + 0.28 * len(methods), more=0.5)
    place, model = np.arange(len(methods)), np.array(methods) == "model"
    for axes, measure in zip(panels, told, strict=True):
        rows = measures[measures["measure"] == measure].set_index("method").reindex(methods)
        colours = np.where(model, BLUE, MUTED)
        axes.axvline(float(rows["value"].to_numpy()[model][0]), color=FAINT, linewidth=1, zorder=0)
        axes.hlines(place, rows["low"], rows["high"], color=colours, linewidth=2)
        axes.scatter(rows["value"], place, color=np.where(model, BLUE, PAPER), edgecolor=colours, s=40, zorder=3)
        for at, high, value in zip(place, rows["high"].fillna(rows["value"]), rows["value"], strict=True):
            if np.isfinite(value):
                axes.annotate(
                    number_or_text(value, ".3f"), (high, at), (8, 0), textcoords="offset points", va="center", color=INK
                )
        axes.set_yticks(place, [word(method) for method in methods])
        axes.set_ylim(-0.6, len(methods) - 0.4)
        axes.tick_params(axis="y", length=0)
        axes.set_title(said(_MEASURES[measure]), fontsize=10, fontweight="normal", color=MUTED)
        axes.margins(x=0.2)
    brier = measures[measures["measure"] == "brier"].set_index("method")["value"]
    others = brier.drop("model", errors="ignore").dropna()
    if "model" in brier and len(others):
        found = "title_errs_less" if brier["model"] < others.min() else "title_errs_no_less"
        figure.suptitle(said(found, best=str(others.idxmin()), model=brier["model"], other=others.min()))
    return described(figure, "alt_against_baselines", **brier.reindex(["model", "base_rate"]))


def typical_buyers(buyers: pd.DataFrame, *, horizon_days: int, language: str = "en") -> Figure | None:
    """P(no order) of three typical buyers as their silence grows, all signs together, with 95 % intervals.

    Parameters
    ----------
    buyers : `kamlib.churn.explain.typical_buyers`.
    """
    if none_known(buyers, "p_silent"):
        return None
    names = list(buyers["buyer"].unique())
    figure, panels = panel_grid(len(names), tall=1.3, more=0.8, sharex=True)
    for axes, name in zip(panels, names, strict=True):
        rows = buyers[buyers["buyer"] == name].iloc[::-1]
        place = np.arange(len(rows))
        axes.hlines(place, rows["low"], rows["high"], color=BLUE, linewidth=2)
        axes.scatter(rows["p_silent"], place, color=BLUE, s=40, zorder=3)
        for at, high, p in zip(place, rows["high"], rows["p_silent"], strict=True):
            axes.annotate(
                number_or_text(p, ".0%"), (high, at), (8, 0), textcoords="offset points", va="center", color=INK
            )
        labels = zip(rows["silence"], rows["days"], strict=True)
        axes.set_yticks(place, [said("label_silence", silence=silence, days=days) for silence, days in labels])
        axes.set(xlim=(0, 1.12), ylim=(-0.6, len(rows) - 0.4), xticks=np.arange(0, 1.1, 0.2))
        axes.tick_params(axis="y", length=0)
        gap, n = rows.iloc[0][["gap_days", "customers"]]
        axes.set_title(said("title_buyer", buyer=name, gap=gap, customers=n), fontsize=10)
        percent_ticks(axes.xaxis, language)
    panels[-1].set_xlabel(said("axis_p_silent", days=horizon_days))
    late = buyers.groupby("buyer", sort=False)["p_silent"].last()
    told = {"days": horizon_days, "low": late.min(), "high": late.max()}
    figure.suptitle(said("title_twice", **told))
    return described(figure, "alt_typical_buyers", **told)


def warning_lines(tried: pd.DataFrame, *, language: str = "en") -> Figure | None:
    """What each line above which we would warn gets wrong: losses missed and false alarms, a panel a way to warn.

    Parameters
    ----------
    tried : tried of `kamlib.churn.evaluation.warnings`: way, above, above_values, false_share (of those who stayed), missed_share (of the lost).
    """
    if none_known(tried, "false_share", "missed_share"):
        return None
    tried = with_words(tried)
    ways = list(tried["way"].unique())
    parts = [tried[tried["way"] == way].iloc[::-1] for way in ways]
    sizes = [len(part) + 1 for part in parts]
    tall = 0.29 * sum(sizes) / len(parts) + 0.05
    figure, panels = panel_grid(len(parts), tall=tall, more=1.1, sharex=True, height_ratios=sizes)
    looks = (("missed_share", "label_missed", INK, INK), ("false_share", "label_false_alarms", PAPER, INK))
    for axes, way, part in zip(panels, ways, parts, strict=True):
        place, shares = np.arange(len(part)), part[["missed_share", "false_share"]].to_numpy(dtype=float)
        axes.hlines(place, shares.min(axis=1), shares.max(axis=1), color=GREY, linewidth=2)
        for column, label, face, edge in looks:
            axes.scatter(
                part[column], place, s=44, facecolor=face, edgecolor=edge, linewidth=1.4, zorder=3, label=said(label)
            )
        for at, (low, high) in enumerate(np.sort(shares, axis=1)):
            for value, offset, align in ((low, -8, "right"), (high, 8, "left")):
                axes.annotate(
                    number_or_text(value, ".0%"),
                    (value, at),
                    (offset, 0),
                    textcoords="offset points",
                    va="center",
                    ha=align,
                    color=INK,
                )
        axes.set_yticks(place, [str(above) for above in part["above"]])
        axes.set(ylim=(-0.6, len(part) - 0.4), xlim=(-0.14, 1.14), xticks=np.arange(0, 1.1, 0.2))
        axes.tick_params(axis="y", length=0)
        axes.set_title(word(way), fontsize=10)
        percent_ticks(axes.xaxis, language)
    panels[-1].set_xlabel(said("axis_missed"))
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower left", ncols=2)
    best = tried.loc[(tried["missed_share"] + tried["false_share"]).idxmin()]
    told = {"way": best["way"], "above": best["above"], "missed": best["missed_share"], "false": best["false_share"]}
    figure.suptitle(said("title_warning", **told))
    return described(figure, "alt_warning_lines", ways=ways, **told)


def priority_list(
    listed: pd.DataFrame,
    *,
    currency: str,
    years: float,
    names: pd.Series | None = None,
    most: int = 15,
    language: str = "en",
) -> Axes | None:
    """The customers with the largest stake: its bar and amount, and the chance of loss.

    Parameters
    ----------
    listed : customer_id, stake, p_silent (p_stopped, where it is known); largest first.
    currency, years : of the stake.
    names : name by customer_id.
    """
    if none_known(listed, "stake"):
        return None
    shown = listed[listed["stake"] > 0].head(most).iloc[::-1]
    if shown.empty:
        return None
    stopped = shown.get("p_stopped", pd.Series(np.nan, shown.index)).astype(float)
    chance = stopped.fillna(shown["p_silent"])
    place, top = np.arange(len(shown)), float(shown["stake"].max())
    unit = said("stake_in_years", currency=currency, years=years)
    _figure, axes = plt.subplots(figsize=(WIDTH, 1.0 + 0.27 * len(shown)))
    axes.barh(place, shown["stake"], height=0.62, color=BLUE)

    def short(amount: float) -> str:
        return format_compact_decimal(round(amount), fraction_digits=1, locale=language)

    for at, stake, p in zip(place, shown["stake"], chance, strict=True):
        told = f"{short(stake)}, {number_or_text(p, '.0%')}"
        axes.annotate(told, (stake, at), (5, 0), textcoords="offset points", va="center", color=INK)
    labels = short_names(shown, names)
    axes.set_yticks(place, labels)
    axes.set(xlim=(0, top * 1.5), xticks=[], ylim=(-0.6, len(shown) - 0.4))
    axes.set_xlabel(said("axis_stake_stopped" if stopped.notna().all() else "axis_stake_silent", currency=unit))
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines[:].set_visible(False)
    sums = {"top": short(top), "sum": short(shown["stake"].sum())}
    axes.set_title(said("title_stake", name=labels[-1], n=len(shown), **sums))
    return described(
        axes, "alt_priority_list", n=len(shown), name=labels[-1], stake=top, currency=unit, chance=chance.iloc[-1]
    )
