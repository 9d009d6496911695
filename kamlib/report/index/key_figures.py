"""The key figures of a run: customers, revenue, lines kept, key accounts, losses expected, and what is at stake."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.worth import money_column
from kamlib.measures.lifetime.lifetime_value import span_years
from kamlib.report.index.confidence import season_range
from kamlib.report.index.summary_facts import (
    Fact,
    Tables,
    event_of,
    missed,
    names,
    ours,
    revenue,
    shares,
    stakes,
    total,
    waits_for,
    without_giants,
    worth_word,
)
from kamlib.report.language import value_word
from kamlib.report.numbers import Numbers
from kamlib.report.readings.standing import ladder
from kamlib.report.text import unknown
from kamlib.report.words import sentence, word
from kamlib.risk.concentration import mark
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study

OTHER_TIME = ("after_as_of", "before_start")


def key_figures(
    study: Study, tables: Tables, accounts: pd.DataFrame, wait: str, share: float | None, write: Numbers
) -> list[Fact]:
    """The key figures in reading order.

    Parameters
    ----------
    study : for its unit and the horizon of a loss.
    tables : the run's tables by name; any may be missing.
    accounts, wait : the list of key accounts, and what it waits for, or ''.
    share : of revenue that the listed accounts hold together; None: unknown.
    """
    return [
        _size(study, tables, write),
        _revenue(tables, write),
        _kept(tables, write),
        _keys(tables, accounts, wait, share, write),
        _losses(study, tables, accounts, write),
        _stake(study, tables, accounts, write),
    ]


def grouped(study: Study, tables: Tables) -> bool:
    """Whether customers count by group: the study asks for it, and the accounts name a parent."""
    if study.unit == "account" or "accounts" not in tables:
        return False
    accounts = tables["accounts"]
    return bool((accounts["account_id"] != accounts["customer_id"]).any())


def _size(study: Study, tables: Tables, write: Numbers) -> Fact:
    label = word("figure_customers_by_group" if grouped(study, tables) else "figure_customers")
    if wait := waits_for(tables, facts=("order_days",)):
        return Fact(label, waits=wait)
    facts = tables["facts"]
    bought = facts["order_days"] > 0
    note = sentence(Reason("ordered_lately", {"n": int((facts["silence_days"] <= 365).sum())}))
    if not waits_for(tables, states=("state", "silence_days", "reason")):
        note = sentence(ladder(tables["states"], study.churn.at_risk_days)).replace("**", "")
    return Fact(label, write.number(bought.sum()), note)


def _revenue(tables: Tables, write: Numbers) -> Fact:
    if wait := waits_for(tables, facts=("customer_id", "revenue")):
        return Fact(word("figure_revenue"), waits=wait)
    facts = tables["facts"]
    column, period = money_column(facts)
    largest = max(shares(tables).items(), key=lambda item: item[1], default=None)
    note = word(period)
    if largest:
        name = names(tables).get(largest[0], largest[0])
        large = mark(largest[1])
        told = sentence(Reason("largest_gives", {"name": name, "share": write.share(largest[1])}))
        note += f"; {told}" + (f" ({value_word('mark', large)})" if large else "")
    return Fact(word("figure_revenue"), write.short_money(total(facts[column])), note)


def _kept(tables: Tables, write: Numbers) -> Fact:
    """Lines of another time (after the date of the study, before its start) are no fault of the files."""
    label = word("figure_lines_kept")
    if wait := waits_for(tables, ledger=("table", "rule", "action", "rows", "amount")):
        return Fact(label, waits=wait)
    ledger = tables["ledger"]
    orders = ledger[ledger["table"] == "orders"]
    aside = orders[(orders["action"] == "set_aside") & ~orders["rule"].isin(OTHER_TIME) & (orders["rows"] > 0)]
    kept, left = int(orders["rows"].iloc[-1]), int(aside["rows"].sum())
    if not left:
        return Fact(label, write.share(1.0), sentence(Reason("all_lines_kept", {"n": kept})))
    most = aside.sort_values("rows", ascending=False).iloc[0]
    why = value_word("words", str(most.get("words") or "")) or str(most["rule"]).replace("_", " ")
    amount = write.short_money(aside["amount"].astype(float).sum())
    told = {"n": left, "of": kept + left, "amount": amount, "why": why}
    return Fact(label, write.share(kept / (kept + left), 1), sentence(Reason("lines_set_aside", told)))


def _keys(tables: Tables, accounts: pd.DataFrame, wait: str, share: float | None, write: Numbers) -> Fact:
    if wait:
        return Fact(word("page_key_accounts"), waits=wait)
    losing = accounts[accounts["contribution"] < 0].sort_values("contribution")
    told = {"share": write.share(share), "of": f"{period(tables)}{rest_of_key(tables, accounts, write)}"}
    note = sentence(Reason("share_of_revenue_held", told)) if len(accounts) else ""
    if len(losing):
        lost = {"n": len(losing), "lost": write.money(-losing["contribution"].sum())}
        lost["names"] = ", ".join(losing["name"].astype(str).head(5))
        note += f"; {sentence(Reason('keys_that_cost', lost))}"
    return Fact(word("page_key_accounts"), write.number(len(accounts)), note)


def period(tables: Tables) -> str:
    """What the revenue of the page is of, in words: the last 12 months, or all days so far."""
    return word(money_column(tables["facts"])[1]).partition(";")[0] if "facts" in tables else ""


def rest_of_key(tables: Tables, accounts: pd.DataFrame, write: Numbers) -> str:
    """The share of key accounts without those that bring a tenth of revenue or more: " (40% without …)"; empty where there are none."""
    money = revenue(tables)
    if money is None:
        return ""
    n, others = without_giants(tables, money.index.to_frame(index=False))
    rest = money[others.to_numpy()]
    if not n or not (rest > 0).any():
        return ""
    share = rest[rest.index.isin(accounts["customer_id"])].clip(lower=0).sum() / rest.clip(lower=0).sum()
    return f" ({sentence(Reason('share_without_giants', {'share': write.share(share), 'n': n}))})"


def _losses(study: Study, tables: Tables, accounts: pd.DataFrame, write: Numbers) -> Fact:
    event, days = event_of(tables), study.churn.horizon_days
    label = sentence(Reason(f"figure_expected_{event}", {"days": days}))
    if wait := waits_for(tables, churn=("customer_id", event)):
        return Fact(label, waits=wait)
    churn = tables["churn"].dropna(subset=event)
    here = ours(tables, churn)
    known, apart = churn.loc[here, event], churn.loc[~here, event]
    if known.empty:
        return Fact(label, unknown(), word("no_chance_estimated"))
    seasons = season_range(churn[here], write)
    told = [Reason("by_the_season", {"range": seasons})] if seasons else []
    told.append(Reason("of_those_ours", {"share": write.share(known.mean()), "n": len(known)}))
    if accounts["p_loss"].notna().any():
        told.append(Reason("of_them_keys", {"n": write.number(accounts["p_loss"].sum(), 1)}))
    if len(apart):
        told.append(Reason("apart_lost_lately", {"n": write.number(apart.sum()), "of": len(apart)}))
    return Fact(label, write.number(known.sum()), "; ".join(map(sentence, told)))


def _stake(study: Study, tables: Tables, accounts: pd.DataFrame, write: Numbers) -> Fact:
    label = sentence(Reason(f"figure_at_stake_{worth_word(tables)}", {"days": study.churn.horizon_days}))
    if wait := waits_for(tables, value=("customer_id", "stake", "stake_horizon")):
        return Fact(label, waits=wait)
    value, (soon, whole) = tables["value"], stakes(tables)
    here = ours(tables, value)
    years = {"years": span_years(study.churn.horizon_days, study.value.days)}
    positive = value[here].assign(stake=value["stake"].clip(lower=0))
    notes = [sentence(Reason("stake_over_years", years | {"money": write.short_money(whole)}))]
    if len(accounts) and positive["stake"].sum() > 0:
        key = positive.loc[positive["customer_id"].isin(accounts["customer_id"]), "stake"].sum()
        notes[0] += f", {sentence(Reason('of_it_with_keys', {'share': write.share(key / positive['stake'].sum())}))}"
    n, others = without_giants(tables, value)
    if n and (here & others).any():
        rest = write.short_money(total(value.loc[here & others, "stake"]))
        notes.append(sentence(Reason("stake_without_giants", years | {"money": rest, "n": n})))
    lost = value[~here & (value["stake"] != 0)]
    if len(lost):
        apart = write.short_money(total(lost["stake"]))
        notes.append(sentence(Reason("stake_lost_lately", years | {"money": apart, "n": len(lost)})))
    notes += [
        word("what_a_stake_is"),
        missed(tables),
    ]
    return Fact(label, write.short_money(soon), "; ".join(filter(None, notes)))
