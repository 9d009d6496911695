"""How fast the robustness of the scores is: against bare NumPy with the same draws, and at 100,000 accounts."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from kamlib.scoring.doubt import smaa
from kamlib.scoring.doubt.sensitivity import smallest_change

TOP, DRAWS, CRITERIA, BLOCK = 35, 10_000, 8, 250


def section(data: Path) -> str:
    """Seconds and ratios; `data` is not needed, accounts are even random numbers, the hardest case: most lie near the middle."""
    rows = [_row(n, share) for n in (10_000, 100_000) for share in (0.0, 0.2)]
    return "\n".join(
        [
            f"## Robustness: {DRAWS:,} draws, {CRITERIA} criteria, the first {TOP}",
            "",
            f"Bare NumPy: the same weights, in blocks of {BLOCK} draws a product in single precision, the open values' noise, a partial sort and a",
            "count of the ranks; no probability of a level, no ties, no shares of equal accounts. Median of three.",
            "",
            "| accounts | values open | smaa, s | bare NumPy, s | ratio | smallest change, s |",
            "|---:|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )


def _row(n: int, share: float) -> str:
    rng = np.random.default_rng(n)
    low = pd.DataFrame(rng.random((n, CRITERIA)), columns=[f"c{j}" for j in range(CRITERIA)])
    missing = rng.random(low.shape) < share
    high = low.mask(missing, 1.0)
    low = low.mask(missing, 0.0)
    weights = pd.Series(rng.integers(1, 6, CRITERIA).astype(float), low.columns)
    pairs = []
    for _ in range(3):
        ours = _seconds(lambda: smaa.acceptability(low, high, weights, top=TOP, draws=DRAWS, marks={"half": 0.5}))
        bare = _seconds(lambda: _bare(low.to_numpy(), high.to_numpy(), weights.to_numpy()))
        pairs.append((ours, bare, ours / bare))
    ours, bare, ratio = (median(column) for column in zip(*pairs, strict=True))
    flip = _seconds(lambda: smallest_change((low + high) / 2, weights, top=TOP))
    return f"| {n:,} | {share:.0%} | {ours:.1f} | {bare:.1f} | {ratio:.2f} | {flip:.2f} |"


def _bare(low: np.ndarray, high: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """How often each account has each rank from 1 to `TOP`."""
    drawn = np.random.default_rng([1, 0]).dirichlet(50 * weights / weights.sum(), DRAWS).astype(np.float32)
    noise = np.random.default_rng([1, 1])
    base = np.ascontiguousarray(low.T, dtype=np.float32)
    loose = [(np.flatnonzero(high[:, j] > low[:, j]), (high - low)[:, j].astype(np.float32)) for j in range(CRITERIA)]
    counts = np.zeros(len(low) * TOP, dtype=np.int64)
    for start in range(0, DRAWS, BLOCK):
        block = drawn[start : start + BLOCK]
        total = block @ base
        for j, (rows, span) in enumerate(loose):
            if len(rows):
                total[:, rows] += noise.random((len(block), len(rows)), dtype=np.float32) * span[rows] * block[:, [j]]
        level = np.partition(total, -TOP, axis=1)[:, [-TOP]]
        draw, account = np.divmod(np.flatnonzero(total >= level), len(low))
        order = np.lexsort((-total[draw, account], draw))
        rank = np.arange(len(draw)) - np.searchsorted(draw, draw)
        np.add.at(counts, account[order] * TOP + np.minimum(rank, TOP - 1), 1)
    return counts.reshape(-1, TOP)


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
