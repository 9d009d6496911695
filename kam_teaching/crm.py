"""What the planted world has in its customer system: proposals, actions with a round of offers, and notes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kam_teaching.firms import ended
from kam_teaching.leaving import LOST_DAYS, ROUND, leaving_day, lost_at
from kam_teaching.lines import day_text
from kam_teaching.world import DAYS, World, month_of, stream

RIVALS = ("Nordlager", "Promtekhnika", "Rodasur", "Beltline")
#: rounds of offers to lost groups: day, offer, its cost in EUR, and how many groups at most (the others were left alone)
ROUNDS = (
    (DAYS - 410, "visit of the service lead", 250.0, 24),
    (ROUND, "first order free of freight", 90.0, 1000),
)
#: what an offer multiplies the odds of a return by, and the share of a round that gets one
ROUND_ODDS, OFFERED = 3.0, 0.6


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
    table = pd.concat([planned, *(_as_actions(arms, accounts) for arms in rounds(world, accounts, seed))])
    return table.sort_values(["due", "account_id", "action"], kind="stable", ignore_index=True)


def rounds(world: World, accounts: pd.DataFrame, seed: int) -> list[pd.DataFrame]:
    """The arms of each round of `ROUNDS`, the earlier first: group, day, offer, cost, offered, done (day, or -1), back within `LOST_DAYS`.

    Returns are decided before; the arms are drawn so that the odds of an offer are `ROUND_ODDS` times as high for who came
    back, in numbers as near to it as can be: the law of offers that raise the odds of a return by that factor.
    """
    rng = stream(seed, 45)
    orders, found = world.orders, []
    for day, offer, cost, most in ROUNDS:
        lost = lost_at(world, day)
        lost = np.sort(rng.permutation(lost[~np.isin(lost, ended(accounts, day))])[:most])
        after = orders[orders["day"] > day].groupby("group")["day"].min().reindex(lost)
        back = (after <= day + LOST_DAYS).to_numpy()
        raised = ROUND_ODDS * OFFERED / (1 - OFFERED + ROUND_ODDS * OFFERED)
        offered = np.zeros(len(lost), dtype=bool)
        for part, share in ((back, raised), (~back, OFFERED)):  # in numbers, so that little hangs on the seed
            offered[part] = rng.permutation(part.sum()) < round(share * part.sum())
        done = np.where(offered & (rng.random(len(lost)) < 0.9), day + rng.integers(1, 30, len(lost)), -1)
        arms = {"group": lost, "day": day, "offer": offer, "cost": cost, "offered": offered, "done": done, "back": back}
        found.append(pd.DataFrame(arms))
    return found


def rounds_told(found: list[pd.DataFrame], **planted: list[float]) -> pd.DataFrame:
    """Each round of offers: its arms and who came back.

    Parameters
    ----------
    found : by round, its customers: day, offer, offered, back.
    planted : the effect of each round, by its name in the table.
    """
    rows = []
    for number, arms in enumerate(found):
        one, other = arms[arms["offered"]], arms[~arms["offered"]]
        row = {"due": day_text(arms["day"])[0], "offer": arms["offer"].iloc[0]}
        row |= {name: f"{effects[number]:g}" for name, effects in planted.items()}
        row |= {"days": LOST_DAYS, "offered": len(one), "offered_back": int(one["back"].sum())}
        rows.append(row | {"control": len(other), "control_back": int(other["back"].sum())})
    return pd.DataFrame(rows)


def _as_actions(arms: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    made = arms["done"] > 0
    return pd.DataFrame(
        {
            "account_id": heads(accounts)[arms["group"]],
            "action": "win back: " + arms["offer"].where(arms["offered"], "control, no offer"),
            "owner": "account manager",
            "due": day_text(arms["day"]),
            "done": np.where(made, day_text(arms["done"]), ""),
            "cost": np.where(made, [f"{c:.2f}" for c in arms["cost"].tolist()], ""),
            "benefit_kind": np.where(made & (arms["day"] == ROUND), "free freight", ""),
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
