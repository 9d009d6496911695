"""All dossiers of a run at once: every part a table with the rows of all key accounts, taken apart by customer only for a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.facts.customers import own_rows
from kamlib.plan.action_list import NOT_WORTH
from kamlib.plan.dossier.completeness import completeness, known_facts, to_complete
from kamlib.plan.dossier.decision_scheme import scheme, scheme_gaps
from kamlib.plan.dossier.heads import heads
from kamlib.plan.dossier.money_strip import quarterly
from kamlib.plan.dossier.owed import lessons, owed
from kamlib.plan.dossier.rivals import recent_bids, rivals
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study
from kamlib.study.periods import months_before

NOTES = ["customer_id", "topic", "date", "text", "source"]
GOALS = ["tier", "goal", "offer", "measure", "every_days"]
DONE = ["customer_id", "action", "owner", "due", "done", "cost", "benefit_kind"]


@dataclass(frozen=True)
class Dossiers:
    """The parts of all dossiers on one day.

    Attributes
    ----------
    day : nothing later is known.
    heads : `kamlib.plan.dossier.heads`, index customer_id in the order of the pages.
    parts : by name, a table with customer_id: money, path, owed, lessons, scheme, gaps, bids, rivals, notes, quiet, white, benefits, done, steps,
        goals, facts, completeness; one without rows where nothing is known.
    """

    day: pd.Timestamp
    heads: pd.DataFrame
    parts: Mapping[str, pd.DataFrame]

    def of_each(self) -> Mapping[str, Mapping[object, pd.DataFrame]]:
        """By part, the rows of each customer that has some."""
        return {name: dict(list(part.groupby("customer_id", sort=False))) for name, part in self.parts.items()}


def dossiers(tables: Mapping[str, pd.DataFrame], study: Study, ids: pd.Index | None = None) -> Dossiers:
    """What the tables of a run tell of each key account.

    Parameters
    ----------
    tables : of a run, by name. What is absent is unknown: of the analysis kaism_path, quiet_lines, white_space, benefits, action_list (customer_id, trigger,
        action, owner, due, why, fate) and strategy (tier, goal, offer, measure, every_days) make parts of their own.
    study : its day, the section dossier, the cost of an hour.
    ids : the customers; None: the key accounts, best first.
    """
    day = pd.Timestamp(study.as_of)
    if ids is None:
        listed = tables["scores"][tables["scores"]["key"].astype(bool)].sort_values("rank")
        ids = pd.Index(listed["customer_id"], name="customer_id")
    given = {
        name: tables.get(name, _empty(name))
        for name in ("interactions", "proposals", "ratings", "actions", "notes", "contacts")
    }
    known = {name: known_at(name, rows, day) for name, rows in given.items() if name not in ("contacts", "actions")}
    plans = given["actions"].assign(done=given["actions"]["done"].where(given["actions"]["done"] <= day))
    own = own_rows(tables.get("accounts", _empty("accounts")))
    facts = known_facts(known | {"contacts": given["contacts"], "actions": plans, "accounts": own}, ids, day)
    people = scheme(given["contacts"], given["interactions"], ids, day)
    bids = recent_bids(given["proposals"], ids, day)
    months = tables.get("months", pd.DataFrame(columns=["customer_id", "month", "revenue", "margin"]))
    parts = {
        "money": quarterly(
            months, ids, day, interactions=given["interactions"], hour=study.money.hour, year_begins=study.year_begins
        ),
        "owed": owed(given["interactions"], plans, ids, day),
        "lessons": lessons(given["interactions"], ids, day),
        "scheme": people,
        "gaps": scheme_gaps(people, ids),
        "bids": bids,
        "rivals": rivals(bids),
        "notes": _notes(known["notes"], ids),
        "done": _done(plans, ids, day),
        "facts": facts,
        "completeness": completeness(facts, study.dossier.complete),
    }
    for name, table in _TAKEN.items():
        rows = tables.get(table, pd.DataFrame(columns=["customer_id"]))
        parts[name] = rows[rows["customer_id"].isin(ids)]
    if "change" in parts["quiet"]:
        parts["quiet"] = parts["quiet"][parts["quiet"]["change"] != ""]
    parts["steps"] = _steps(parts["steps"], to_complete(parts["completeness"], day))
    top = heads(tables, ids, day, study.dossier.sponsors)
    tiers = tables.get("strategy", pd.DataFrame(columns=["tier"])).reindex(columns=GOALS).set_index("tier")
    parts["goals"] = tiers.reindex(top["cell"].astype(object)).set_axis(top.index).dropna(subset="goal").reset_index()
    return Dossiers(day, top, parts)


_TAKEN = {
    "path": "kaism_path",
    "quiet": "quiet_lines",
    "white": "white_space",
    "benefits": "benefits",
    "steps": "action_list",
}
"""By part: the table of the run that it is taken from."""


def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=["customer_id", *INPUTS[name].names]).astype(
        {column.name: "datetime64[ns]" for column in INPUTS[name].columns if column.type == "date"}
    )


def _notes(notes: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    """The latest two of each topic."""
    rows = notes[notes["customer_id"].isin(ids) & notes["text"].notna()].sort_values(
        "date", ascending=False, kind="stable"
    )
    return rows.groupby(["customer_id", "topic"], sort=False).head(2).reindex(columns=NOTES)


def _steps(listed: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """What the list of actions has of them, and that a dossier is to be completed where the list doesn't say so."""
    steps = listed[listed["fate"] != NOT_WORTH] if "fate" in listed else listed
    if "trigger" in steps:
        more = more[~more["customer_id"].isin(steps.loc[steps["trigger"] == "complete", "customer_id"])]
    if more.empty:
        return steps
    known = [rows.dropna(axis=1, how="all") for rows in (steps, more)]  # what holds nothing has no type
    both = pd.concat(known, ignore_index=True)
    return both.reindex(columns=steps.columns.union(more.columns, sort=False))


def _done(actions: pd.DataFrame, ids: pd.Index, day: pd.Timestamp) -> pd.DataFrame:
    """What was done in the last 12 months, the latest first."""
    rows = actions[actions["customer_id"].isin(ids) & (actions["done"] > months_before(day, 12))]
    return rows.sort_values("done", ascending=False, kind="stable").reindex(columns=DONE)
