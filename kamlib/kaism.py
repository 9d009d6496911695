"""KAISM: how important the client is for us, against how important we are for the client; and the categories of clients.

Vertical: attractiveness, 10 x the weighted utility of the score. Horizontal, one reading a picture: *importance* to the client
(share of wallet, breadth, tenure, rank as supplier; 0-10, even weights) or *strength* (our mark by the client over the best rival's; 1 = parity).
The matrix stands on fixed cuts, never on medians: with these someone would always be "key". Source: Cheverton, Key Account
Management (the key account identification and selection matrix).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.errors import InputError

if TYPE_CHECKING:
    from kamlib.study import Kaism

POLICY = {
    "key": "invest",
    "development": "invest selectively",
    "maintenance": "hold",
    "opportunistic": "manage for cash",
    "unknown": "ask the client",
}
CELLS = ("key", "development", "maintenance", "opportunistic")
PARITY = 1.0
THREE_P = ("need", "solvency", "authority")
MARKED = {"reputation": "image", "influence": "image", "innovation": "innovator", "expertise": "expert"}
"""Criteria of our ratings whose high mark puts an account into a category."""


def lanes(facts: pd.DataFrame, states: pd.DataFrame, accounts: pd.DataFrame | None = None) -> pd.DataFrame:
    """Who is scored: 'client' (bought, not lost), 'lost', or 'prospect' (never bought): account_id and lane, each once."""
    state = facts["account_id"].map(states.set_index("account_id")["state"])
    lane = np.select([facts["order_days"].fillna(0) == 0, state == "lost"], ["prospect", "lost"], "client")
    table = pd.DataFrame({"account_id": facts["account_id"], "lane": lane})
    everyone = table["account_id"] if accounts is None else accounts["account_id"]
    others = pd.DataFrame({"account_id": everyone[~everyone.isin(table["account_id"])].unique(), "lane": "prospect"})
    return pd.concat([table, others], ignore_index=True)


def units(accounts: pd.DataFrame) -> pd.DataFrame:
    """The own row of each unit of the clean `accounts`, with the wallet of its whole group.

    It is the sum of the members' wallets or, where only the unit's own row has one, that one; if some members' are unknown, it is.
    """
    own = accounts["account_id"] == accounts.get("member_id", accounts["account_id"])
    if "wallet" not in accounts:
        return accounts[own].reset_index(drop=True)
    size = pd.to_numeric(accounts["wallet"]).astype(float)
    by = size.groupby(accounts["account_id"])
    alone = size[own].groupby(accounts["account_id"]).count().eq(1) & by.count().eq(1)
    total = by.sum().where(by.count().eq(by.size()) | alone)
    return accounts.assign(wallet=accounts["account_id"].map(total))[own].reset_index(drop=True)


def with_accounts(facts: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """`facts` with what `units` knows: wallet, wallet_share (12-month revenue / wallet), potential (the rest, not below 0), and
    relation_days (since the first contact, or the first order where that is earlier; contacts after as_of don't count)."""
    by = accounts.set_index("account_id").reindex(facts["account_id"])
    size = pd.Series(by["wallet"].to_numpy(dtype=float) if "wallet" in by else np.nan, facts.index).where(
        lambda x: x > 0
    )
    since = pd.Series(by["since"].to_numpy() if "since" in by else pd.NaT, facts.index)
    since = pd.to_datetime(since).where(lambda day: day <= facts["as_of"])
    known_for = (facts["as_of"] - since).dt.days
    return facts.assign(
        wallet=size,
        wallet_share=facts["revenue_12m"] / size,
        potential=(size - facts["revenue_12m"]).clip(lower=0),
        relation_days=known_for.where(known_for > facts["tenure_days"], facts["tenure_days"].fillna(known_for)),
    )


def relative_strength(client_view: pd.DataFrame, weights: pd.Series | None = None) -> pd.DataFrame:
    """How we stand with each client against the rival it rates best, on the criteria it rated both on.

    Parameters
    ----------
    client_view : latest ratings by clients: account_id, criterion, rival ('' = us), score (points 1-10).
    weights : the client's weights by criterion; None: even.

    Returns
    -------
    DataFrame
        account_id, ours, best_rival (points), rival, strength (ours / best_rival), supplier_rank (1 = nobody better; ties
        share it), suppliers (we and the rivals rated). Accounts that rated us and no rival, or only rivals, are not in it.
    """
    marks = client_view.groupby(["account_id", "rival", "criterion"], as_index=False)["score"].mean()
    us = marks[marks["rival"] == ""].drop(columns="rival")
    pair = marks[marks["rival"] != ""].merge(us, on=["account_id", "criterion"], suffixes=("_rival", "_us"))
    weight = 1.0 if weights is None else pair["criterion"].map(weights).fillna(0.0)
    pair = pair.assign(weight=weight, ours=pair["score_us"] * weight, theirs=pair["score_rival"] * weight)
    each = pair.groupby(["account_id", "rival"], as_index=False)[["weight", "ours", "theirs"]].sum()
    each = each[(each["weight"] > 0) & (each["theirs"] > 0)]
    each["strength"] = each["ours"] / each["theirs"]
    worst = each.sort_values(["account_id", "strength", "rival"]).drop_duplicates("account_id").set_index("account_id")
    ahead = (each["strength"].round(9) < PARITY).groupby(each["account_id"]).sum()
    table = pd.DataFrame(
        {
            "ours": worst["ours"] / worst["weight"],
            "best_rival": worst["theirs"] / worst["weight"],
            "rival": worst["rival"],
            "strength": worst["strength"],
            "supplier_rank": 1 + ahead,
            "suppliers": 1 + each.groupby("account_id").size(),
        }
    )
    return table.rename_axis("account_id").reset_index()


def importance(facts: pd.DataFrame, kaism: Kaism, *, strength: pd.DataFrame | None = None) -> pd.DataFrame:
    """How important we are for each client, 0-10: the mean of its known parts, with the interval of the unknown ones.

    Parts, each 0-10 and clipped: wallet (10 at a share of `kaism.wallet_best`), breadth (categories bought in 12 months),
    tenure (years of relation), supplier (10 as the client's first of its suppliers, 0 as the last). A part that is
    known for no account is not in use.

    Parameters
    ----------
    facts : one row per account: account_id, categories_12m, tenure_days; relation_days and wallet_share of `with_accounts`, if any.
    strength : result of `relative_strength`.

    Returns
    -------
    DataFrame
        account_id, importance, low, high (0-10; missing where no part is known), known (share of the parts in use), and the parts.
    """
    index = pd.Index(facts["account_id"], name="account_id")
    raw = facts.set_index(index)
    parts = pd.DataFrame({"breadth": raw["categories_12m"] / kaism.breadth_best}, index=index)
    if not (raw["categories_12m"] > 0).any():
        parts["breadth"] = np.nan
    parts["tenure"] = raw["relation_days" if "relation_days" in raw else "tenure_days"] / 365.25 / kaism.tenure_best
    parts["wallet"] = raw["wallet_share"] / kaism.wallet_best if "wallet_share" in raw else np.nan
    by = pd.DataFrame(columns=["suppliers", "supplier_rank"]) if strength is None else strength.set_index("account_id")
    parts["supplier"] = ((by["suppliers"] - by["supplier_rank"]) / (by["suppliers"] - 1)).reindex(index).astype(float)
    parts = 10 * parts.astype(float).clip(0, 1)
    used = max(1, int(parts.notna().any().sum()))
    known = parts.notna().sum(axis=1)
    total = parts.sum(axis=1).where(known > 0)
    table = pd.DataFrame(
        {"importance": total / known, "low": total / used, "high": (total + 10 * (used - known)) / used}
    )
    return table.assign(known=known / used).join(parts).reset_index()


def matrix(
    attractiveness: pd.DataFrame,
    horizontal: pd.DataFrame,
    kaism: Kaism,
    *,
    before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The place of each client in the matrix, its policy, how sure the cell is, and its move since last quarter.

    Parameters
    ----------
    attractiveness : account_id, attractiveness (0-10), and p_attractive (probability of reaching the cut) or none.
    horizontal : account_id and, for the reading 'importance', importance, low, high; for 'strength', strength.
    before : this function's result of the earlier date, or None.

    Returns
    -------
    DataFrame
        account_id, attractiveness, horizontal, horizontal_low, horizontal_high, reading, cell (unknown where an axis is),
        policy, in_key, in_development, in_maintenance, in_opportunistic (probabilities, missing where unknown), p_cell (of its own cell), and
        with `before`: cell_before ('' if it was not there), move_attractiveness, move_horizontal.

    Notes
    -----
    The axes are judged apart, and a cell's probability is their product. On the horizontal the chance of reaching the cut is the part of the
    interval that lies at it or beyond; a strength is taken as the client stated it.
    """
    strong = kaism.reading == "strength"
    cut = PARITY if strong else kaism.cut
    names = {"strength" if strong else "importance": "horizontal", "low": "horizontal_low", "high": "horizontal_high"}
    right = horizontal.rename(columns=names)
    if strong:
        right = right.assign(horizontal_low=right["horizontal"], horizontal_high=right["horizontal"])
    if right["account_id"].duplicated().any() or attractiveness["account_id"].duplicated().any():
        raise InputError("an account stands twice in an axis of the matrix")
    left = attractiveness[["account_id", "attractiveness"]].assign(reading=kaism.reading)
    table = left.merge(right[["account_id", *names.values()]], on="account_id", how="left")
    up = (table["attractiveness"].round(9) >= kaism.cut).to_numpy()
    out = (table["horizontal"].round(9) >= cut).to_numpy()
    known = table[["attractiveness", "horizontal"]].notna().all(axis=1).to_numpy()
    table["cell"] = np.select([~known, up & out, up, out], ["unknown", *CELLS[:3]], CELLS[3])
    table["policy"] = table["cell"].map(POLICY)
    p_up = attractiveness.get("p_attractive", pd.Series(up, dtype=float)).to_numpy(dtype=float)
    width = (table["horizontal_high"] - table["horizontal_low"]).to_numpy()
    reach = (table["horizontal_high"] - cut).to_numpy() / np.where(width > 0, width, np.nan)
    p_out = np.where(width > 0, reach.clip(0, 1), out)
    chances = (p_up * p_out, p_up * (1 - p_out), (1 - p_up) * p_out, (1 - p_up) * (1 - p_out))
    for cell, chance in zip(CELLS, chances, strict=True):
        table[f"in_{cell}"] = np.where(known, chance, np.nan)
        table.loc[table["cell"] == cell, "p_cell"] = table[f"in_{cell}"]
    if before is None:
        return table
    old = before.set_index("account_id").reindex(table["account_id"])
    for axis in ("attractiveness", "horizontal"):
        table[f"move_{axis}"] = table[axis].to_numpy() - old[axis].to_numpy(dtype=float)
    return table.assign(cell_before=old["cell"].fillna("").to_numpy())


def comparable(earlier: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """`earlier` criterion values, with those of `now` where either is missing: what was not known at both dates did not move.

    Only accounts of both tables; index account_id, a column per criterion.
    """
    both = now.index.intersection(earlier.index)
    then, today = earlier.loc[both], now.loc[both]
    return then.where(then.notna() & today.notna(), today)


def corridor(revenue: pd.Series, key: pd.Series, *, low: float = 0.30, high: float = 0.55) -> dict[str, float | str]:
    """The share of sales that key clients give together, against the corridor that practice holds healthy.

    Parameters
    ----------
    revenue : 12-month revenue by account_id, of the whole base; the shares are of its positive values.
    key : flags by account_id; accounts not in it are not key.

    Returns
    -------
    dict
        share, low, high, total (of the positive values) and verdict: 'below', 'within' or 'above'. No positive revenue is an
        InputError.
    """
    bought = revenue[revenue > 0]
    if bought.empty:
        raise InputError("no account has revenue in the last 12 months", remedy="Check as_of.")
    share = float(bought[key.reindex(bought.index, fill_value=False)].sum() / bought.sum())
    verdict = "below" if share < low else "above" if share > high else "within"
    return {"share": share, "low": low, "high": high, "total": float(bought.sum()), "verdict": verdict}


def three_p(ratings: pd.DataFrame, accounts: pd.Series, *, passes: float = 5) -> pd.DataFrame:
    """The gate for prospects: the lowest of need, solvency and authority decides, never their mean.

    Parameters
    ----------
    ratings : latest ratings by us: account_id, criterion, rival, score (points 1-10).
    accounts, passes : account ids to judge; points that the weakest must reach.

    Returns
    -------
    DataFrame
        account_id, need, solvency, authority (points, missing where not rated), gate (the lowest; missing unless all are known), weakest
        (name), verdict: 'open', 'closed' (one known P is too low already) or 'ask' (what is known passes, something is missing).
    """
    ours = ratings[(ratings["rival"] == "") & ratings["criterion"].isin(THREE_P)]
    marks = ours.groupby(["account_id", "criterion"])["score"].mean().unstack()
    marks = marks.reindex(index=pd.Index(accounts, name="account_id"), columns=list(THREE_P)).astype(float)
    weakest = marks.fillna(np.inf).idxmin(axis=1).where(marks.notna().any(axis=1), "")
    lowest, whole = marks.min(axis=1), marks.notna().all(axis=1)
    verdict = np.select([(lowest < passes).to_numpy(), whole.to_numpy()], ["closed", "open"], "ask")
    table = marks.assign(gate=lowest.where(whole), weakest=weakest, verdict=verdict)
    return table.rename_axis(columns=None).reset_index()


def categories(
    facts: pd.DataFrame, *, ratings: pd.DataFrame | None = None, breadwinner: float = 0.10, mark: float = 8
) -> pd.DataFrame:
    """What kind of client each is to us; one may be several, and the evidence says which number put it there.

    breadwinner: at least `breadwinner` of the base's positive 12-month margin (revenue where no margin is known);
    image, innovator, expert: a mean mark of at least `mark` for a criterion in `MARKED`.

    Parameters
    ----------
    facts, ratings : of the whole base, account_id, margin_12m, revenue_12m; latest ratings by us as in `three_p`, or None.

    Returns
    -------
    DataFrame
        account_id, category, measure (what was looked at), value, limit (what it must reach), evidence (in words).
    """
    measure = "margin_12m" if facts["margin_12m"].notna().any() else "revenue_12m"
    positive = facts[measure].clip(lower=0)
    big = facts[["account_id"]].assign(
        category="breadwinner", measure=measure, value=positive / positive.sum(), limit=breadwinner
    )
    big["evidence"] = big["value"].map("{:.1%} of the base's positive ".format) + measure.replace(
        "_12m", " of 12 months"
    )
    found = [big]
    if ratings is not None and len(ratings):
        ours = ratings[(ratings["rival"] == "") & ratings["criterion"].isin(MARKED)]
        high = ours.groupby(["account_id", "criterion"])["score"].mean().rename("value").reset_index()
        high = high.rename(columns={"criterion": "measure"})
        high = high.assign(category=high["measure"].map(MARKED), limit=mark)
        found.append(high.assign(evidence=high["measure"] + high["value"].map(" rated {:.1f} of 10".format)))
    table = pd.concat(found)[list(big.columns)]
    table = table[table["value"].round(9) >= table["limit"]]
    return table.sort_values(["category", "value", "account_id"], ascending=[True, False, True], ignore_index=True)
