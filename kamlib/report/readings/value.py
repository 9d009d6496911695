"""What the page on losing customers says of the value of the base, its test on the past, and whom to call first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from kamlib.churn.evaluation.holdout import Verdict
from kamlib.facts.states import are_lost
from kamlib.facts.worth import giants
from kamlib.measures.lifetime.lifetime_value import blocks, unobserved_share
from kamlib.measures.lifetime.whole_base import BaseValue, ValueTest
from kamlib.report.numbers import Numbers
from kamlib.report.readings.churn import way_of, why
from kamlib.report.words import in_words, sentence
from kamlib.stats.reasons import Reason

STAKES = ["stake_horizon", "stake"]


def worth_of_base(base: BaseValue, currency: str) -> Reason:
    """What the base is still worth, and by how much such a sum was wrong before."""
    if base.table["p_silent"].isna().all():
        return Reason("no_value_to_tell")
    worth = base.table["remaining_value"].sum(min_count=1)
    if pd.isna(worth):
        return Reason("no_usual_margin")
    values = {"currency": currency, "blocks": blocks(base.horizon_days, base.rules.days), "horizon": base.horizon_days}
    told = {"worth": worth, "unseen": unobserved_share(base.table), "bias": sentence(bias_of_sums(base))}
    return Reason("base_is_worth", values | told | {"years": base.years})


def at_stake(base: BaseValue, standing: pd.DataFrame, facts: pd.DataFrame, currency: str) -> Reason | None:
    """What is at stake within the horizon and over all blocks: with those who are ours, without the giants, and with the lost, apart.

    Parameters
    ----------
    standing : `kamlib.facts.customer_states`.
    facts : one row per customer, for its giants (`kamlib.facts.worth.giants`).
    """
    told = base.table.dropna(subset=["p_silent", *STAKES])
    if told.empty:
        return None
    lost = are_lost(told["customer_id"], standing)
    large = told["customer_id"].isin(giants(facts))
    parts = {"": ~lost, "rest_": ~lost & ~large, "lost_": lost}
    sums = {lead + name: told.loc[part, name].sum() for lead, part in parts.items() for name in STAKES}
    values: dict[str, Any] = {"ours": int((~lost).sum()), "lost": int(lost.sum()), "giants": int((large & ~lost).sum())}
    values |= {"currency": currency, "horizon": base.horizon_days, "years": base.years}
    return Reason("stake_of_base" if values["giants"] else "stake_of_base_all", sums | values)


def bias_of_sums(base: BaseValue) -> Reason:
    """By how much a sum of this value missed on the past, to stand beside every sum of it."""
    bias = base.table["bias"].max()
    return Reason("bias_not_known") if pd.isna(bias) else Reason("bias_of_sums", {"bias": bias})


def way_of_value(base: BaseValue) -> Reason:
    """What the margins of the value are, and whether a rival took the place of the usual margin."""
    season = base.chances["season"]
    if base.way != "this_value":
        return Reason("rival_is_used", {"way": base.way})
    return Reason("usual_margin_is_used" if season is None else "usual_margin_by_season")


def without_stopped(base: BaseValue) -> Reason | None:
    """For how many customers P(no order) stands in the place of P(stopped)."""
    known = int(base.table["p_silent"].notna().sum())
    if not (n := base.without_stopped):
        return None
    return Reason("no_p_stopped_yet" if n == known else "some_without_p_stopped", {"n": n, "all": known})


def value_missed(test: ValueTest, horizon_days: int, currency: str) -> Reason | None:
    """By how much the value missed the sum that came, and whether it was closer by customer than the best of its rivals."""
    if test.ways.empty:
        return None
    ours, rivals = test.ways.iloc[0], test.ways.iloc[1:]
    best = rivals.loc[rivals["mean_error"].idxmin()]
    values = {name: ours[name] for name in ("bias", "low", "high")} | {"currency": currency, "rival": best["method"]}
    values |= {"horizon": horizon_days, "other": best["bias"], "ours": ours["mean_error"], "theirs": best["mean_error"]}
    if test.way != "this_value":
        return Reason("value_beaten", values | {"way": test.way})
    return Reason("value_closer" if ours["mean_error"] < best["mean_error"] else "value_no_closer", values)


def value_parts(test: ValueTest, horizon_days: int, currency: str) -> Reason | None:
    """How much of the miss is of who stayed, and how much of what each brought."""
    if test.parts.empty:
        return None
    parts = test.parts
    values = {
        "who": (parts["expected"] - parts["staying"]) / parts["came"],
        "much": (parts["staying"] - parts["came"]) / parts["came"],
    }
    values |= {
        "like": parts["like_for_like"],
        "elsewhere": parts["elsewhere"],
        "currency": currency,
        "horizon": horizon_days,
    }
    return Reason("value_parts", values)


def share_of_stake(
    calls: pd.DataFrame, base: BaseValue, standing: pd.DataFrame, facts: pd.DataFrame, verdict: Verdict
) -> Reason:
    """How much of the stake of those who are ours the list of calls holds (`kamlib.plan.call_list`), with the giants and without."""
    if calls.empty:
        return Reason("nobody_to_name", {"reason": why(verdict)})
    ours = base.table[~are_lost(base.table["customer_id"], standing) & base.table["p_silent"].notna()]
    large = giants(facts)
    share, without = (
        held[held["customer_id"].isin(calls["customer_id"])]["stake"].sum() / held["stake"].clip(lower=0).sum()
        for held in (ours, ours[~ours["customer_id"].isin(large)])
    )
    values = {"method": way_of(verdict), "n": len(calls), "all": len(ours), "share": share, "without": without}
    held_by_giants = int(large.isin(ours["customer_id"]).sum())
    told = values | {"giants": held_by_giants, "years": base.years}
    return Reason("calls_hold" if held_by_giants else "calls_hold_all", told)


def controls_not_called(
    base: BaseValue, states: pd.DataFrame, controls: Collection[str], currency: str
) -> Reason | None:
    """What is at stake with those of the control group of the last round of offers (`kamlib.plan.offer_trial.controls`) that are ours: nobody calls them."""
    ours = states.loc[(states["state"] != "lost") & states["customer_id"].isin(controls), "customer_id"]
    stake = base.table.loc[base.table["customer_id"].isin(ours) & (base.table["stake"] > 0), "stake"]
    values = {"n": len(stake), "stake": stake.sum(), "currency": currency, "years": base.years}
    return None if stake.empty else Reason("controls_not_called", values)


def first_call(calls: pd.DataFrame, base: BaseValue, names: pd.Series, currency: str) -> Reason | None:
    """The customer to start with."""
    if calls.empty:
        return None
    top = calls.iloc[0]
    event = "event_silent" if pd.isna(top["p_stopped"]) else "event_stopped"
    chance = top["p_silent" if event == "event_silent" else "p_stopped"]
    values = {
        "name": names[top["customer_id"]],
        "stake": top["stake"],
        "horizon_stake": top["stake_horizon"],
        "currency": currency,
    }
    values |= {"event": event, "chance": Numbers().share(chance), "horizon": base.horizon_days, "years": base.years}
    return Reason("start_with", values | {"reason": in_words(calls["reason"], calls["reason_values"]).iloc[0]})


def discount_moved(base: BaseValue, moved: BaseValue, calls: pd.DataFrame) -> Reason | None:
    """What another discount does to the value, and to who is called first."""
    if calls.empty:
        return None
    first, others = (set(one.table["customer_id"].head(len(calls))) for one in (base, moved))
    sums = [one.table["remaining_value"].sum(min_count=len(one.table)) for one in (base, moved)]
    values = {
        "discount": moved.rules.discount,
        "change": sums[1] / sums[0] - 1,
        "bias": sentence(bias_of_sums(base)),
        "kept": len(first & others),
        "n": len(calls),
    }
    return Reason("discount_moved", values)
