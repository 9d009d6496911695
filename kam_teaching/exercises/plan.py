"""Exercise 8: what did the offer change, and whom do we offer it next?"""

from __future__ import annotations

import pandas as pd

from kam_teaching.exercises.books import LOST, read
from kam_teaching.exercises.task import Task, Trap

ROUND = pd.Timestamp("2025-12-02")
CALLS = 5


def tasks() -> dict[str, Task]:
    """effect: rise of the share that came back; calls: the five with the highest gain."""
    arms, loose = back_by_arm(), back_by_arm(net=False)
    offered, control = arms["offer"], arms["control"]
    lost = read("lost")
    odds = offered / (1 - offered) / (control / (1 - control))
    lifted = 1 / (1 + (1 - lost["p_back"]) / (lost["p_back"] * odds))
    silent = frozenset((lost["value"] * (1 - lost["p_back"])).nlargest(CALLS).index)
    return {
        "effect": Task(
            offered - control,
            f"The offer brought back {offered - control:.1%} more than came by themselves: that, and no more, is what it is worth.",
            "Share with net revenue above zero in the 180 days after it among those with an offer, less that of the control group.",
            (
                Trap(
                    "what comes back anyway",
                    offered,
                    f"Of those with an offer so many came back, but {control:.1%} came back without one, too. Only the difference is the offer's.",
                ),
                Trap(
                    "orders that were cancelled",
                    loose["offer"] - loose["control"],
                    "You counted every order, those too that were sent back whole. Who orders and cancels has not come back: ask for net revenue above zero.",
                ),
                Trap(
                    "the control group drawn in",
                    float(arms["all"]),
                    "You put both arms together. A share over all shows neither what the offer does nor what would happen without it.",
                ),
                Trap(
                    "a ratio for a difference",
                    offered / control,
                    "You divided. A ratio of shares tells nothing of how many: three times nearly nothing is nearly nothing. Gain is counted in customers, so subtract.",
                ),
            ),
        ),
        "calls": Task(
            frozenset((lost["value"] * (lifted - lost["p_back"])).nlargest(CALLS).index),
            "Here an hour brings most: there is something to win, and an offer moves them.",
            "Gain = value × (chance with an offer less chance without one). The odds with an offer are those without one, times the odds ratio of the round.",
            (
                Trap(
                    "risk × value is no uplift",
                    silent,
                    "You ranked by value × the chance that they stay away. Those at the top are likely gone for good, and an offer changes little there. What counts is how "
                    "much the offer moves the chance.",
                ),
                Trap(
                    "value alone",
                    frozenset(lost["value"].nlargest(CALLS).index),
                    "These are the largest of the lost. Size is what there is to win; it says nothing of whether an offer wins it.",
                ),
            ),
        ),
    }


def back_by_arm(*, net: bool = True) -> pd.Series:
    """Share of the customers of the round that bought within 180 days of it: with an offer, control, and all.

    Parameters
    ----------
    net : whether what they bought has to be more than what they sent back; else any order counts.
    """
    actions, orders = read("actions"), read("orders")
    drawn = actions[(actions["due"] == ROUND) & actions["action"].str.startswith("win back")]
    control = drawn.set_index("customer")["action"].str.contains("control")
    after = orders[orders["date"].between(ROUND, ROUND + pd.Timedelta(days=LOST), inclusive="right")]
    bought = (after if net else after[after["amount"] > 0]).groupby("customer")["amount"].sum() > 0
    back = bought.reindex(control.index, fill_value=False)
    return pd.Series({"offer": back[~control].mean(), "control": back[control].mean(), "all": back.mean()})
