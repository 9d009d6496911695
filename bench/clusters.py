"""How fast a million accounts are grouped: against scikit-learn's bare k-means of the same k, on the same features."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from kamlib.report.words import sentence
from kamlib.segments.cluster_features import FEATURES
from kamlib.segments.cluster_profiles import agreement
from kamlib.segments.clusters import cluster_accounts

ACCOUNTS, STARTS, ROUNDS = 1_000_000, 10, 3
#: standard scores of the middles of four planted groups
CENTRES = np.array([[2, 2, -2, 2, 0], [-2, 2, 2, 0, 2], [0, -2, 0, -2, -2], [-2, -1, 2, 2, -2]])
SPREADS = {"four groups far apart": 0.6, "four groups that touch": 1.2, "one cloud": 1.0}


def section(data: Path) -> str:
    """Seconds and ratios; `data` is not needed, accounts are random numbers."""
    return "\n".join(
        [
            f"## Clusters: {ACCOUNTS:,} accounts, {len(FEATURES)} features",
            "",
            "`group` scales, tries 7 numbers of groups by k-means and by Gaussian mixture, judges them against 40 copies",
            f"without groups and 20 cold refits on stated samples, and places every account. Bare: `KMeans(k, n_init={STARTS}).fit` on the scaled",
            f"features, with every core; k as chosen, and where there is no structure 8. In turn; medians of {ROUNDS}. ARI: adjusted Rand index with",
            "the planted groups.",
            "",
            "| accounts in | verdict | group, s | bare k-means, s | ratio | of processor time | ARI of group | ARI of bare |",
            "|---|---|---:|---:|---:|---:|---:|---:|",
            *(_row(name) for name in SPREADS),
        ]
    )


def _row(name: str) -> str:
    from sklearn.cluster import KMeans

    facts, planted = _accounts(name)
    rounds = []
    for _ in range(ROUNDS):
        grouping, ours = _seconds(lambda: cluster_accounts(facts))
        values = grouping.features.to_numpy()
        k = grouping.accounts["cluster"].nunique() or 8
        bare, theirs = _seconds(lambda values=values, k=k: KMeans(k, n_init=STARTS, random_state=0).fit(values))
        rounds.append((ours[0], theirs[0], ours[0] / theirs[0], ours[1] / theirs[1]))
    wall, other, ratio, processor = (median(column) for column in zip(*rounds, strict=True))
    found = agreement(grouping.accounts["cluster"], planted) if grouping.found else float("nan")
    both = agreement(pd.Series(bare.labels_), planted) if planted.nunique() > 1 else float("nan")
    row = f"| {name} | {sentence(grouping.verdict)} | {wall:.1f} | {other:.1f} | {ratio:.1f} | {processor:.1f} "
    return f"{row}| {found:.3f} | {both:.3f} |".replace("nan", "")


def _accounts(name: str) -> tuple[pd.DataFrame, pd.Series]:
    """Facts of accounts, log-normal, and the group each was planted in."""
    rng = np.random.default_rng(1)
    group_of = rng.integers(0, len(CENTRES) if "groups" in name else 1, ACCOUNTS)
    middle = CENTRES[group_of] if "groups" in name else 0
    z = middle + SPREADS[name] * rng.normal(size=(ACCOUNTS, len(FEATURES)))
    facts = pd.DataFrame(np.exp(4 + z), columns=list(FEATURES))
    facts.insert(0, "customer_id", np.arange(ACCOUNTS).astype(str))
    return facts.assign(tenure_days=900, silence_days=30), pd.Series(group_of)


def _seconds(call: Callable) -> tuple:
    """What `call` gives, and its seconds on the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    result = call()
    return result, (time.perf_counter() - clock, time.process_time() - processor)
