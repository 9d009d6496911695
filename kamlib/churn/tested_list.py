"""Order lines → who is leaving: the chances of both events, the models behind them and the tests that they passed, in one call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import pandas as pd

from kamlib.churn.evaluation.holdout import Evaluation, Verdict
from kamlib.churn.explain import reasons
from kamlib.churn.judgement import Tried, judge
from kamlib.churn.landmark_history import at_risk_history, some_accounts
from kamlib.churn.landmarks import landmark_dates
from kamlib.churn.models.stopping import Stopping
from kamlib.churn.models.waiting import Model, Settings
from kamlib.churn.next_order import in_accord, next_order_days
from kamlib.errors import InputError
from kamlib.facts.days import as_dates
from kamlib.facts.order_lines import check_lines, purchased
from kamlib.stats.ordering import places
from kamlib.study.settings.sections import Churn

COLUMNS = [
    *("customer_id", "p_stopped", "p_stopped_low", "p_stopped_high", "method_stopped"),
    *("p_silent", "p_silent_low", "p_silent_high", "p_silent_same_season", "method", "reason", "reason_values"),
]


@dataclass(frozen=True)
class Forecast:
    """Who is leaving, and what says so.

    landmarks : as_of and role of each (`kamlib.churn.landmarks.landmark_dates`).
    some : the order lines that the earlier landmarks are made of.
    at_risk : the landmark table, a row per customer at risk and landmark (`kamlib.churn.landmark_history.at_risk_history`).
    tried : what judgements of earlier days find made (`kamlib.churn.earlier_forecasts`).
    choices, settings : what was tried on landmarks before the test, and what was chosen there.
    test, test_of_stops : of P(no order) and of P(stopped): predictions, measures, differences and the verdict, which says whether the
        model or another way gives the chances.
    model : of P(no order), with all that is known at as_of; None where another way gives it.
    stopping : of P(stopped); None where it can't be estimated.
    table : `COLUMNS` and next_from, next_days, next_to of each customer at risk at as_of, the likeliest to have stopped first (where that
        is not known, to be silent): `kamlib.churn.probabilities`, `kamlib.churn.explain.reasons`, `kamlib.churn.next_order.next_order_days`.
    """

    landmarks: pd.DataFrame
    some: ir.Table
    at_risk: pd.DataFrame
    tried: Tried
    choices: pd.DataFrame
    settings: Settings
    test: Evaluation
    test_of_stops: Evaluation
    model: Model | None
    stopping: Stopping | None
    table: pd.DataFrame

    @property
    def stops_known(self) -> bool:
        """Whether P(stopped) is known; else P(no order) stands in its place."""
        return bool(self.table["p_stopped"].notna().any())

    @property
    def verdict(self) -> Verdict:
        """Of the event that the stake goes by: P(stopped) where it is known, else P(no order)."""
        return (self.test_of_stops if self.stops_known else self.test).verdict


def forecast(
    orders: ir.Table,
    as_of: date,
    rules: Churn | None = None,
    *,
    accounts: pd.DataFrame | None = None,
    interactions: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
) -> Forecast:
    """P(stopped), P(no order) and the day of the next order of each customer at risk, by models that must first pass tests on the past.

    Parameters
    ----------
    orders : clean order lines (`kamlib.facts.orders`). Nothing after `as_of` is read.
    rules : the section `churn` of a study; None: its defaults, such as a horizon of 180 days.
    accounts, interactions, invoices : clean tables, as far as there are any: more signs for the model.

    Returns
    -------
    Forecast
        Where the history is too short for a test, its verdict says so, and P(no order) is that of buyers at random, P(stopped) that of a model
        that is called untested; where not one horizon has passed, or nobody's window, it is missing.

    Raises
    ------
    InputError
        If nobody bought by `as_of`.
    """
    rules = rules or Churn()
    last, horizon = pd.Timestamp(as_dates(as_of)[-1]), rules.horizon_days
    check_lines(orders, "date", "amount")
    first = orders.filter((orders.date <= last.date()) & purchased(orders, last.date())).date.min().to_pyarrow().as_py()
    if first is None:
        raise InputError(f"nobody bought anything by {last.date()}", remedy="Choose a later as_of.")
    marks = landmark_dates(first, last.date(), horizon_days=horizon, step_days=rules.step_days)
    days = [day.date() for day in marks["as_of"]]
    some = some_accounts(orders, rules.most_rows // max(1, len(days) - 1), seed=rules.seed)
    at_risk = at_risk_history(
        orders,
        days,
        some=some,
        horizon_days=horizon,
        at_risk_days=rules.at_risk_days,
        accounts=accounts,
        interactions=interactions,
        invoices=invoices,
    )
    tried = Tried()
    found = judge(at_risk, last, rules, tried)
    now = at_risk[at_risk["as_of"] == last]
    table = found.silent.join(found.stopped).assign(customer_id=now["customer_id"])
    if found.stopping is not None and found.test_of_stops.verdict.way == "model":
        table[["reason", "reason_values"]] = reasons(found.stopping, now)[["reason", "reason_values"]]
    days_to = next_order_days(at_risk, last, found.model, horizon_days=horizon)
    table = in_accord(table[COLUMNS].merge(days_to, on="customer_id"))
    by = "p_stopped" if table["p_stopped"].notna().any() else "p_silent"
    table = table.sort_values([by, "customer_id"], ascending=[False, True], ignore_index=True, key=places)
    return Forecast(
        landmarks=marks,
        some=some,
        at_risk=at_risk,
        tried=tried,
        choices=found.choices,
        settings=found.settings,
        test=found.test,
        test_of_stops=found.test_of_stops,
        model=found.model,
        stopping=found.stopping,
        table=table,
    )
