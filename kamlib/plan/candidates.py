"""What each customer calls for now: the move of the playbook that its winning rule sets off, one a customer."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date

import numpy as np
import pandas as pd

from kamlib.facts.as_known import TOUCHES, known_at
from kamlib.plan.precedence import OFFER
from kamlib.stats.reasons import reason_columns
from kamlib.study.settings.playbook import Playbook

OWED = ("dispute", "contract end", "overdue")
"""Triggers that are owed whatever they bring: both arms of a trial get them."""
KINDS: Mapping[str, str] = {
    "dispute": "keep",
    "contract end": "keep",
    "overdue": "collect",
    "quiet": "keep",
    "at stake": "keep",
    "contact": "keep",
    "win back": "win_back",
}
"""The kind of action by its trigger; of others no worth can be told."""
FAR_ABOVE = 2.0
"""So many times the mean P(stopped) of the active customers set off *at stake*."""
MANAGER = "account manager"
_COLUMNS = [
    *("customer_id", "rule", "trigger", "kind", "action", "channel", "owner", "due", "hours", "cost", "p", "at_stake"),
    *("why", "why_values"),
]


def called_for(
    policy: pd.DataFrame,
    day: date | pd.Timestamp,
    playbook: Playbook,
    *,
    value: pd.DataFrame,
    states: pd.DataFrame,
    matrix: pd.DataFrame,
    winback: pd.DataFrame,
    owed: pd.DataFrame,
    interactions: pd.DataFrame,
    managers: pd.Series,
    years: float,
    incomplete: Collection[str] = (),
) -> pd.DataFrame:
    """The actions that the customers call for on `day`, before anybody asks whether there are hours for them.

    A rule that speaks sets off its move. Where the tier, a category or the terms win, a P(stopped) far above that of the active sets
    off *at stake*, else a last touch longer ago than the rhythm of the tier sets off *contact*. Knocked out, let go and control
    customers call for nothing.

    Parameters
    ----------
    policy : `kamlib.plan.winning_rules`.
    value : `kamlib.measures.lifetime.lifetime_values`: P(stopped) and stake; V_stay − V_stop is the stake over the chance.
    states, matrix : `kamlib.facts.customer_states`; `kamlib.scoring.list_matrix` (cell).
    winback : `kamlib.plan.winback.win_back_list`.
    owed : `kamlib.risk.cash.collect_first`: the share of what is owed that is to be expected unpaid.
    interactions : clean table; without rows where it is not given: then no contact is due.
    managers : the account manager by customer id.
    years : of the value and the stake.
    incomplete : ids whose dossier has to be completed.

    Returns
    -------
    DataFrame, a row an action, in the order of `policy`
        customer_id, rule, trigger, kind (of `kamlib.plan.worth.BROUGHT_ABOUT`, '' where no worth can be told), action, channel, owner, due, hours, cost
        (study currency), p (chance of the event: stop, return, or unpaid), at_stake (study currency), why and why_values.
    """
    today = pd.Timestamp(day)
    of = policy.merge(_chances(value), on="customer_id", how="left")
    of = of.merge(matrix[["customer_id", "cell"]], on="customer_id", how="left").fillna({"cell": "unknown"})
    touched = _last_touch(interactions, today)
    of["since"] = (today - of["customer_id"].map(touched)).dt.days
    active = states.loc[states["state"] == "active", "customer_id"]
    usual = of.loc[of["customer_id"].isin(active), "p"].mean()
    of["every"] = of["cell"].map({cell: tier.every_days for cell, tier in playbook.tiers.items()})
    others = of["rule"].isin(["tier", "category", "terms"])
    of["trigger"] = np.select(
        [
            of["rule"].isin(OWED),
            (of["rule"] == "state") & of["policy"].str.startswith("policy_call"),
            (of["rule"] == "state") & (of["policy"] == OFFER),
            (of["rule"] == "state") & (of["policy"] == "policy_ask_why"),
            others & (of["p"] >= FAR_ABOVE * usual),
            others & (of["since"] > of["every"]),
        ],
        [of["rule"], "quiet", "win back", "ask why", "at stake", "contact"],
        "",
    )
    more = of[of["customer_id"].isin(incomplete)].assign(trigger="complete")
    of = pd.concat([of[of["trigger"] != ""], more], ignore_index=True)
    made = _moves(of, playbook, managers, today)
    made = _of_returns(made, winback)
    made = _of_money(made, owed)
    return made.join(_why(made, years))[_COLUMNS]


def _chances(value: pd.DataFrame) -> pd.DataFrame:
    """P(stopped), or P(no order) where it is not known, and what hangs on it."""
    p = value["p_stopped"].fillna(value["p_silent"])
    return pd.DataFrame({"customer_id": value["customer_id"], "p": p, "at_stake": value["stake"] / p.where(p > 0)})


def _last_touch(interactions: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    seen = known_at("interactions", interactions, day)
    last: pd.Series = seen[seen["kind"].isin(TOUCHES)].groupby("customer_id")["date"].max()
    return last


def _moves(of: pd.DataFrame, playbook: Playbook, managers: pd.Series, today: pd.Timestamp) -> pd.DataFrame:
    """With the move of each trigger; a contact takes the channel and the hours of its tier."""
    moves = pd.DataFrame.from_dict({name: move.model_dump() for name, move in playbook.moves.items()}, orient="index")
    made = of.join(moves, on="trigger")
    tiers = pd.DataFrame.from_dict({cell: tier.model_dump() for cell, tier in playbook.tiers.items()}, orient="index")
    contact = made["trigger"] == "contact"
    for name in ("channel", "hours"):
        made[name] = made[name].where(~contact, made["cell"].map(tiers[name]))
    theirs = made["customer_id"].map(managers)
    made["owner"] = made["owner"].where(made["owner"].notna(), theirs.where(theirs.notna(), MANAGER))
    made["due"] = monday_after(today) + pd.to_timedelta(made["days"], unit="D")
    return made.assign(kind=made["trigger"].map(KINDS).fillna(""))


def monday_after(day: date | pd.Timestamp) -> pd.Timestamp:
    """The first Monday after a day."""
    return pd.Timestamp(day).normalize() + pd.offsets.Week(weekday=0)


def _of_returns(made: pd.DataFrame, winback: pd.DataFrame) -> pd.DataFrame:
    """Of who is to be won back: the offer, its cost, P(return) and the value once back."""
    here = made["trigger"].isin(["win back", "ask why"])
    back = winback.set_index("customer_id").reindex(made.loc[here, "customer_id"])
    told = made.copy()
    for name, theirs in (("p", "p_return"), ("at_stake", "second_value")):
        told.loc[here, name] = back[theirs].to_numpy(dtype=float)
    offers = here & (made["trigger"] == "win back")
    back = back[offers[here].to_numpy()]
    words = pd.Series(back["offer"].to_numpy(dtype=object), index=made.index[offers], dtype=object)
    told.loc[offers, "action"] = words.fillna(made["action"])
    told.loc[offers, "cost"] = made.loc[offers, "cost"] + np.nan_to_num(back["cost"].to_numpy(dtype=float))
    return told


def _of_money(made: pd.DataFrame, owed: pd.DataFrame) -> pd.DataFrame:
    """Of who is to be asked for money: what is overdue, and the share of what is owed that is to be expected unpaid."""
    here = made["trigger"] == "overdue"
    told = made.copy()
    told.loc[here, "at_stake"] = [float(json.loads(values)["amount"]) for values in made.loc[here, "policy_values"]]
    told.loc[here, "p"] = made.loc[here, "customer_id"].map(owed.set_index("customer_id")["p_unpaid"]).astype(float)
    return told


def _why(made: pd.DataFrame, years: float) -> pd.DataFrame:
    """The two numbers that say why."""
    said = [json.loads(values) if rule in OWED else {} for values, rule in made[["policy_values", "rule"]].to_numpy()]
    value = {name: pd.Series([one.get(name) for one in said], index=made.index) for name in ("n", "days", "day")}
    money = {"at_stake": made["at_stake"], "years": years}
    hangs = {"p": made["p"]} | money
    trigger = made["trigger"]
    return reason_columns(
        [
            (trigger == "complete", "why_incomplete", {}),
            (trigger == "dispute", "why_open", {"n": value["n"], "days": value["days"]}),
            (trigger == "contract end", "why_contract", {"day": value["day"]} | money),
            (trigger == "overdue", "why_overdue", {"days": value["days"], "amount": made["at_stake"]}),
            (trigger.isin(["win back", "ask why"]), "why_return", hangs),
            (trigger == "contact", "why_contact", {"days": made["since"], "every": made["every"]}),
            (trigger != "", "why_stop", hangs),
        ],
        name="why",
    )
