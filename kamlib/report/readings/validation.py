"""What the page of the validation concludes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.churn.models.aft import AftCheck
from kamlib.stats.reasons import Reason

ALIKE = 0.9
_EVENTS = {"p_silent": "event_silent", "p_stopped": "event_stopped", "p_return": "event_return"}


def another_model(check: AftCheck) -> Reason | None:
    """Whether Cox and AFT rank the customers alike and predict equally well; None where there is nothing to check."""
    if check.differences.empty:
        return None
    gap = check.differences.set_index("measure").loc["brier"]
    values = {"ranks": "ranks_alike" if check.spearman > ALIKE else "ranks_differently", "spearman": check.spearman}
    values |= {"chance": "beyond_chance" if gap["low"] * gap["high"] > 0 else "within_chance"}
    return Reason("another_model", {**values, **gap[["difference", "low", "high"]]})


def planted_sums(found: pd.DataFrame, event: str) -> Reason | None:
    """Whether the sum of a chance over all customers holds what was planted (`kamlib.churn.evaluation.planted.against_planted`)."""
    if found.empty:
        return None
    every = found.iloc[0]
    inside = "within_the_range" if every["within"] else "outside_the_range"
    values = every[["customers", "expected", "low", "high", "planted"]]
    return Reason("planted_sum", {"event": _EVENTS[event], "inside": inside, **values})


def planted_by_group(found: pd.DataFrame) -> Reason | None:
    """In which of the groups after the first, that of all, the range doesn't hold what was planted."""
    others = found.iloc[1:]
    if others.empty:
        return None
    outside = others.index[~others["within"].astype(bool)].tolist()
    values = {"groups": len(others), "held": len(others) - len(outside), "outside": outside}
    return Reason("planted_in_some_groups" if outside else "planted_in_each_group", values)


def sums_held(*found: pd.DataFrame) -> Reason | None:
    """In how many of all groups of several `planted_sums` the range holds what was planted; None where nothing was planted."""
    within = pd.concat([table["within"] for table in found]).astype(bool)
    return Reason("sums_held", {"n": len(within), "held": int(within.sum())}) if len(within) else None


def value_came(found: pd.DataFrame, day: pd.Timestamp, days: int, currency: str) -> Reason | None:
    """By how much the value of an earlier day missed what came, in all and by group (`kamlib.measures.lifetime.holdout.held_out_groups`)."""
    if found.empty:
        return None
    every, others = found.iloc[0], found.iloc[1:]
    missed = others.index[others["low"] * others["high"] > 0].tolist()
    values = {"day": day, "days": days, "currency": currency, "missed": missed}
    values["chance"] = "beyond_chance" if every["low"] * every["high"] > 0 else "within_chance"
    return Reason("value_came_but_in" if missed else "value_came", values | dict(every))


def returns_came(found: pd.DataFrame) -> Reason | None:
    """What P(return) promised on days of the past, and who came (`kamlib.churn.evaluation.planted.returns_by_day`)."""
    return None if found.empty else Reason("returns_came", dict(found.drop(columns="as_of").sum()))


def reproduced(n: int, digits: int) -> Reason:
    """That so many published figures were reproduced, to so many decimals; the page stops at one that was not."""
    return Reason("figures_reproduced", {"n": n, "digits": digits})


def same_coefficients(found: pd.DataFrame) -> Reason | None:
    """To how many decimals, of six, our coefficients are those of lifelines (`kamlib.churn.models.cox_check`)."""
    if found.empty:
        return None
    digits = int(-np.log10(found["difference"].abs().max().clip(1e-6)))
    return Reason("same_coefficients", {"n": len(found), "digits": digits})
