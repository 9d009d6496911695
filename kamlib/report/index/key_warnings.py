"""Warnings of key accounts: lost or about to go, dear, out of contract, in dispute, known by one contact, or rated long ago."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from kamlib.report.index.summary_facts import Tables, called, event_of, total, waits_for
from kamlib.report.index.warning import NAMED, Rule, Warned, by_chance, on_record, owner_of
from kamlib.report.numbers import Numbers
from kamlib.study.model import Study
from kamlib.study.periods import months_before

TWICE = 2
"""Times the mean chance of active customers from which a key account is told of."""
ENDS_WITHIN, OPEN_FOR, OLD = 120, 30, 365
"""Days: to the end of a contract, since a dispute began, of the age of a rating."""
ONE_CONTACT, TOUCHES = 0.8, 5
"""Share of the touches of 12 months that go through one contact, and how many there must be."""


def _keys_may_go(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    event = event_of(tables)
    if waits_for(tables, churn=("customer_id", event), states=("customer_id", "state")) or keys.empty:
        return
    state = tables["states"].set_index("customer_id")["state"]
    chance = tables["churn"].set_index("customer_id")[event]
    active = chance[state.reindex(chance.index).eq("active")].mean()
    told = keys.assign(p=keys["customer_id"].map(chance), lost=keys["customer_id"].map(state) == "lost")
    told = told[told["lost"] | (told["p"] >= TWICE * active)].sort_values("contribution", ascending=False)
    if told.empty:
        return
    p = float(told["p"].mask(told["lost"], 1.0).mean())
    values = {"names": _names(told), "n": len(told), "active": write.share(active)}
    more: dict[str, Any] = {
        "money": total(told["contribution"]),
        "owner": owner_of(tables, told["customer_id"]),
        "href": "05_churn.html",
    }
    if told["lost"].all():
        yield on_record("warn_key_lost", values, days=0, **more)
    else:
        days = study.churn.horizon_days
        yield by_chance(
            "warn_key_may_go", values | {"days": days}, p, write, days=0 if told["lost"].any() else days, **more
        )


def _keys_that_cost(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    told = keys[keys["contribution"] < 0].sort_values("contribution")
    if len(told):
        values = {"names": _names(told), "n": len(told)}
        yield on_record(
            "warn_key_costs",
            values,
            money=-float(told["contribution"].sum()),
            owner=owner_of(tables, told["customer_id"]),
            href="02_scoring.html",
        )


def _contracts(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    if waits_for(tables, contract_ends=("customer_id", "contract_end", "contribution")):
        return
    ends = tables["contract_ends"]
    days = (ends["contract_end"] - pd.Timestamp(study.as_of)).dt.days
    told = ends[(days <= ENDS_WITHIN) & ends["customer_id"].isin(keys["customer_id"])].sort_values("contract_end")
    if len(told):
        values = {
            "names": called(tables, told, NAMED),
            "n": len(told),
            "day": told["contract_end"].iloc[0],
            "days": ENDS_WITHIN,
        }
        yield on_record(
            "warn_contract", values, money=total(told["contribution"]), owner=owner_of(tables, told["customer_id"]), href="06_risk.html",
            days=int(days[told.index].min()),
        )  # fmt: skip


def _disputes(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    if waits_for(tables, interactions=("customer_id", "date", "kind", "closed")):
        return
    touches = tables["interactions"]
    old = pd.Timestamp(study.as_of) - touches["date"] > pd.Timedelta(days=OPEN_FOR)
    told = touches[
        old
        & (touches["kind"] == "dispute")
        & touches["closed"].isna()
        & touches["customer_id"].isin(keys["customer_id"])
    ]
    if len(told):
        told = told.drop_duplicates("customer_id")
        values = {"names": called(tables, told, NAMED), "n": len(told), "days": OPEN_FOR}
        worth = keys.set_index("customer_id")["contribution"].reindex(told["customer_id"])
        yield on_record(
            "warn_dispute",
            values,
            money=total(worth),
            owner=owner_of(tables, told["customer_id"]),
            href="08_plan.html",
            days=0,
        )


def _old_ratings(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    if waits_for(tables, ratings=("customer_id", "date")):
        return
    last = tables["ratings"].groupby("customer_id")["date"].max().reindex(keys["customer_id"]).dropna()
    old = last[last < pd.Timestamp(study.as_of) - pd.Timedelta(days=OLD)]
    if len(old):
        told = keys[keys["customer_id"].isin(old.index)]
        yield on_record(
            "warn_ratings",
            {"names": _names(told), "n": len(old)},
            money=None,
            owner=owner_of(tables, told["customer_id"]),
            href="02_scoring.html",
        )


def _one_contact(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    if waits_for(tables, interactions=("customer_id", "date", "contact_id")):
        return
    touches = tables["interactions"].dropna(subset=["contact_id"])
    touches = touches[touches["date"] > months_before(pd.Timestamp(study.as_of), 12)]
    counts = touches.groupby(["customer_id", "contact_id"]).size().groupby("customer_id").agg(["max", "sum"])
    bound = counts[(counts["sum"] >= TOUCHES) & (counts["max"] >= ONE_CONTACT * counts["sum"])]
    told = keys[keys["customer_id"].isin(bound.index)].sort_values("contribution", ascending=False)
    if len(told):
        values = {"names": _names(told), "n": len(told), "share": ONE_CONTACT}
        money = total(told["contribution"])
        yield on_record(
            "warn_one_contact", values, money=money, owner=owner_of(tables, told["customer_id"]), href="08_plan.html"
        )


def _names(rows: pd.DataFrame) -> list[str]:
    return rows["name"].head(NAMED).tolist()


KEY_RULES: tuple[Rule, ...] = (_keys_may_go, _keys_that_cost, _contracts, _disputes, _one_contact, _old_ratings)
