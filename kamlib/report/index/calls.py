"""Whom to call: the next action of each customer, the five about to leave and the five to win back that an hour is worth most with."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from kamlib.plan.action_list import NOT_WORTH
from kamlib.report.index.summary_facts import Tables, called, contributions, waits_for

CALLED = ("customer_id", "kind", "trigger", "fate", "action", "owner", "due", "p", "an_hour", "break_even")
"""Columns of `action_list` that the lists are made of."""
FIRST = 5
"""Customers on each list."""
_AGAINST_LOSS = ("quiet", "at stake")


def next_actions(tables: Tables) -> pd.DataFrame:
    """customer_id, action, owner and due of the action that comes first with each customer; without rows where there is no list."""
    columns = ["customer_id", "action", "owner", "due"]
    if waits_for(tables, action_list=tuple(columns)):
        return pd.DataFrame(columns=columns)
    return tables["action_list"].drop_duplicates("customer_id")[columns]


def about_to_leave(tables: Tables) -> pd.DataFrame:
    """Actions against a loss, by what an hour of them is worth, as the list of the plan orders them; nobody of a control group.

    Returns
    -------
    DataFrame, `FIRST` rows at most
        customer_id, name, p (of the loss), contribution (12 months), an_hour (money; missing where no round tells it), break_even (it pays if
        it keeps one in so many), action, owner, due.
    """
    return _first(tables, "keep", _AGAINST_LOSS)


def to_win_back(tables: Tables, others: pd.Series) -> pd.DataFrame:
    """As `about_to_leave`, of offers to the lost, p being the chance of a return; nobody of `others`."""
    return _first(tables, "win_back", others=others)


def _first(
    tables: Tables, kind: str, triggers: tuple[str, ...] | None = None, others: Iterable[object] = ()
) -> pd.DataFrame:
    columns = ["customer_id", "name", "p", "contribution", "an_hour", "break_even", "action", "owner", "due"]
    if waits_for(tables, action_list=CALLED):
        return pd.DataFrame(columns=columns)
    rows = tables["action_list"]
    rows = rows[(rows["kind"] == kind) & (rows["fate"] != NOT_WORTH)]
    if triggers is not None:
        rows = rows[rows["trigger"].isin(triggers)]
    apart = set(others)
    if not waits_for(tables, winback=("customer_id", "arm")):
        apart |= set(tables["winback"].loc[tables["winback"]["arm"] == "control", "customer_id"])
    first = rows[~rows["customer_id"].isin(apart)].drop_duplicates("customer_id").head(FIRST)
    told = first.assign(name=called(tables, first, FIRST), contribution=first["customer_id"].map(contributions(tables)))
    return told[columns].reset_index(drop=True)
