"""What people of the planted world say: our ratings of clients, theirs of us and of rivals, and answers to surveys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kam_teaching.crm import RIVALS, heads
from kam_teaching.leaving import leaving_day
from kam_teaching.lines import day_text
from kam_teaching.world import DAYS, EDGES, WARM, World, stream

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
CLIENT_CRITERIA = ("delivery", "quality", "price", "advice")


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
        there = day < leaving_day(groups)[gated]
        rater = "sales" if criterion != "solvency" else "finance"
        add(gated[there], criterion, good[there], rater, day[there], evidence="questionnaire")
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
