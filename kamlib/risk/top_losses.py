"""What is left if they go: the result of a month and the cash without the largest, an industry, a manager's customers or any list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from kamlib.stats.reasons import reason_columns, waiting

SAVED_AFTER = 3
"""Months after a loss from which the cost to serve the lost is saved: nobody is sent home at once."""
MONTHS, AHEAD = 12, 24
"""Months that the result is the mean of, and months that the cash is followed for."""


def monthly_result(
    exposure: pd.DataFrame, fixed_costs: float | None, hours_in_fixed: bool | None = None
) -> pd.DataFrame:
    """The mean result of a month of the last 12: margin less cost of touches, of hours where these come besides, and fixed costs.

    Parameters
    ----------
    exposure : `kamlib.risk.exposures`.
    fixed_costs : of a month, in study currency.
    hours_in_fixed : whether the fixed costs pay our hours already; None: not said, both are worked out.

    Returns
    -------
    DataFrame, a row for each reading
        hours_are (in_fixed_costs, besides_fixed_costs), margin, touch_cost, hours_cost, fixed_costs, result; it waits for fixed costs and for margins.
    """
    columns = ["hours_are", "margin", "touch_cost", "hours_cost", "fixed_costs", "result"]
    if fixed_costs is None:
        return waiting(columns, "no_fixed_costs")
    if exposure["measure"].eq("revenue").all():
        return waiting(columns, "no_margin_for_a_result")
    month = exposure[["margin", "touch_cost", "hours_cost"]].sum(min_count=1) / MONTHS
    readings = (
        ["in_fixed_costs"]
        if hours_in_fixed or not month["hours_cost"] > 0
        else ["in_fixed_costs", "besides_fixed_costs"]
    )
    table = pd.DataFrame({"hours_are": readings if hours_in_fixed is not False else readings[-1:]}).assign(
        **month, fixed_costs=fixed_costs
    )
    besides = table["hours_are"] == "besides_fixed_costs"
    costs = table["touch_cost"].fillna(0.0) + table["hours_cost"].where(besides, 0.0)
    table["result"] = table["margin"] - costs - fixed_costs
    return table


def largest_sets(exposure: pd.DataFrame, sizes: Sequence[int] = (1, 3, 5)) -> dict[str, list[str]]:
    """Ids of the largest by margin, or revenue where no margin is known, by "the largest", "the 3 largest" and so on; as many as there are."""
    order = _by_size(exposure)
    return {"the largest" if n == 1 else f"the {n} largest": order[:n] for n in sizes if n <= len(order)}


def value_sets(money: pd.DataFrame, trait: str, most: int = 1) -> dict[str, list[str]]:
    """Customers of the values of a trait that hold most revenue, by "<trait> <value>".

    Parameters
    ----------
    money : customer_id, `trait`, revenue; several rows a customer count for the value of its largest.
    """
    known = money.dropna(subset=[trait]).sort_values("revenue", ascending=False, kind="stable")
    own = known.drop_duplicates("customer_id")
    values = own.groupby(trait)["revenue"].sum().nlargest(most).index
    return {f"{trait} {value}": own.loc[own[trait] == value, "customer_id"].tolist() for value in values}


def if_they_left(
    exposure: pd.DataFrame,
    sets: Mapping[str, Collection[str]],
    results: pd.DataFrame,
    opening_cash: float | None = None,
    new_customers: pd.Series | None = None,
) -> pd.DataFrame:
    """What a month and the cash are without each of several sets of customers.

    Their margin is gone at once; the cost to serve them is saved from `SAVED_AFTER` months on, while what they owe is collected in
    equal parts until then. Nothing else moves: no new customers, no loan, no price.

    Parameters
    ----------
    exposure : `kamlib.risk.exposures`.
    sets : name of a set to customer ids; ids that the table does not know bring nothing, sets without a known one are left out.
    results : `monthly_result`.
    opening_cash : today's, in study currency; None: cash is missing.
    new_customers : `kamlib.risk.diversification.first_years`.

    Returns
    -------
    DataFrame, a row for each set and reading of hours
        set, customers, hours_are, revenue, contribution (both lost, of 12 months), result_before, result_after (of a month, at once),
        result_saved (once the cost to serve is saved), months_left (until opening cash is gone at result_after, receivables apart; missing
        where it is never), lowest_cash of the `AHEAD` months to come and lowest_month (0: today), replaced_by (new customers that bring
        as much in their first year), replaced_years at the pace of those who joined, reason and reason_values.
    """
    columns = [
        *("set", "customers", "hours_are", "revenue", "contribution", "result_before", "result_after", "result_saved"),
        *("months_left", "lowest_cash", "lowest_month", "replaced_by", "replaced_years", "reason", "reason_values"),
    ]
    known = set(exposure["customer_id"])
    found = {name: sorted(known.intersection(ids)) for name, ids in sets.items() if known.intersection(ids)}
    if not found:
        return waiting(columns, "no_set_to_lose")
    if results.empty:
        results = pd.DataFrame({"hours_are": [None], "result": [np.nan]})
    cash = np.nan if opening_cash is None else float(opening_cash)
    own = exposure.set_index("customer_id")[
        ["revenue", "contribution", "margin", "touch_cost", "hours_cost", "receivables"]
    ]
    lost = pd.DataFrame({name: own.loc[ids].sum() for name, ids in found.items()}).T.rename_axis("set")
    lost["customers"] = list(map(len, found.values()))
    table = lost.reset_index().merge(
        results[["hours_are", "result"]].rename(columns={"result": "result_before"}), how="cross"
    )
    table["result_after"] = table["result_before"] - table["margin"] / MONTHS
    served = table["touch_cost"] + table["hours_cost"].where(table["hours_are"] == "besides_fixed_costs", 0.0)
    table["result_saved"] = table["result_after"] + served / MONTHS
    short = table["result_after"] < 0
    table["months_left"] = (cash / -table["result_after"].where(short)).clip(lower=0)
    path = _path(table, cash)
    table["lowest_cash"] = path.min(axis=1)
    table["lowest_month"] = np.where(np.isnan(path).any(axis=1), np.nan, path.argmin(axis=1))
    mean, pace = (
        (np.nan, np.nan) if new_customers is None else (new_customers["contribution"], new_customers["customers"])
    )
    new = table["contribution"] / (mean if mean > 0 else np.nan)
    table["replaced_by"] = pd.Series(np.ceil(new), table.index).clip(lower=0)
    table["replaced_years"] = table["replaced_by"] / (pace if pace > 0 else np.nan)
    return table.join(_reason(table, cash))[columns]


def safety_margin(exposure: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """How many of the largest by margin may go together before the result of a month is below zero.

    Returns
    -------
    DataFrame: hours_are, result, may_go (customers; 0 where the result is below zero already, all where nothing is fixed), share (of all
    margin that these hold).
    """
    if results.empty:
        return waiting(["hours_are", "result", "may_go", "share"], "no_fixed_costs")
    held = exposure.set_index("customer_id")["margin"].reindex(_by_size(exposure)).clip(lower=0).fillna(0.0)
    gone = held.cumsum().to_numpy()
    table = results[["hours_are", "result"]].copy()
    table["may_go"] = [int((gone / MONTHS <= result).sum()) if result >= 0 else 0 for result in table["result"]]
    table["share"] = [gone[n - 1] / gone[-1] if n else 0.0 for n in table["may_go"]]
    return table


def _by_size(exposure: pd.DataFrame) -> list[str]:
    size = exposure["revenue" if exposure["measure"].eq("revenue").all() else "margin"]
    order = size.sort_values(ascending=False, kind="stable").index[: int((size > 0).sum())]
    return list(exposure.loc[order, "customer_id"])


def _path(table: pd.DataFrame, cash: float) -> np.ndarray:
    """Cash at the end of months 0, 1, … of each row; the first is today's."""
    months = np.arange(AHEAD + 1)
    early, late = np.minimum(months, SAVED_AFTER), np.maximum(months - SAVED_AFTER, 0)
    flows = table[["result_after", "result_saved", "receivables"]].fillna({"receivables": 0.0}).to_numpy(dtype=float)
    path: np.ndarray = (
        cash + flows[:, :1] * early + flows[:, 1:2] * late + flows[:, 2:].clip(min=0) * early / SAVED_AFTER
    )
    return path


def _reason(table: pd.DataFrame, cash: float) -> pd.DataFrame:
    every = pd.Series(True, table.index)
    cases = [
        (table["result_before"].isna(), "no_result_to_tell", {}),
        (every & np.isnan(cash), "no_opening_cash", {}),
        (every & (cash < 0), "cash_is_below_zero", {"cash": cash}),
        (table["result_before"] < 0, "result_is_below_zero_before", {}),
        (table["result_after"] < 0, "result_falls_below_zero", {}),
    ]
    return reason_columns(cases, default="result_stays_above_zero")
