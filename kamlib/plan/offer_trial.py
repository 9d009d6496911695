"""Rounds of offers to lost accounts, as the table of actions keeps them, and what the last one changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil, nan, sqrt

import pandas as pd

from kamlib.churn.offers import CONTROL, EXEMPT, MARK, rounds_of
from kamlib.churn.returns import lost_at
from kamlib.stats.intervals import newcombe, wilson
from kamlib.stats.reasons import Reason, waiting

_CALL, OWNER = "a call", "account manager"


@dataclass(frozen=True)
class Round:
    """The last round that is over: its day, its arms, and the difference of the shares that came back (offer less control).

    day is missing and `arms` empty where no round is over; `reason` says why, or what the intervals show. `enough` accounts in
    each arm would show a doubling of the control's share in four rounds of five.
    """

    day: pd.Timestamp | None
    arms: pd.DataFrame
    difference: float
    low: float
    high: float
    reason: Reason
    enough: float


def as_actions(listed: pd.DataFrame, day: date, owner: str = OWNER) -> pd.DataFrame:
    """The list as rows of the table `actions`, the control group with them, so that a later run can report the round.

    Parameters
    ----------
    listed : `kamlib.plan.winback.win_back_list`; accounts without an arm are left out.
    day : when the round begins.

    Returns
    -------
    DataFrame
        customer_id, action ("win back: " and the offer, or that it is of the control group; "win back, outside the round: " of who is
        exempt), owner, due.
    """
    rows = listed[listed["arm"].notna()]
    words = rows["offer"].fillna(_CALL).where(rows["arm"] != "control", CONTROL)
    marks = (rows["arm"] == "exempt").map({True: EXEMPT, False: MARK})
    return pd.DataFrame(
        {"customer_id": rows["customer_id"], "action": marks + words, "owner": owner, "due": pd.Timestamp(day)}
    ).reset_index(drop=True)


def controls(actions: pd.DataFrame | None, as_of: date | pd.Timestamp) -> pd.Index:
    """The ids of the control group of the last round that has begun by `as_of`: until another begins they are on no list of calls."""
    rounds = rounds_of(actions)
    begun = rounds["due"][rounds["due"] <= pd.Timestamp(as_of)]
    last = rounds[(rounds["due"] == begun.max()) & (rounds["action"] == MARK + CONTROL)]
    found: pd.Index = pd.Index(last["customer_id"].unique())
    return found


def under_way(actions: pd.DataFrame | None, as_of: date | pd.Timestamp, *, horizon_days: int = 180) -> pd.Index:
    """The ids of both arms of rounds that have begun by `as_of` and are not over: they keep their arm."""
    rounds, as_of = rounds_of(actions), pd.Timestamp(as_of)
    going = (rounds["due"] <= as_of) & (rounds["due"] + pd.Timedelta(days=horizon_days) > as_of)
    return pd.Index(rounds["customer_id"][going].unique())


def last_round(
    actions: pd.DataFrame | None, episodes: pd.DataFrame, as_of: date | pd.Timestamp, *, horizon_days: int = 180
) -> Round:
    """How many came back within a horizon of the last round that is over by `as_of`, of those with an offer and of the control.

    Each account counts in the arm it was drawn for, whether or not the offer was made (intention to treat); accounts that
    were not lost on the day of the round count in neither.

    Parameters
    ----------
    actions : clean actions; a round is the rows "win back: …" (`as_actions`) that are due on one day.
    episodes : `kamlib.churn.losses.loss_episodes` at `as_of`.

    Returns
    -------
    Round
        arms, rows *offer* and *control*: accounts, returned, share, low, high (Wilson), done (offers made), cost (study currency).
        difference with its 95 % interval (Newcombe).
    """
    as_of, horizon = pd.Timestamp(as_of), pd.Timedelta(days=horizon_days)
    rounds = rounds_of(actions)
    begun = rounds.loc[rounds["due"] <= as_of, "due"]
    over = begun[begun + horizon <= as_of]
    if over.empty:
        if begun.empty:
            return _none(Reason("no_round_over"))
        return _none(Reason("round_not_over", {"day": begun.max(), "over": begun.max() + horizon}))
    day = over.max()
    each = each_of_round(rounds, episodes, day, as_of, horizon_days=horizon_days)
    arms = each.groupby("arm").agg(
        accounts=("returned", "size"), returned=("returned", "sum"), done=("done", "sum"), cost=("cost", "sum")
    )
    if len(arms) < 2:
        return _none(Reason("no_control_group", {"day": day}))
    arms = arms.loc[["offer", "control"]]
    low, high = wilson(arms["returned"], arms["accounts"])
    arms.insert(2, "share", arms["returned"] / arms["accounts"])
    arms.insert(3, "low", low)
    arms.insert(4, "high", high)
    one, other = arms.loc[["offer"]].reset_index(), arms.loc[["control"]].reset_index()
    below, above = newcombe(one["returned"], one["accounts"], other["returned"], other["accounts"])
    difference = float(one["share"][0] - other["share"][0])
    shown = "offers_helped" if below[0] > 0 else "offers_harmed" if above[0] < 0 else "arms_alike"
    enough = _enough(float(other["share"][0]))
    return Round(day, arms, difference, float(below[0]), float(above[0]), Reason(shown), enough)


def each_of_round(
    rounds: pd.DataFrame, episodes: pd.DataFrame, day: pd.Timestamp, as_of: pd.Timestamp, *, horizon_days: int
) -> pd.DataFrame:
    """Who was drawn in the round of `day` and was lost then; index customer_id: arm, returned (within the horizon), done, cost (study currency).

    Parameters
    ----------
    rounds : `kamlib.churn.offers.rounds_of`.
    episodes : as for `last_round`.
    """
    rows = rounds[rounds["due"] == day].drop_duplicates("customer_id").set_index("customer_id")
    away = lost_at(episodes, day).set_index("customer_id")["returned_on"]
    rows = rows[rows.index.isin(away.index)]
    done = rows["done"] <= as_of
    return pd.DataFrame(
        {
            "arm": (rows["action"] == MARK + CONTROL).map({True: "control", False: "offer"}),
            "returned": away.reindex(rows.index) <= day + pd.Timedelta(days=horizon_days),
            "done": done,
            "cost": rows["cost"].astype(float).where(done, 0.0).fillna(0.0),
        }
    )


def _none(reason: Reason) -> Round:
    arms = waiting(["accounts", "returned", "share", "low", "high", "done", "cost"], "no_arms")
    return Round(None, arms, nan, nan, nan, reason, nan)


def _enough(share: float) -> float:
    """Accounts in each arm that tell 2 × share from share (two-sided 5 %, power 80 %); missing where there is no such share.

    Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, 4.2.
    """
    double, mean = 2 * share, 1.5 * share
    if not 0 < double < 1:
        return nan
    spread = 1.96 * sqrt(2 * mean * (1 - mean)) + 0.8416 * sqrt(share * (1 - share) + double * (1 - double))
    return float(ceil(spread**2 / share**2))
