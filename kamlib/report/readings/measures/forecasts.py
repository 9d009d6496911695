"""What the page on measures concludes of our own forecasts, and of the ranks that months leave open."""

from __future__ import annotations

import pandas as pd

from kamlib.stats.reasons import Reason, waits_for


def held(card: pd.DataFrame, event: str) -> Reason | None:
    """In how many of the forecasts of an event what came lay within the range, and whether the last one did; of offers what the last round showed."""
    rows = card[card["event"] == event] if len(card) else card
    if rows.empty:
        return None
    last = rows.loc[rows["as_of"].idxmax()]
    values = {"event": f"forecast_of_{event}", "n": len(rows), "held": int((rows["verdict"] == "as_expected").sum())}
    values |= {name: last[name] for name in ("as_of", "expected", "expected_low", "expected_high", "came")}
    values |= {"all_expected": rows["expected"].sum(), "all_came": rows["came"].sum()}
    if event == "offer":
        more = last["verdict"] == "more_came"
        return Reason("offer_brought_back" if more else "offer_within_chance", values)
    return Reason("forecast_as_expected" if last["verdict"] == "as_expected" else "level_is_off", values)


def left_out(card: pd.DataFrame) -> Reason | None:
    """How many are no test, because something was done before it was over."""
    called = int(card["called"].sum()) if len(card) else 0
    return Reason("called_left_out", {"n": called, "judged": int(card["customers"].sum())}) if called else None


def hits(card: pd.DataFrame, event: str, most: int) -> Reason | None:
    """Whether the customers first on the list were the right ones: how many it came to, beside the share of all."""
    rows = card[(card["event"] == event) & (card["listed"] > 0)] if len(card) else card
    if rows.empty:
        return None
    values = {
        "event": f"forecast_of_{event}",
        "days": len(rows),
        "most": most,
        "share": rows["came"].sum() / rows["customers"].sum(),
    }
    values |= {name: rows[name].sum() for name in ("listed", "hits", "hits_expected")}
    return Reason("hits_of_the_list", values)


def ranks_left_open(sets: pd.DataFrame, top: int) -> Reason | None:
    """How many are for certain, and how many possibly, among the first K, and how many have no rank."""
    if sets.empty:
        return waits_for(sets)
    counts = sets["among_top"].value_counts()
    values = {name: int(counts.get(name, 0)) for name in ("certainly", "possibly")}
    values |= {"top": top, "ranked": int(sets["rank"].notna().sum()), "without": int(sets["rank"].isna().sum())}
    return Reason(
        "ranks_by_growth" if sets["measure"].iloc[0] == "growth" else "ranks_by_money",
        values | {"measure": sets["measure"].iloc[0]},
    )


def value_biased(then: pd.DataFrame, horizon_days: int, currency: str) -> Reason | None:
    """By how much the value missed what came on earlier days, and whether always to one side."""
    if then.empty:
        return waits_for(then)
    last, sides = then.iloc[-1], then["bias"].gt(0).unique()
    values = {
        "days": len(then),
        "horizon_days": horizon_days,
        "currency": currency,
        "least": then["bias"].min(),
        "most": then["bias"].max(),
    }
    values |= {name: last[name] for name in ("as_of", "expected", "came")}
    return Reason("value_missed_to_one_side" if len(then) > 1 and len(sides) == 1 else "value_then", values)
