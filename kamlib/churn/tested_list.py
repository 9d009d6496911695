"""Order lines → who is leaving: the list of P(no order), the model behind it and the test that it passed, in one call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import pandas as pd

from kamlib.churn.evaluation.choice import choose, chosen
from kamlib.churn.evaluation.holdout import Evaluation, evaluate
from kamlib.churn.explain import final_model, lost_probabilities
from kamlib.churn.landmark_history import at_risk_history, some_accounts
from kamlib.churn.landmarks import landmark_dates
from kamlib.churn.model import Model, Settings
from kamlib.churn.next_order import next_order_days
from kamlib.errors import InputError
from kamlib.facts import worth_column
from kamlib.facts.days import as_dates
from kamlib.facts.order_lines import check_lines
from kamlib.study.sections import Churn


@dataclass(frozen=True)
class Forecast:
    """Who is leaving, and what says so.

    landmarks : as_of and role of each (`kamlib.churn.landmarks.landmark_dates`).
    some : the order lines that the earlier landmarks are made of.
    at_risk : the landmark table, a row per customer at risk and landmark (`kamlib.churn.landmark_history.at_risk_history`).
    choices, settings : what was tried on landmarks before the test, and what was chosen there.
    test : predictions, measures, differences and the verdict, which says whether the model or a rule of thumb gives the list.
    model : with all that is known at as_of; None where a rule of thumb gives the list.
    table : customer_id, p_silent, low, high, method, reason, next_from, next_days, next_to of each customer at risk at as_of, the
        likeliest loss first (`kamlib.churn.explain.lost_probabilities`, `kamlib.churn.next_order.next_order_days`).
    """

    landmarks: pd.DataFrame
    some: ir.Table
    at_risk: pd.DataFrame
    choices: pd.DataFrame
    settings: Settings
    test: Evaluation
    model: Model | None
    table: pd.DataFrame


def forecast(
    orders: ir.Table,
    as_of: date,
    rules: Churn | None = None,
    *,
    accounts: pd.DataFrame | None = None,
    interactions: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
) -> Forecast:
    """P(no order) and the day of the next order of each customer at risk, by a model that must first pass a test on the past.

    Parameters
    ----------
    orders : clean order lines (`kamlib.facts.orders`). Nothing after `as_of` is read.
    rules : the section `churn` of a study; None: its defaults, such as a horizon of 180 days.
    accounts, interactions, invoices : clean tables, as far as there are any: more signs for the model.

    Returns
    -------
    Forecast
        Where the history is too short for a test, its verdict says so and the list rests on silence alone; where not one
        horizon has passed, p_silent is missing.

    Raises
    ------
    InputError
        If nobody bought by `as_of`.
    """
    rules = rules or Churn()
    last, horizon = pd.Timestamp(as_dates(as_of)[-1]), rules.horizon_days
    check_lines(orders, "date", "amount")
    first = orders.filter((orders.date <= last.date()) & (orders.amount > 0)).date.min().to_pyarrow().as_py()
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
    test_date = last - pd.Timedelta(days=horizon)
    choices = choose(at_risk, test_date, horizon_days=horizon, penalties=rules.penalties)
    settings = chosen(choices)
    test = evaluate(
        at_risk,
        last,
        settings,
        horizon_days=horizon,
        money=worth_column(at_risk[at_risk["as_of"] == test_date]),
        fewest_losses=rules.fewest_losses,
        bootstraps=rules.bootstraps,
        seed=rules.seed,
    )
    model = final_model(at_risk, last, test.verdict, settings, horizon_days=horizon)
    table = lost_probabilities(at_risk, last, test.verdict, model, horizon_days=horizon)
    table = table.merge(next_order_days(at_risk, last, model, horizon_days=horizon), on="customer_id")
    return Forecast(marks, some, at_risk, choices, settings, test, model, table)
