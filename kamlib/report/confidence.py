"""How sure a run is of what it says: of the list, of the chances of loss, of the classes, of the profit."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.worth import worth_column
from kamlib.report.numbers import Numbers
from kamlib.report.summary_facts import Fact, Tables, event_of, waits_for
from kamlib.study.model import Study

SURE = 0.90
"""An account is sure of its place when it keeps it in at least this share of the draws."""


def confidence_facts(study: Study, tables: Tables, accounts: pd.DataFrame, wait: str, write: Numbers) -> list[Fact]:
    """What is known of the doubt in the list, in the chances of loss, in the classes and in the profit; in reading order."""
    return [
        _membership(study, accounts, wait, write),
        _chances(study, tables, write),
        _classes(tables, write),
        _margin(tables),
    ]


def _membership(study: Study, accounts: pd.DataFrame, wait: str, write: Numbers) -> Fact:
    label = "The list of key accounts"
    if wait:
        return Fact(label, waits=wait)
    known = accounts["p_key"].dropna()
    if known.empty:
        return Fact(label, waits="waits for the column p_key of the table scores")
    close = accounts[accounts["p_key"] < SURE]
    text = (
        f"{write.number((known >= SURE).sum())} of {write.number(len(accounts))} stay on the list in at least "
        f"{write.share(SURE)} of {write.number(study.scoring.draws)} draws, in which weights and ratings move within their doubt."
    )
    if len(close):
        names = ", ".join(close.sort_values("p_key")["name"].astype(str).head(5))
        text += f" Least sure: {names}."
    return Fact(label, text)


def _chances(study: Study, tables: Tables, write: Numbers) -> Fact:
    label = "The chances of loss"
    event = event_of(tables)
    way = "method_stopped" if event == "p_stopped" else "method"
    if wait := waits_for(tables, churn=("customer_id", event, way)):
        return Fact(label, waits=wait)
    churn = tables["churn"]
    methods = churn.loc[churn[event].notna(), way].value_counts()
    ways = " and ".join(f"{_way(str(name))} ({write.number(count)} customers)" for name, count in methods.items())
    text = f"Estimated by {ways}." if ways else "None could be estimated."
    if unknown := int(churn[event].isna().sum()):
        text += f" {write.number(unknown)} {'customer has' if unknown == 1 else 'customers have'} none."
    if seasons := season_range(churn, write):
        text += f" From the mildest to the hardest season seen so far, {seasons} losses are to be expected."
    days = study.churn.horizon_days
    loss = f"{days} days without an order"
    if event == "p_stopped":
        loss = f"to have stopped within {days} days: no order in the span after them in which the customer would, or closed by then"
    return Fact(
        label,
        f"{text} A loss is {loss}; who ordered in the last {study.churn.at_risk_days} days or within its own rhythm, and neither closed "
        "nor ended the contract, can still be lost.",
    )


def _way(method: str) -> str:
    """How the chances came about, by what `kamlib.churn.evaluation.holdout.Verdict` means by its method."""
    return {
        "model": "the model of loss, which beat the rules of thumb on a period that it had not seen",
        "baseline": "a simpler way, as the model was not shown to beat it",
        "untested": "a model that no past period could test yet",
    }.get(method, method)


def season_range(churn: pd.DataFrame, write: Numbers) -> str:
    """Expected losses in the mildest and in the hardest season that the model saw: "91 to 167"; empty if not known."""
    low, high = (f"{event_of({'churn': churn})}_{end}" for end in ("low", "high"))
    if not {low, high} <= set(churn) or churn[low].isna().all():
        return ""
    return f"{write.number(churn[low].sum())} to {write.number(churn[high].sum())}"


def _classes(tables: Tables, write: Numbers) -> Fact:
    label = "How regularly they buy"
    if wait := waits_for(tables, abcxyz=("customer_id", "uncertain")):
        return Fact(label, waits=wait)
    unsure = tables["abcxyz"]["uncertain"].astype(bool)
    return Fact(
        label, f"{write.share(unsure.mean())} of the customers bought too seldom to tell one class from the next."
    )


def _margin(tables: Tables) -> Fact:
    label = "Profit"
    if wait := waits_for(tables, facts=("margin",)):
        return Fact(label, waits=wait)
    known = worth_column(tables["facts"], "") == "margin"
    return Fact(
        label, "Margin comes from the order lines." if known else "No margin is known: revenue stands in its place."
    )
