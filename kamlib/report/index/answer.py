"""The answer in five sentences: who carries the company, who came and went, whom it loses next, what it hangs on, what to do first."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kamlib.measures.lifetime.lifetime_value import span_years
from kamlib.plan.action_list import NOW
from kamlib.report.index.calls import next_actions
from kamlib.report.index.key_figures import period, rest_of_key
from kamlib.report.index.since_last import Since
from kamlib.report.index.summary_facts import (
    Fact,
    Tables,
    called,
    contributions,
    event_of,
    missed,
    ours,
    stakes,
    waits_for,
    worth_word,
)
from kamlib.report.numbers import Numbers, day
from kamlib.report.words import sentence, word, word_if_known
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study
from kamlib.study.periods import months_before

NAMED = 3
"""Customers that a sentence names."""
LIKELY = 0.5
"""P from which it is more likely than not."""
_PAID_LATE = "keys_late_60"


def answered(
    study: Study,
    tables: Tables,
    accounts: pd.DataFrame,
    wait: str,
    share: float | None,
    verdict: str,
    before: Since | None = None,
) -> list[Fact]:
    """The five sentences, each under its question; one that can't be told says what it waits for.

    Parameters
    ----------
    study, tables : as for `kamlib.report.index.summary.summary`; `facts` of the last date alone.
    accounts, wait, share, verdict : the list of key accounts, what it waits for, the share of revenue that it holds, and the verdict on that.
    before : what changed since the report before, if there is one.
    """
    write = Numbers(study.language, study.currency)
    return [
        _carried(tables, accounts, wait, share, verdict, write),
        _moved(study, tables, before, write),
        _next(study, tables, write),
        _hangs(tables, write),
        _first(study, tables, write),
    ]


def _told(label: str, *reasons: Reason | None) -> Fact:
    return Fact(label, " ".join(sentence(reason) for reason in reasons if reason is not None))


def _carried(
    tables: Tables, accounts: pd.DataFrame, wait: str, share: float | None, verdict: str, write: Numbers
) -> Fact:
    label = word("answer_carries")
    if wait:
        return Fact(label, waits=sentence(Reason("answer_list_waits", {"why": wait})))
    if accounts.empty:
        return _told(label, Reason("carried_by_none"))
    values: dict[str, Any] = {"n": len(accounts)}
    if share is None:
        why = waits_for(tables, facts=("revenue",)) or word("was_not_observed")
        return _told(label, Reason("carried_unknown", values | {"why": why}))
    of = f"{period(tables)}{rest_of_key(tables, accounts, write)}"
    values |= {"share": write.share(share), "of": of, "verdict": verdict}
    largest = accounts.dropna(subset="share").nlargest(NAMED - 1, "share")
    most = [f"{name} {write.share(part)}" for name, part in zip(largest["name"], largest["share"], strict=True)]
    return _told(
        label, Reason("carried", values), None if len(accounts) == 1 else Reason("carried_most", {"names": most})
    )


def _moved(study: Study, tables: Tables, before: Since | None, write: Numbers) -> Fact:
    label = word("answer_moved")
    if wait := waits_for(tables, facts=("first_order", "revenue_12m"), losses=("lost_on", "returned_on", "amount")):
        return Fact(label, waits=wait)
    end = pd.Timestamp(study.as_of)
    year, facts, losses = months_before(end, 12), tables["facts"], tables["losses"]
    new = facts[(facts["first_order"] > year) & (facts["first_order"].min() <= year)]
    lost = losses[(losses["lost_on"] > year) & (losses["lost_on"] <= end)]
    gone = lost[lost["returned_on"].isna()]
    values = {"day": day(study.as_of), "new": len(new), "brought": write.short_money(new["revenue_12m"].sum())}
    values |= {"most": called(tables, new.sort_values("revenue_12m", ascending=False), NAMED - 1)}
    values |= {"lost": len(lost), "back": len(lost) - len(gone)}
    values |= {"gone": called(tables, gone.sort_values("amount", ascending=False), NAMED - 1)}
    reasons = [Reason("came_and_went" if len(new) else "nobody_came", values)]
    if len(gone):
        reasons.append(
            Reason("went_most", values | {"amount": write.short_money(gone["amount"].nlargest(NAMED - 1).sum())})
        )
    if before is not None and not before.refused and len(before.changes):
        by = before.changes.groupby("change")["name"].agg(list)
        moves = {name: _some(by.get(change, [])) for name, change in (("came", "came in"), ("left", "left"))}
        reasons.append(Reason("list_moved", {"period": before.period} | moves))
    return _told(label, *reasons)


def _some(called: list[str]) -> list[str] | str:
    """The first names, and how many more there are; *nobody* where there are none."""
    more = [sentence(Reason("and_more", {"n": len(called) - NAMED}))] if len(called) > NAMED else []
    return [*called[:NAMED], *more] or word("nobody")


def _next(study: Study, tables: Tables, write: Numbers) -> Fact:
    label, event, days = word("answer_next"), event_of(tables), study.churn.horizon_days
    if wait := waits_for(tables, churn=("customer_id", event)):
        return Fact(label, waits=wait)
    churn = tables["churn"].dropna(subset=event)
    known = churn[ours(tables, churn)]
    if known.empty:
        return Fact(label, waits=word("no_chance_estimated"))
    values = {
        "n": write.number(known[event].sum()),
        "of": len(known),
        "days": days,
        "event": "outlook_stopped" if event == "p_stopped" else "outlook_silent",
    }
    reasons = [Reason("outlook", values)]
    if not waits_for(tables, value=("customer_id", "stake", "stake_horizon")):
        soon, whole = stakes(tables)
        years = sentence(Reason("so_many_years", {"years": span_years(days, study.value.days)}))
        span = years + (f" ({note})" if (note := missed(tables)) else "")
        worth = {"worth": word(worth_word(tables)), "soon": write.short_money(soon), "whole": write.short_money(whole)}
        if soon is not None and whole is not None:
            reasons = [Reason("outlook_at_stake", values | worth | {"span": span})]
    return _told(label, *reasons, _likeliest(tables, known, event, write), _held(tables, event))


def _likeliest(tables: Tables, known: pd.DataFrame, event: str, write: Numbers) -> Reason | None:
    """Those more likely to go than to stay, by what they bring; who calls them, and by when."""
    worth = contributions(tables)
    told = known.assign(worth=known["customer_id"].map(worth))
    told = told[told[event] >= LIKELY]
    if told.empty or worth.empty:
        return None
    told = told.sort_values(["worth", "customer_id"], ascending=[False, True])
    first = told.head(NAMED)
    by = next_actions(tables).set_index("customer_id").to_dict("index")
    lines = []
    for name, row in zip(called(tables, first, NAMED), first.itertuples(), strict=True):
        values = {"name": name, "p": write.share(getattr(row, event)), "worth": write.short_money(row.worth)}
        if action := by.get(row.customer_id):
            values |= {"owner": action["owner"], "due": day(action["due"])}
        lines.append(sentence(Reason("named_with_owner" if action else "named", values)))
    whole = {"n": len(told), "names": lines, "all": write.short_money(told["worth"].sum())}
    return Reason("likeliest_to_go", whole | {"measure": word_if_known(str(worth.name))})


def _held(tables: Tables, event: str) -> Reason | None:
    """In how many of the forecasts whose window is over what came lay within the range."""
    if waits_for(tables, scorecard=("event", "as_of", "verdict", "not_over")):
        return None
    card = tables["scorecard"]
    over = card[card["event"] == event.removeprefix("p_")].sort_values("as_of")
    if over.empty:
        return Reason("forecasts_untested")
    held = over["verdict"] == "as_expected"
    last = over.iloc[-1]
    values = {"held": int(held.sum()), "of": len(over), "day": day(last["as_of"])}
    values |= {"came": int(last["came"]), "expected": last["expected"]}
    if held.iloc[-1] and (over["not_over"] > 0).any():
        return Reason("forecasts_held_so_far", values)
    return Reason("forecasts_held" if held.iloc[-1] else "forecasts_off", values)


def _hangs(tables: Tables, write: Numbers) -> Fact:
    label = word("answer_hangs")
    if wait := waits_for(tables, concentration=("measure", "top_1"), exposure=("customer_id", "revenue")):
        return Fact(label, waits=wait)
    shares = tables["concentration"].set_index("measure")["top_1"]
    largest = tables["exposure"].sort_values("revenue", ascending=False)
    if "revenue" not in shares or pd.isna(shares["revenue"]) or largest.empty:
        return Fact(label, waits=word("no_revenue_to_share"))
    name = called(tables, largest, 1)[0]
    reasons = [Reason("hangs_on_largest", {"name": name, "share": write.share(shares["revenue"])})]
    if not waits_for(tables, if_they_left=("customers", "hours_are", "result_before", "result_after")):
        alone = tables["if_they_left"].query("customers == 1").dropna(subset=["result_before", "result_after"])
        for row in alone.head(1).itertuples():
            told = {
                "hours": row.hours_are,
                "before": write.short_money(row.result_before),
                "after": write.short_money(row.result_after),
            }
            reasons.append(Reason("result_without_largest", told))
    if not waits_for(tables, cash_scenarios=("scenario", "lowest", "lowest_week", "gap")):
        cash = tables["cash_scenarios"].set_index("scenario").to_dict("index")
        if "as_expected" in cash:
            reasons.append(
                Reason(
                    "cash_lowest",
                    {
                        "lowest": write.short_money(cash["as_expected"]["lowest"]),
                        "week": int(cash["as_expected"]["lowest_week"]),
                    },
                )
            )
        if _PAID_LATE in cash and cash[_PAID_LATE]["gap"] > 0:
            gap = {
                "gap": write.short_money(cash[_PAID_LATE]["gap"]),
                "week": int(cash[_PAID_LATE]["lowest_week"]),
            }
            reasons.append(Reason("cash_gap_if_late", gap))
    return _told(label, *reasons)


def _first(study: Study, tables: Tables, write: Numbers) -> Fact:
    label = word("answer_first")
    if wait := waits_for(tables, action_list=("customer_id", "fate", "gain", "hours", "action", "owner", "due")):
        return Fact(label, waits=wait)
    now = tables["action_list"][tables["action_list"]["fate"] == NOW]
    if now.empty:
        return _told(label, Reason("nothing_this_week"))
    row, gains = now.iloc[0], now["gain"].dropna()
    values = {"n": len(now), "hours": now["hours"].sum(), "known": len(gains), "gain": write.short_money(gains.sum())}
    values |= {"years": span_years(study.churn.horizon_days, study.value.days), "name": called(tables, now, 1)[0]}
    values |= {"action": row["action"], "owner": row["owner"], "due": day(row["due"])}
    return _told(label, Reason("first_to_do" if len(gains) else "first_to_do_untried", values))
