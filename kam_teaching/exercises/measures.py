"""Exercise 7: are we getting better, and who of us is?"""

from __future__ import annotations

import pandas as pd

from kam_teaching.exercises.books import YEAR_AGO, read
from kam_teaching.exercises.task import Task, Trap

YEAR = pd.DateOffset(years=1)
LEVEL = 0.05


def tasks() -> dict[str, Task]:
    """nrr: revenue of last year's customers over what it was; proven: managers off the mean beyond chance; gained: by the calls;
    risen: the quiet of a summer against the one before.
    """
    orders = read("orders")
    by_year = [
        orders[orders["date"].between(end - YEAR, end, inclusive="right")].groupby("customer")["amount"].sum()
        for end in (YEAR_AGO, YEAR_AGO + YEAR)
    ]
    base = by_year[0][by_year[0] > 0]
    now = by_year[1].reindex(base.index)
    p = chances(orders)
    now_back, then_back = (came_back(orders, pd.Timestamp(day)) for day in ("2025-12-31", "2024-12-31"))
    quiet = {day: quiet_after(orders, pd.Timestamp(day)) for day in ("2024-06-30", "2025-03-31", "2025-06-30")}
    return {
        "nrr": Task(
            float(now.sum() / base.sum()),
            "Below 1: what our customers of last year buy has shrunk, and new ones have to fill it.",
            "Σ revenue now ÷ Σ revenue of the year before, both of the customers with revenue above zero in the year before; who left counts with nothing.",
            (
                Trap(
                    "the mean of ratios",
                    float((now.fillna(0) / base).mean()),
                    "You averaged a ratio for each customer. One who bought for 20 and now for 2,000 weighs as much as the largest, and lifts the mean. Divide the sums: every euro counts once.",
                ),
                Trap(
                    "new customers inside",
                    float(by_year[1].sum() / base.sum()),
                    "Those who joined this year are in the numerator, but were in no base. That is growth; retention asks what became of those we had.",
                ),
                Trap(
                    "who left is left out",
                    float((now / base).dropna().mul(base).sum() / base[now.notna()].sum()),
                    "Customers without an order this year fell out of the sum of last year, too. Among the survivors everyone survives: keep them, with nothing.",
                ),
            ),
        ),
        "proven": Task(
            frozenset(p.index[p < LEVEL / len(p)]),
            f"One of {len(p)} is off by more than luck explains. Before you talk to him: which customers did he take over?",
            f"Divide 0.05 by the number of managers ({len(p)}): only below that is one of them more than chance.",
            (
                Trap(
                    "many comparisons",
                    frozenset(p.index[p < LEVEL]),
                    f"You asked {len(p)} times and took all below 0.05. Even if all managers were equal, one of {len(p)} would come out that low in "
                    f"{1 - (1 - LEVEL) ** len(p):.0%} of all years. Ask for 0.05 ÷ {len(p)} (Bonferroni).",
                ),
            ),
        ),
        "gained": Task(
            now_back - then_back,
            "That is what this spring has over the last one, when nobody called. The rest came back by itself, as it always does.",
            "The share of the autumn's revenue in the spring, less the same figure one year earlier, for those who fell below half in between.",
            (
                Trap(
                    "return to the mean",
                    _rise(orders),
                    "You compared their spring with the winter by which you had picked them. Whoever is picked for a bad quarter does better in the next, called or not: some of it was "
                    "chance and season. Hold them against others picked by the same rule, a year before.",
                ),
                Trap(
                    "no comparison",
                    now_back,
                    "This is how much came back, but not because of the calls. Take off what came back a year before without any.",
                ),
            ),
        ),
        "risen": Task(
            quiet["2025-06-30"] - quiet["2024-06-30"],
            "No more are quiet than in the summer before: it is August, and no alarm.",
            "Share without an order in the 60 days after 30 June 2025, less the same share one year earlier.",
            (
                Trap(
                    "one landmark's season",
                    quiet["2025-06-30"] - quiet["2025-03-31"],
                    "You held the summer against the spring. A landmark has a season: after 30 June come the holidays, after 31 March come none. What one season's "
                    "landmark gives is no yardstick for another's; compare with the same day a year before.",
                ),
                Trap(
                    "a level for a change",
                    quiet["2025-06-30"],
                    "So many were quiet. Whether that is more than it should be only another summer tells: take off its share.",
                ),
            ),
        ),
    }


def quiet_after(orders: pd.DataFrame, day: pd.Timestamp) -> float:
    """Share without an order in the 60 days after a day, of the customers whose last order up to it is at most 365 days old."""
    sales = orders[orders["amount"] > 0]
    last = sales[sales["date"] <= day].groupby("customer")["date"].max()
    ours = last.index[last >= day - pd.Timedelta(days=365)]
    bought = sales.loc[sales["date"].between(day, day + pd.Timedelta(days=60), inclusive="right"), "customer"]
    return float((~ours.isin(bought)).mean())


def chances(orders: pd.DataFrame) -> pd.Series:
    """By manager: how likely so few or so many kept customers are, if all managers were equal (two-sided, exact)."""
    from scipy.stats import binomtest

    sales = orders[orders["amount"] > 0]
    had = sales[sales["date"].between(YEAR_AGO - YEAR, YEAR_AGO, inclusive="right")].sort_values("date")
    manager = had.groupby("customer")["manager"].last()
    kept = manager.index.isin(sales.loc[sales["date"] > YEAR_AGO, "customer"])
    by = pd.Series(kept, manager.index).groupby(manager).agg(["sum", "count"])
    return pd.Series({name: binomtest(int(k), int(n), kept.mean()).pvalue for name, k, n in by.itertuples()})


def quarters(orders: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Revenue by customer in the three quarters around a day: autumn (before it), winter, spring; of who bought in autumn."""
    ends = [day - pd.DateOffset(months=3), day, day + pd.DateOffset(months=3), day + pd.DateOffset(months=6)]
    sales = orders[orders["amount"] > 0]
    season = pd.cut(
        sales["date"], [end + pd.offsets.MonthEnd(0) for end in ends], labels=["autumn", "winter", "spring"]
    )
    table = sales.pivot_table(index="customer", columns=season, values="amount", aggfunc="sum", observed=False).fillna(
        0
    )
    return table[table["autumn"] > 0]


def came_back(orders: pd.DataFrame, day: pd.Timestamp) -> float:
    """Spring's share of autumn's revenue, of those whose winter fell below half of their autumn."""
    table = quarters(orders, day)
    fell = table[table["winter"] < 0.5 * table["autumn"]]
    return float(fell["spring"].sum() / fell["autumn"].sum())


def _rise(orders: pd.DataFrame) -> float:
    table = quarters(orders, pd.Timestamp("2025-12-31"))
    fell = table[table["winter"] < 0.5 * table["autumn"]]
    return float((fell["spring"].sum() - fell["winter"].sum()) / fell["autumn"].sum())
