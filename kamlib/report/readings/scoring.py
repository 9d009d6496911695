"""What the page of the key customers concludes: the list, how sure it is, the matrix, the categories, and the gate for prospects."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.worth import giants as of_a_tenth
from kamlib.facts.worth import money_column
from kamlib.report.language import value_word
from kamlib.report.text import number_or_text
from kamlib.report.words import counted, word
from kamlib.scoring.categories import corridor
from kamlib.scoring.doubt.border import EVEN, LIKELY, NEAR, SAFE, falls, held
from kamlib.scoring.kaism import older_than_the_records, too_small_wallets
from kamlib.scoring.key_list import ScoreList
from kamlib.scoring.scores import top_count
from kamlib.stats.reasons import Reason

_NAMED, _WALLETS = 6, 5  # customers that a sentence names at most, and wallets


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
    """How many of the ranked are key, who comes first, and of how many of the key customers every value is known; or why there is no list.

    `names` by customer_id, here and below.
    """
    if found.unranked:
        return found.unranked
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
    """How sure the places are: how many are safe, who is more likely off the list, what lies at its border, and who knocks from
    outside; nothing where nobody is ranked."""
    if found.unranked:
        return []
    if found.all_key:
        return [Reason("all_are_key", {"n": len(found.key)})]
    off = found.key[found.key["p_key"] < EVEN]
    near = found.table[~found.table["key"] & (found.table["p_key"] >= NEAR)]
    sure = held(found.key["p_key"]).value_counts().reindex(["safe", "likely", "open", "unlikely"], fill_value=0)
    return [
        Reason("safe_on_the_list", {**sure, "limit": SAFE, "key": len(found.key)}),
        *([Reason("more_likely_off", {"who": _named(off, names)})] if len(off) else []),
        *border(found),
        Reason("near_the_list", {"near": NEAR, "n": len(near), "who": _named(near, names)}),
    ]


def border(found: ScoreList) -> list[Reason]:
    """A tie that lies over the end of the list, and the rank near it after which the scores fall most; nothing where there is neither."""
    said, tied = [], found.tied
    if len(tied):
        first = tied.iloc[0]
        places = round(tied["seat"].sum())
        values = {"n": len(tied), "rank": first["rank"], "score": first["score"], "key": int(tied["key"].sum())}
        said.append(Reason("tie_over_the_border", values | {"places": places}))
    if (fall := falls(found.table["score"].where(found.table["rank"].notna()), len(found.key))) is not None:
        code = "stable_to_rank" if fall["rank"] != fall["key"] else "ends_where_the_score_falls_most"
        said.append(Reason(code, fall))
    return said


def patience(found: ScoreList, names: pd.Series, currency: str) -> Reason:
    """Which key accounts lose money and stay for what else they bring, what they cost together, and the budget for that."""
    losing = found.key[found.key["contribution"] < 0].sort_values("contribution")
    budget = {"budget": found.patience, "currency": currency, "patience": found.rules.patience}
    if losing.empty:
        if found.key["contribution"].isna().all():
            return Reason("contribution_not_known")
        others = found.table.loc[found.table["rank"].notna() & (found.table["contribution"] < 0), "contribution"]
        return Reason("nobody_key_loses_money", budget | {"n": len(others), "lost": -others.sum()})
    pairs = zip(losing["customer_id"].map(names), losing["contribution"], strict=True)
    who = [f"{name} ({number_or_text(brought, ',.0f')})" for name, brought in pairs]
    return Reason("patience_used", budget | {"n": len(losing), "lost": -losing["contribution"].sum(), "who": who})


def cells(matrix: pd.DataFrame) -> Reason:
    """How many customers stand in each cell of the matrix, or that nobody has a known place."""
    if (matrix["cell"] == "unknown").all():
        return Reason("no_known_strength" if (matrix["reading"] == "strength").all() else "no_known_importance")
    counts = matrix["cell"].value_counts()
    return Reason("customers_by_cell", {"cells": counted(counts.rename(lambda cell: value_word("cell", cell)))})


def importance(found: ScoreList, matrix: pd.DataFrame, names: pd.Series) -> list[Reason]:
    """Of how many customers it is unknown how much we matter to them, whose tenure is a lower bound, and whose wallet can't be right."""
    wrong, unknown = too_small_wallets(found.facts), int((matrix["cell"] == "unknown").sum())
    first = wrong.head(_WALLETS)
    pairs = zip(first["customer_id"].map(names), first["wallet_share"], strict=True)
    who = [f"{name} ({number_or_text(share, '.0%')})" for name, share in pairs]
    said = [Reason("wallets_too_small", {"n": len(wrong), "who": who})] if who else []
    if (matrix["reading"] == "strength").all() or unknown == len(matrix):
        return said
    older = int(older_than_the_records(found.facts).sum())
    return [
        *([Reason("importance_unknown", {"n": unknown, "all": len(matrix)})] if unknown else []),
        *([Reason("older_than_the_records", {"n": older})] if older else []),
        *said,
    ]


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
    """The share of sales that the key customers give together, against the corridor of practice; `facts` of the whole base.

    Without a list, or a revenue above zero, it can't be told.
    """
    money, period = money_column(facts)
    key = found.table.set_index("customer_id")["key"]
    hold = corridor(facts.set_index("customer_id")[money], key)
    if hold["verdict"] == "unknown" or found.unranked:
        return Reason("no_share_of_key", {**hold, "period": period, "currency": currency})
    if found.all_key:
        return Reason("all_are_key", {"n": len(found.key), "share": hold["share"]})
    code = "share_of_key" if key.any() else "share_of_nobody"
    return Reason(code, {**hold, "period": period, "currency": currency})


def length_of_list(found: ScoreList) -> Reason:
    """Which rule of the study sets how many are key."""
    rules, scored = found.rules, len(found.table)
    if rules.threshold is not None:
        return Reason("length_by_score", {"threshold": rules.threshold})
    places, wanted = top_count(found.table, rules), rules.top_share * scored
    code = (
        "length_at_most"
        if wanted >= places + 0.5
        else "length_at_least"
        if wanted < places - 0.5
        else "length_by_share"
    )
    return Reason(code, {"places": places, "wanted": rules.top_share, "scored": scored})


def giants(facts: pd.DataFrame, found: ScoreList, names: pd.Series) -> Reason:
    """What the customers of a tenth of all revenue or more hold, and what the other key accounts give of the rest."""
    revenue = facts.set_index("customer_id")[money_column(facts)[0]].clip(lower=0)
    giant = revenue.reindex(of_a_tenth(facts)).sort_values(ascending=False)
    if giant.empty:
        return Reason("no_giant")
    others, rest = found.key.loc[~found.key["customer_id"].isin(giant.index), "customer_id"], revenue.drop(giant.index)
    values = {"giants": giant.sum() / revenue.sum(), "n": len(giant), "who": names.reindex(giant.index).tolist()}
    return Reason("giants_hold", values | {"rest": rest.reindex(others).sum() / rest.sum() if rest.sum() else None})


def one_rule(policy: pd.DataFrame, key: pd.DataFrame) -> Reason:
    """Of how many customers, and how many key accounts, a rule that lost asks for the opposite (`kamlib.plan.precedence`)."""
    opposed = policy.loc[policy["against"] != "", "customer_id"]
    values = {"n": int(policy["rule"].notna().sum()), "overruled": len(opposed), "key": len(key)}
    return Reason("one_rule", values | {"of_key": int(key["customer_id"].isin(opposed).sum())})


def gates(gate: pd.DataFrame) -> Reason:
    """For how many prospects the gate is open, or closed, and of how many something is still to be asked, by the first reason."""
    counts = gate["verdict"].value_counts().reindex(["open", "closed", "ask"], fill_value=0)
    of = (gate.loc[gate["verdict"] == verdict, "why"].value_counts() for verdict in ("closed", "ask"))
    shut, asked = (counted(n.rename(word)) for n in of)
    return Reason("gates", {**counts, "shut": shut, "asked": asked})


def conclusion(
    found: ScoreList, share: Reason, matrix: pd.DataFrame, contradictions: pd.DataFrame, names: pd.Series
) -> list[Reason]:
    """What to remember of the page; `share` is what `share_of_key` gave."""
    if found.unranked:
        return [found.unranked]
    ids = found.key["customer_id"]
    build, ask = (
        matrix[matrix["customer_id"].isin(ids) & (matrix["cell"] == cell)] for cell in ("development", "unknown")
    )
    unknown = [Reason("conclude_ask", {"n": len(ask), "who": _named(ask, names)})] if len(ask) else []
    p = found.key["p_key"]
    sure = [
        Reason("conclude_safe", {"safe": _safe(p)}),
        Reason("conclude_toss_up", {"who": _named(found.key[p.between(EVEN, LIKELY, "left")], names)}),
        Reason("conclude_more_likely_off", {"who": _named(found.key[p < EVEN], names)}),
    ]
    return [
        Reason(
            "conclude_key_alone" if share.code == "no_share_of_key" else "conclude_key",
            {"key": len(ids), **share.values},
        ),
        *([Reason("conclude_all_are_key")] if found.all_key else sure),
        Reason("conclude_build", {"who": _named(build, names)}),
        *unknown,
        Reason("conclude_look", {"who": _named(contradictions, names, 4)}),
        Reason("conclude_knocked_out", {"n": len(found.knocked_out)}),
    ]


def trusted_less(staying: pd.DataFrame) -> Reason | None:
    """How many key customers stay safe as the weights are drawn, p_key, and where they are trusted less, p_key_loose; None where none is key."""
    if staying.empty:
        return None
    loose, safe = _safe(staying["p_key_loose"]), _safe(staying["p_key"])
    return Reason("trusted_less", {"loose": loose, "limit": SAFE, "safe": safe})


def _safe(chance: pd.Series) -> int:
    return int((chance >= SAFE).sum())


def _named(table: pd.DataFrame, names: pd.Series, most: int = _NAMED) -> list[str]:
    return list(table["customer_id"].head(most).map(names))
