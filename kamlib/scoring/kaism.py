"""KAISM: how important the client is for us, against how important we are for the client.

Vertical: attractiveness, 10 x the weighted utility of the score. Horizontal, one reading a picture: *importance* to the client
(share of wallet, breadth, tenure, rank as supplier; 0-10, even weights; unknown without wallet and rank) or *strength* (our mark by the client over the best rival's; 1 = parity).
The matrix stands on fixed cuts, never on medians: with these someone would always be attractive. Source: Cheverton, Key Account
Management (the key account identification and selection matrix).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.stats.checks import one_row_each
from kamlib.stats.ordering import places
from kamlib.study.model import Kaism

CELLS = ("invest", "development", "maintenance", "opportunistic")
POLICY = {cell: f"policy_{cell}" for cell in (*CELLS, "unknown")}
"""What to do, as a code, by cell."""
PARITY = 1.0
PARTS = ("breadth", "tenure", "wallet", "supplier")
_FIRST_YEAR = 365  # days after the records begin in which a first order on record may not be the first


def relative_strength(client_view: pd.DataFrame, weights: pd.Series | None = None) -> pd.DataFrame:
    """How we stand with each client against the rival it rates best, on the criteria it rated both on.

    Parameters
    ----------
    client_view : latest ratings by clients: customer_id, criterion, rival ('' = us), score (points 1-10).
    weights : the client's weights by criterion; None: even.

    Returns
    -------
    DataFrame
        customer_id, ours, best_rival (points), rival, strength (ours / best_rival), supplier_rank (1 = nobody better; ties
        share it), suppliers (we and the rivals rated). Accounts that rated us and no rival, or only rivals, are not in it.
    """
    keys = ["customer_id", "rival", "criterion"]
    marks = client_view.groupby(keys, as_index=False, sort=False)[["score"]].mean().sort_values(keys, key=places)
    us = marks[marks["rival"] == ""].drop(columns="rival")
    pair = marks[marks["rival"] != ""].merge(us, on=["customer_id", "criterion"], suffixes=("_rival", "_us"))
    weight = 1.0 if weights is None else pair["criterion"].map(weights).fillna(0.0)
    pair = pair.assign(weight=weight, ours=pair["score_us"] * weight, theirs=pair["score_rival"] * weight)
    each = pair.groupby(["customer_id", "rival"], as_index=False, sort=False)[["weight", "ours", "theirs"]].sum()
    each = each[(each["weight"] > 0) & (each["theirs"] > 0)]
    each["strength"] = each["ours"] / each["theirs"]
    each = each.sort_values(["customer_id", "strength", "rival"], key=places)
    worst = each.drop_duplicates("customer_id").set_index("customer_id")
    ahead = (each["strength"].round(9) < PARITY).groupby(each["customer_id"], sort=False).sum()
    table = pd.DataFrame(
        {
            "ours": worst["ours"] / worst["weight"],
            "best_rival": worst["theirs"] / worst["weight"],
            "rival": worst["rival"],
            "strength": worst["strength"],
            "supplier_rank": 1 + ahead,
            "suppliers": 1 + each.groupby("customer_id", sort=False).size(),
        }
    )
    return table.rename_axis("customer_id").reset_index()


def importance(facts: pd.DataFrame, kaism: Kaism, *, strength: pd.DataFrame | None = None) -> pd.DataFrame:
    """How important we are for each client, 0-10: the mean of its known parts, with the interval of the unknown ones.

    Parts, each 0-10 and clipped: wallet (10 at a share of `kaism.wallet_best`), breadth (categories bought in 12 months),
    tenure (years of relation), supplier (10 as the client's first of its suppliers, 0 as the last). A part that is
    known for no account is not in use. Breadth and tenure say how the client buys from us, not what we are among its suppliers:
    without wallet and supplier the importance is unknown.

    Parameters
    ----------
    facts : one row per account: customer_id, categories_12m, tenure_days; relation_days and wallet_share of `with_accounts`, if any.
    strength : result of `relative_strength`.

    Returns
    -------
    DataFrame
        customer_id, importance, low, high (0-10; missing where unknown), known (share of the parts in use), the parts, and tenure_high.

    Notes
    -----
    A wallet that is smaller than what the client bought of us contradicts the records: its share is not known (`too_small_wallets`).
    The tenure of a client that may be `older_than_the_records` lies between what was seen and 10, and its middle counts.
    """
    index = pd.Index(facts["customer_id"], name="customer_id")
    names = ["categories_12m", "tenure_days", "relation_days", "wallet_share"]
    raw = facts[[name for name in names if name in facts]].set_index(index)
    parts = pd.DataFrame({"breadth": raw["categories_12m"] / kaism.breadth_best}, index=index)
    if not (raw["categories_12m"] > 0).any():
        parts["breadth"] = np.nan
    relation = raw["relation_days" if "relation_days" in raw else "tenure_days"]
    parts["tenure"] = relation / 365.25 / kaism.tenure_best
    share = raw["wallet_share"] if "wallet_share" in raw else pd.Series(np.nan, index)
    parts["wallet"] = share.where(share <= 1) / kaism.wallet_best
    by = pd.DataFrame(columns=["suppliers", "supplier_rank"]) if strength is None else strength.set_index("customer_id")
    parts["supplier"] = ((by["suppliers"] - by["supplier_rank"]) / (by["suppliers"] - 1)).reindex(index).astype(float)
    parts = 10 * parts.astype(float).clip(0, 1)
    parts["tenure_high"] = parts["tenure"].mask(older_than_the_records(raw), 10.0)
    highest = parts[list(PARTS)].assign(tenure=parts["tenure_high"])
    used = max(1, int(highest.notna().any().sum()))
    known = highest.notna().sum(axis=1)
    stated = parts[["wallet", "supplier"]].notna().any(axis=1)
    low, high = (part.sum(axis=1).where(stated) for part in (parts[list(PARTS)], highest))
    middle = (low + high) / 2 / known
    table = pd.DataFrame({"importance": middle, "low": low / used, "high": (high + 10 * (used - known)) / used})
    return table.assign(known=known / used).join(parts).reset_index()


def older_than_the_records(facts: pd.DataFrame) -> pd.Series:
    """Flags of clients whose tenure on record is a lower bound: ordered in the first year of the records, with no earlier contact known."""
    seen = facts["tenure_days"]
    relation = facts.get("relation_days", seen)
    early: pd.Series = (seen >= seen.max() - _FIRST_YEAR) & (relation <= seen)
    return early


def part_range(importance: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lowest and highest value (0-1) of each part in use, for `kamlib.scoring.doubt.smaa.acceptability`: an unknown part may be anything.

    `importance` from the function of that name; only accounts whose importance is known, index customer_id, a column per part.
    """
    known = importance[importance["importance"].notna()].set_index("customer_id")
    low = known[list(PARTS)].loc[:, importance[list(PARTS)].notna().any()] / 10
    high = low.assign(tenure=known["tenure_high"] / 10) if "tenure" in low else low
    return low.fillna(0.0), high.fillna(1.0)


def too_small_wallets(facts: pd.DataFrame) -> pd.DataFrame:
    """The clients whose wallet is smaller than what they bought of us in 12 months, the farthest first: customer_id, wallet_share.

    `facts` of `kamlib.facts.customers.with_accounts`.
    """
    found = facts.loc[facts["wallet_share"] > 1, ["customer_id", "wallet_share"]]
    return found.sort_values(["wallet_share", "customer_id"], ascending=[False, True], ignore_index=True, key=places)


def kaism_matrix(
    attractiveness: pd.DataFrame,
    horizontal: pd.DataFrame,
    kaism: Kaism,
    *,
    before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The place of each client in the matrix, its policy, how sure the cell is, and its move since last quarter.

    Parameters
    ----------
    attractiveness : customer_id, attractiveness (0-10), and p_attractive (probability of reaching the cut) or none.
    horizontal : customer_id and, for the reading 'importance', importance, low, high; for 'strength', strength; p_strong (probability
        of reaching the cut) or none.
    before : this function's result of the earlier date, or None.

    Returns
    -------
    DataFrame
        customer_id, attractiveness, horizontal, horizontal_low, horizontal_high, reading, cell (unknown where an axis is),
        policy, policy_values, in_invest, in_development, in_maintenance, in_opportunistic (probabilities, missing where unknown), p_cell (of its own cell), and
        with `before`: cell_before ('' if it was not there), move_attractiveness, move_horizontal.

    Notes
    -----
    The axes are judged apart, and a cell's probability is their product. Where p_strong is not given, it is 1 or 0 where the interval lies on one
    side of the cut, else the part of it that lies at the cut or beyond; a strength is taken as the client stated it.
    """
    strong = kaism.reading == "strength"
    cut = PARITY if strong else kaism.cut
    names = {"strength" if strong else "importance": "horizontal", "low": "horizontal_low", "high": "horizontal_high"}
    right = horizontal.rename(columns=names)
    if strong:
        right = right.assign(horizontal_low=right["horizontal"], horizontal_high=right["horizontal"])
    one_row_each(right)
    one_row_each(attractiveness)
    left = attractiveness[["customer_id", "attractiveness"]].assign(reading=kaism.reading)
    if "p_strong" not in right:
        right = right.assign(p_strong=np.nan)
    table = left.merge(right[["customer_id", *names.values(), "p_strong"]], on="customer_id", how="left")
    up = (table["attractiveness"].round(9) >= kaism.cut).to_numpy()
    out = (table["horizontal"].round(9) >= cut).to_numpy()
    known = table[["attractiveness", "horizontal"]].notna().all(axis=1).to_numpy()
    table["cell"] = np.select([~known, up & out, up, out], ["unknown", *CELLS[:3]], CELLS[3])
    table = table.assign(policy=table["cell"].map(POLICY), policy_values="{}")
    p_up = attractiveness.get("p_attractive", pd.Series(up, dtype=float)).to_numpy(dtype=float)
    width = (table["horizontal_high"] - table["horizontal_low"]).to_numpy()
    reach = (table["horizontal_high"] - cut).to_numpy() / np.where(width > 0, width, np.nan)
    p_out = (
        table.pop("p_strong")
        .fillna(pd.Series(np.where(width > 0, reach.clip(0, 1), out), table.index))
        .to_numpy(dtype=float)
    )
    chances = (p_up * p_out, p_up * (1 - p_out), (1 - p_up) * p_out, (1 - p_up) * (1 - p_out))
    for cell, chance in zip(CELLS, chances, strict=True):
        table[f"in_{cell}"] = np.where(known, chance, np.nan)
        table.loc[table["cell"] == cell, "p_cell"] = table[f"in_{cell}"]
    if before is None:
        return table
    old = before.set_index("customer_id").reindex(table["customer_id"])
    for axis in ("attractiveness", "horizontal"):
        table[f"move_{axis}"] = table[axis].to_numpy() - old[axis].to_numpy(dtype=float)
    return table.assign(cell_before=old["cell"].fillna("").to_numpy())
