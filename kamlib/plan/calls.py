"""Whom to call first: the customers with the largest stake, each with the reason that says most."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from kamlib.stats.reasons import waiting

COLUMNS = [
    "customer_id",
    "state",
    "p_stopped",
    "p_silent",
    "stake",
    "stake_horizon",
    "remaining_value",
    "reason",
    "reason_values",
]


def call_list(
    value: pd.DataFrame, churn: pd.DataFrame, states: pd.DataFrame, *, apart: Collection[str] = (), most: int = 15
) -> pd.DataFrame:
    """The first `most` customers by stake, as far as they have any, are not lost (those are to be won back) and not `apart`.

    Parameters
    ----------
    value : `kamlib.measures.lifetime.lifetime_values`.
    churn : customer_id, p_silent, reason, reason_values (`kamlib.churn.forecast`, its table).
    states : `kamlib.facts.customer_states`.
    apart : ids of the control group of a round of offers (`kamlib.plan.offer_trial.controls`), which stand on no list.

    Returns
    -------
    DataFrame, most at stake first
        customer_id, state, p_stopped, p_silent, stake, stake_horizon, remaining_value (study currency), reason, reason_values: of the churn model or,
        where nothing is unusual to it and the customer isn't active, of the state. Without rows it says what it waits for.
    """
    if churn["p_silent"].isna().all():
        return waiting(COLUMNS, "no_list_without_p_silent")
    table = value.merge(churn[["customer_id", "reason", "reason_values"]])
    table = table.merge(
        states[["customer_id", "state", "reason", "reason_values"]], on="customer_id", suffixes=("", "_of_state")
    )
    table = table[(table["stake"] > 0) & (table["state"] != "lost") & ~table["customer_id"].isin(apart)].head(most)
    if table.empty:
        return waiting(COLUMNS, "nothing_at_stake")
    plain = (table["reason"] == "nothing_unusual") & (table["state"] != "active")
    told = {name: table[name].mask(plain, table[f"{name}_of_state"]) for name in ("reason", "reason_values")}
    return table.assign(**told)[COLUMNS].reset_index(drop=True)
