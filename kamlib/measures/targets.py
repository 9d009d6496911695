"""Targets of the study: met, not met, or not to be told, because the interval spans them or the figure is not known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.measures.rates import of_years
from kamlib.stats.reasons import Case, or_waiting, reason_columns
from kamlib.study.settings.targets import Target

VERDICTS = ("met", "not_met", "cant_be_told")


def figures(
    rates: pd.DataFrame,
    scores: pd.DataFrame,
    shares: pd.DataFrame,
    retained: pd.DataFrame,
    concentration: pd.DataFrame,
) -> pd.DataFrame:
    """The figures of the last 12 months that targets are set for, each with its 95 % interval: measure, value, low, high.

    Parameters
    ----------
    rates, scores, shares : `kamlib.measures.rates`: `rates_by_period`, `nps`, `wallet_rates`.
    retained : `kamlib.measures.retention.retention`.
    concentration : table `concentration` of a run; nothing is drawn in it, so its ends are the value.
    """
    year = scores[scores["window_months"] == 12].head(1).rename(columns={"nps": "value"}).assign(measure="nps")
    last = retained[retained["cohort"] == "all"].sort_values("as_of").tail(1) if len(retained) else pd.DataFrame()
    kept = [
        last[[name, f"{name}_low", f"{name}_high"]].set_axis(["value", "low", "high"], axis=1).assign(measure=name)
        for name in ("nrr", "grr")
        if len(last)
    ]
    top = concentration[concentration["measure"] == "revenue"][["top_1"]].rename(columns={"top_1": "value"})
    top = top.assign(low=top["value"], high=top["value"], measure="top_1")
    known = of_years(rates)
    parts = [known[known["source"] == ""].drop_duplicates("measure"), year, shares, *kept, top]
    return pd.concat([part[["measure", "value", "low", "high"]] for part in parts if len(part)], ignore_index=True)


def against(targets: Sequence[Target], figures: pd.DataFrame) -> pd.DataFrame:
    """Each target against its figure of the last 12 months.

    Parameters
    ----------
    targets : section `targets` of the study.
    figures : measure, value, low, high (95 %, in the unit of the target), each measure once, such as of `figures`.

    Returns
    -------
    DataFrame, in the order of the targets
        measure, sense (at_least or at_most), target, value, low, high, verdict: *met* where the whole interval is on the right side of the target, *not_met* where
        it is on the wrong one, else *cant_be_told*; reason, reason_values. It waits where the study has no target.
    """
    known = figures.set_index("measure").reindex([target.measure for target in targets])
    table = pd.DataFrame(
        {
            "measure": [target.measure for target in targets],
            "sense": ["at_least" if target.at_most is None else "at_most" for target in targets],
            "target": [target.limit for target in targets],
            **{name: known[name].to_numpy(float) for name in ("value", "low", "high")},
        }
    )
    least = table["sense"] == "at_least"
    above, below = table["low"] >= table["target"], table["high"] < table["target"]
    under, over = table["high"] <= table["target"], table["low"] > table["target"]
    table["verdict"] = np.select(
        [np.where(least, above, under), np.where(least, below, over)], VERDICTS[:2], VERDICTS[2]
    )
    cases: list[Case] = [
        (table["value"].isna(), "figure_not_known", {}),
        (table[["low", "high"]].isna().any(axis=1), "interval_not_known", {}),
        (table["verdict"].eq("cant_be_told"), "interval_spans_target", {}),
    ]
    return or_waiting(table.join(reason_columns(cases)), "no_target")
