"""Lifetime value: the margin still to come from each account, by the model of loss and the blocks of the past.

The horizon is cut into blocks of H days. A customer pays its usual margin m in the first block by its chance of an order, in the second by
its chance not to have stopped, later by the shares of the past as well. What it brings if it stays and what it still brings if it stops are told
apart, and their difference, times P(stopped), is the stake.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.facts.frequency_bands import BANDS, bands
from kamlib.measures.lifetime.seasons import season_of
from kamlib.stats.ordering import places
from kamlib.study.settings.sections import FEWEST

HALF = 0.5  # of a block: who stops in it at any time alike has brought so much of it, where the past doesn't tell


def blocks(horizon_days: int, days: int = 1096) -> int:
    """How many blocks of H days make the horizon of the value: round(days / H), at least one."""
    return max(1, round(days / horizon_days))


def span_years(horizon_days: int, days: int = 1096) -> float:
    """The years that these blocks make, to a tenth: the period of the value and of the stake over all blocks."""
    return round(blocks(horizon_days, days) * horizon_days / 365.25, 1)


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
        segment, block (from 1), accounts (at all landmarks), customers (different ones), lost, share, held (the last block that could be
        estimated stands for it). A share of a segment on fewer than 30 customers is the one of all, which is the segment "all".
        Block 1 is there to be held where no later one could be estimated; the value itself takes P(no order) for it.
    """
    until, span = pd.Timestamp(until), pd.Timedelta(days=horizon_days)
    names = ["all", *(name for name in BANDS if name in set(bands(landmarks)))]
    ids = pd.Index(landmarks["customer_id"].unique())
    seen = np.zeros((len(names), n_blocks, len(ids)), dtype=bool)  # the customers that were there before each block
    counts = np.zeros((2, len(names), n_blocks), dtype=int)
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
        there = np.logical_and.accumulate(np.column_stack([np.ones(len(rows), dtype=bool), bought]), axis=1)[:, :-1]
        who, segment = ids.get_indexer(pd.Index(rows["customer_id"])), pd.Categorical(bands(rows), names).codes
        for number in range(len(names)):
            inside = np.ones(len(rows), dtype=bool) if number == 0 else segment == number
            counts[:, number, :observed] += [there[inside].sum(axis=0), (there & ~bought)[inside].sum(axis=0)]
            seen[number, :observed, who[inside]] |= there[inside]
    grid = pd.MultiIndex.from_product([names, range(1, n_blocks + 1)], names=["segment", "block"])
    numbers = [counts[0], seen.sum(axis=2), counts[1]]
    table = pd.DataFrame(np.stack(numbers, axis=-1).reshape(-1, 3), grid, ["accounts", "customers", "lost"])
    share = (table["lost"] / table["accounts"].where(table["customers"] >= FEWEST.segmented)).unstack("block")
    everyone = pd.Series(share.loc["all"])
    share = share.fillna(everyone).ffill(axis=1)
    table["share"] = share.stack(future_stack=True).reindex(grid)
    table["held"] = everyone.isna().reindex(table.index.get_level_values("block")).to_numpy()
    return table.reset_index()


def stopped_share(stopped: pd.DataFrame) -> float:
    """What customers that stopped still brought in the first block, as a share of their usual block: r₁, 0 to 1.

    Parameters
    ----------
    stopped : DataFrame
        customer_id, usual (a block's margin of the year before the landmark), came (in the first block after it) of those who stopped at
        landmarks of the past.

    Returns
    -------
    float
        By sums, so that a large customer counts by its size; 1/2 with fewer than 20 customers.
    """
    usual = stopped["usual"].sum()
    if stopped["customer_id"].nunique() < FEWEST.averaged or not usual > 0:
        return HALF
    return float(np.clip(stopped["came"].sum() / usual, 0, 1))


def first_block(p_silent: pd.DataFrame, *, stopped_share: float = HALF, needs_order: bool = True) -> pd.DataFrame:
    """What share of its margin m a customer pays in the first block: if it stops, if it stays, and as expected.

    If it stops: r₁, but not more than its chance of an order. If it stays: what the chance of an order leaves by total probability,
    at most all. Where P(stopped) is missing P(no order) stands in its place, and then who is gone brings nothing.

    Parameters
    ----------
    p_silent : DataFrame with p_silent and, where there is one, p_stopped.
    needs_order : False where m counts blocks without an order too, so that it comes whether P(no order) is high or low.

    Returns
    -------
    DataFrame, index of `p_silent`
        stops (P(stopped), or what stands for it), known (whether it is P(stopped)), if_stops, if_stays, expected.
    """
    silent = p_silent["p_silent"].to_numpy(dtype=float)
    own = p_silent.get("p_stopped", pd.Series(np.nan, p_silent.index)).to_numpy(dtype=float)
    known = np.isfinite(own)
    stops = np.where(known, own, silent)
    comes = 1 - silent if needs_order else np.where(np.isnan(silent), np.nan, 1.0)
    gone = np.where(known | (not needs_order), np.minimum(stopped_share, comes), 0.0)
    rest = np.divide(comes - stops * gone, 1 - stops, out=np.ones(len(stops)), where=stops < 1)
    stays = np.where(np.isnan(silent), np.nan, np.clip(rest, 0, 1))
    expected = stops * gone + (1 - stops) * stays
    columns = {"stops": stops, "known": known, "if_stops": gone, "if_stays": stays, "expected": expected}
    return pd.DataFrame(columns, index=p_silent.index)


def lifetime_values(
    p_silent: pd.DataFrame,
    margins: pd.DataFrame,
    losses: pd.DataFrame,
    *,
    horizon_days: int = 180,
    days: int = 1096,
    discount: float = 0.12,
    stopped_share: float = HALF,
    season: np.ndarray | None = None,
    needs_order: bool = True,
) -> pd.DataFrame:
    """What each account still brings, by total probability: P(stopped) V_stop + (1 - P(stopped)) V_stay.

    V_stop is the margin of the first block that comes before the stop. V_stay adds up, over the blocks, m · season · (1 + δ)^(-(j - ½) H / 365.25), times
    (1 - q₃) … (1 - qⱼ) from block 3 on. Where P(stopped) is missing, P(no order) stands in its place: block 2 then loses q₂ as well.

    Parameters
    ----------
    p_silent : DataFrame
        customer_id, p_silent and, where there is one, p_stopped. Accounts that are not in it are lost already: their value is 0.
    margins : DataFrame
        `block_margins`: customer_id, segment, margin; first, where the first block brings another margin.
    losses : DataFrame
        `block_losses`: the shares q_j of blocks 2, 3, …
    discount : δ, a year.
    stopped_share, needs_order : as in `first_block`.
    season : `kamlib.measures.lifetime.seasons.seasons`.

    Returns
    -------
    DataFrame, largest stake first
        customer_id, p_silent, p_stopped, segment, block_margin (m), remaining_value, value_horizon (what it is to bring in the first
        block, not discounted), stake (P(stopped) times V_stay less V_stop), stake_horizon (the
        part of the stake that falls into the first block), share_unobserved (of the value, from blocks that no past landmark
        reached). Missing where p_silent is.
    """
    if (repeated := p_silent["customer_id"].duplicated()).any():
        raise InputError("p_silent repeats accounts", found=int(repeated.sum()), remedy="Give one row an account.")
    n = blocks(horizon_days, days)
    given = p_silent.assign(p_stopped=p_silent.get("p_stopped", np.nan))[["customer_id", "p_silent", "p_stopped"]]
    table = margins[["customer_id", "segment", "margin"]].merge(given, how="left", indicator=True)
    at_risk, first = (
        (table["_merge"] == "both").to_numpy(),
        first_block(table, stopped_share=stopped_share, needs_order=needs_order),
    )
    shares = losses.pivot(index="segment", columns="block", values="share").reindex(columns=range(2, n + 1))
    later = shares.reindex(table["segment"].where(table["segment"].isin(shares.index), "all")).to_numpy(dtype=float)
    later[first["known"], :1] = 0.0
    kept = np.cumprod(np.column_stack([np.ones(len(table)), 1 - later]), axis=1)
    factor = (1 + discount) ** (-(np.arange(1, n + 1) - 0.5) * horizon_days / 365.25)
    pays = (
        kept * factor * season_of(season, np.arange(n), horizon_days) * table["margin"].to_numpy(dtype=float)[:, None]
    )
    if "first" in margins:
        pays[:, 0] = factor[0] * margins["first"]
    unobserved = np.array(
        [False, *(losses[losses["segment"] == "all"].set_index("block")["held"].reindex(range(2, n + 1)))]
    )
    full = pays.sum(axis=1)
    late_part = np.divide(pays[:, unobserved].sum(axis=1), full, out=np.full(len(full), np.nan), where=full != 0)
    if_stops = first["if_stops"].to_numpy() * pays[:, 0]
    soon = first["if_stays"].to_numpy() * pays[:, 0]
    if_stays = soon + pays[:, 1:].sum(axis=1)
    stops = first["stops"].to_numpy()
    return pd.DataFrame(
        {
            **table[["customer_id", "p_silent", "p_stopped", "segment"]],
            "block_margin": table["margin"],
            "remaining_value": np.where(at_risk, stops * if_stops + (1 - stops) * if_stays, 0.0),
            "value_horizon": np.where(at_risk, (stops * if_stops + (1 - stops) * soon) / factor[0], 0.0),
            "stake": np.where(at_risk, stops * (if_stays - if_stops), 0.0),
            "stake_horizon": np.where(at_risk, stops * (soon - if_stops), 0.0),
            "share_unobserved": np.where(at_risk, late_part, np.nan),
        }
    ).sort_values(["stake", "customer_id"], ascending=[False, True], ignore_index=True, key=places)


def unobserved_share(values: pd.DataFrame) -> float:
    """Share of the remaining value of all accounts that comes from blocks no past landmark reached; missing without value."""
    known = values.dropna(subset=["remaining_value", "share_unobserved"])
    total = known["remaining_value"].sum()
    return float((known["remaining_value"] * known["share_unobserved"]).sum() / total) if total else float("nan")
