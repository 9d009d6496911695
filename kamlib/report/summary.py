"""What a manager reads first: the key figures of a run, its key accounts, and how sure they are.

Each figure says which table it waits for where the run does not hold it; nothing is shown as zero.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kamlib.facts.worth import money_column
from kamlib.report.confidence import confidence_facts, season_range
from kamlib.report.numbers import Numbers
from kamlib.report.summary_facts import Fact, Tables, by_account, names, revenue, shares, total, waits_for, worth_word
from kamlib.scoring import categories
from kamlib.study.model import Study

VERDICTS = {
    "below": "below the usual corridor: either sales are spread over many accounts, or some key accounts are not on the list",
    "within": "within the usual corridor",
    "above": "above the usual corridor: the company leans on few accounts, and losing one would be felt",
}
MARKS = ((0.50, "mono-client"), (0.20, "dependent"), (0.10, "major"))
"""One account above 50 % of revenue, above 20 %, from 10 % (ASC 280-10-50-42, IFRS 8.34)."""
LIST = ("account_id", "name", "rank", "score", "p_key", "share", "cell", "abcxyz", "p_lost", "stake", "stake_below")
"""Columns of the list of key accounts."""
SMALLEST = 0.01
"""Chances below it are not told apart: what is at stake is then given as an upper bound."""
OTHER_TIME = ("after_as_of", "before_start")


@dataclass(frozen=True)
class Summary:
    """The parts of the summary page. `accounts` has one row a key account, best first."""

    lead: str
    facts: list[Fact]
    share: float | None
    verdict: str
    worth: str
    grouped: bool
    accounts: pd.DataFrame
    accounts_wait: str
    sure: list[Fact]


def summary(study: Study, tables: Tables) -> Summary:
    """The summary of a run.

    Parameters
    ----------
    study : for its thresholds, unit, currency and language of numbers.
    tables : the run's tables by name, as the notebooks saved them; any may be missing.

    Returns
    -------
    Summary
    """
    write = Numbers(study.language, study.currency)
    held = {name: table for name, table in tables.items() if table is not None}
    if "facts" in held:
        held["facts"] = held["facts"][held["facts"]["as_of"] == held["facts"]["as_of"].max()]
    accounts, wait = _accounts(held)
    share, verdict = (None, "") if wait else _together(held, accounts)
    return Summary(
        lead=" ".join([_lead(held, accounts, wait, share, verdict, write), _outlook(study, held, write)]).strip(),
        facts=[
            _size(study, held, write),
            _revenue(held, write),
            _kept(held, write),
            _keys(accounts, wait, share, write),
            _losses(study, held, accounts, write),
            _stake(held, accounts, write),
        ],
        share=share,
        verdict=verdict,
        worth=worth_word(held),
        grouped=_grouped(study, held),
        accounts=accounts,
        accounts_wait=wait,
        sure=confidence_facts(study, held, accounts, wait, write),
    )


def _together(tables: Tables, accounts: pd.DataFrame) -> tuple[float, str] | tuple[None, str]:
    """The share of revenue that the listed accounts hold together, as the part on key accounts computes it, and the verdict."""
    if (base := revenue(tables)) is not None and (base > 0).any():
        found = categories.corridor(base, pd.Series(True, index=accounts["account_id"]))
        return float(found["share"]), VERDICTS[str(found["verdict"])]
    return None, ""


def mark(share: float) -> str:
    """What one account's share of revenue makes it: mono-client, dependent, major or nothing."""
    return next((word for limit, word in MARKS if share > limit or (word == "major" and share >= limit)), "")


def _accounts(tables: Tables) -> tuple[pd.DataFrame, str]:
    """Key accounts, best first, with what other tables know of them; and what the list waits for."""
    wait = waits_for(tables, scores=("account_id", "score", "key"))
    if wait:
        return pd.DataFrame(columns=list(LIST)), wait
    scores = tables["scores"]
    rows = scores[scores["key"].astype(bool)].copy()
    rows = rows.sort_values(["rank", "account_id"] if "rank" in rows else ["score"], ascending="rank" in rows)
    found = {
        "name": names(tables),
        "share": shares(tables),
        "cell": by_account(tables, "kaism", ("cell",)),
        "abcxyz": by_account(tables, "abcxyz", ("abcxyz", "cell")),
        "p_lost": by_account(tables, "churn", ("p_lost",)),
        "stake": by_account(tables, "value", ("margin_at_stake",)),
    }
    for name, values in found.items():
        rows[name] = rows["account_id"].map(values)
    rows["name"] = rows["name"].where(rows["name"].fillna("").astype(str).str.strip() != "", rows["account_id"])
    rows["stake_below"] = _stake_below(rows, by_account(tables, "value", ("remaining_value",)))
    return rows.reindex(columns=list(LIST)).reset_index(drop=True), ""


def _stake_below(rows: pd.DataFrame, worth: dict[Hashable, Any]) -> pd.Series:
    """What is at stake at most where the chance of loss is printed as "under 1%"; missing elsewhere.

    No model tells one chance in a million from one in a thousand, so no amount is given as if it did.
    """
    bound = SMALLEST * pd.to_numeric(rows["account_id"].map(worth))
    return bound.where((rows["p_lost"].astype(float) < SMALLEST / 2) & (bound > 0))


def _lead(tables: Tables, accounts: pd.DataFrame, wait: str, share: float | None, verdict: str, write: Numbers) -> str:
    if wait:
        return f"The list of key accounts {wait}."
    if accounts.empty:
        return "No customer reaches the bar that the study sets for a key account."
    one = len(accounts) == 1
    count = f"{write.number(len(accounts))} key account{'' if one else 's'}"
    if share is None:
        return f"{count}; their share of revenue is not known: it {waits_for(tables, facts=('revenue',)) or 'was not observed'}."
    return f"{count} {'brings' if one else 'bring'} {write.share(share)} of revenue, {verdict}."


def _outlook(study: Study, tables: Tables, write: Numbers) -> str:
    """A sentence on what is about to be lost; empty where that is not known."""
    known = None if waits_for(tables, churn=("p_lost",)) else tables["churn"]["p_lost"].dropna()
    if known is None or known.empty:
        return ""
    stake = None if waits_for(tables, value=("margin_at_stake",)) else total(tables["value"]["margin_at_stake"])
    text = (
        f"About {write.number(known.sum())} of the {write.number(len(known))} customers that can still be lost are "
        f"expected to order nothing for {study.churn.horizon_days} days"
    )
    return (
        f"{text}, with {write.short_money(stake)} of {worth_word(tables)} at stake."
        if stake is not None
        else f"{text}."
    )


def _grouped(study: Study, tables: Tables) -> bool:
    """Whether customers count by group: the study asks for it, and the accounts name a parent."""
    if study.unit == "account" or "accounts" not in tables:
        return False
    accounts = tables["accounts"]
    return "member_id" in accounts and bool((accounts["member_id"] != accounts["account_id"]).any())


def _size(study: Study, tables: Tables, write: Numbers) -> Fact:
    label = "Customers, by group" if _grouped(study, tables) else "Customers"
    if wait := waits_for(tables, facts=("order_days",)):
        return Fact(label, waits=wait)
    facts = tables["facts"]
    bought = facts["order_days"] > 0
    note = f"{write.number((facts['silence_days'] <= 365).sum())} of them ordered in the last 12 months"
    return Fact(label, write.number(bought.sum()), note)


def _revenue(tables: Tables, write: Numbers) -> Fact:
    if wait := waits_for(tables, facts=("account_id", "revenue")):
        return Fact("Net revenue", waits=wait)
    facts = tables["facts"]
    column, period = money_column(facts)
    largest = max(shares(tables).items(), key=lambda item: item[1], default=None)
    note = period
    if largest:
        name = names(tables).get(largest[0]) or largest[0]
        word = mark(largest[1])
        note += f"; the largest customer, {name}, gives {write.share(largest[1])}" + (f" ({word})" if word else "")
    return Fact("Net revenue", write.short_money(total(facts[column])), note)


def _kept(tables: Tables, write: Numbers) -> Fact:
    """Lines of another time (after the date of the study, before its start) are no fault of the files."""
    label = "Order lines kept"
    if wait := waits_for(tables, ledger=("table", "rule", "action", "rows", "amount")):
        return Fact(label, waits=wait)
    ledger = tables["ledger"]
    orders = ledger[ledger["table"] == "orders"]
    aside = orders[(orders["action"] == "set_aside") & ~orders["rule"].isin(OTHER_TIME) & (orders["rows"] > 0)]
    kept, left = int(orders["rows"].iloc[-1]), int(aside["rows"].sum())
    if not left:
        return Fact(label, write.share(1.0), f"all {write.number(kept)}; none had to be set aside")
    most = aside.sort_values("rows", ascending=False).iloc[0]
    why = str(most.get("words") or "") or str(most["rule"]).replace("_", " ")
    amount = write.short_money(aside["amount"].astype(float).sum())
    note = f"{write.number(left)} of {write.number(kept + left)} set aside, worth {amount}; most often: {why}"
    return Fact(label, write.share(kept / (kept + left), 1), note)


def _keys(accounts: pd.DataFrame, wait: str, share: float | None, write: Numbers) -> Fact:
    if wait:
        return Fact("Key accounts", waits=wait)
    return Fact("Key accounts", write.number(len(accounts)), f"{write.share(share)} of revenue")


def _losses(study: Study, tables: Tables, accounts: pd.DataFrame, write: Numbers) -> Fact:
    label = f"Losses expected in {study.churn.horizon_days} days"
    if wait := waits_for(tables, churn=("account_id", "p_lost")):
        return Fact(label, waits=wait)
    churn = tables["churn"].dropna(subset="p_lost")
    known = churn["p_lost"]
    if known.empty:
        return Fact(label, "unknown", "no probability of loss could be estimated")
    seasons = season_range(tables["churn"], write)
    note = f"{seasons} by the season; " if seasons else ""
    note += f"{write.share(known.mean())} of the {write.number(len(known))} customers that can still be lost"
    if silence := by_account(tables, "facts", ("silence_days",)):
        silent = known[churn["account_id"].map(silence) > study.churn.horizon_days].sum()
        note += f"; {write.number(silent)} of these losses have been silent for so long already"
    if accounts["p_lost"].notna().any():
        note += f"; {write.number(accounts['p_lost'].sum(), 1)} are key accounts"
    return Fact(label, write.number(known.sum()), note)


def _stake(tables: Tables, accounts: pd.DataFrame, write: Numbers) -> Fact:
    label = f"{worth_word(tables).capitalize()} at stake"
    if wait := waits_for(tables, value=("account_id", "margin_at_stake")):
        return Fact(label, waits=wait)
    whole = total(tables["value"]["margin_at_stake"])
    key = total(accounts["stake"]) if len(accounts) else None
    note = "chance of loss times what each would bring if it stayed"
    if key is not None and whole:
        note = f"{write.share(key / whole)} of it with key accounts; {note}"
    return Fact(label, write.short_money(whole), note)
