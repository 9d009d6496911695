"""What is left if they go: the result of a month and the cash without the largest, an industry, a manager's customers or any list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.days import as_pandas
from kamlib.facts.service import serving_costs
from kamlib.facts.worth import line_margin
from kamlib.io.engines import small
from kamlib.stats.reasons import reason_columns, waiting
from kamlib.study.periods import months_before

SAVED_AFTER = 3
"""Months after a loss from which the cost to serve the lost is saved: nobody is sent home at once."""
MONTHS = 12
_FIRST_YEAR = 365  # days


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
        hours (in_fixed_costs, besides), margin, touch_cost, hours_cost, fixed_costs, result; it waits for fixed costs and for margins.
    """
    columns = ["hours", "margin", "touch_cost", "hours_cost", "fixed_costs", "result"]
    if fixed_costs is None:
        return waiting(columns, "no_fixed_costs")
    if exposure["measure"].eq("revenue").all():
        return waiting(columns, "no_margin_for_a_result")
    month = exposure[["margin", "touch_cost", "hours_cost"]].sum() / MONTHS
    readings = ["in_fixed_costs"] if hours_in_fixed or not month["hours_cost"] else ["in_fixed_costs", "besides"]
    table = pd.DataFrame({"hours": readings if hours_in_fixed is not False else readings[-1:]}).assign(
        **month, fixed_costs=fixed_costs
    )
    besides = table["hours"] == "besides"
    table["result"] = table["margin"] - table["touch_cost"] - table["hours_cost"].where(besides, 0.0) - fixed_costs
    return table


def largest_sets(exposure: pd.DataFrame, sizes: Sequence[int] = (1, 3, 5)) -> dict[str, list[str]]:
    """Ids of the largest by margin, or revenue where no margin is known, by "top 1", "top 3" and so on; as many as there are."""
    order = _by_size(exposure)
    return {f"top {n}": order[:n] for n in sizes if n <= len(order)}


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
    sets : name of a set to customer ids; ids that the table does not know bring nothing.
    results : `monthly_result`.
    opening_cash : today's, in study currency; None: cash is missing.
    new_customers : `first_years`.

    Returns
    -------
    DataFrame, a row for each set and reading of hours
        set, customers, hours, revenue, contribution (both lost, of 12 months), result_before, result_after (of a month, at once),
        result_saved (once the cost to serve is saved), months_left (until opening cash is gone at result_after, receivables apart; missing
        where it is never), lowest_cash of the `MONTHS` to come and lowest_month (0: today), replaced_by (new customers that bring
        as much in their first year), replaced_years at the pace of those who joined, reason and reason_values.
    """
    columns = [
        *("set", "customers", "hours", "revenue", "contribution", "result_before", "result_after", "result_saved"),
        *("months_left", "lowest_cash", "lowest_month", "replaced_by", "replaced_years", "reason", "reason_values"),
    ]
    if not sets:
        return waiting(columns, "no_set_to_lose")
    if results.empty:
        results = pd.DataFrame({"hours": [None], "result": [np.nan]})
    cash = np.nan if opening_cash is None else float(opening_cash)
    own = exposure.set_index("customer_id")[
        ["revenue", "contribution", "margin", "touch_cost", "hours_cost", "receivables"]
    ]
    lost = pd.DataFrame({name: own[own.index.isin(list(ids))].sum() for name, ids in sets.items()}).T.rename_axis("set")
    lost["customers"] = [int(own.index.isin(list(ids)).sum()) for ids in sets.values()]
    table = lost.reset_index().merge(
        results[["hours", "result"]].rename(columns={"result": "result_before"}), how="cross"
    )
    table["result_after"] = table["result_before"] - table["margin"] / MONTHS
    served = table["touch_cost"] + table["hours_cost"].where(table["hours"] == "besides", 0.0)
    table["result_saved"] = table["result_after"] + served / MONTHS
    short = table["result_after"] < 0
    table["months_left"] = (cash / -table["result_after"].where(short)).clip(lower=0)
    path = _path(table, cash)
    table["lowest_cash"] = path.min(axis=1)
    table["lowest_month"] = np.where(np.isnan(path).any(axis=1), np.nan, path.argmin(axis=1))
    mean, pace = (
        (np.nan, np.nan) if new_customers is None else (new_customers["contribution"], new_customers["customers"])
    )
    table["replaced_by"] = np.ceil(table["contribution"] / (mean if mean > 0 else np.nan)).clip(lower=0)
    table["replaced_years"] = table["replaced_by"] / (pace if pace > 0 else np.nan)
    return table.join(_reason(table, cash))[columns]


def safety_margin(exposure: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """How many of the largest by margin may go together before the result of a month is below zero.

    Returns
    -------
    DataFrame: hours, result, may_go (customers; 0 where the result is below zero already, all where nothing is fixed), share (of all
    margin that these hold).
    """
    if results.empty:
        return waiting(["hours", "result", "may_go", "share"], "no_fixed_costs")
    held = exposure.set_index("customer_id")["margin"].reindex(_by_size(exposure)).clip(lower=0).fillna(0.0)
    gone = held.cumsum().to_numpy()
    table = results[["hours", "result"]].copy()
    table["may_go"] = [int((gone / MONTHS <= result).sum()) if result >= 0 else 0 for result in table["result"]]
    table["share"] = [gone[n - 1] / gone[-1] if n else 0.0 for n in table["may_go"]]
    return table


def first_years(
    orders: ir.Table, facts: pd.DataFrame, interactions: pd.DataFrame | None = None, hour: float | None = None
) -> pd.Series:
    """What customers that joined in the year before the last brought in their first 365 days.

    Parameters
    ----------
    orders : clean order lines; they stay in their engine.
    facts : one row per customer at one date: customer_id, as_of, first_order.

    Returns
    -------
    Series: customers (who joined), contribution (mean of them: margin, or revenue where none is known, less cost to serve).
    """
    day = facts["as_of"].max()
    since, until = (pd.Timestamp(months_before(day, months)) for months in (24, 12))
    joined = facts.loc[(facts["first_order"] > since) & (facts["first_order"] <= until), ["customer_id", "first_order"]]
    if joined.empty:
        return pd.Series({"customers": 0, "contribution": np.nan})
    ends = joined["first_order"] + pd.Timedelta(days=_FIRST_YEAR - 1)
    spans = {
        "customer_id": joined["customer_id"],
        "from": joined["first_order"].dt.date.astype(str),
        "to": ends.dt.date.astype(str),
    }
    known = small(orders.get_backend(), {name: list(values) for name, values in spans.items()})
    known = known.mutate(begins=known["from"].cast("date"), ends=known["to"].cast("date")).drop("from", "to")
    inside = orders.join(known, "customer_id").filter(lambda t: (t.date >= t.begins) & (t.date <= t.ends))
    sums = as_pandas(
        inside.group_by("customer_id").agg(amount=inside.amount.sum().cast("float64"), margin=line_margin(inside)),
        ["customer_id"],
    )
    money = sums["margin"] if sums["margin"].notna().any() else sums["amount"]
    return pd.Series(
        {
            "customers": len(joined),
            "contribution": (money.sum() - _first_costs(joined, interactions, hour)) / len(joined),
        }
    )


def _first_costs(joined: pd.DataFrame, interactions: pd.DataFrame | None, hour: float | None) -> float:
    if interactions is None or interactions.empty:
        return 0.0
    costs = serving_costs(interactions, hour).merge(joined, on="customer_id")
    age = (costs["date"] - costs["first_order"]).dt.days
    return float(costs.loc[age.between(0, _FIRST_YEAR - 1), "cost"].sum())


def _by_size(exposure: pd.DataFrame) -> list[str]:
    size = exposure["revenue" if exposure["measure"].eq("revenue").all() else "margin"]
    order = size.sort_values(ascending=False, kind="stable").index[: int((size > 0).sum())]
    return list(exposure.loc[order, "customer_id"])


def _path(table: pd.DataFrame, cash: float) -> np.ndarray:
    """Cash at the end of months 0, 1, … of each row; the first is today's."""
    months = np.arange(MONTHS + 1)
    early, late = np.minimum(months, SAVED_AFTER), np.maximum(months - SAVED_AFTER, 0)
    flows = table[["result_after", "result_saved", "receivables"]].fillna({"receivables": 0.0}).to_numpy(dtype=float)
    return cash + flows[:, :1] * early + flows[:, 1:2] * late + flows[:, 2:].clip(min=0) * early / SAVED_AFTER


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
