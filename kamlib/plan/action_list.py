"""One list for Monday: the actions that pay most for an hour, within the hours of whoever owns them, and those that have to wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from kamlib.churn.offers import CONTROL, MARK
from kamlib.plan.candidates import OWED
from kamlib.plan.worth import Effect, by_offer, worth
from kamlib.stats.ordering import places
from kamlib.study.periods import months_before
from kamlib.study.settings.playbook import Playbook

NOW, WAITS, NOT_WORTH = "this_week", "waits_for_hours", "not_worth_it"
"""What becomes of an action: it is on the list, below the line, or it would cost more than it brings."""


def monday_list(
    actions: pd.DataFrame, effects: Mapping[str, Effect], playbook: Playbook, hour: float | None
) -> pd.DataFrame:
    """Every action with its worth, its place, and whether there are hours for it.

    In the order of worth for an hour each takes what is left of its owner's hours; one that doesn't fit waits, and a shorter one after it
    may fit. What would cost more than it brings, by the rounds of its kind or as its event is too rare, and an offer that stops, is not worth it; what is owed
    (disputes, contracts that end, overdue money) is done all the same, after what pays.

    Parameters
    ----------
    actions : `kamlib.plan.candidates.called_for`.
    effects : what is known of each kind of action (`kamlib.plan.worth.learned`).
    playbook : the hours a week of each owner.
    hour : cost of an hour of ours; None: not known.

    Returns
    -------
    DataFrame, first those of this week, then those that wait, then those not worth it, each by what an hour of it brings
        the columns of `actions` without cost, those of `kamlib.plan.worth.worth` without ordered_by, an_hour (gain for an hour, where it is known), fate and
        place (1, 2, …; missing where it is not worth it). Equal ones stand by customer and trigger, whatever their order in `actions`.
    """
    told = actions.join(worth(actions, effects, hour)).reset_index(drop=True)
    by_hour = told["ordered_by"] / told["hours"]  # without hours infinite
    told["an_hour"] = told["gain"] / told["hours"].where(told["hours"] > 0)
    offers = by_offer(actions, effects, hour)
    stopped = offers.loc[offers["verdict"] == "stops", ["kind", "action"]]
    stops = pd.MultiIndex.from_frame(told[["kind", "action"]]).isin(pd.MultiIndex.from_frame(stopped))
    bad = stops | (told["gain"] <= 0) | ~told["can_pay"].fillna(True).to_numpy(dtype=bool)
    owed = told["trigger"].isin(OWED)
    told["fate"] = np.where(bad & ~owed, NOT_WORTH, "")
    order = told.assign(late=told["fate"] == NOT_WORTH, by_hour=-by_hour)
    order = order.sort_values(["late", "by_hour", "customer_id", "trigger"], na_position="last", key=places)
    told = told.loc[order.index].reset_index(drop=True)
    open_ = told["fate"] == ""
    told.loc[open_, "fate"] = np.where(_fits(told[open_], hours_of(told.loc[open_, "owner"], playbook)), NOW, WAITS)
    rank = told["fate"].map({NOW: 0, WAITS: 1, NOT_WORTH: 2})
    told = told.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)
    told["place"] = pd.Series(range(1, len(told) + 1), dtype="Int64").where(told["fate"] != NOT_WORTH)
    return told.drop(columns=["cost", "ordered_by"])


def hours_of(owners: pd.Series, playbook: Playbook) -> pd.Series:
    """The hours a week of each owner, by name."""
    names = pd.Index(owners.unique())
    return pd.Series([playbook.hours_week(name) for name in names], index=names, dtype=float)


def _fits(told: pd.DataFrame, available: pd.Series) -> np.ndarray:
    """Whether each action fits into what those before it have left of its owner's hours."""
    left, fits = available.to_dict(), np.zeros(len(told), dtype=bool)
    for at, (owner, hours) in enumerate(zip(told["owner"], told["hours"], strict=True)):
        if hours <= left[owner] + 1e-9:
            left[owner] -= hours
            fits[at] = True
    return fits


def by_owner(listed: pd.DataFrame, playbook: Playbook) -> pd.DataFrame:
    """What each owner has to do this week, what waits, and what one more hour would be worth.

    Parameters
    ----------
    listed : `monday_list`.

    Returns
    -------
    DataFrame, one row an owner, most hours waiting first
        owner; hours (a week), used, this_week (actions), waiting (actions), waiting_hours; next_customer (the first that waits), next_hour (gain
        for an hour of that action, study currency; missing where no round tells it), next_keeps (it pays if it keeps one in so many).
    """
    now, waits = (listed[listed["fate"] == fate].groupby("owner") for fate in (NOW, WAITS))
    available = hours_of(listed["owner"], playbook).rename_axis("owner")
    first = waits[["customer_id", "an_hour", "break_even"]].nth(0)
    first = first.set_index(listed.loc[first.index, "owner"])
    table = pd.DataFrame(
        {
            "hours": available,
            "used": now["hours"].sum(),
            "this_week": now.size(),
            "waiting": waits.size(),
            "waiting_hours": waits["hours"].sum(),
            "next_customer": first["customer_id"],
            "next_hour": first["an_hour"],
            "next_keeps": first["break_even"],
        },
        index=available.index,
    )
    zeros = {"used": 0.0, "this_week": 0, "waiting": 0, "waiting_hours": 0.0}
    table = table.fillna(zeros).astype({"this_week": int, "waiting": int}).reset_index()
    return table.sort_values(["waiting_hours", "owner"], ascending=[False, True], key=places, ignore_index=True)


def last_actions(actions: pd.DataFrame, day: date | pd.Timestamp) -> pd.DataFrame:
    """The last action of each customer that was due in the three months up to `day`, and what became of it.

    Parameters
    ----------
    actions : clean table. What a control group did not get is no action.

    Returns
    -------
    DataFrame, one row a customer
        customer_id, last_action, last_due, last_state: done_in_time, done_late (after it was due) or not_done.
    """
    day = pd.Timestamp(day)
    due = pd.to_datetime(actions["due"])
    rows = actions.assign(due=due, done=pd.to_datetime(actions["done"]).where(lambda done: done <= day))
    rows = rows[(due > pd.Timestamp(months_before(day, 3))) & (due <= day) & (rows["action"] != MARK + CONTROL)]
    rows = rows.sort_values(["due", "action"], kind="stable").drop_duplicates("customer_id", keep="last")
    state = np.select([rows["done"].isna(), rows["done"] > rows["due"]], ["not_done", "done_late"], "done_in_time")
    told = pd.DataFrame({"customer_id": rows["customer_id"], "last_action": rows["action"], "last_due": rows["due"]})
    return told.assign(last_state=state).reset_index(drop=True)
