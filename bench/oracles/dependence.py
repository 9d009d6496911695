"""On whom the firm depends, and what it would cost if they left (part 2 A, B and F)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.oracles.books import Books


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
