"""On whom the firm depends, and what it would cost if they left (part 2 A, B and F)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.oracles.books import Books
from bench.oracles.customers import two_events


def _serving(books: Books) -> pd.DataFrame:
    """Margin, cost of touches and of hours of each group in the last year (0 where it has none)."""
    touches = books.touches[books.touches["date"] > books.end - pd.DateOffset(years=1)]
    by = touches.groupby("group")[["cost", "hours"]].sum()
    margin = books.year().groupby("group")["margin"].sum()
    return by.assign(hours=by["hours"] * books.money["hour"]).join(margin, how="outer").fillna(0.0)


def dependence(books: Books) -> dict[str, float]:
    """Concentration of revenue, the whale curve of contribution, and lines of trade bought often enough to watch."""
    sold = books.year().groupby("group")["amount"].sum().clip(lower=0).sort_values(ascending=False)
    share = sold / sold.sum()
    served = _serving(books)
    gain = (served["margin"] - served["cost"] - served["hours"]).sort_values(ascending=False)
    curve = (gain.cumsum() / gain.sum()).to_numpy()
    year = books.year()
    bought = year[year["amount"] > 0]
    idle = ~served.index.isin(bought["group"])
    pairs = bought.drop_duplicates(["group", "category", "date"]).groupby(["group", "category"]).size()
    ranks = np.arange(1, len(sold) + 1)
    return {
        "HHI": (share**2).sum(),
        "N": 1 / (share**2).sum(),
        "Gini": float(1 + 1 / len(share) - 2 * (share.to_numpy() * ranks).sum() / len(share)),
        **{f"share of top {n}, %": 100 * share.head(n).sum() for n in (1, 3, 5, 10)},
        "whale: peak, %": 100 * curve.max(),
        "whale: at customer": int(curve.argmax()) + 1,
        "whale: customers": len(gain),
        "whale: customers below zero": int((gain < 0).sum()),
        "whale: they eat": -gain[gain < 0].sum(),
        "served without an order": int(idle.sum()),
        "... cost": (served["cost"] + served["hours"])[idle].sum(),
        "pairs customer x category": len(pairs),
        "... 12 order days or more, %": 100 * (pairs >= 12).mean(),
    }


def if_they_left(books: Books) -> dict[str, float]:
    """Result of a month and months until the cash ends without the largest by margin; hours inside fixed costs, or besides."""
    served, money = _serving(books), books.money
    month = served.sum() / 12
    inside = month["margin"] - month["cost"] - money["fixed_costs"]
    largest = served["margin"].sort_values(ascending=False)
    found = {
        "margin a month": month["margin"],
        "touches a month": month["cost"],
        "hours a month": month["hours"],
        "result, hours inside fixed costs": inside,
        "result, hours besides": inside - month["hours"],
    }
    for words, result in (("inside", inside), ("besides", inside - month["hours"])):
        for n in (1, 3, 5):
            after = result - largest.head(n).sum() / 12
            found[f"months of cash without top {n}, hours {words}"] = (
                money["opening_cash"] / -after if after < 0 else np.inf
            )
    first = books.days.groupby("group")["date"].min()
    edges = [books.end - pd.DateOffset(years=n) for n in (2, 1)]
    joined = first[(first > edges[0]) & (first <= edges[1])]

    def first_year(table: pd.DataFrame) -> pd.DataFrame:
        age = (table["date"] - table["group"].map(joined)).dt.days
        return table[age.between(0, 364)]

    cost = first_year(books.touches)
    gain = first_year(books.lines)["margin"].sum() - cost["cost"].sum() - money["hour"] * cost["hours"].sum()
    return found | {"joined in the base year": len(joined), "... contribution of their first year": gain / len(joined)}


def year_of_losses(books: Books) -> dict[str, float]:
    """What a year of losses costs by the planted chances of who is at risk, customers independent, the year's money known.

    p of 12 months is 1 - (1 - p of 180 days)^(365 / 180); a loss is the contribution of the rest of the year, its time uniform: mean Σ c p / 2,
    variance Σ c² (p / 3 - p² / 4). VaR 95 by 20,000 draws, with all who have a tenth of the revenue at one chance of 12 months; beside it
    with the whole year lost at once.
    """
    people = two_events(books, books.end)
    people = people[people["at_risk"]].join(books.truth["p_stopped_seen"].astype(float), how="inner")
    served = _serving(books)
    cost = (served["margin"] - served["cost"] - served["hours"]).reindex(people.index).fillna(0.0)
    p = 1 - (1 - people["p_stopped_seen"]) ** (365 / 180)
    sold = books.year().groupby("group")["amount"].sum().clip(lower=0)
    large = (sold / sold.sum()).reindex(people.index).fillna(0.0) >= 0.1
    found = {
        "at risk": len(people),
        "mean": (cost * p / 2).sum(),
        "standard deviation": np.sqrt((cost**2 * (p / 3 - p**2 / 4)).sum()),
        "customers of a tenth or more": int(large.sum()),
    }
    for chance in (0.01, 0.06):
        rng = np.random.default_rng(2026)
        rest, whole = np.zeros(20_000), np.zeros(20_000)
        for money, one in zip(cost, p.mask(large, chance), strict=True):
            stops = rng.random(20_000) < one
            rest += money * stops * rng.random(20_000)
            whole += money * stops
        for words, lost in (("", rest), (", whole year", whole)):
            found[f"VaR 95 less mean, the largest at {chance:.0%}{words}"] = np.quantile(lost, 0.95) - lost.mean()
    return found
