"""What the page on losing customers says of the value of the base, its test on the past, and whom to call first."""

from __future__ import annotations

import pandas as pd

from kamlib.churn.evaluation.holdout import Verdict
from kamlib.measures.lifetime_value import blocks, unobserved_share
from kamlib.measures.whole_base import BaseValue, ValueTest
from kamlib.report.numbers import Numbers
from kamlib.report.readings.churn import way_of, why
from kamlib.report.words import in_words
from kamlib.stats.reasons import Reason


def worth_of_base(base: BaseValue, currency: str) -> Reason:
    """What the base is still worth, and what is at stake in the next block."""
    if base.table["p_silent"].isna().all():
        return Reason("no_value_to_tell")
    sums = base.table[["remaining_value", "margin_at_stake"]].sum(min_count=1)
    if sums.isna().all():
        return Reason("no_usual_margin")
    values = {"currency": currency, "blocks": blocks(base.horizon_days, base.rules.days), "horizon": base.horizon_days}
    return Reason("base_is_worth", dict(sums) | values | {"unseen": unobserved_share(base.table)})


def value_missed(test: ValueTest, currency: str) -> Reason | None:
    """By how much the value missed the sum that came, and whether it was closer by customer than the same days a year before."""
    if test.ways.empty:
        return None
    ours, last_year = test.ways.iloc[0], test.ways.iloc[1]
    values = {
        "bias": ours["bias"],
        "low": ours["low"],
        "high": ours["high"],
        "other": last_year["bias"],
        "currency": currency,
    }
    values |= {"ours": ours["mean_error"], "theirs": last_year["mean_error"]}
    return Reason("value_closer" if ours["mean_error"] < last_year["mean_error"] else "value_no_closer", values)


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


def share_of_stake(calls: pd.DataFrame, base: BaseValue, verdict: Verdict) -> Reason:
    """How much of the margin at stake the list of calls holds (`kamlib.plan.call_list`)."""
    if calls.empty:
        return Reason("nobody_to_name", {"reason": why(verdict)})
    share = calls["margin_at_stake"].sum() / base.table["margin_at_stake"].clip(lower=0).sum()
    return Reason("calls_hold", {"method": way_of(verdict), "n": len(calls), "all": len(base.p_silent), "share": share})


def first_call(calls: pd.DataFrame, names: pd.Series, currency: str) -> Reason | None:
    """The customer to start with."""
    if calls.empty:
        return None
    top, write = calls.iloc[0], Numbers().share
    values = {"name": names[top["customer_id"]], "stake": top["margin_at_stake"], "currency": currency}
    values |= {end: write(top[end]) for end in ("p_silent", "low", "high")}
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
        "kept": len(first & others),
        "n": len(calls),
    }
    return Reason("discount_moved", values)
