"""Ratings, proposals, surveys, actions and notes of the planted world."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kam_teaching.leaving import leaving_day
from kam_teaching.lines import day_text
from kam_teaching.world import DAYS, EDGES, WARM, World, month_of, stream

RIVALS = ("Nordlager", "Promtekhnika", "Rodasur", "Beltline")
#: mean rating by category: reputation, strategic access, innovation
LEVELS = {
    "": (3.2, 3.0, 2.9),
    "breadwinner": (7.0, 6.5, 5.5),
    "image": (9.5, 9.0, 7.0),
    "expert": (8.4, 8.4, 8.8),
    "innovator": (7.8, 9.0, 9.6),
    "goodwill": (8.2, 8.2, 6.0),
    "prospect": (6.0, 6.0, 5.0),
}
LARGE = (7.6, 7.4, 6.4)
#: day of the last round of offers to lost groups, and what an offer multiplies the odds of a return by
ROUND, ROUND_ODDS = DAYS - 210, 3.0
CLIENT_CRITERIA = ("delivery", "quality", "price", "advice")


def heads(accounts: pd.DataFrame) -> np.ndarray:
    """Id of the head of each group."""
    return accounts.groupby("group")["account_id"].first().to_numpy()


def _score(value: np.ndarray) -> list[str]:
    return [f"{v:g}" for v in np.clip(np.rint(value), 1, 10).tolist()]


def ratings(world: World, accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Our ratings of heads of groups on three criteria (and the three P), and the clients' of us and of rivals."""
    rng = stream(seed, 40)
    groups, ids = world.groups, heads(accounts)
    n = len(groups)
    mean = np.array([LEVELS[c] for c in groups["category"]])
    mean[(groups["candidate"] & (groups["category"] == "")).to_numpy()] = LARGE
    mean = mean + rng.normal(0, np.where(groups["candidate"], 0.5, 0.9)[:, None], mean.shape)
    parts = []

    def add(group: np.ndarray, criterion: str, level: np.ndarray, rater: str, day: np.ndarray, **more: Any) -> None:
        parts.append(
            pd.DataFrame(
                {
                    "account_id": ids[group],
                    "criterion": criterion,
                    "score": _score(level + rng.normal(0, 0.7, len(group))),
                    "rater": rater,
                    "date": day_text(day),
                    "evidence": more.get("evidence", ""),
                    "view": more.get("view", "ours"),
                    "rival": more.get("rival", ""),
                }
            )
        )

    met = np.where(np.isfinite(groups["joined"]), groups["joined"], 0).clip(0).astype(int)
    for column, criterion in enumerate(("reputation", "strategic_access", "innovation")):
        for rater, share, low in (("sales", 0.95, 0.80), ("service", 0.4, 0.80), ("sales", 0.45, 0.40)):
            who = np.flatnonzero((rng.random(n) < np.where(groups["candidate"], 1.0, share)) & (met < DAYS * low))
            day = rng.integers(int(DAYS * low), int(DAYS * (low + 0.2)), len(who))
            there = day < leaving_day(groups)[who]  # nobody rates a client that left
            who, day = who[there], day[there]
            evidence = rng.choice(["", "visit", "press", "trade register", "annual report"], len(who))
            add(who, criterion, mean[who, column], rater, day, evidence=evidence)
    gated = np.flatnonzero(groups["prospect"] | groups["candidate"])
    for criterion in ("need", "solvency", "authority"):
        good = np.where(groups["category"].to_numpy()[gated] == "", 5.5, 7.8)
        day = rng.integers(int(DAYS * 0.8), DAYS, len(gated))
        add(gated, criterion, good, "sales" if criterion != "solvency" else "finance", day, evidence="questionnaire")
    asked = np.flatnonzero(~groups["prospect"] & (groups["candidate"] | (rng.random(n) < 0.15)))
    asked = asked[np.isinf(leaving_day(groups)[asked])]
    day = rng.integers(int(DAYS * 0.75), DAYS, len(asked))
    ours = np.where(world.trouble[asked, -1], 5.0, 7.2)
    other = rng.integers(0, len(RIVALS), len(asked))
    for criterion in CLIENT_CRITERIA:
        add(asked, criterion, ours - (criterion == "price"), "client", day, view="client", evidence="interview")
        for step in (0, 1):
            rival = np.array(RIVALS, dtype=object)[(other + step) % len(RIVALS)]
            level = 6.2 + (criterion == "price") - 0.4 * step + rng.normal(0, 0.6, len(asked))
            add(asked, criterion, level, "client", day, view="client", rival=rival, evidence="interview")
    return pd.concat(parts).sort_values(["date", "account_id", "criterion", "rival"], kind="stable", ignore_index=True)


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


def surveys(world: World, accounts: pd.DataFrame, people: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Half-yearly answers: nps and csat, lower in times of trouble."""
    rng = stream(seed, 42)
    groups = world.groups
    head = np.flatnonzero(accounts["head"].to_numpy() == np.arange(len(accounts)))
    first = people.groupby("at")["contact_id"].first().to_numpy()[head]
    left, parts = leaving_day(groups), []
    for month in range(4, 36, 6):
        day = EDGES[WARM + month] + rng.integers(0, 28, len(groups))
        there = ~groups["prospect"] & (left > day) & ~(groups["joined"] > day)
        for kind, share in (("nps", 0.3), ("csat", 0.25)):
            who = np.flatnonzero(there & (rng.random(len(groups)) < np.where(groups["candidate"], 0.6, share)))
            bad = world.trouble[who, WARM + month]
            value = (
                np.clip(np.rint(rng.normal(8.2 - 2.8 * bad, 1.7)), 0, 10)
                if kind == "nps"
                else np.clip(np.rint(rng.normal(4.2 - 1.2 * bad, 0.8)), 1, 5)
            )
            parts.append(
                pd.DataFrame(
                    {
                        "account_id": heads(accounts)[who],
                        "date": day_text(day[who].astype(int)),
                        "kind": kind,
                        "answer": value.astype(int).astype(str),
                        "contact_id": np.where(rng.random(len(who)) < 0.8, first[who], ""),
                    }
                )
            )
    return pd.concat(parts).sort_values(["date", "account_id", "kind"], kind="stable", ignore_index=True)


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


TEXTS = {
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
    topic = rng.choice(list(TEXTS), n)
    table = pd.DataFrame(
        {
            "account_id": heads(accounts)[group],
            "date": day_text(day),
            "topic": topic,
            "text": [TEXTS[t][i] for t, i in zip(topic.tolist(), rng.integers(0, 3, n).tolist(), strict=True)],
            "source": rng.choice(["visit", "press", "annual report", "call"], n),
        }
    )
    return table.sort_values(["date", "account_id", "topic"], kind="stable", ignore_index=True)
