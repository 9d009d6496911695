"""What the page on the plan says: what is known of actions, what to do on Monday, what waits, and what came of the last quarter."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kamlib.plan.action_list import NOT_WORTH, NOW, WAITS
from kamlib.plan.candidates import monday_after
from kamlib.plan.rounds import Design
from kamlib.plan.worth import Effect
from kamlib.report.words import in_words, sentence
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study


def effect(found: Effect) -> Reason:
    """What rounds say of the effect of offers (`kamlib.plan.worth.learned`)."""
    odds, low, high = found.odds
    values = {"n": found.rounds, "odds": odds, "low": low, "high": high}
    return Reason("effect_known", values) if found.rounds else Reason("effect_not_known")


def designed(found: Design, horizon_days: int) -> Reason:
    """What the round that is drawn can show (`kamlib.plan.next_round`)."""
    if not (found.offered and found.control):
        return Reason("round_without_arms" if found.offered or found.control else "round_not_designed")
    names = ("offered", "control", "exempt", "base", "base_from", "smallest", "plausible")
    return Reason("round_designed", {name: getattr(found, name) for name in names} | {"days": horizon_days})


def advised(found: Design) -> Reason | None:
    """What is to be done where the round is too small to show what is plausible; None where it isn't."""
    if not found.advice:
        return None
    return Reason("round_advised", {"words": " ".join(map(sentence, found.advice))})


def monday(listed: pd.DataFrame, owners: pd.DataFrame, day: date | pd.Timestamp, years: float, currency: str) -> Reason:
    """How much is to be done this week, in how many hours, what it is to be expected to gain, and what waits.

    Parameters
    ----------
    listed, owners : `kamlib.plan.monday_list`, `kamlib.plan.action_list.by_owner`.
    years : of the value and the stake.
    """
    if listed.empty:
        return Reason("monday_empty")
    now = listed[listed["fate"] == NOW]
    values = {
        "monday": monday_after(day),
        "n": len(now),
        "owners": now["owner"].nunique(),
        "used": owners["used"].sum(),
    }
    values |= {"hours": owners["hours"].sum(), "known": int(now["gain"].notna().sum()), "gain": now["gain"].sum()}
    values |= {"waiting": int((listed["fate"] == WAITS).sum()), "waiting_hours": owners["waiting_hours"].sum()}
    return Reason(
        "monday", values | {"not_worth": int((listed["fate"] == NOT_WORTH).sum()), "years": years, "currency": currency}
    )


def first(listed: pd.DataFrame, names: pd.Series) -> Reason | None:
    """The action to begin with; None where nobody has an hour."""
    now = listed[listed["fate"] == NOW]
    if now.empty:
        return None
    row = now.iloc[0]
    why = in_words(now[:1]["why"], now[:1]["why_values"]).iloc[0]
    values = {"name": names.get(row["customer_id"], row["customer_id"]), "why": why}
    return Reason("first_action", values | {name: row[name] for name in ("action", "owner", "due")})


def one_more_hour(owners: pd.DataFrame, names: pd.Series, years: float, currency: str) -> Reason | None:
    """Where one more hour would bring most, as far as a round tells it; None where nothing waits of which one does."""
    waits = owners.dropna(subset="next_hour").sort_values("next_hour").tail(1).to_dict("records")
    if not waits:
        return None
    row = waits[0]
    values = {"owner": row["owner"], "name": names.get(row["next_customer"], row["next_customer"])}
    return Reason("one_more_hour", values | {"gain": row["next_hour"], "years": years, "currency": currency})


def most_waiting(owners: pd.DataFrame, names: pd.Series) -> Reason | None:
    """With whom most hours wait, and what the first action there must achieve; None where nothing waits that no round has tried."""
    waits = owners[owners["next_hour"].isna()].dropna(subset="next_keeps")
    rows = waits.sort_values("waiting_hours").tail(1).to_dict("records")
    if not rows:
        return None
    row = rows[0]
    values = {"owner": row["owner"], "name": names.get(row["next_customer"], row["next_customer"])}
    return Reason("most_waiting", values | {"hours": row["waiting_hours"], "keeps": row["next_keeps"]})


def strategy(tiers: pd.DataFrame) -> Reason:
    """Whether the strategy of all tiers fits the hours that there are (`kamlib.plan.by_tier`)."""
    asked, capacity = tiers["hours_all"].sum(), tiers["capacity"].iloc[0]
    values = {"asked": asked, "capacity": capacity, "more": asked - capacity}
    return Reason("strategy_fits" if asked <= capacity else "strategy_asks_too_much", values)


def length(found: pd.DataFrame) -> Reason | None:
    """How many key accounts the hours allow, and where the scores break (`kamlib.plan.strategy.list_length`)."""
    row = found.iloc[0]
    if pd.isna(row["in_use"]):
        return None
    edge = "clear_edge" if row["by_gap"] == row["in_use"] else "no_clear_edge"
    return Reason("length_told", {str(name): value for name, value in row.items()} | {"edge": edge})


def last_quarter(found: pd.DataFrame, day: date | pd.Timestamp) -> Reason | None:
    """What became of the actions of the last quarter (`kamlib.plan.action_list.last_actions`)."""
    if found.empty:
        return None
    counts = found["last_state"].value_counts()
    values = {state: int(counts.get(state, 0)) for state in ("done_in_time", "done_late", "not_done")}
    return Reason("last_quarter_told", values | {"n": len(found), "day": pd.Timestamp(day)})


def old_offers(study: Study) -> Reason | None:
    """That the offers of the study stand where they used to; None where they stand in its playbook."""
    return Reason("old_offers_read") if study.winback.offers else None
