"""On how many customers the money rests: shares, effective number, Gini, the largest, the curve, and the trend of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.accounts import account_facts
from kamlib.risk.exposure import MEASURES
from kamlib.stats.ordering import places
from kamlib.stats.reasons import or_waiting, reason_columns, waiting
from kamlib.study.periods import months_before

TOP = (1, 3, 5, 10)
MARKS = ((0.50, "mono-client"), (0.20, "dependent"), (0.10, "major"))
"""One customer above 50 % of the money, above 20 %, from 10 % (ASC 280-10-50-42, IFRS 8.34)."""
_FIGURES = ["customers", "total", "below_zero", "hhi", "effective_number", "gini", *(f"top_{n}" for n in TOP)]


def shares(money: pd.Series) -> pd.Series:
    """max(x, 0) / Σ max(x, 0): the share of each in all money above zero; missing where x is, or where none is above zero."""
    above = money.astype(float).clip(lower=0)
    total = above.sum()
    return above / (total if total > 0 else np.nan)


def mark(share: float) -> str:
    """What a customer's share makes it: mono-client, dependent, major or nothing."""
    return next((word for limit, word in MARKS if share > limit or (word == "major" and share >= limit)), "")


def concentration(money: pd.Series) -> pd.Series:
    """How concentrated the money of a period is.

    Parameters
    ----------
    money : Series, one value per customer, in study currency; what is missing counts nowhere.

    Returns
    -------
    Series
        customers (with a value), total (net), below_zero (the sum of the negatives); of the `shares` hhi (Σ s², from 1/n to 1),
        effective_number (1 / hhi: as many equal customers would be as concentrated), gini (0 where all are equal, (n - 1) / n where
        one has all) and top_1 to top_10 (share of the largest). Without money above zero the figures of shares are missing.

    References
    ----------
    Hirschman (1964), The Paternity of an Index, American Economic Review 54(5); Gini (1912), Variabilità e mutabilità.
    """
    held = money.to_numpy(dtype=float)
    held = held[~np.isnan(held)]
    above, n = np.sort(np.maximum(held, 0.0))[::-1], len(held)
    share = above / (above.sum() if (above > 0).any() else np.nan)
    hhi = share @ share if n else np.nan
    figures = {
        "customers": n,
        "total": held.sum(),
        "below_zero": np.minimum(held, 0.0).sum(),
        "hhi": hhi,
        "effective_number": 1 / hhi,
        "gini": 1 + 1 / n - 2 * (share @ np.arange(1, n + 1)) / n if n else np.nan,
        **{f"top_{k}": share[:k].sum() if n else np.nan for k in TOP},
    }
    return pd.Series(figures)


def by_measure(exposure: pd.DataFrame, measures: Sequence[str] = MEASURES) -> pd.DataFrame:
    """`concentration` of each measure of `kamlib.risk.exposures` that is known: measure, its figures, reason and reason_values.

    The reason says where one customer has all, or nobody anything above zero.
    """
    told = [name for name in measures if _of(exposure, name).notna().any()]
    if not told:
        return waiting(["measure", *_FIGURES, "reason", "reason_values"], "no_money_in_12_months")
    each = pd.DataFrame([concentration(_of(exposure, name)) for name in told])
    one = each["top_1"] == 1
    why = reason_columns([(each["hhi"].isna(), "nothing_above_zero", {}), (one, "one_has_all", {})])
    return pd.concat([pd.Series(told, name="measure"), each, why], axis=1)


def over_time(facts: pd.DataFrame, column: str = "revenue_12m") -> pd.DataFrame:
    """`concentration` of the 12 months that end at each date of `facts`: as_of and its figures; dates whose window was not observed are left out."""
    seen = facts.dropna(subset=column)
    bought = seen[(seen["order_days_12m"] > 0) | (seen["returns_12m"] > 0)]
    rows = [concentration(rows[column]).rename(day) for day, rows in bought.groupby("as_of")]
    table = pd.DataFrame(rows, columns=_FIGURES).rename_axis("as_of").reset_index()
    return or_waiting(table, "no_money_in_12_months")


def over_quarters(orders: ir.Table, as_of: date, observed_from: date | None = None, quarters: int = 12) -> pd.DataFrame:
    """`over_time` at `as_of` and the quarters before it, as far as they were observed.

    Parameters
    ----------
    orders : clean order lines; they stay in their engine.
    observed_from : first day that was observed; None: the first order line's day.
    """
    days = [months_before(as_of, 3 * back) for back in range(quarters)]
    columns = ["revenue_12m", "order_days_12m", "returns_12m"]
    return over_time(account_facts(orders, days, observed_from=observed_from, columns=columns))


def largest(exposure: pd.DataFrame, least: float = 0.01) -> pd.DataFrame:
    """Customers that hold at least `least` of one measure: customer_id, share_of_<measure> and major (its `mark`, by the largest of them)."""
    table = exposure[["customer_id"]].assign(**{f"share_of_{name}": shares(_of(exposure, name)) for name in MEASURES})
    most = table.drop(columns="customer_id").max(axis=1)
    found = table.assign(major=most.map(mark))[most >= least]
    return or_waiting(found.reset_index(drop=True), "nobody_holds_so_much")


def curves(exposure: pd.DataFrame) -> pd.DataFrame:
    """Concentration curves: measure, place (0 to n), cumulative_share of the money above zero that so many of the largest hold."""
    parts = []
    for name in MEASURES:
        held = np.sort(shares(_of(exposure, name)).dropna().to_numpy())[::-1]
        if len(held):
            line = {"measure": name, "place": np.arange(len(held) + 1), "cumulative_share": np.append(0, held.cumsum())}
            parts.append(pd.DataFrame(line))
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else waiting(["measure", "place", "cumulative_share"], "no_money_in_12_months")
    )


def first_names(exposure: pd.DataFrame, names: pd.Series) -> pd.Series:
    """The name of the largest customer by each measure; measures without money above zero are not there."""
    money = {name: _of(exposure, name) for name in MEASURES}
    return pd.Series(
        {name: names[exposure["customer_id"][of.idxmax()]] for name, of in money.items() if of.max() > 0}, dtype=object
    )


def whale_curve(exposure: pd.DataFrame) -> pd.DataFrame:
    """Cumulative contribution from the customer that brings most to the one that costs most, as a share of what is left in the end.

    Customers who neither bought nor were served in the 12 months are not there.

    Returns
    -------
    DataFrame
        customer_id, order_days, contribution, place (from 1), cumulative_share (above 1 where later ones cost more than they bring);
        it waits where the sum is not above zero.

    References
    ----------
    Kaplan & Narayanan (2001), Measuring and Managing Customer Profitability, Journal of Cost Management 15(5).
    """
    columns = ["customer_id", "order_days", "contribution"]
    table = exposure.loc[_took_part(exposure), columns].dropna(subset="contribution")
    table = table.sort_values(["contribution", "customer_id"], ascending=[False, True], ignore_index=True, key=places)
    total = table["contribution"].sum()
    if not total > 0:
        return waiting([*columns, "place", "cumulative_share"], "no_contribution_above_zero")
    return table.assign(place=np.arange(1, len(table) + 1), cumulative_share=table["contribution"].cumsum() / total)


def ends(curve: pd.DataFrame, names: pd.Series) -> tuple[str, str] | None:
    """The names of the first and of the last customer of a whale curve; None where it has none."""
    return None if curve.empty else (names[curve["customer_id"].iloc[0]], names[curve["customer_id"].iloc[-1]])


def _of(exposure: pd.DataFrame, name: str) -> pd.Series:
    """A measure of those it is of: receivables of all who owe, contribution of all who took part in the 12 months, revenue of all who
    bought; none where it would be another measure once more."""
    rows = {"receivables": exposure["receivables"].ne(0), "contribution": _took_part(exposure)}
    bought = (exposure["order_days"] > 0) | exposure["revenue"].ne(0)
    twice = name == "contribution" and exposure["measure"].eq("revenue").all()
    return exposure[name].where(rows.get(name, bought) & (not twice))


def _took_part(exposure: pd.DataFrame) -> pd.Series:
    return exposure["served"] | (exposure["order_days"] > 0) | exposure["revenue"].ne(0)
