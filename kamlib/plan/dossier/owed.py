"""What we owe each customer: open claims and disputes, late deliveries, promises that are overdue; and what we learned from it."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.stats.ordering import places
from kamlib.stats.reasons import or_waiting
from kamlib.study.periods import months_before

COLUMNS = ["customer_id", "owed", "since", "age_days", "text", "owner"]
_TEXTS, _DAYS = ["customer_id", "owed", "text", "owner"], ["since", "until"]
LESSONS = ["customer_id", "date", "kind", "lesson"]


def owed(interactions: pd.DataFrame, actions: pd.DataFrame, ids: pd.Index, day: pd.Timestamp) -> pd.DataFrame:
    """What stands open with each of the `ids` on `day`, the oldest first.

    Parameters
    ----------
    interactions, actions : clean tables; without rows where they are not given.

    Returns
    -------
    DataFrame
        customer_id; owed: open_claim, open_dispute (not closed), late_delivery (came, in the last 12 months, after the day it was promised for), overdue_promise (an action
        past due and not done), promise (an action due later); since (day it happened, was promised for or is due), age_days (to `day`; of a late
        delivery the days it was late; of a promise below 0), text (of an action, what is to be done), owner (of an action).
    """
    day = pd.Timestamp(day)
    seen = _of(known_at("interactions", interactions, day), ids, ["date", "kind", "promised", "closed"])
    standing = seen[seen["kind"].isin(["claim", "dispute"]) & seen["closed"].isna()]
    open_ones = standing.assign(owed="open_" + standing["kind"].astype(str), since=standing["date"])
    late = seen[(seen["kind"] == "delivery") & (seen["date"] > seen["promised"])]
    late = late[late["date"] > months_before(day, 12)]
    late = late.assign(owed="late_delivery", since=late["promised"], until=late["date"])
    plans = _of(actions, ids, ["action", "owner", "due", "done"])
    undone = plans[~(plans["done"] <= day) & plans["due"].notna()]
    promises = undone.assign(
        owed=(undone["due"] < day).map({True: "overdue_promise", False: "promise"}),
        since=undone["due"],
        text=undone["action"],
    )
    parts = [
        part.reindex(columns=_TEXTS + _DAYS).astype(
            dict.fromkeys(_TEXTS, "object") | dict.fromkeys(_DAYS, "datetime64[ns]")
        )
        for part in (open_ones, late, promises)
    ]
    table = pd.concat(parts, ignore_index=True)
    table["age_days"] = (table["until"].fillna(day) - table["since"]).dt.days.astype("Int64")
    table = table.sort_values(["customer_id", "since", "owed", "text"], ignore_index=True, key=places)
    return or_waiting(table[COLUMNS], "nothing_owed")


def lessons(interactions: pd.DataFrame, ids: pd.Index, day: pd.Timestamp) -> pd.DataFrame:
    """What each claim, dispute or test taught us, in the words of the records, the latest first: customer_id, date, kind, lesson."""
    seen = _of(known_at("interactions", interactions, day), ids, ["date", "kind", "lesson"])
    told = seen[seen["lesson"].fillna("").astype(str).str.strip() != ""]
    told = told.sort_values(["date", "customer_id", "lesson"], ascending=[False, True, True], ignore_index=True)
    return or_waiting(told[LESSONS], "no_lessons")


def _of(table: pd.DataFrame, ids: pd.Index, columns: list[str]) -> pd.DataFrame:
    return table.loc[table["customer_id"].isin(ids)].reindex(columns=["customer_id", *columns])
