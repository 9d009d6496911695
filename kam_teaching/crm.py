"""What the planted world has in its customer system: proposals, actions with a round of offers, and notes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kam_teaching.leaving import leaving_day
from kam_teaching.lines import day_text
from kam_teaching.world import DAYS, World, month_of, stream

RIVALS = ("Nordlager", "Promtekhnika", "Rodasur", "Beltline")
#: day of the last round of offers to lost groups, and what an offer multiplies the odds of a return by
ROUND, ROUND_ODDS = DAYS - 210, 3.0


def heads(accounts: pd.DataFrame) -> np.ndarray:
    """Id of the head of each group."""
    return accounts.groupby("group")["account_id"].first().to_numpy()


def proposals(world: World, accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Bids to clients and prospects; prospects have none won, or they would be clients."""
    rng = stream(seed, 41)
    groups = world.groups
    prospect = groups["prospect"].to_numpy()
    count = np.where(prospect, rng.integers(1, 5, len(groups)), rng.poisson(np.where(groups["candidate"], 4.0, 0.9)))
    group = np.repeat(np.arange(len(groups)), count)
    start = np.where(np.isfinite(groups["joined"]), groups["joined"], np.where(prospect, DAYS * 0.5, 0))[group].clip(0)
    end = np.minimum(leaving_day(groups)[group], DAYS)
    day = np.floor(start + rng.random(len(group)) * (end - start)).astype(int)
    order = np.argsort(day, kind="stable")
    group, day = group[order], day[order]
    n = len(group)
    decided = day + rng.integers(7, 110, n)
    is_open = decided > DAYS
    source = rng.choice(["relation", "tender", "referral"], n, p=[0.55, 0.33, 0.12])
    chance = 0.33 + 0.2 * (source == "relation") - 0.2 * world.trouble[group, month_of(day)]
    won = (rng.random(n) < chance) & ~prospect[group]
    lost_why = rng.choice(["price", "delivery time", "rival's relation", "specification", "budget cut"], n)
    won_why = rng.choice(["advice", "stock", "price", "relation", "quality"], n)
    fought = rng.random(n) < 0.7
    value = groups["order_value"].to_numpy()[group] * np.exp(rng.normal(1.2, 0.6, n))
    tender = source == "tender"
    return pd.DataFrame(
        {
            "proposal_id": [f"P{i:04d}" for i in range(1, n + 1)],
            "account_id": heads(accounts)[group],
            "date": day_text(day),
            "value": [f"{v:.2f}" for v in (np.rint(value / 50).clip(1) * 50).tolist()],
            "outcome": np.where(is_open, "open", np.where(won, "won", "lost")),
            "decided": np.where(is_open, "", day_text(decided)),
            "reason": np.where(is_open, "", np.where(won, won_why, lost_why)),
            "rival": np.where(fought & ~is_open, np.array(RIVALS, dtype=object)[rng.integers(0, len(RIVALS), n)], ""),
            "source": source,
            "single_supplier": np.where(tender & (rng.random(n) < 0.06), "true", np.where(tender, "false", "")),
        }
    )


def actions(world: World, accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """What was done, and what is planned, for candidates and prospects."""
    rng = stream(seed, 43)
    groups = world.groups
    count = np.where(groups["candidate"], rng.integers(2, 6, len(groups)), 0) + groups["prospect"] * rng.poisson(
        1, len(groups)
    )
    group = np.repeat(np.arange(len(groups)), count)
    n = len(group)
    what = rng.integers(0, 6, n)
    text = np.array(["quarterly review", "training of the fitters", "stock in consignment", "yearly bonus",
                     "visit of the owner", "trial order of a new line"], dtype=object)[what]  # fmt: skip
    kind = np.array(["", "training", "consignment stock", "bonus", "", "free trial"], dtype=object)[what]
    due = rng.integers(DAYS - 500, DAYS + 150, n)
    done = due + rng.integers(-20, 45, n)
    is_done = (done <= DAYS) & (rng.random(n) < 0.8)
    cost = np.rint(rng.uniform(5, 90, n)) * 20
    planned = pd.DataFrame(
        {
            "account_id": heads(accounts)[group],
            "action": text,
            "owner": rng.choice(["account manager", "service lead", "sales director"], n, p=[0.6, 0.25, 0.15]),
            "due": day_text(due),
            "done": np.where(is_done, day_text(done), ""),
            "cost": np.where(is_done, [f"{c:.2f}" for c in cost.tolist()], ""),
            "benefit_kind": kind,
        }
    )
    table = pd.concat([planned, _round(world, accounts, seed)])
    return table.sort_values(["due", "account_id", "action"], kind="stable", ignore_index=True)


def _round(world: World, accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A round of offers to groups that were lost on `ROUND`, and its control group.

    Returns are decided before; the arms are drawn so that the odds of an offer are `ROUND_ODDS` times as high for who came
    back, which is the same law as offers that raise the odds of a return by that factor.
    """
    rng = stream(seed, 45)
    orders = world.orders
    before = orders[orders["day"] <= ROUND].groupby("group")["day"].max()
    after = orders[orders["day"] > ROUND].groupby("group")["day"].min()
    shut = np.isin(np.arange(len(world.groups)), accounts.loc[accounts["closed_on"] != "", "group"])
    lost = before.index[(ROUND - before >= 180) & ~shut[before.index]].to_numpy()
    back = (after.reindex(lost) <= ROUND + 180).to_numpy()
    offered = rng.random(len(lost)) < np.where(back, ROUND_ODDS * 0.65 / (0.35 + ROUND_ODDS * 0.65), 0.65)
    done = np.where(offered & (rng.random(len(lost)) < 0.9), ROUND + rng.integers(1, 30, len(lost)), -1)
    return pd.DataFrame(
        {
            "account_id": heads(accounts)[lost],
            "action": np.where(offered, "win back: first order free of freight", "win back: control, no offer"),
            "owner": "account manager",
            "due": day_text(np.full(len(lost), ROUND)),
            "done": np.where(done > 0, day_text(done), ""),
            "cost": np.where(done > 0, "90.00", ""),
            "benefit_kind": np.where(done > 0, "free freight", ""),
        }
    )


NOTES = {
    "strategy": (
        "enters two new markets next year",
        "wants fewer suppliers by year's end",
        "moves to predictive maintenance",
    ),
    "budget": ("maintenance budget is fixed in November", "budget cut by a tenth", "investment plan for a second line"),
    "structure": ("purchasing is being centralised", "new plant manager since spring", "maintenance was outsourced"),
    "needs": (
        "asks for delivery within 48 hours",
        "needs certificates with each batch",
        "looks for energy-saving drives",
    ),
    "history": (
        "first order came through a trade fair",
        "stayed with us through the shortage",
        "returned after a rival's recall",
    ),
    "rival": ("Nordlager offered a lower price", "Rodasur delivers faster", "tests bearings of Promtekhnika"),
    "regions": ("opens a branch in the south", "sells in eleven countries", "closes the northern depot"),
    "solvency": ("credit insurer raised the limit", "annual report shows a profit", "asks for longer terms"),
}


def notes(world: World, accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Dated business facts for candidates, prospects and some others."""
    rng = stream(seed, 44)
    groups = world.groups
    count = np.where(
        groups["candidate"], rng.integers(3, 8, len(groups)), rng.poisson(np.where(groups["prospect"], 2, 0.2))
    )
    group = np.repeat(np.arange(len(groups)), count)
    n = len(group)
    start = np.where(np.isfinite(groups["joined"]), groups["joined"], 0)[group].clip(0)
    end = np.minimum(leaving_day(groups)[group], DAYS)
    day = np.floor(start + rng.random(n) * (end - start)).astype(int)
    topic = rng.choice(list(NOTES), n)
    table = pd.DataFrame(
        {
            "account_id": heads(accounts)[group],
            "date": day_text(day),
            "topic": topic,
            "text": [NOTES[t][i] for t, i in zip(topic.tolist(), rng.integers(0, 3, n).tolist(), strict=True)],
            "source": rng.choice(["visit", "press", "annual report", "call"], n),
        }
    )
    return table.sort_values(["date", "account_id", "topic"], kind="stable", ignore_index=True)
