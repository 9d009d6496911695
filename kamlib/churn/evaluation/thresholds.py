"""Where to draw the line between a quiet client and a lost one: false alarms against missed losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.stats.intervals import wilson
from kamlib.stats.reasons import reason_columns, waiting

_POINTS = 200  # of a curve, at most
_COLUMNS = [
    "way",
    "above",
    "above_values",
    "threshold",
    "warned",
    "false_alarms",
    "missed",
    "false_share",
    "missed_share",
    "right",
    "low",
    "high",
]
LINES = {
    "days_of_silence": (30, 60, 90, 120, 180),
    "silence_in_limits": (0.5, 1, 2),
    "p_silent_of_model": (0.1, 0.3, 0.5),
}
"""Ways to warn, and the lines that are tried with each: days of silence, silence over the own limit, P(no order) of the model."""


@dataclass(frozen=True)
class Warnings:
    """Ways to warn side by side: `curves` (way, and the columns of `threshold_curve`) and `tried`, the same at `LINES` with above and
    above_values (the line as a code)."""

    curves: pd.DataFrame
    tried: pd.DataFrame


def warnings(before: pd.DataFrame, lost: pd.Series, limits: pd.Series, predictions: pd.DataFrame) -> Warnings:
    """What each way to warn would have brought on one day of the past, at every line and at those of `LINES`.

    Parameters
    ----------
    before : customers at risk on that day: customer_id, silence_days.
    lost, limits : whether each was lost (1, 0) and its own limit of silence (`kamlib.facts.rhythm.own_limits`), index of `before`.
    predictions : customer_id, model: P(no order) of the model on that day; may be empty.

    Returns
    -------
    Warnings
        Both tables wait where not some were lost and some stayed.
    """
    scores = {"days_of_silence": before["silence_days"], "silence_in_limits": before["silence_days"] / limits}
    if len(predictions):
        scores["p_silent_of_model"] = before["customer_id"].map(predictions.set_index("customer_id")["model"])
    if lost.nunique() < 2:
        nothing = waiting(_COLUMNS, "no_line_judged")
        return Warnings(nothing, nothing)
    curves = [threshold_curve(score, lost).assign(way=way) for way, score in scores.items()]
    tried = pd.concat(
        [threshold_curve(score, lost, LINES[way]).assign(way=way) for way, score in scores.items()], ignore_index=True
    )
    at = tried["threshold"]
    shown = at.where(tried["way"] != "p_silent_of_model", 100 * at)
    label = reason_columns([(tried["way"] == way, f"above_{way}", {"at": shown}) for way in scores], name="above")
    return Warnings(pd.concat(curves, ignore_index=True), tried.join(label))


def threshold_curve(score: pd.Series, lost: pd.Series, thresholds: Sequence[float] | None = None) -> pd.DataFrame:
    """What warning of every client whose score is above a threshold would have brought, for each threshold.

    Parameters
    ----------
    score : Series
        What the warning goes by, higher is worse: days of silence, silence over the own limit, P(no order). Clients whose
        score is missing are never warned of.
    lost : Series, same index
        1: no order came within the horizon, 0: one came. Rows where it is missing are left out.
    thresholds : the values to try; None: those of the clients, at most 200, and one below all.

    Returns
    -------
    DataFrame, lowest threshold first
        threshold, warned (clients above it), false_alarms (warned of, and they stayed), missed (lost without a warning),
        false_share (of those who stayed), missed_share (of the lost), right (share of the warnings that came true), low and
        high (its 95 % Wilson interval); counts are of clients, shares 0 to 1, missing without a client to count.

    Raises
    ------
    InputError
        If no client's outcome is known.
    """
    known = lost.notna()
    if not known.any():
        raise InputError("no client's outcome is known", remedy="Give a landmark that lies a whole horizon back.")
    gone = lost[known].to_numpy() == 1
    value = score[known].to_numpy(dtype="float64", na_value=np.nan)
    value = np.where(np.isnan(value), -np.inf, value)
    at = np.unique(value[np.isfinite(value)]) if thresholds is None else np.sort(np.asarray(thresholds, dtype=float))
    if thresholds is None:
        at = np.concatenate([[np.nextafter(at.min(), -np.inf)] if len(at) else [], at])
        at = at[np.unique(np.linspace(0, len(at) - 1, min(len(at), _POINTS)).round().astype(int))]
    above = {name: _above(value[rows], at) for name, rows in {"lost": gone, "stayed": ~gone}.items()}
    table = pd.DataFrame({"threshold": at, "warned": above["lost"] + above["stayed"], "false_alarms": above["stayed"]})
    table["missed"] = gone.sum() - above["lost"]
    table["false_share"] = table["false_alarms"] / (int((~gone).sum()) or np.nan)
    table["missed_share"] = table["missed"] / (int(gone.sum()) or np.nan)
    warned = table["warned"].where(table["warned"] > 0)
    table["right"] = above["lost"] / warned
    table["low"], table["high"] = wilson(pd.Series(above["lost"]), warned)
    return table


def _above(values: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    return len(values) - np.searchsorted(np.sort(values), thresholds, side="right")
