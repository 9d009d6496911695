"""How much of what a stranger needs is on record of each customer, and how old it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from kamlib.facts.as_known import TOUCHES
from kamlib.stats.reasons import Reason, or_waiting, packed

COLUMNS = ["customer_id", "fact", "weight", "known", "fact_date", "age_days", "freshness"]
_SUMS = ["customer_id", "completeness", "freshness", "missing_facts", "missing_facts_values", "oldest_fact", "complete"]
_MONTH = 365.25 / 12
ACTION, OWNER = "complete the dossier", "account manager"


class Fact(NamedTuple):
    """A fact of the dossier: its weight, and the months in which it loses half its worth (None: it does not age, or is computed)."""

    weight: float
    half_life: float | None


FACTS: Mapping[str, Fact] = {
    "firm_name": Fact(1, None),
    "firm_industry": Fact(1, None),
    "firm_size": Fact(1, None),
    "firm_wallet": Fact(2, None),
    "firm_manager": Fact(1, None),
    "note_strategy": Fact(2, 12),
    "note_budget": Fact(2, 12),
    "note_structure": Fact(1, 12),
    "note_needs": Fact(2, 12),
    "note_history": Fact(1, 24),
    "note_regions": Fact(1, 24),
    "note_solvency": Fact(1, 12),
    "decision_makers": Fact(3, 6),
    "last_meeting": Fact(2, 6),
    "who_rivals": Fact(2, 6),
    "bid_outcomes": Fact(1, 12),
    "ratings_by_us": Fact(2, 12),
    "its_view_of_us": Fact(1, 12),
    "next_step": Fact(3, None),
}
"""What a dossier is to hold, by its weight. Half-lives: 6 months contacts and rivals, 12 budget and structure and what is as quick, 24 history."""
_ALWAYS = pd.Timestamp.max  # a fact that is known and has no day
_FIRM = ("name", "industry", "size", "employees", "wallet", "manager")
_NOTES = ("strategy", "budget", "structure", "needs", "history", "regions", "solvency")


def known_facts(tables: Mapping[str, pd.DataFrame], ids: pd.Index, day: pd.Timestamp) -> pd.DataFrame:
    """Which of the `FACTS` is on record of each of the `ids`, and of which day it is.

    Parameters
    ----------
    tables : accounts (`kamlib.facts.customers.own_rows`), notes, contacts, interactions, proposals, ratings, actions as they were known at
        `day`; without rows where they are not given.

    Returns
    -------
    DataFrame, one row per id and fact
        customer_id, fact, weight, known; fact_date (the latest; missing where the fact has none), age_days, freshness (0.5 ^ (age / half-life); missing
        where the fact doesn't age, has no day or is not known).
    """
    days = _days(tables, ids, pd.Timestamp(day))
    found = pd.DataFrame(days, index=pd.Index(ids, name="customer_id")).melt(
        ignore_index=False, var_name="fact", value_name="fact_date"
    )
    found = found.reset_index()
    found["known"] = found["fact_date"].notna()
    found["fact_date"] = found["fact_date"].where(found["fact_date"] != _ALWAYS)
    found["weight"] = found["fact"].map({name: fact.weight for name, fact in FACTS.items()})
    half = found["fact"].map({name: fact.half_life for name, fact in FACTS.items()}).astype(float)
    age = (pd.Timestamp(day) - found["fact_date"]).dt.days.clip(lower=0)
    found = found.assign(age_days=age.astype("Int64"), freshness=0.5 ** (age / (half * _MONTH)))
    place = {who: n for n, who in enumerate(ids)}
    order = np.lexsort([found["fact"].map({f: n for n, f in enumerate(FACTS)}), found["customer_id"].map(place)])
    return or_waiting(found.iloc[order].reset_index(drop=True)[COLUMNS], "no_key_accounts")


def completeness(facts: pd.DataFrame, least: float) -> pd.DataFrame:
    """What is known of each customer as a share of all that should be, by weight, and how fresh it is.

    Parameters
    ----------
    facts : `known_facts`.
    least : share below which the dossier is to be completed.

    Returns
    -------
    DataFrame, one row per customer
        customer_id; completeness (Σ weight · known / Σ weight), freshness (mean of what is known and ages, by weight; missing without any),
        missing_facts with missing_facts_values (codes, the heaviest first), oldest_fact (the code of the stalest, '' without any), complete (whether completeness reaches
        `least`).
    """
    sums = facts.assign(
        got=facts["weight"] * facts["known"],
        aging=facts["weight"].where(facts["freshness"].notna(), 0.0),
        fresh=(facts["weight"] * facts["freshness"]).fillna(0.0),
    )
    by = sums.groupby("customer_id", sort=False)[["weight", "got", "aging", "fresh"]].sum()
    absent = facts[~facts["known"]].sort_values("weight", ascending=False, kind="stable")
    lists = absent.groupby("customer_id")["fact"].agg(list)
    missing = [packed([Reason(code) for code in lists.get(one, [])]) for one in by.index]
    stalest = facts.dropna(subset="freshness").sort_values(["freshness", "fact"]).drop_duplicates("customer_id")
    table = pd.DataFrame(
        {
            "completeness": by["got"] / by["weight"],
            "freshness": by["fresh"] / by["aging"].where(by["aging"] > 0),
            "missing_facts": [codes for codes, _ in missing],
            "missing_facts_values": [values for _, values in missing],
            "oldest_fact": stalest.set_index("customer_id")["fact"].reindex(by.index).fillna(""),
        }
    )
    table["complete"] = table["completeness"].round(9) >= least
    return or_waiting(table.rename_axis("customer_id").reset_index()[_SUMS], "no_key_accounts")


def to_complete(found: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """An action for each dossier that lacks too much: customer_id, action, owner, due (a month from `day`).

    Parameters
    ----------
    found : `completeness`.
    """
    rows = found.loc[~found["complete"].astype(bool), ["customer_id"]].reset_index(drop=True)
    return rows.assign(action=ACTION, owner=OWNER, due=pd.Timestamp(day) + pd.DateOffset(months=1))


def _days(tables: Mapping[str, pd.DataFrame], ids: pd.Index, day: pd.Timestamp) -> dict[str, pd.Series]:
    """By fact: the day of each id's latest, the last possible where it is known and has no day, missing where it is not known."""

    def undated(customers: pd.Series | pd.Index) -> pd.Series:
        return pd.Series(_ALWAYS, ids).where(ids.isin(customers))

    def last(rows: pd.DataFrame, date: str = "date") -> pd.Series:
        return rows.groupby("customer_id")[date].max().reindex(ids)

    def latest(name: str, date: str, *wanted: str, **values: str) -> pd.Series:
        """Of the rows with these values and something in the wanted columns."""
        rows = tables[name].reindex(columns=["customer_id", date, *wanted, *values])
        for column in wanted:
            rows = rows[rows[column].fillna("").astype(str).str.strip() != ""]
        for column, value in values.items():
            rows = rows[rows[column] == value]
        return last(rows, date).astype("datetime64[ns]")

    firms, contacts, plans = tables["accounts"], tables["contacts"], tables["actions"]
    firm = {name: firms.index[firms[name].notna()] if name in firms else firms.index[:0] for name in _FIRM}
    deciding = contacts[contacts.reindex(columns=["influence"])["influence"].isin(["decides", "high"])]
    touches, ratings = tables["interactions"], tables["ratings"].reindex(columns=["customer_id", "date", "view"])
    met = touches.reindex(columns=["customer_id", "date", "kind", "contact_id"])
    met = met[met["kind"].isin(TOUCHES)]
    ahead = plans[plans["done"].isna() & (plans["due"] >= day)] if {"done", "due"} <= set(plans) else plans[:0]
    decided = met[met["contact_id"].isin(deciding["contact_id"])]
    rival = [latest("notes", "date", "text", topic="rival"), latest("proposals", "date", "rival")]
    return {
        **{f"firm_{name}": undated(firm[name]) for name in ("name", "industry", "wallet", "manager")},
        "firm_size": undated(firm["size"].union(firm["employees"])),
        **{f"note_{topic}": latest("notes", "date", "text", topic=topic) for topic in _NOTES},
        "decision_makers": last(decided).fillna(undated(deciding["customer_id"])),
        "last_meeting": last(met[met["kind"] != "call"]),
        "who_rivals": pd.concat(rival, axis=1).max(axis=1),
        "bid_outcomes": latest("proposals", "decided", "reason"),
        "ratings_by_us": last(ratings[ratings["view"] != "client"]),
        "its_view_of_us": last(ratings[ratings["view"] == "client"]),
        "next_step": undated(ahead["customer_id"]),
    }
