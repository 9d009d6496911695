"""Strategy by tier, the hours that it asks for, and how long the list of key accounts can be for these hours and by the scores."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.study.settings.playbook import Playbook

WEEKS = 52
NEAR = 10
"""Places on either side of the length in use in which the widest gap of the scores is looked for."""


def by_tier(matrix: pd.DataFrame, key: pd.Series, playbook: Playbook, managers: pd.Series) -> pd.DataFrame:
    """What each tier is for and what it takes, as the playbook has it.

    Parameters
    ----------
    matrix : `kamlib.scoring.list_matrix` of customers that are ours: customer_id, cell.
    key : ids of the key accounts.
    managers : the account manager by customer id; whoever has customers has the hours of the playbook.

    Returns
    -------
    DataFrame, a row for each cell in the order of the matrix
        tier, customers, key (key accounts), goal, offer, channel, every_days, measure, who, hours_a_year (of one customer), hours_key (of its key
        accounts in a year), hours_all (of all its customers), capacity (hours a year of all managers: the same in each row).
    """
    owners = managers.reindex(matrix["customer_id"]).dropna().unique()
    week = sum(map(playbook.hours_week, owners)) if len(owners) else playbook.hours_a_week
    rows = []
    for cell, tier in playbook.tiers.items():
        inside = matrix.loc[matrix["cell"] == cell, "customer_id"]
        n, own, hours = len(inside), int(inside.isin(key).sum()), tier.hours_a_year
        words = {name: getattr(tier, name) for name in ("goal", "offer", "channel", "every_days", "measure")}
        counts = {"tier": cell, "customers": n, "key": own}
        asked = {"hours_a_year": hours, "hours_key": own * hours, "hours_all": n * hours}
        rows.append(counts | words | {"who": ", ".join(tier.who)} | asked)
    return pd.DataFrame(rows).assign(capacity=week * WEEKS)


def list_length(scores: pd.DataFrame, tiers: pd.DataFrame) -> pd.DataFrame:
    """How long the list of key accounts may be: as it is, as the hours allow, and as the scores break.

    Parameters
    ----------
    scores : `kamlib.scoring.score_list` (its table): customer_id, rank, score, key.
    tiers : `by_tier`.

    Returns
    -------
    DataFrame, one row
        in_use (key accounts by rank), hours_key (hours a year, each with those of the tier invest), hours_others (that all other customers ask for by
        their tiers), capacity; by_hours (as many key accounts as what the others leave is enough for); by_gap (the place near the length in use
        after which the score falls most), fall (points that it falls there), fall_in_use (points that it falls after the length in use).
        Missing where nobody is key by rank.
    """
    ranked = scores.dropna(subset=["rank", "score"]).sort_values("rank")
    names = ["in_use", "hours_key", "hours_others", "capacity", "by_hours", "by_gap", "fall", "fall_in_use"]
    k = int(ranked["key"].sum())
    if len(ranked) < 2 or not k:
        return pd.DataFrame([dict.fromkeys(names, np.nan)])
    each = float(tiers.loc[tiers["tier"] == "invest", "hours_a_year"].iloc[0])
    capacity = float(tiers["capacity"].iloc[0])
    others = float((tiers["hours_all"] - tiers["hours_key"]).sum())
    falls = -np.diff(ranked["score"].to_numpy(dtype=float))  # the first one is after place 1
    low, high = max(1, k - NEAR), min(len(falls), k + NEAR)
    near = falls[low - 1 : high]
    length = {"in_use": k, "hours_key": k * each, "hours_others": others, "capacity": capacity}
    fit = (capacity - others) / each if each else float(len(ranked))
    gaps = {"by_gap": low + int(near.argmax()), "fall": near.max()}
    last = {"fall_in_use": falls[k - 1] if k <= len(falls) else np.nan}
    return pd.DataFrame([length | {"by_hours": int(np.clip(fit, 0, len(ranked)))} | gaps | last])
