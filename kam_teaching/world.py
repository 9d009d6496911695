"""The planted world: groups of accounts, their rhythm, their troubles, and the day they leave.

Time is in days from `START`; months are calendar months, month 0 is the first of the study. The simulation begins
`WARM` months earlier, so that signs and rhythms are settled on the first day that the tables show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

START = pd.Timestamp("2023-07-01")
AS_OF = pd.Timestamp("2026-06-30")
DAYS = (AS_OF - START).days
MONTHS = 36
WARM = 13
FROM_START, JOIN, PROSPECTS, MORE_MEMBERS, DUPLICATES = 455, 400, 45, 300, 25
MANAGERS = 12

#: the four planted ways of buying, one column each
BEHAVIOUR = ("partner", "regular", "small", "project")
KINDS = pd.DataFrame(
    {
        "share": [0.22, 0.36, 0.22, 0.20],
        "gap_low": [5.0, 17.0, 50.0, 95.0],  # days between orders
        "gap_high": [6.5, 22.0, 64.0, 120.0],
        "order": [1300.0, 420.0, 70.0, 5500.0],  # median value of an order, EUR
        "lines": [3.9, 2.7, 1.3, 5.0],  # lines of an order
        "breadth_low": [8, 4, 1, 1],  # categories bought
        "breadth_high": [10, 5, 2, 2],
        "shape": [2.4, 2.2, 1.8, 1.5],  # median regularity of the gaps (1: as if by chance)
        "touches": [11.0, 6.0, 4.0, 6.0],  # meetings, calls and visits a year
        "tracked": [0.30, 0.60, 1.0, 1.0],  # share of deliveries whose promise is on record
        "log_rate": [0.3, 0.1, 0.0, -0.3],  # segment's part of the log rate of leaving
    },
    index=list(BEHAVIOUR),
)
#: share of ordinary regular and small groups that order at month ends, and between which chances that they do at one
MONTH_END_SHARE, MONTH_END_CHANCE = 0.2, {"regular": (0.6, 0.95), "small": (0.4, 0.6)}
CANDIDATES = {"breadwinner": 2, "image": 6, "expert": 6, "innovator": 5, "goodwill": 7, "": 15}
MONTH_STARTS = pd.date_range(START - pd.DateOffset(months=WARM), periods=WARM + MONTHS + 1, freq="MS")
EDGES = np.asarray((MONTH_STARTS - START).days, dtype=float)
#: last weekday of each month
MONTH_ENDS = np.asarray((MONTH_STARTS[1:] - pd.offsets.BDay(1) - START).days, dtype=float)


def stream(seed: int, part: int) -> np.random.Generator:
    """An own stream of random numbers for a part, so that a change in one part leaves the others as they are."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, part])))


@dataclass(frozen=True)
class World:
    """What the tables are drawn from. Arrays by month have one column a month of `MONTH_STARTS`."""

    groups: pd.DataFrame
    orders: pd.DataFrame  # group, day
    claims: pd.DataFrame  # group, day, closed, slow
    touches: pd.DataFrame  # group, day
    manager: np.ndarray
    trouble: np.ndarray
    rate: np.ndarray  # yearly rate of leaving by month 0..MONTHS, as if nobody left
    rate_now: np.ndarray  # yearly rate at the study's end; of a group that left, the one it left at


def season(day: np.ndarray) -> np.ndarray:
    """Relative change of ordering on a day, for an amplitude of 1: August and December dip, the mean of a year is 0."""
    date = START + pd.to_timedelta(np.asarray(day), unit="D")
    month = np.asarray(date.month)
    dip = np.where(month == 8, -0.6, np.where(month == 12, -0.4, 0.0))
    return dip + (0.6 * 31 + 0.4 * 31) / 365.25


def month_end_chance(chance: np.ndarray, amplitude: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Chance of an order at a month's end, by group and day: the group's own, moved by its season."""
    moved: np.ndarray = np.minimum(chance[:, None] * (1 + amplitude[:, None] * season(day)), 1 - 1e-12)
    return moved


_GRID = np.arange(-450, DAYS + 600)
_SEASON_SUM = np.concatenate([[0.0], np.cumsum(season(_GRID[:-1]))])


def clock(day: np.ndarray, amplitude: np.ndarray) -> np.ndarray:
    """The group's own time: days stretched by its season, so that gaps are of one law all year."""
    own: np.ndarray = day + amplitude * np.interp(day, _GRID, _SEASON_SUM)
    return own


def unclock(own: np.ndarray, amplitude: np.ndarray) -> np.ndarray:
    """The inverse of `clock`, to far below a day."""
    day = own.copy()
    for _ in range(40):  # a contraction: the season's slope stays below 0.6
        day = own - amplitude * np.interp(day, _GRID, _SEASON_SUM)
    return day


def month_of(day: np.ndarray | pd.Series) -> np.ndarray:
    """Place in `EDGES` of the month that a day lies in."""
    month: np.ndarray = np.clip(np.searchsorted(EDGES, np.asarray(day), side="right") - 1, 0, WARM + MONTHS)
    return month


def to_weekday(day: np.ndarray) -> np.ndarray:
    """Saturday to Friday, Sunday to Monday."""
    whole = np.floor(day).astype(int)
    weekday = (whole + START.weekday()) % 7
    moved: np.ndarray = whole + np.where(weekday == 5, -1, np.where(weekday == 6, 1, 0))
    return moved


def groups(seed: int) -> pd.DataFrame:
    """One row a group: its behaviour, rhythm, size and day of joining (prospects never join)."""
    rng = stream(seed, 1)
    n = FROM_START + JOIN + PROSPECTS
    prospect = np.arange(n) >= FROM_START + JOIN
    behaviour = rng.choice(len(KINDS), n, p=KINDS["share"])
    category, key = np.full(n, "", dtype=object), np.zeros(n, dtype=bool)
    wanted = {
        "breadwinner": [0],
        "image": [0, 1, 3],
        "expert": [0, 1, 3],
        "innovator": [2, 1],
        "goodwill": [0],
        "": [0, 3],
    }
    free = rng.permutation(FROM_START)
    for name, count in CANDIDATES.items():
        fits = [i for i in free if not key[i] and behaviour[i] in wanted[name]][:count]
        category[fits], key[fits] = name, True
    young = np.flatnonzero(category == "innovator")
    kind = KINDS.iloc[behaviour].reset_index(drop=True)
    large = key & np.isin(category, ["", "expert"])
    size = np.exp(rng.normal(0, 0.28, n)) * np.where(large, rng.uniform(2.5, 7.0, n), 1.0)
    size *= np.where(category == "goodwill", rng.uniform(1.5, 3.0, n), 1.0) * np.where(category == "image", 3.0, 1.0)
    joined = np.where(np.arange(n) < FROM_START, -np.inf, rng.uniform(15, DAYS - 40, n))
    joined[young] = rng.uniform(200, 600, len(young))
    joined[prospect] = np.inf
    table = pd.DataFrame(
        {
            "behaviour": np.array(BEHAVIOUR)[behaviour],
            "category": np.where(prospect & (rng.random(n) < 0.4), "prospect", category),
            "candidate": key,
            "prospect": prospect,
            "joined": joined,
            "gap": np.exp(rng.uniform(np.log(kind["gap_low"]), np.log(kind["gap_high"]))),
            "shape": np.clip(np.exp(rng.normal(np.log(kind["shape"]), 0.5)), 0.7, 9.0),
            "season": rng.uniform(0.2, 1.0, n),
            "trend": np.clip(
                rng.choice([-0.2, 0.0, 0.22], n, p=[0.25, 0.5, 0.25]) + rng.normal(0, 0.03, n), -0.3, 0.35
            ),
            "order_value": kind["order"] * size,
            "lines": kind["lines"],
            "breadth": rng.integers(kind["breadth_low"], kind["breadth_high"], endpoint=True),
            "margin_rate": np.clip(rng.normal(0.27, 0.04, n), 0.14, 0.40),
        }
    )
    table.loc[category == "image", "margin_rate"] = rng.uniform(0.015, 0.05, (category == "image").sum())
    table.loc[category == "breadwinner", "margin_rate"] = 0.21
    table.loc[category == "innovator", "trend"] = rng.uniform(0.5, 0.8, len(young))
    table.loc[key & (table["category"] != "innovator"), "trend"] += 0.05
    table["members"] = _members(rng, table)
    return table


def with_habits(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Who orders at month ends (chance at each one, else missing), and the traits *giant* (of an industry) and *wild*."""
    n, plain = len(table), ~(table["candidate"] | table["prospect"])
    chance = np.full(n, np.nan)
    drawn = plain & (rng.random(n) < MONTH_END_SHARE)
    for name, (low, high) in MONTH_END_CHANCE.items():
        rows = drawn & (table["behaviour"] == name)
        chance[rows] = rng.uniform(low, high, rows.sum())
    monthly = np.isfinite(chance)
    gap = np.where(monthly, 365.25 / 12 / chance, table["gap"])
    larger = gap / table["gap"]  # as much in a year as by the rhythm that the group would have else
    month = month_of(np.where(np.isfinite(table["joined"]), table["joined"], 0.0))
    fresh = monthly & np.isfinite(table["joined"])
    trait = np.full(n, "", dtype=object)
    yearly = (table["order_value"] / table["gap"]).where(table["candidate"] & (table["category"] == "") & (table["behaviour"] == "partner"))  # fmt: skip
    trait[yearly.idxmax()] = "giant"
    settled = (
        plain & (table["behaviour"] == "regular") & ~monthly & ~np.isfinite(table["joined"]) & (table["members"] == 1)
    )
    trait[rng.choice(np.flatnonzero(settled))] = "wild"
    return table.assign(
        month_end_chance=chance,
        trait=trait,
        gap=gap,
        order_value=table["order_value"] * larger,
        lines=table["lines"] * np.sqrt(larger),
        joined=np.where(fresh, MONTH_ENDS[np.minimum(month, len(MONTH_ENDS) - 1)], table["joined"]),
    )


def _members(rng: np.random.Generator, table: pd.DataFrame) -> np.ndarray:
    """Accounts of each group: `MORE_MEMBERS` beyond one, in the larger groups more often."""
    weight = table["behaviour"].map({"partner": 3.0, "regular": 1.0, "small": 0.2, "project": 1.5}).to_numpy()
    weight = np.where(table["candidate"], weight * 3, weight)
    weight[table.index[table["category"] == "breadwinner"]] = 0
    holds = rng.choice(len(table), 130, replace=False, p=weight / weight.sum())
    extra = np.bincount(rng.choice(holds, MORE_MEMBERS - 130 - 2), minlength=len(table))
    extra[holds] += 1
    extra[table.index[table["category"] == "breadwinner"][1]] = 2  # a breadwinner only as a group
    return 1 + extra
