"""How sure the list of key accounts is under the draws: SMAA-2.

Stochastic multicriteria acceptability analysis draws weights around the stated ones and, where values are open, utilities
from their range, and counts how often each account comes out among the first. Source: Lahdelma & Salminen (2001), SMAA-2:
Stochastic Multicriteria Acceptability Analysis for Group Decision Making, Operations Research 49(3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kamlib.scoring.weights import weighted

_DRAWS, _ROWS = 250, 2000  # of a block: 2 MB in single precision, and counts of draws fit in a byte
_ALONE = (
    262_144  # multiplications that OpenBLAS does on one core; on busy ones its threads take a hundred times as long
)
_TIE = np.float32(1e-6)


@dataclass(frozen=True)
class Acceptability:
    """What the draws say.

    accounts : one row per account: customer_id, p_key, p_first, and p_<mark> for each mark.
    ranks : customer_id, rank (1 to top), share of draws in which the account had it, in a tie by lot; shares of 0 are left out.
    central : index customer_id, a column per criterion: mean weights of the draws it came first in; missing where never.
    """

    accounts: pd.DataFrame
    ranks: pd.DataFrame
    central: pd.DataFrame


def acceptability(
    low: pd.DataFrame,
    high: pd.DataFrame,
    weights: pd.Series,
    *,
    top: int,
    threshold: float | None = None,
    marks: dict[str, float] | None = None,
    draws: int = 10_000,
    concentration: float = 50,
    seed: int = 1,
) -> Acceptability:
    """How often each account is key when weights and open values vary within reason.

    Weights are drawn from Dirichlet(concentration x weights), utilities evenly between `low` and `high`. Draws depend on
    the seed alone: the order of rows changes nothing, and accounts with the same range get the same probabilities.

    Parameters
    ----------
    low, high : DataFrame, index customer_id, a column per criterion
        Range of each utility (0-1); equal where the value is known.
    weights : by criterion, in any unit; all positive.
    top : how many first places make an account key; ranks from 1 to `top` are counted. A tie of t takes t places, each 1/t of each,
        so that no tie over the border is sure.
    threshold : weighted utility (0-1) that makes an account key instead.
    marks : name and level (0-1) of weighted utility whose probability of being reached is wanted too.

    Raises
    ------
    InputError
        If the tables do not fit each other, `top` is not within 1 and the number of accounts, or a weight is not positive.
    """
    first, width, weight = weighted(low, high, weights, top)
    rows = np.hstack([first, width])
    order = np.lexsort(rows.T)
    kind = np.cumsum(np.r_[False, (np.diff(rows[order], axis=0) != 0).any(axis=1)])  # accounts that are the same
    field = _Field.of(first[order], width[order], kind, weight, top)
    levels = np.array([*([] if threshold is None else [threshold]), *(marks or {}).values()], dtype=np.float32)
    places = np.zeros(len(field.times) * top)
    leads = np.zeros(first.shape)[: len(field.times)]
    reached = np.zeros((len(levels), len(field.times)))
    for drawn, far, noise in _blocks(weight, concentration, draws, seed):
        account, draw, rank, tied = field.first(drawn, far, noise, levels, reached)
        for more in range(min(int(tied.max()), top)):  # a tie takes its places by lot
            here = (more < tied) & (rank + more <= top)
            np.add.at(places, (account * top + rank - 1 + more)[here], 1 / tied[here])
        lead = rank == 1
        np.add.at(leads, account[lead], drawn[draw[lead]] / tied[lead, None])
    back = kind[np.argsort(order)]
    place, lead, hits = (field.by_kind(table)[back] for table in (places.reshape(-1, top), leads, reached.T))
    share = place / draws
    names = ([] if threshold is None else ["key"]) + list(marks or {})
    table = pd.DataFrame({"customer_id": low.index, "p_key": share.sum(axis=1).clip(0, 1), "p_first": share[:, 0]})
    for name, column in zip(names, hits.T, strict=True):
        table[f"p_{name}"] = column / draws
    who, rank = np.nonzero(share)
    ranks = pd.DataFrame({"customer_id": low.index[who], "rank": rank + 1, "share": share[who, rank]})
    mean = lead / np.where(place[:, :1] > 0, place[:, :1], np.nan)
    return Acceptability(table, ranks, pd.DataFrame(mean, index=low.index, columns=low.columns))


@dataclass(frozen=True)
class _Field:
    """The accounts in the draws: rows that are wholly known and the same stand once, `times` over; likely leaders come first.

    With d a draw's distance from the stated weights w, sqrt(sum of (drawn - w)^2 / w), a weighted utility lies within d x spread
    of its value at w (Cauchy-Schwarz): what can't reach the first places, or is sure of a level, is not computed.
    """

    lo: np.ndarray
    span: np.ndarray
    kind: np.ndarray
    times: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    spread: np.ndarray
    leaders: int
    top: int

    @classmethod
    def of(cls, lo: np.ndarray, span: np.ndarray, kind: np.ndarray, weight: np.ndarray, top: int) -> _Field:
        new = np.r_[True, kind[1:] != kind[:-1]] | (span > 0).any(axis=1)
        lo, span, which = lo[new], span[new], kind[new]
        times = np.where((span > 0).any(axis=1), 1, np.bincount(kind)[which])
        ends = lo @ weight, (lo + span) @ weight
        likely = np.zeros(len(lo), dtype=bool)
        for middle in (ends[0], ends[0] + ends[1]):
            likely[np.argsort(-middle, kind="stable")[: 2 * top]] = True
        order = np.argsort(~likely, kind="stable")
        far = [np.sqrt(((x - end[:, None]) ** 2) @ weight) for x, end in zip((lo, lo + span), ends, strict=True)]
        spread = np.column_stack(far)[order]
        lowest, highest = (end[order] for end in ends)
        return cls(lo[order], span[order], which[order], times[order], lowest, highest, spread, int(likely.sum()), top)

    def first(
        self, drawn: np.ndarray, far: float, noise: np.random.Generator, levels: np.ndarray, reached: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Account, draw, rank (the better of a tie) and size of the tie of all first to `top`-th; counts who `reached` each level."""
        low, high = self.lowest - far * self.spread[:, 0], self.highest + far * self.spread[:, 1]
        draws = np.ascontiguousarray(drawn.T)
        floor = _nth(_product(self.lo[: self.leaders], draws), self.top).min() - 2 * _TIE
        unsure = (low < levels[:, None] + 2 * _TIE) & (high > levels[:, None] - 2 * _TIE)
        worth = (high >= floor) | unsure.any(axis=0)
        worth[: self.leaders] = True
        reached += len(drawn) * (~worth & (low >= levels[:, None]))
        rows, found = np.flatnonzero(worth), []
        bar: np.ndarray | None = None
        for part in np.split(rows, range(self.leaders, len(rows), _ROWS)):
            total = self._total(part, draws, noise)
            if bar is None:
                bar = _nth(total, self.top) - _TIE
            for level, hits in zip(levels, reached, strict=True):
                over = total >= level - _TIE
                hits[part] += np.add.reduce(over.view(np.uint8), axis=1, dtype=np.uint8)
            at = np.flatnonzero(total >= bar)
            found.append((part[at // len(drawn)], at % len(drawn), total.ravel()[at]))
        account, draw, value = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.lexsort((-value, draw))
        account, draw, value = account[order], draw[order], value[order]
        times = self.times[account]
        before = np.cumsum(times) - times
        place = np.arange(len(draw))
        new = np.r_[True, draw[1:] != draw[:-1]]
        apart = new | np.r_[True, value[:-1] - value[1:] > _TIE]
        start, run = (np.maximum.accumulate(np.where(flag, place, 0)) for flag in (new, apart))
        tied = np.add.reduceat(times, np.flatnonzero(apart))[np.cumsum(apart) - 1]
        return account, draw, before[run] - before[start] + 1, tied

    def _total(self, part: np.ndarray, draws: np.ndarray, noise: np.random.Generator) -> np.ndarray:
        """Weighted utilities (accounts x draws)."""
        total, span = _product(self.lo[part], draws), self.span[part]
        for j in np.flatnonzero(span.any(axis=0)):
            loose = np.flatnonzero(span[:, j])
            chance = noise.random((len(loose), draws.shape[1]), dtype=np.float32)
            chance *= span[loose, j, None].astype(np.float32)
            chance *= draws[j]
            total[loose] += chance
        return total

    def by_kind(self, hits: np.ndarray) -> np.ndarray:
        """Mean of `hits` (accounts x anything) over accounts that are the same."""
        sums = np.zeros((self.kind.max() + 1, hits.shape[1]))
        np.add.at(sums, self.kind, hits)
        return sums / np.bincount(self.kind)[:, None]


def _blocks(
    weight: np.ndarray, concentration: float, draws: int, seed: int
) -> Iterator[tuple[np.ndarray, float, np.random.Generator]]:
    """Drawn weights (draws x criteria, single precision) block by block, nearest to the stated ones first; their greatest distance."""
    drawn = np.random.default_rng([seed, 0]).dirichlet(weight * concentration, draws)
    far = np.sqrt(((drawn - weight) ** 2 / weight).sum(axis=1))
    order = np.argsort(far, kind="stable")
    noise = np.random.default_rng([seed, 1])
    for start in range(0, draws, _DRAWS):
        part = order[start : start + _DRAWS]
        yield drawn[part].astype(np.float32), float(far[part[-1]]), noise


def _product(rows: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Rows times draws, in single precision."""
    left, step = rows.astype(np.float32), max(1, _ALONE // draws.size)
    total = np.empty((len(rows), draws.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), step):
        np.matmul(left[start : start + step], draws, out=total[start : start + step])
    return total


def _nth(total: np.ndarray, nth: int) -> np.ndarray:
    """The `nth` highest of each column, minus infinity where there are fewer."""
    if len(total) < nth:
        return np.full(total.shape[1], -np.inf, dtype=total.dtype)
    found: np.ndarray = np.partition(total, len(total) - nth, axis=0)[len(total) - nth]
    return found
