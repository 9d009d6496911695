"""How sure a run is of what it says: of the list, of the chances of loss, of the classes, of the profit."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.states import STATES
from kamlib.facts.worth import worth_column
from kamlib.report.index.summary_facts import Fact, Tables, event_of, ours, waits_for
from kamlib.report.numbers import Numbers
from kamlib.report.words import sentence, word_if_known
from kamlib.scoring.doubt.border import EVEN, SAFE, falls
from kamlib.scoring.scores import tied_over
from kamlib.segments.xyz import seldom
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study


def confidence_facts(study: Study, tables: Tables, accounts: pd.DataFrame, wait: str, write: Numbers) -> list[Fact]:
    """What is known of the doubt in the list, in the chances of loss, in the classes and in the profit; in reading order."""
    return [
        _membership(study, tables, accounts, wait, write),
        _chances(study, tables, write),
        _classes(tables, write),
        _margin(tables),
        _reconciled(tables, write),
    ]


def _membership(study: Study, tables: Tables, accounts: pd.DataFrame, wait: str, write: Numbers) -> Fact:
    label = "The list of key accounts"
    if wait:
        return Fact(label, waits=wait)
    known = accounts["p_key"].dropna()
    if "p_key" not in tables["scores"]:
        return Fact(label, waits="waits for the column p_key of the table scores")
    scores = tables["scores"]
    tied = tied_over(scores, study.scoring) if "rank" in scores else scores[:0]
    tie = (
        f" {write.number(len(tied))} customers have the same score at its border, and none of them is sure of a place."
        if len(tied)
        else ""
    )
    if accounts.empty:
        return Fact(label, f"Nobody is on the list.{tie}")
    if known.empty:
        return Fact(
            label, "Everybody who is ranked is key, as the list has as many places: that says nothing of anybody."
        )
    close = accounts[accounts["p_key"] < SAFE].sort_values("p_key")
    text = (
        f"{write.number((known >= SAFE).sum())} of {write.number(len(accounts))} stay on the list in at least "
        f"{write.share(SAFE)} of {write.number(study.scoring.draws)} draws, in which weights and ratings move within their doubt."
    )
    if len(close):
        text += f" Least sure: {', '.join(close['name'].astype(str).head(5))}."
    if off := int((known < EVEN).sum()):
        text += f" {write.number(off)} of them {'is' if off == 1 else 'are'} more likely off the list than on it."
    ranked = scores[scores["rank"].notna()] if "rank" in scores else accounts
    if (fall := falls(ranked["score"].astype(float), len(accounts))) is not None:
        text += f" The list is stable to rank {fall['rank']}, where the score falls by {write.number(fall['fall'], 1)}"
        at = f"; after rank {fall['key']}, where it ends, by {write.number(fall['at'], 1)}"
        text += f"{at if fall['rank'] != fall['key'] else ', the last'}."
    return Fact(label, text + tie)


def _chances(study: Study, tables: Tables, write: Numbers) -> Fact:
    label = "The chances of loss"
    event = event_of(tables)
    way = "method_stopped" if event == "p_stopped" else "method"
    if wait := waits_for(tables, churn=("customer_id", event, way)):
        return Fact(label, waits=wait)
    churn = tables["churn"]
    methods = churn.loc[churn[event].notna(), way].value_counts()
    ways = " and ".join(f"for {write.number(count)} customers by {_way(str(name))}" for name, count in methods.items())
    text = f"Estimated {ways}." if ways else "None could be estimated."
    if unknown := int(churn[event].isna().sum()):
        text += f" {write.number(unknown)} {'customer has' if unknown == 1 else 'customers have'} none."
    if seasons := season_range(churn[ours(tables, churn)], write):
        text += f" From the mildest to the hardest season seen so far, {seasons} losses of ours are to be expected."
    days = study.churn.horizon_days
    loss = f"{days} days without an order"
    if event == "p_stopped":
        loss = f"to have stopped within {days} days: no order in the span after them in which the customer would, or closed by then"
    return Fact(
        label,
        f"{text} A loss is {loss}; followed is who ordered in the last {study.churn.at_risk_days} days or within its own rhythm, and neither "
        "closed nor ended the contract: those that are ours, and the lost lately.",
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
    if wait := waits_for(tables, abcxyz=("customer_id", "xyz", "uncertain")):
        return Fact(label, waits=wait)
    unsure = seldom(tables["abcxyz"])
    if unsure.empty:
        return Fact(label, "All customers are lost.")
    return Fact(
        label,
        f"{write.share(unsure.mean())} of the {write.number(len(unsure))} customers that are not lost bought too seldom to tell one class "
        "from the next.",
    )


def _margin(tables: Tables) -> Fact:
    label = "Profit"
    if wait := waits_for(tables, facts=("margin",)):
        return Fact(label, waits=wait)
    known = worth_column(tables["facts"], "") == "margin"
    return Fact(
        label, "Margin comes from the order lines." if known else "No margin is known: revenue stands in its place."
    )


def _reconciled(tables: Tables, write: Numbers) -> Fact:
    """What came in and what became of it, and the customers by state: each sum adds up."""
    label = "What adds up"
    if wait := waits_for(tables, ledger=("table", "rule", "action", "rows", "matched_rows"), states=("state",)):
        return Fact(label, waits=wait)
    lines = tables["ledger"][tables["ledger"]["table"] == "orders"]
    rows = lines.set_index("rule")["rows"]
    done = lines.groupby("action")
    values = {"came_in": int(rows["came in"]), "kept": int(rows["kept"])}
    values |= {"aside": int(done["rows"].sum().get("set_aside", 0))}
    values |= {"repaired": int(done["matched_rows"].sum().get("repair", 0))}
    found = tables["states"]["state"].value_counts()
    parts = " + ".join(f"{write.number(found[state])} {word_if_known(state)}" for state in STATES if state in found)
    customers = Reason("customers_add_up", {"n": int(found.sum()), "parts": parts})
    return Fact(label, f"{sentence(Reason('lines_add_up', values))} {sentence(customers)}")
