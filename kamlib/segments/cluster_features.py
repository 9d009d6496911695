"""How accounts behave: the features that clusters are formed from, in their own units and on a common scale."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.facts.worth import worth_column
from kamlib.stats.reasons import Case, Reason, reason_columns

FEATURES = ("order_days_24m", "margin_24m", "gap_median", "categories_24m", "average_order")


def usable(facts: pd.DataFrame, names: Sequence[str] = FEATURES) -> tuple[list[str], list[Reason]]:
    """The columns that can stand for the wanted features, and notes on what was replaced or left out.

    A 24-month window that was not observed gives way to 12 months, a margin nobody knows to revenue; what then is
    still unknown, or the same for all, is left out.
    """
    columns, notes = [], []
    for name in names:
        options = [name, name.replace("_24m", "_12m")]
        if re.fullmatch(r"margin(_\d+m)?", name):
            options = [worth_column(facts, option.removeprefix("margin").removeprefix("_")) for option in options]
        if not any(option in facts for option in (name, *options)):
            raise InputError("no such column of facts for clustering", found=name, remedy="Mend clustering.features.")
        known = next((o for o in options if o in facts and facts[o].notna().any()), None)
        if known is None or facts[known].min() == facts[known].max():
            notes.append(Reason("left_out_unknown" if known is None else "left_out_constant", {"feature": name}))
        elif known not in columns:
            columns.append(known)
            if known != name:
                notes.append(Reason("stands_for", {"used": known, "feature": name}))
    return columns, notes


def behaviour(facts: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The features in their own units, of the accounts that know all of them and ordered in the window.

    Order days and money of a window become sums a year of buying: over the part of the window between the account's first
    and last order, at least a quarter of a year. Else the groups would only be the new, the old and the gone.

    Returns
    -------
    DataFrame indexed by customer_id; a yearly column ends in ``_a_year`` instead of its window.
    """
    part = stands_apart(facts, columns)["why"].eq("")
    x = facts.loc[part, list(columns)].astype("float64").set_axis(facts.loc[part, "customer_id"], axis=0)
    for name in columns:
        if found := re.fullmatch(r"(order_days|revenue|margin|returns)_(\d+)m", name):
            window = int(found[2]) * 365.25 / 12
            bought = facts.loc[part, "tenure_days"].clip(upper=window) - facts.loc[part, "silence_days"]
            years = bought.clip(lower=365.25 / 4) / 365.25
            x[name] = x[name] / years.to_numpy()
            x = x.rename(columns={name: f"{found[1]}_a_year"})
    return x


def scale(x: pd.DataFrame) -> pd.DataFrame:
    """Features on a log scale, robustly scaled: ``sign(x) log(1 + |x| / s)``, less its median, by its quartile range.

    s is the 5th percentile of the column's sizes ``|x|`` above 0, so units and currencies do not matter. A column without
    quartile range is divided by its standard deviation.
    """
    if x.empty:
        return x
    unit = x.abs().where(x != 0).quantile(0.05).fillna(1.0)
    logged = pd.DataFrame(np.sign(x) * np.log1p(x.abs() / unit))
    spread = logged.quantile(0.75) - logged.quantile(0.25)
    spread = spread.where(spread > 1e-9, logged.std(ddof=0)).where(lambda s: s > 1e-9, 1.0)
    return ((logged - logged.median()) / spread).round(9)


def stands_apart(facts: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Why an account stays apart: why, '' where it takes part, and why_values."""
    silent = facts[[name for name in columns if name.startswith("order_days")]].eq(0).any(axis=1)
    unknown: list[Case] = [(facts[name].isna(), "feature_unknown", {"feature": name}) for name in columns]
    return reason_columns([(silent, "no_order_in_the_window", {}), *unknown], name="why")
