"""What the page of the key customers concludes: the list, how sure it is, the matrix, the categories, and the gate for prospects."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.worth import money_column
from kamlib.scoring.categories import corridor
from kamlib.scoring.key_list import NEAR, SAFE, ScoreList
from kamlib.stats.reasons import Reason

TOSS_UP = 0.6
"""Chance of staying key below which a place on the list is little better than a toss-up."""
_NAMED = 6  # customers that a sentence names at most


def who_is_scored(found: ScoreList, ours: pd.DataFrame, theirs: pd.DataFrame) -> Reason:
    """How many customers are scored, lost, or prospects, and how many last ratings there are by our people and by customers."""
    counts = found.lanes["lane"].value_counts().reindex(["client", "lost", "prospect"], fill_value=0)
    return Reason(
        "who_is_scored", {**counts, "day": found.facts["as_of"].max(), "ours": len(ours), "theirs": len(theirs)}
    )


def criteria(found: ScoreList, interactions: pd.DataFrame, hour: float | None) -> list[Reason]:
    """What criteria wait for, what of the cost to serve is not known, and what to be warned of, or that there is nothing.

    `interactions` is the clean table; `hour` what an hour of ours costs, or None.
    """
    hours = [Reason("hours_without_cost")] if hour is None and (interactions["hours"] > 0).any() else []
    sound = [] if found.waits or found.cautions else [Reason("criteria_are_sound")]
    return [*found.waits, *hours, *found.cautions, *sound]


def the_list(found: ScoreList, names: pd.Series) -> Reason:
    """How many of the ranked are key, who comes first, and of how many of the key customers every value is known.

    `names` by customer_id, here and below.
    """
    first = found.table.iloc[0]
    return Reason(
        "the_list",
        {
            "key": len(found.key),
            "ranked": int(found.table["rank"].notna().sum()),
            "name": names[first["customer_id"]],
            "score": first["score"],
            "scale": found.rules.scale,
            "whole": int((found.key["known"] > 0.999).sum()),
        },
    )


def chances(found: ScoreList, names: pd.Series) -> list[Reason]:
    """How many key customers are safe on the list, and who outside it has a fair chance."""
    near = found.table[~found.table["key"] & (found.table["p_key"] >= NEAR)]
    return [
        Reason("safe_on_the_list", {"safe": _safe(found.key["p_key"]), "limit": SAFE, "key": len(found.key)}),
        Reason("near_the_list", {"near": NEAR, "n": len(near), "who": _named(near, names)}),
    ]


def cells(matrix: pd.DataFrame) -> Reason:
    """How many customers stand in each cell of the matrix, or that nobody has a known place."""
    if (matrix["cell"] == "unknown").all():
        return Reason("no_known_place")
    return Reason(
        "customers_by_cell", {"cells": [f"{cell}: {n:,}" for cell, n in matrix["cell"].value_counts().items()]}
    )


def moves(matrix: pd.DataFrame, day: pd.Timestamp) -> Reason:
    """How many of the customers with a place at both dates changed their cell since `day`."""
    placed = matrix[~matrix["cell_before"].isin(["", "unknown"]) & (matrix["cell"] != "unknown")]
    moved = (placed["cell_before"] != placed["cell"]).sum()
    return Reason("changed_their_cell", {"day": day, "moved": moved, "n": len(placed)})


def price_of_image(categories: pd.DataFrame, service: pd.DataFrame) -> Reason | None:
    """How many image customers cost more to serve than their margin; None where no contribution is known of any."""
    image = categories.loc[categories["category"] == "image", "customer_id"]
    each = service.loc[service["customer_id"].isin(image), "contribution"]
    if each.isna().all():
        return None
    return Reason("price_of_image", {"all": image.nunique(), "n": (each < 0).sum()})


def share_of_key(facts: pd.DataFrame, found: ScoreList, currency: str) -> Reason:
    """The share of sales that the key customers give together, against the corridor of practice; `facts` of the whole base."""
    money, period = money_column(facts)
    key = found.table.set_index("customer_id")["key"]
    hold = corridor(facts.set_index("customer_id")[money], key)
    return Reason("share_of_key", {**hold, "period": period, "currency": currency})


def gates(gate: pd.DataFrame) -> Reason:
    """For how many prospects the gate is open, or closed, and of how many something is still to be asked."""
    return Reason("gates", dict(gate["verdict"].value_counts().reindex(["open", "closed", "ask"], fill_value=0)))


def conclusion(
    found: ScoreList, share: Reason, matrix: pd.DataFrame, contradictions: pd.DataFrame, names: pd.Series
) -> list[Reason]:
    """What to remember of the page; `share` is what `share_of_key` gave."""
    ids = found.key["customer_id"]
    build = matrix[matrix["customer_id"].isin(ids) & (matrix["cell"] == "development")]
    return [
        Reason("conclude_key", {"key": len(ids), "share": share.values["share"]}),
        Reason("conclude_safe", {"safe": _safe(found.key["p_key"])}),
        Reason("conclude_toss_up", {"who": _named(found.key[found.key["p_key"] < TOSS_UP], names)}),
        Reason("conclude_build", {"who": _named(build, names)}),
        Reason("conclude_look", {"who": _named(contradictions, names, 4)}),
        Reason("conclude_knocked_out", {"n": len(found.knocked_out)}),
    ]


def trusted_less(staying: pd.DataFrame) -> Reason:
    """How many key customers stay safe as the weights are drawn, p_key, and where they are trusted less, p_key_loose."""
    loose, safe = _safe(staying["p_key_loose"]), _safe(staying["p_key"])
    return Reason("trusted_less", {"loose": loose, "limit": SAFE, "safe": safe})


def _safe(chance: pd.Series) -> int:
    return int((chance >= SAFE).sum())


def _named(table: pd.DataFrame, names: pd.Series, most: int = _NAMED) -> list[str]:
    return list(table["customer_id"].head(most).map(names))
