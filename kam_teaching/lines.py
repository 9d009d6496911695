"""Order lines of the planted world, in whole cents."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kam_teaching.leaving import leaving_day
from kam_teaching.world import DAYS, START, World, month_of, stream

#: category: (product code, list prices in EUR from, to, margin against the account's own)
CATEGORIES = pd.DataFrame(
    [
        ("bearings", "BE", 4, 60, 1.00),
        ("drives", "DR", 60, 180, 0.85),
        ("seals", "SE", 1.5, 15, 1.25),
        ("tools", "TO", 8, 90, 1.05),
        ("belts", "BL", 5, 45, 1.10),
        ("lubricants", "LU", 6, 40, 1.15),
        ("hydraulics", "HY", 20, 140, 0.90),
        ("fasteners", "FA", 0.8, 9, 1.30),
        ("sensors", "SN", 15, 110, 0.95),
        ("safety", "SA", 3, 35, 1.20),
    ],
    columns=["category", "code", "low", "high", "margin"],
)
PRODUCTS = 12
#: how many groups of a kind take up a category, and as many others give one up
CHANGES = {"partner": 20, "regular": 12}
CHANNELS = ("web", "edi", "phone", "sales")
TOP_SHARES = (0.118, 0.110)  # of the margin of the last twelve months, the two breadwinners
COLUMNS = ["order_id", "account_id", "date", "amount", "margin", "cost", "quantity", "price", "product", "category",
           "currency", "channel", "manager"]  # fmt: skip


def day_text(day: np.ndarray | pd.Series) -> np.ndarray:
    """ISO dates of days from the start."""
    dates = np.datetime64(START.date(), "D") + np.asarray(day).astype("timedelta64[D]")
    return np.datetime_as_string(dates).astype(object)


def money_text(cents: np.ndarray | pd.Series) -> list[str]:
    """Whole cents as text with two decimals."""
    return [f"{'-' if c < 0 else ''}{abs(c) // 100}.{abs(c) % 100:02d}" for c in np.asarray(cents).tolist()]


def order_lines(world: World, accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Every genuine order line and credit note: numbers, no text; amounts in cents.

    Returns
    -------
    DataFrame
        group, account (row of `accounts`), day, order, number, cents, margin, quantity, price, product, category,
        channel, manager; sorted by day.
    """
    rng = stream(seed, 10)
    orders, groups = world.orders, world.groups
    count = 1 + rng.poisson(groups["lines"].to_numpy()[orders["group"]] - 1)
    at = np.repeat(np.arange(len(orders)), count)
    group, day = orders["group"].to_numpy()[at], orders["day"].to_numpy()[at]
    rank = taste(world, seed)
    begun = changes(world, seed, "begun")
    breadth = groups["breadth"].to_numpy()[group] + (day >= begun.reindex(group)["day"].fillna(np.inf).to_numpy())
    place = np.floor(breadth * rng.random(len(at)) ** 1.3).astype(int)
    ended = changes(world, seed, "ended").reindex(group)
    gone = (place == ended["place"].to_numpy()) & (day >= ended["day"].to_numpy())
    bare = pd.Series(gone).groupby(at).transform("all").to_numpy() & ~pd.Series(at).duplicated().to_numpy()
    place[bare] = (place[bare] + 1) % breadth[bare]  # an order is never empty
    at, group, day, place = (each[~gone | bare] for each in (at, group, day, place))
    g = groups.iloc[group]
    category = rank[group, place]
    product = np.floor(PRODUCTS * rng.random(len(at)) ** 1.5).astype(int)
    listed = CATEGORIES.iloc[category]
    price = listed["low"].to_numpy() * (listed["high"] / listed["low"]).to_numpy() ** (product / (PRODUCTS - 1))
    year = 1.03 ** ((day + 181) // 365.25)  # price list rises 3 % each January
    discount = rng.uniform(0.80, 1.0, len(groups))[group]
    price = np.maximum(np.rint(price * year * discount * 100).astype(np.int64), 10)
    level = np.exp(rng.normal(0, 0.3, len(orders)))[at] * np.exp(rng.normal(0, 0.4, len(at)))
    years = (day - np.maximum(np.where(np.isfinite(g["joined"]), g["joined"], 0.0), 0.0)) / 365.25
    target = g["order_value"].to_numpy() / g["lines"].to_numpy() * level * (1 + g["trend"].to_numpy()) ** years * 100
    rate = g["margin_rate"].to_numpy() * listed["margin"].to_numpy() + rng.normal(0, 0.02, len(at))
    target = target * _breadwinner_scale(group, day, target * rate, groups)[group]
    quantity = np.maximum(np.rint(target / price), 1).astype(np.int64)
    cents = quantity * price
    channel_mix = stream(seed, 12).dirichlet([1.2, 0.7, 0.8, 0.6], len(groups)).cumsum(axis=1)
    channel = (rng.random(len(orders))[at][:, None] > channel_mix[group]).sum(axis=1).clip(0, 3)
    account = member(accounts, orders["group"].to_numpy(), stream(seed, 13))[at]
    lines = pd.DataFrame(
        {
            "group": group,
            "account": account,
            "day": day,
            "order": at,
            "credit": False,
            "cents": cents,
            "margin": np.rint(cents * rate).astype(np.int64),
            "quantity": quantity,
            "price": price,
            "product": product,
            "category": category,
            "channel": channel,
            "manager": world.manager[group, month_of(day)],
        }
    )
    return _with_credits(rng, lines)


def taste(world: World, seed: int) -> np.ndarray:
    """Categories of each group, the one that it buys most first; it buys as many of them as its breadth says."""
    taste: np.ndarray = stream(seed, 11).random((len(world.groups), len(CATEGORIES))).argsort(axis=1)
    return taste


def changes(world: World, seed: int, kind: str) -> pd.DataFrame:
    """Groups that take up a category (*begun*) or give one up (*ended*) and stay: by group the place in `taste` and the day."""
    rng = stream(seed, 15)
    groups = world.groups
    stays = np.isinf(leaving_day(groups)) & np.isinf(groups["left"]) & (groups["joined"] < DAYS - 1000)
    stays &= (groups["trait"] == "") & (groups["category"] != "breadwinner") & groups["month_end_chance"].isna()
    narrow = stays & (groups["breadth"] < len(CATEGORIES))
    parts: dict[str, list[tuple[int, int, int]]] = {"begun": [], "ended": []}
    taken: set[int] = set()
    for behaviour, count in CHANGES.items():
        for name, fits, first, last in (("ended", stays, 500, 90), ("begun", narrow, 700, 200)):
            free = rng.permutation(np.flatnonzero(fits & (groups["behaviour"] == behaviour)))
            who = [int(g) for g in free if g not in taken][:count]
            taken.update(who)
            places = rng.integers(0, 3 if behaviour == "partner" else 1, count).tolist()
            days = (DAYS - rng.integers(last, first, count)).tolist()
            if name == "begun":
                places = groups["breadth"].to_numpy()[who].tolist()
            parts[name] += list(zip(who, places, days, strict=False))
    return pd.DataFrame(parts[kind], columns=["group", "place", "day"]).set_index("group")


def changes_told(world: World, ids: np.ndarray, seed: int) -> pd.DataFrame:
    """Groups that took up a category or gave one up while they stayed; `ids` are the heads of the groups."""
    order, parts = taste(world, seed), []
    for kind, column in (("begun", "begun_on"), ("ended", "ended_on")):
        found = changes(world, seed, kind)
        names = CATEGORIES["category"].to_numpy()[order[found.index, found["place"]]]
        days = {"begun_on": "", "ended_on": "", column: day_text(found["day"])}
        parts.append(pd.DataFrame({"group_id": ids[found.index], "category": names, **days}))
    return pd.concat(parts).sort_values("group_id", ignore_index=True)


def member(accounts: pd.DataFrame, group: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A row of `accounts` for each entry of `group`, drawn by the accounts' shares of their group."""
    upper = accounts.groupby("group")["member_share"].cumsum().to_numpy() + accounts["group"].to_numpy()
    return np.searchsorted(upper, np.asarray(group) + rng.random(len(group)) * 0.999999, side="right")


def _breadwinner_scale(group: np.ndarray, day: np.ndarray, margin: np.ndarray, groups: pd.DataFrame) -> np.ndarray:
    """Factor on each group's amounts that gives the breadwinners `TOP_SHARES` of the last year's margin."""
    last_year = np.bincount(group, weights=np.where(day > DAYS - 365, margin, 0.0), minlength=len(groups))
    top = np.flatnonzero(groups["category"] == "breadwinner")[: len(TOP_SHARES)]
    rest = last_year.sum() - last_year[top].sum()
    scale = np.ones(len(groups))
    scale[top] = np.array(TOP_SHARES) * rest / (1 - sum(TOP_SHARES)) / last_year[top]
    return scale


def _with_credits(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    """Add credit notes: about 1.5 % of lines come back, whole or in part, three to thirty days later."""
    back = lines[rng.random(len(lines)) < 0.015].copy()
    part = np.maximum(np.rint(back["quantity"] * rng.choice([1.0, 0.5, 0.2], len(back))), 1).astype(np.int64)
    back["margin"] = -np.rint(back["margin"] * part / back["quantity"]).astype(np.int64)
    back["quantity"] = -part
    back["cents"] = back["quantity"] * back["price"]
    back["day"] += rng.integers(3, 30, len(back))
    back["credit"] = True
    both = pd.concat([lines, back[back["day"] <= DAYS]], ignore_index=True)
    return both.sort_values(["day", "credit", "order"], kind="stable", ignore_index=True)


def as_text(lines: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """The lines as the file shows them: every value as text."""
    number = pd.factorize(pd.Series(lines["order"] * 2 + lines["credit"]))[0] + 1
    prefix = np.where(lines["credit"], "CN-", "S")
    code = CATEGORIES["code"].to_numpy()[lines["category"]]
    table = pd.DataFrame(
        {
            "order_id": [f"{p}{i}" for p, i in zip(prefix, number.tolist(), strict=True)],
            "account_id": accounts["account_id"].to_numpy()[lines["account"]],
            "date": day_text(lines["day"]),
            "amount": money_text(lines["cents"]),
            "margin": money_text(lines["margin"]),
            "cost": money_text(lines["cents"] - lines["margin"]),
            "quantity": lines["quantity"].astype(str),
            "price": money_text(lines["price"]),
            "product": [f"{c}{p + 1:02d}" for c, p in zip(code, lines["product"].tolist(), strict=True)],
            "category": CATEGORIES["category"].to_numpy()[lines["category"]],
            "currency": "EUR",
            "channel": np.array(CHANNELS, dtype=object)[lines["channel"]],
            "manager": [f"M{m + 1:02d}" for m in lines["manager"].tolist()],
        }
    )
    assert list(table.columns) == COLUMNS
    return table
