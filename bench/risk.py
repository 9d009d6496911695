"""How fast a year of losses is drawn and concentration is told: against bare NumPy with the same draws, side by side."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd
from scipy.special import ndtri

from kamlib.risk.concentration import concentration
from kamlib.risk.loss_distribution import Draws, loss_draws

DRAWS, INDUSTRIES, RHO, SPREAD, BLOCK = 10_000, 12, 0.1, 0.4, 256


def section(sizes: tuple[int, ...] = (10_000, 100_000)) -> str:
    """Seconds and ratios, medians of three, and the memory at the peak of this process."""
    rows = [_row(n) for n in sizes]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return "\n".join(
        [
            f"## Risk: a year of losses in {DRAWS:,} draws, and concentration",
            "",
            f"Bare NumPy: the same normal numbers in single precision, in blocks of {BLOCK} customers, and the sums of each draw; of concentration the sort and",
            f"the sums. Median of three, in turn. Memory at the peak, both together: {peak:.2f} GB.",
            "",
            "| customers | losses, s | bare NumPy, s | ratio | concentration, s | bare NumPy, s |",
            "|---:|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )


def _row(n: int) -> str:
    rng = np.random.default_rng(n)
    rows = {"industry": rng.integers(INDUSTRIES, size=n).astype(str), "p_year": rng.uniform(0.02, 0.5, n)}
    money = rng.lognormal(7, 2, n)
    table = pd.DataFrame({"customer_id": np.arange(n).astype(str)} | rows).assign(contribution=money)
    code = pd.factorize(table["industry"])[0]
    turns = []
    for _ in range(3):
        ours = _seconds(lambda: loss_draws(table, Draws(RHO, SPREAD, DRAWS)))
        bare = _seconds(lambda: _bare(table["p_year"].to_numpy(), money, code))
        told = _seconds(lambda: concentration(table["contribution"]))
        turns.append((ours, bare, ours / bare, told, _seconds(lambda: _sorted(money))))
    ours, bare, ratio, told, by_hand = (median(column) for column in zip(*turns, strict=True))
    return f"| {n:,} | {ours:.1f} | {bare:.1f} | {ratio:.2f} | {told:.3f} | {by_hand:.3f} |"


def _bare(p: np.ndarray, money: np.ndarray, code: np.ndarray) -> np.ndarray:
    rng, lost = np.random.default_rng(1), np.zeros(DRAWS)
    common = rng.standard_normal((INDUSTRIES, DRAWS), dtype=np.float32) * np.float32(RHO**0.5)
    limit = ndtri(p).astype(np.float32)
    for start in range(0, len(p), BLOCK):
        part = slice(start, start + BLOCK)
        own = rng.standard_normal((len(p[part]), DRAWS), dtype=np.float32) * np.float32((1 - RHO) ** 0.5)
        who, draw = np.nonzero(own + common[code[part]] < limit[part, None])
        size = rng.random(len(who)) * np.exp(SPREAD * rng.standard_normal(len(who)) - SPREAD**2 / 2)
        lost += np.bincount(draw, weights=money[part][who] * size, minlength=DRAWS)
    return lost


def _sorted(money: np.ndarray) -> tuple[float, float]:
    share = np.sort(money)[::-1] / money.sum()
    n = len(share)
    return float((share**2).sum()), float(1 + 1 / n - 2 * (share * np.arange(1, n + 1)).sum() / n)


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
