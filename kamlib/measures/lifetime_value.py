"""Lifetime value: the margin still to come from each account, by the model of loss and the blocks of the past.

The horizon is cut into blocks of H days. An account buys in block j with probability S_j; in a block with an order it
brings its usual margin m. The first block's loss is the churn model's P(no order); later ones are the shares of the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.facts.blocks import PAST_BLOCKS
from kamlib.facts.frequency_bands import BANDS, bands
from kamlib.facts.worth import worth_column
from kamlib.stats.ordering import places
from kamlib.study.sections import FEWEST


def blocks(horizon_days: int, days: int = 1096) -> int:
    """How many blocks of H days make the horizon of the value: round(days / H), at least one."""
    return max(1, round(days / horizon_days))


def block_losses(
    bought_in: pd.DataFrame, landmarks: pd.DataFrame, until: date | pd.Timestamp, *, horizon_days: int, n_blocks: int
) -> pd.DataFrame:
    """Share of accounts that bought in each block up to j - 1 but not in block j, over all past landmarks.

    Parameters
    ----------
    bought_in : DataFrame
        `kamlib.facts.blocks.later_blocks` of the landmarks: customer_id, as_of, block.
    landmarks : DataFrame
        Accounts at risk at past landmarks: customer_id, as_of and the facts that `kamlib.facts.frequency_bands.bands` reads.
    until : only blocks that ended by then are counted.

    Returns
    -------
    DataFrame
        segment, block (from 1), accounts, lost, share, held (the last block that could be estimated stands for it). A
        share of a segment on fewer than 30 accounts is the one of all accounts, which is the segment "all". Block 1 is
        there to be held where no later one could be estimated; the value itself takes P(no order) for it.
    """
    until, span = pd.Timestamp(until), pd.Timedelta(days=horizon_days)
    counts = []
    for label, rows in landmarks.groupby("as_of"):
        day = pd.Timestamp(str(label))
        observed = min(n_blocks, int((until - day) / span))
        if observed < 1:
            continue
        later = bought_in.loc[(bought_in["as_of"] == day) & (bought_in["block"] <= observed)]
        place = pd.Index(rows["customer_id"]).get_indexer(later["customer_id"])
        block = later["block"].to_numpy() - 1
        bought = np.zeros((len(rows), observed), dtype=bool)
        bought[place[place >= 0], block[place >= 0]] = True
        there = np.logical_and.accumulate(np.column_stack([np.ones(len(rows), dtype=bool), bought]), axis=1)
        segment = bands(rows).to_numpy()
        for j in range(1, observed + 1):
            before, gone = there[:, j - 1], there[:, j - 1] & ~bought[:, j - 1]
            sums = pd.DataFrame({"segment": segment, "accounts": before, "lost": gone}).groupby("segment").sum()
            counts.append(sums.assign(block=j).reset_index())
    grid = pd.MultiIndex.from_product(
        [["all", *(name for name in BANDS if name in set(bands(landmarks)))], range(1, n_blocks + 1)],
        names=["segment", "block"],
    )
    if not counts:
        return pd.DataFrame(index=grid).reset_index().assign(accounts=0, lost=0, share=np.nan, held=True)
    one = pd.concat(counts, ignore_index=True)
    sums = pd.concat([one, one.assign(segment="all")]).groupby(["segment", "block"])[["accounts", "lost"]].sum()
    table = sums.reindex(grid, fill_value=0)
    share = (table["lost"] / table["accounts"].where(table["accounts"] >= FEWEST.segmented)).unstack("block")
    everyone = pd.Series(share.loc["all"])
    share = share.fillna(everyone).ffill(axis=1)
    table["share"] = share.stack(future_stack=True).reindex(grid)
    table["held"] = everyone.isna().reindex(table.index.get_level_values("block")).to_numpy()
    return table.reset_index()


def block_margins(
    past: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    horizon_days: int,
    costs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The margin that each account usually brings in a block with an order: m, net of the cost to serve it.

    The mean over its own blocks with an order, in the last four blocks before as_of, shrunk towards the mean of its
    segment by credibility. The block in which an account first bought was only partly seen: it counts where there is no
    other. By credibility, an account with n such blocks counts n / (n + k), k the variance within accounts over the
    variance between them. With fewer than 30 accounts in all, the usual is their median and k is 1.

    Parameters
    ----------
    past : DataFrame
        `kamlib.facts.blocks.past_blocks` at the as_of of `facts`: customer_id, block, amount, margin, bought. Where no margin is
        known, the amount.
    facts : DataFrame, one row per account at one as_of
        With customer_id, as_of, tenure_days (since its first purchase) and what `kamlib.facts.frequency_bands.bands` reads.
    costs : DataFrame, optional
        customer_id, date, cost: our cost to serve (`serving_costs`).

    Returns
    -------
    DataFrame
        customer_id, blocks (n), own (mean of its own), segment, usual (of the segment), margin (m).

    References
    ----------
    Bühlmann (1967), ASTIN Bulletin 4(3).
    """
    money = worth_column(past, "", revenue="amount")
    tenure = past["customer_id"].map(facts[["customer_id", "tenure_days"]].set_index("customer_id")["tenure_days"])
    partial = (past["block"] == tenure // horizon_days) & ((tenure + 1) % horizon_days != 0)
    seen_whole = past.loc[past["bought"] & ~partial, "customer_id"]
    with_order = past[past["bought"] & ~(partial & past["customer_id"].isin(seen_whole))]
    sums = with_order[["customer_id", "block"]].assign(margin=with_order[money].fillna(0.0))
    if costs is not None and len(costs):
        back = (facts["as_of"].max() - costs["date"]).dt.days
        inside = (back >= 0) & (back < PAST_BLOCKS * horizon_days)
        each_block = costs["cost"].groupby([costs["customer_id"], back[inside] // horizon_days]).sum()
        spent = each_block.rename_axis(["customer_id", "block"]).rename("spent").reset_index()
        sums = sums.merge(spent, on=["customer_id", "block"], how="left")
        sums["margin"] -= sums["spent"].fillna(0.0)
    segment = pd.Series(bands(facts).to_numpy(), index=facts["customer_id"])
    each = sums.groupby("customer_id", sort=False)["margin"].agg(["size", "mean", "var"]).reindex(segment.index)
    table = pd.DataFrame({"blocks": each["size"].fillna(0), "own": each["mean"], "segment": segment})
    pooled = pd.DataFrame(
        {
            name: _credibility(each.loc[rows])
            for name, rows in [("all", segment.index), *segment.groupby(segment).groups.items()]
        },
        index=["usual", "k"],
    ).T
    enough = each["mean"].groupby(segment).count() >= FEWEST.segmented
    source = segment.where(segment.map(enough).astype(bool), "all")
    table["usual"] = source.map(pooled["usual"])
    k = source.map(pooled["k"])
    weight = (table["blocks"] / (table["blocks"] + k)).where(table["blocks"] > 0, 0.0)
    table["margin"] = weight * table["own"].fillna(0.0) + (1 - weight) * table["usual"]
    return table.rename_axis("customer_id").reset_index()


def lifetime_values(
    p_silent: pd.DataFrame,
    margins: pd.DataFrame,
    losses: pd.DataFrame,
    *,
    horizon_days: int = 180,
    days: int = 1096,
    discount: float = 0.12,
) -> pd.DataFrame:
    """What each account still brings: the sum over blocks of S_j · m · (1 + δ)^(-(j - ½) H / 365.25).

    Parameters
    ----------
    p_silent : DataFrame
        customer_id, p_silent: the first block's loss, q₁. Accounts that are not in it are lost already: their value is 0.
    margins : DataFrame
        `block_margins`: customer_id, segment, margin.
    losses : DataFrame
        `block_losses`: the shares q_j of blocks 2, 3, …
    discount : δ, a year.

    Returns
    -------
    DataFrame
        customer_id, p_silent, segment, block_margin (m), remaining_value, margin_at_stake (q₁ times the value if q₁ were 0), share_unobserved (of
        the value, from blocks that no past landmark reached). Missing where q₁ is.
    """
    if (repeated := p_silent["customer_id"].duplicated()).any():
        raise InputError("p_silent repeats accounts", found=int(repeated.sum()), remedy="Give one row an account.")
    n = blocks(horizon_days, days)
    table = margins[["customer_id", "segment", "margin"]].merge(
        p_silent[["customer_id", "p_silent"]], how="left", indicator=True
    )
    shares = losses.pivot(index="segment", columns="block", values="share").reindex(columns=range(2, n + 1))
    later = shares.reindex(table["segment"].where(table["segment"].isin(shares.index), "all")).to_numpy(dtype=float)
    kept = np.cumprod(np.column_stack([np.ones(len(table)), 1 - later]), axis=1)
    factor = (1 + discount) ** (-(np.arange(1, n + 1) - 0.5) * horizon_days / 365.25)
    unobserved = np.array(
        [False, *(losses[losses["segment"] == "all"].set_index("block")["held"].reindex(range(2, n + 1)))]
    )
    stay = kept * factor * table["margin"].to_numpy(dtype=float)[:, None]
    full = stay.sum(axis=1)
    at_risk = (table["_merge"] == "both").to_numpy()
    q = table["p_silent"].to_numpy(dtype=float)
    late_part = np.divide(stay[:, unobserved].sum(axis=1), full, out=np.full(len(full), np.nan), where=full != 0)
    return pd.DataFrame(
        {
            "customer_id": table["customer_id"],
            "p_silent": table["p_silent"],
            "segment": table["segment"],
            "block_margin": table["margin"],
            "remaining_value": np.where(at_risk, (1 - q) * full, 0.0),
            "margin_at_stake": np.where(at_risk, q * full, 0.0),
            "share_unobserved": np.where(at_risk, late_part, np.nan),
        }
    ).sort_values(["margin_at_stake", "customer_id"], ascending=[False, True], ignore_index=True, key=places)


def unobserved_share(values: pd.DataFrame) -> float:
    """Share of the remaining value of all accounts that comes from blocks no past landmark reached; missing without value."""
    known = values.dropna(subset=["remaining_value", "share_unobserved"])
    total = known["remaining_value"].sum()
    return float((known["remaining_value"] * known["share_unobserved"]).sum() / total) if total else float("nan")


def _credibility(each: pd.DataFrame) -> Sequence[float]:
    """Mean over accounts, and k = variance within accounts / variance between their true means; 1 where no account repeats.

    With fewer than 30 accounts one of them could move all: their median then, and k = 1.
    """
    known = each.dropna(subset=["mean"])
    if known.empty:
        return [np.nan, 1.0]
    if len(known) < FEWEST.segmented:
        return [float(known["mean"].median()), 1.0]
    usual = float(known["mean"].mean())
    repeated = known[known["size"] > 1]
    if repeated.empty:
        return [usual, 1.0]
    within = float((repeated["var"] * (repeated["size"] - 1)).sum() / (repeated["size"] - 1).sum())
    between = float(known["mean"].var(ddof=0) - within * (1 / known["size"]).mean())
    return [usual, min(within / between, 50.0) if between > 0 else 50.0]
