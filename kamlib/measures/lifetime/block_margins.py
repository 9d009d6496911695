"""The margin that each account usually brings in a block with an order, by credibility that one wild account can't upset."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.facts.blocks import PAST_BLOCKS
from kamlib.facts.frequency_bands import bands
from kamlib.facts.worth import worth_column
from kamlib.measures.lifetime.seasons import season_of
from kamlib.study.settings.sections import FEWEST

_MOST_ERRORS = 2  # standard errors of its own mean that an account is moved by at most


def block_margins(
    past: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    horizon_days: int,
    costs: pd.DataFrame | None = None,
    season: np.ndarray | None = None,
) -> pd.DataFrame:
    """The margin that each account usually brings in a block with an order: m, net of the cost to serve it.

    The mean over its own blocks with an order, in the last four blocks before as_of, shrunk towards the mean of its
    segment by credibility. The block in which an account first bought was only partly seen: it counts where there is no
    other, and is made whole where it isn't over. An account with n order days in its first d days brings as much on each of
    n / (d + w) more a day, w the days in which such new accounts order again on average: what is to be expected of buyers
    at random whose rates are exponential. By credibility, an account with n blocks counts n / (n + k), k the variance
    within accounts over the variance between them. Means and standard deviations beyond Tukey's far fences (three
    interquartile ranges from the quartiles) are brought back to them first, so that one wild account takes the weight from
    nobody. And nobody is moved by more than two standard errors of its own mean: who is so far from its segment is not
    like it. With fewer than 30 accounts in all, the usual is their median and k is 1; where no account has two blocks, each
    is believed (k is 0).

    Parameters
    ----------
    past : DataFrame
        `kamlib.facts.blocks.past_blocks` at the as_of of `facts`: customer_id, block, amount, margin, bought. Where no margin is
        known, the amount.
    facts : DataFrame, one row per account at one as_of
        With customer_id, as_of, tenure_days (since its first purchase), order_days and what `kamlib.facts.frequency_bands.bands` reads.
    costs : DataFrame, optional
        customer_id, date, cost: our cost to serve (`serving_costs`).
    season : `kamlib.measures.lifetime.seasons.seasons`, which is taken out of each block; None: none is known.

    Returns
    -------
    DataFrame
        customer_id, blocks (n), own (mean of its own), segment, usual (of the segment), margin (m).

    References
    ----------
    Bühlmann (1967), ASTIN Bulletin 4(3); excess claims that take the credibility of all: Künsch (1992), ASTIN Bulletin 22(1);
    Gisler & Reinhard (1993), ASTIN Bulletin 23(1); fences: Tukey (1977), Exploratory Data Analysis; limited translation: Efron &
    Morris (1972), JASA 67.
    """
    money = worth_column(past, "", revenue="amount")
    tenure = past["customer_id"].map(facts[["customer_id", "tenure_days"]].set_index("customer_id")["tenure_days"])
    partial = (past["block"] == tenure // horizon_days) & ((tenure + 1) % horizon_days != 0)
    seen_whole = past.loc[past["bought"] & ~partial, "customer_id"]
    with_order = past[past["bought"] & ~(partial & past["customer_id"].isin(seen_whole))]
    sums = with_order[["customer_id", "block"]].assign(margin=with_order[money]).dropna(subset="margin")
    if costs is not None and len(costs):
        back = (facts["as_of"].max() - costs["date"]).dt.days
        inside = (back >= 0) & (back < PAST_BLOCKS * horizon_days)
        each_block = costs["cost"].groupby([costs["customer_id"], back[inside] // horizon_days]).sum()
        spent = each_block.rename_axis(["customer_id", "block"]).rename("spent").reset_index()
        sums = sums.merge(spent, on=["customer_id", "block"], how="left")
        sums["margin"] -= sums["spent"].fillna(0.0)
    sums["margin"] /= season_of(season, -1 - sums["block"].to_numpy(), horizon_days)
    sums["margin"] *= sums["customer_id"].map(_made_whole(facts, horizon_days))
    segment = pd.Series(bands(facts).to_numpy(), index=facts["customer_id"])
    each = sums.groupby("customer_id", sort=False)["margin"].agg(["size", "mean", "std"]).reindex(segment.index)
    table = pd.DataFrame({"blocks": each["size"].fillna(0), "own": each["mean"], "segment": segment})
    pooled = pd.DataFrame(
        {
            name: _credibility(each.loc[rows])
            for name, rows in [("all", segment.index), *segment.groupby(segment).groups.items()]
        },
        index=["usual", "k", "within"],
    ).T
    enough = each["mean"].groupby(segment).count() >= FEWEST.segmented
    source = segment.where(segment.map(enough).astype(bool), "all")
    table["usual"] = source.map(pooled["usual"])
    k = source.map(pooled["k"])
    weight = (table["blocks"] / (table["blocks"] + k)).where(table["blocks"] > 0, 0.0)
    most = _MOST_ERRORS * np.sqrt(source.map(pooled["within"]) / table["blocks"].where(table["blocks"] > 0))
    shrunk = weight * table["own"].fillna(0.0) + (1 - weight) * table["usual"]
    table["margin"] = shrunk.clip(table["own"] - most, table["own"] + most).fillna(shrunk)
    return table.rename_axis("customer_id").reset_index()


def _made_whole(facts: pd.DataFrame, horizon_days: int) -> pd.Series:
    """What a whole block brings over what has been seen of it, by customer_id: 1 for all but new accounts."""
    days = facts.set_index("customer_id")["tenure_days"] + 1
    new = days < horizon_days
    again = (facts["order_days"].to_numpy() - 1)[new].sum()
    wait = days[new].sum() / again if again else np.inf
    return (1 + (horizon_days - days) / (days + wait)).where(new, 1.0)


def _credibility(each: pd.DataFrame) -> Sequence[float]:
    """Mean over accounts, k = variance within accounts / variance between their true means, at most 50, and the variance within.

    With fewer than 30 accounts one of them could move all: their median then, k = 1, and the variance is not known (infinite).
    """
    known = each.dropna(subset=["mean"])
    if known.empty:
        return [np.nan, 1.0, np.inf]
    if len(known) < FEWEST.segmented:
        return [float(known["mean"].median()), 1.0, np.inf]
    means, repeated = _fenced(known["mean"]), known[known["size"] > 1]
    usual, free = float(means.mean()), repeated["size"] - 1
    within = float((_fenced(repeated["std"]) ** 2 * free).sum() / max(free.sum(), 1))
    if within == 0:
        return [usual, 0.0, 0.0]
    between = float(means.var(ddof=0) - within * (1 / known["size"]).mean())
    return [usual, min(within / between, 50.0) if between > 0 else 50.0, within]


def _fenced(values: pd.Series) -> pd.Series:
    """What lies beyond Tukey's far fences is brought back to them; of a normal sample that is nothing in a million."""
    low, high = values.quantile(0.25), values.quantile(0.75)
    return values.clip(low - 3 * (high - low), high + 3 * (high - low))
