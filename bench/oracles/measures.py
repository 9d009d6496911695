"""Whether the base is getting better (part 3, 1 to 3): bridge of revenue, revenue kept, rates; and what the last offers did (part 4)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.oracles.books import Books
from bench.oracles.customers import ended_on


def bridge(books: Books) -> dict[str, float]:
    """From the revenue of the year before to that of the last, by customer, disjoint; numbers of customers beside."""
    first = books.days.groupby("group")["date"].min()
    before, now = (books.year(back).groupby("group")["amount"].sum() for back in (1, 0))
    both = pd.DataFrame({"before": before, "now": now})
    there, here = both["before"].notna(), both["now"].notna()
    both = both.fillna(0.0).assign(change=lambda t: t["now"] - t["before"])
    begun = first.reindex(both.index)
    edges = [books.end - pd.DateOffset(years=n) for n in (2, 1)]
    joined = there & (begun > edges[0])
    old = there & ~joined
    steps = {
        "new": ~there & (begun > edges[1]),
        "returned": ~there & ~(begun > edges[1]),
        "joined in the base year": joined,
        "grown": old & here & (both["change"] > 0),
        "shrunk": old & here & (both["change"] <= 0),
        "lost": old & ~here,
    }
    found = {"R0": both["before"].sum()}
    for name, part in steps.items():
        found |= {name: both.loc[part, "change"].sum(), f"{name}: customers": int(part.sum())}
    total = both["now"].sum()
    return found | {"R1": total, "new, % of R1": 100 * found["new"] / total}


def by_article(books: Books) -> dict[str, float]:
    """The same change by customer and article: price, volume, begun, ended (units above zero in both years, or not)."""
    sums = [books.year(back).groupby(["group", "product"])[["amount", "quantity"]].sum() for back in (1, 0)]
    pair = sums[0].join(sums[1], how="outer", lsuffix="_0", rsuffix="_1").fillna(0.0)
    both = (pair["quantity_0"] > 0) & (pair["quantity_1"] > 0)
    kept, other = pair[both], pair[~both]
    price_0 = kept["amount_0"] / kept["quantity_0"]
    return {
        "price": (kept["amount_1"] - price_0 * kept["quantity_1"]).sum(),
        "volume": ((kept["quantity_1"] - kept["quantity_0"]) * price_0).sum(),
        "begun": other["amount_1"].sum(),
        "ended": -other["amount_0"].sum(),
    }


def retention(books: Books) -> dict[str, float]:
    """Revenue of the frozen cohort a year later against its base year, in %."""
    before, now = (books.year(back).groupby("group")["amount"].sum() for back in (1, 0))
    later = now.reindex(before.index).fillna(0.0)
    joined = books.days.groupby("group")["date"].min().reindex(before.index) > books.end - pd.DateOffset(years=2)
    large = before.index.isin(now.index[now / now.clip(lower=0).sum() >= 0.1])

    def kept(rows: pd.Series | np.ndarray) -> float:
        return float(100 * later[rows].sum() / before[rows].sum())

    draws = np.random.default_rng(0).integers(0, len(before), (2000, len(before)))
    drawn = 100 * later.to_numpy()[draws].sum(axis=1) / before.to_numpy()[draws].sum(axis=1)
    return {
        "NRR, %": kept(before.notna()),
        "NRR, low, %": float(np.quantile(drawn, 0.025)),
        "NRR, high, %": float(np.quantile(drawn, 0.975)),
        "GRR, %": float(100 * np.minimum(later, before).sum() / before.sum()),
        "NRR without who joined in the base year, %": kept(~joined),
        "NRR without groups of 10 % or more, %": kept(~large),
    }


def rates(books: Books) -> dict[str, float]:
    """Deliveries on time, bids won, and NPS of the last year, with their denominators."""
    since = books.end - pd.DateOffset(years=1)
    sent = books.touches[(books.touches["kind"] == "delivery") & (books.touches["date"] > since)]
    bids = books.proposals[(books.proposals["outcome"] != "open") & (books.proposals["decided"] > since)]
    won = bids["outcome"] == "won"
    asked = books.surveys[(books.surveys["kind"] == "nps") & (books.surveys["date"] > since)]
    points = 100.0 * (asked["answer"] >= 9) - 100.0 * (asked["answer"] <= 6)
    each = points.groupby(asked["group"]).mean()
    spread = 1.96 * each.std() / np.sqrt(len(each))
    return {
        "deliveries": len(sent),
        "... on time, %": 100 * (sent["date"] <= sent["promised"]).mean(),
        "bids decided": len(bids),
        "... won, by number, %": 100 * won.mean(),
        "... won, by value, %": 100 * bids.loc[won, "value"].sum() / bids["value"].sum(),
        "... single supplier": int((bids["single_supplier"] == "true").sum()),
        "NPS: customers": len(each),
        "NPS": each.mean(),
        "NPS, low": each.mean() - spread,
        "NPS, high": each.mean() + spread,
    }


def offers(books: Books) -> dict[str, float]:
    """The last round of offers that is over: returns within 180 days by arm, their odds ratio (Woolf), and what a prior makes of it.

    Prior of the log odds ratio: N(0, 0.5²). Who had closed or ended its contract, or ordered in the 180 days before, is in no arm.
    """
    rows = books.actions[books.actions["action"].str.startswith("win back: ")]
    span = pd.Timedelta(days=180)
    rows = rows[rows["due"] == rows.loc[rows["due"] + span <= books.end, "due"].max()].drop_duplicates("group")
    day = rows["due"].iloc[0]
    lately = books.days.loc[books.days["date"].gt(day - span) & books.days["date"].le(day), "group"]
    rows = rows[~rows["group"].isin(lately) & ~(rows["group"].map(ended_on(books)) <= day)]
    later = books.days.loc[books.days["date"].gt(day) & books.days["date"].le(day + span), "group"]
    control = rows["action"].str.endswith("control, no offer")
    back = rows["group"].isin(later)
    cells = [int((arm & came).sum()) for arm in (~control, control) for came in (back, ~back)]
    ratio, spread = np.log(cells[0] * cells[3] / (cells[1] * cells[2])), np.sqrt(sum(1 / n for n in cells))
    weight = 0.25 / (0.25 + spread**2)
    mean, sd = weight * ratio, np.sqrt(weight) * spread

    def interval(middle: float, deviation: float) -> tuple[float, float, float]:
        low, middle, high = (float(np.exp(middle + z * deviation)) for z in (-1.96, 0, 1.96))
        return middle, low, high

    names = ("odds ratio", "odds ratio, low", "odds ratio, high")
    return {
        "offered": cells[0] + cells[1],
        "... back": cells[0],
        "control": cells[2] + cells[3],
        "... of them back": cells[2],
        **dict(zip(names, interval(ratio, spread), strict=True)),
        **dict(zip((f"after the prior: {name}" for name in names), interval(mean, sd), strict=True)),
    }
