"""Rounds of offers to lost accounts, as the table of actions keeps them, and the absences that they broke into."""

from __future__ import annotations

import pandas as pd

#: texts of the table `actions`, which is the user's: they are read back, so they stay as they are
MARK, CONTROL, EXEMPT = "win back: ", "control, no offer", "win back, outside the round: "


def rounds_of(actions: pd.DataFrame | None, marks: str | tuple[str, ...] = MARK) -> pd.DataFrame:
    """The rows of `actions` that are of a round of offers, as of `kamlib.plan.offer_trial.as_actions`: all of one day are a round.

    Parameters
    ----------
    marks : what such a row begins with; with `EXEMPT` the offers outside the rounds are in it, too.
    """
    if actions is None:
        return pd.DataFrame({"customer_id": [], "action": [], "due": pd.to_datetime([])}).astype(
            {"customer_id": object}
        )
    marked = actions["action"].astype("string").str.startswith(marks).fillna(False).astype(bool)
    return actions[marked].assign(due=lambda rows: pd.to_datetime(rows["due"]))


def with_offers(episodes: pd.DataFrame, actions: pd.DataFrame | None) -> pd.DataFrame:
    """`episodes` with offered_on: the day of the first offer in that absence, missing where there was none.

    Who was drawn for an offer counts, whether or not it was made; the control group got none, and its returns are natural ones.

    Parameters
    ----------
    episodes : `kamlib.churn.losses.loss_episodes`.
    actions : clean actions; see `rounds_of`.
    """
    rounds = rounds_of(actions, (MARK, EXEMPT))
    offers = rounds.loc[rounds["action"] != MARK + CONTROL, ["customer_id", "due"]]
    both = episodes[["customer_id", "lost_on", "returned_on"]].reset_index().merge(offers, on="customer_id")
    inside = both[(both["due"] >= both["lost_on"]) & ~(both["returned_on"] <= both["due"])]
    return episodes.assign(offered_on=inside.groupby("index")["due"].min().reindex(episodes.index))
