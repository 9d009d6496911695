"""Contacts, interactions and invoices of the planted world."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kam_teaching.leaving import leaving_day
from kam_teaching.lines import day_text, member, money_text
from kam_teaching.world import DAYS, EDGES, JOIN, World, month_of, stream
from kamlib.privacy.invented_names import people

ROLES = ("purchasing", "engineering", "maintenance", "finance", "management")
LESSONS = (
    "seal data sheet lacked the temperature range",
    "crates need a second label on the short side",
    "acceptance test wants the batch certificate in advance",
    "grease and seal material must be checked together",
    "delivery window is 6:00 to 9:00 only",
    "tolerance class has to stand on the order confirmation",
)
VAT = 1.2


def contacts(world: World, accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Business contacts, one to four an account; each with its row of `accounts`."""
    rng = stream(seed, 30)
    groups = world.groups
    mean = np.where(groups["candidate"], 1.8, 0.5)[accounts["group"]]
    count = 1 + np.minimum(rng.poisson(mean), 4)
    at = np.repeat(np.arange(len(accounts)), count)
    n, place = len(at), np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    names = people(rng, (accounts["country"] == "Russia").to_numpy()[at])
    names = [name if u < 0.9 else "" for name, u in zip(names, rng.random(n).tolist(), strict=True)]
    ids = [f"C{i:04d}" for i in range(1, n + 1)]
    basis = rng.choice(["contract", "legitimate interest", "consent"], n, p=[0.55, 0.35, 0.10])
    lead = accounts["group"].to_numpy()[at]
    stand = np.where(world.trouble[lead, -1], 0.25, 0.0) + rng.random(n)
    return pd.DataFrame(
        {
            "at": at,
            "place": place,
            "contact_id": ids,
            "account_id": accounts["account_id"].to_numpy()[at],
            "role": np.array(ROLES, dtype=object)[np.where(place == 0, rng.integers(0, 3, n), rng.integers(0, 5, n))],
            "name": names,
            "work_channel": [f"{i.lower()}@firm{a + 1:04d}.example" for i, a in zip(ids, at.tolist(), strict=True)],
            "influence": rng.choice(["low", "medium", "high", "decides"], n, p=[0.25, 0.35, 0.25, 0.15]),
            "support": np.select([stand < 0.45, stand < 0.95], ["for", "neutral"], "against"),
            "legal_basis": basis,
            "keep_until": day_text(rng.integers(DAYS + 60, DAYS + 1100, n)),
        }
    )


def interactions(world: World, accounts: pd.DataFrame, people_: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Every touch, delivery, claim, dispute, test and referral up to the study's end, by day."""
    rng = stream(seed, 31)
    found = [_deliveries(world, accounts, seed), _touches(world, rng), _claims(world, rng), _tests(world, rng)]
    table = pd.concat([*found, _referrals(world, accounts, rng)], ignore_index=True)
    table = table[table["day"].between(0, DAYS)]
    table = table.sort_values(["day", "group", "kind"], kind="stable", ignore_index=True)
    missing = table["account"].isna().to_numpy()
    account = table["account"].fillna(0).to_numpy(int)
    account[missing] = member(accounts, table.loc[missing, "group"].to_numpy(), rng)
    person = _person(world, accounts, people_, account, rng)
    named = table["kind"].ne("delivery").to_numpy() & (rng.random(len(table)) < 0.85)
    closed = table["closed"].to_numpy(float)
    known = closed <= DAYS
    case = table["kind"].isin(["claim", "dispute", "test", "referral"]).to_numpy()
    return pd.DataFrame(
        {
            "account_id": accounts["account_id"].to_numpy()[account],
            "date": day_text(table["day"].astype(int)),
            "kind": table["kind"],
            "promised": _days_or_empty(table["promised"]),
            "outcome": np.where(case & ~known, "", table["outcome"].fillna("")),
            "closed": np.where(known, _days_or_empty(table["closed"]), ""),
            "hours": [f"{h:g}" if h > 0 else "" for h in table["hours"].fillna(0).round(1).tolist()],
            "cost": [f"{c:.2f}" if c > 0 else "" for c in table["cost"].fillna(0).tolist()],
            "contact_id": np.where(named, people_["contact_id"].to_numpy()[person], ""),
            "referred_account_id": table["referred"].fillna(""),
            "lesson": np.where(case & ~known, "", table["lesson"].fillna("")),
        }
    )


def _days_or_empty(day: pd.Series) -> np.ndarray:
    return np.where(day.isna(), "", day_text(day.fillna(0).astype(int)))


def _person(
    world: World, accounts: pd.DataFrame, people_: pd.DataFrame, account: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """The contact of each touch; with goodwill accounts always the same one."""
    count = np.bincount(people_["at"], minlength=len(accounts))
    first = np.cumsum(count) - count
    one = (world.groups["category"] == "goodwill").to_numpy()[accounts["group"].to_numpy()[account]]
    place = np.floor(rng.random(len(account)) ** 1.5 * count[account]).astype(int)
    person: np.ndarray = first[account] + np.where(one, 0, place)
    return person


def _deliveries(world: World, accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    orders = world.orders
    account = member(accounts, orders["group"].to_numpy(), stream(seed, 13))  # the draw that the order lines use
    table = orders.assign(account=account.astype(float))[orders["tracked"]]
    late = table["delivered"] > table["promised"]
    return table.assign(kind="delivery", day=table["delivered"], outcome=np.where(late, "late", "on time"))[
        ["group", "account", "day", "kind", "promised", "outcome"]
    ]


def _touches(world: World, rng: np.random.Generator) -> pd.DataFrame:
    table, n = world.touches, len(world.touches)
    kind = rng.choice(["call", "meeting", "visit"], n, p=[0.6, 0.25, 0.15])
    hours = np.select([kind == "call", kind == "meeting"], [0.5, 2.0], 6.0) * rng.uniform(0.5, 1.5, n)
    outcome = rng.choice(["", "order expected", "no need", "follow up", "offer asked"], n)
    return table.assign(
        kind=kind, hours=hours, cost=np.where(kind == "visit", rng.uniform(60, 350, n), 0), outcome=outcome
    )


def _claims(world: World, rng: np.random.Generator) -> pd.DataFrame:
    table, n = world.claims, len(world.claims)
    expert = (world.groups["category"] == "expert").to_numpy()[table["group"]]
    learned = rng.random(n) < np.where(expert, 0.9, 0.2)
    return table.assign(
        kind=np.where(rng.random(n) < np.where(expert, 0.05, 0.3), "dispute", "claim"),
        outcome=rng.choice(["credited", "replaced", "rejected", "agreed"], n),
        hours=rng.uniform(1, 12, n),
        cost=np.where(rng.random(n) < 0.6, rng.uniform(20, 900, n), 0),
        lesson=np.where(learned, rng.choice(LESSONS, n), ""),
    ).drop(columns="slow")


def _tests(world: World, rng: np.random.Generator) -> pd.DataFrame:
    groups = world.groups
    expert = np.flatnonzero(groups["category"] == "expert")
    times = rng.poisson(9, len(expert))
    table = pd.DataFrame({"group": np.repeat(expert, times)})
    n = len(table)
    table = table.assign(day=np.sort(rng.integers(0, DAYS + 1, n)), kind="test", hours=rng.uniform(4, 30, n))
    table["closed"] = table["day"] + rng.integers(3, 25, n)
    table["outcome"] = rng.choice(["passed", "passed with remarks", "repeat"], n, p=[0.6, 0.25, 0.15])
    table["lesson"] = np.where(rng.random(n) < 0.5, rng.choice(LESSONS, n), "")
    return table[table["day"] < leaving_day(groups)[table["group"]]]


def _referrals(world: World, accounts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Accounts that joined because a goodwill, image or innovator account spoke for us."""
    groups = world.groups
    givers = np.flatnonzero(
        groups["category"].isin(["goodwill", "image", "innovator"]) & ~np.isfinite(groups["joined"])
    )
    joiners = np.flatnonzero(np.isfinite(groups["joined"]) & (groups["category"] == ""))
    new = rng.permutation(joiners)[: JOIN // 10]
    day = np.floor(groups["joined"].to_numpy()[new] - rng.uniform(5, 60, len(new)))
    giver = rng.choice(givers, len(new))
    ids = accounts.groupby("group")["account_id"].first().to_numpy()
    table = pd.DataFrame(
        {
            "group": giver,
            "day": day,
            "kind": "referral",
            "outcome": "became client",
            "closed": np.floor(groups["joined"].to_numpy()[new]),
            "referred": ids[new],
        }
    )
    there: np.ndarray = day < leaving_day(groups)[giver]
    return table[there]


def invoices(world: World, accounts: pd.DataFrame, lines: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """One invoice an account and month, and the planted kind of payer of each group."""
    rng = stream(seed, 32)
    groups = world.groups
    payer = rng.choice(["prompt", "usual", "late"], len(groups), p=[0.3, 0.58, 0.12]).astype(object)
    payer[groups["category"] == "goodwill"] = "prepays"
    payer[groups["category"] == "image"] = "late"
    term = np.where(payer == "prepays", 7, rng.choice([14, 30, 45, 60], len(groups), p=[0.2, 0.5, 0.2, 0.1]))
    month = month_of(lines["day"].to_numpy())
    sums = lines["cents"].groupby([month, lines["account"].to_numpy()]).sum()
    sums = sums[sums != 0]
    month, account = (sums.index.get_level_values(level).to_numpy() for level in (0, 1))
    group = accounts["group"].to_numpy()[account]
    n = len(sums)
    last_day = np.append(EDGES[1:], EDGES[-1] + 31)[month] - 1
    issued = last_day.astype(int)
    due = issued + term[group]
    delay = np.select(
        [payer[group] == "prompt", payer[group] == "usual", payer[group] == "late"],
        [rng.normal(-3, 3, n), rng.gamma(2.0, 4.0, n) - 2, rng.gamma(3.0, 14.0, n) + 5],
        0.0,
    )
    paid = np.where(payer[group] == "prepays", issued - rng.integers(0, 6, n), due + np.rint(delay)).astype(int)
    closed = (accounts["closed_on"] != "").to_numpy()[account]
    never = closed & (issued > leaving_day(groups)[group] - 60)  # bad debt of firms that closed
    table = pd.DataFrame(
        {
            "invoice_id": [f"F{i:05d}" for i in range(1, n + 1)],
            "account_id": accounts["account_id"].to_numpy()[account],
            "issued": day_text(issued),
            "due": day_text(due),
            "amount": money_text(np.rint(sums.to_numpy() * VAT).astype(np.int64)),
            "paid": np.where(never | (paid > DAYS), "", day_text(paid)),
        }
    )
    return table[issued <= DAYS], payer
