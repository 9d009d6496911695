"""k-means of many small tables at once: every start of every table takes its steps side by side with the others.

A library's k-means takes one table a call, and at a thousand rows the call costs more than the sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_STEPS, _STILL = 300, 1e-4  # at most; squared way of the centres, in mean variances, that ends them
_CELLS, _ROWS = 100_000, 50_000  # of rows x centres at once, and rows of a large table: they fit in a processor's cache


@dataclass(frozen=True)
class KMeans:
    """Each row belongs to the nearest of the `centres` (k x features)."""

    centres: np.ndarray

    def predict(self, values: np.ndarray) -> np.ndarray:
        nearest: np.ndarray = (values @ self.centres.T - (self.centres**2).sum(axis=1) / 2).argmax(axis=1)
        return nearest


def kmeans(tables: np.ndarray, k: int, seeds: Sequence[int], starts: int) -> list[KMeans]:
    """The best of so many cold starts for each of `tables` (tables x rows x features), a seed each."""
    centres, squares = ends(tables, k, seeds, starts)
    level = squares <= squares.min(axis=1, keepdims=True) * (1 + 1e-9)  # the first of those that are the same
    return [KMeans(each[at]) for each, at in zip(centres, level.argmax(axis=1), strict=True)]


def ends(tables: np.ndarray, k: int, seeds: Sequence[int], starts: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each cold start ends: centres (tables x starts x k x features), and the squared distances from them.

    References
    ----------
    Arthur & Vassilvitskii (2007), k-means++, SODA; Lloyd (1982), Least squares quantization in PCM, IEEE Transactions on
    Information Theory 28. Draws are those of scikit-learn's `KMeans`, and so are its rules of when to stop.
    """
    found, block = [], max(1, _CELLS // (starts * k * tables.shape[1]))
    for at in range(0, len(tables), block):
        middle = tables[at : at + block].mean(axis=1, keepdims=True)
        rows = tables[at : at + block] - middle
        centres, squares = _settled(rows, _drawn(rows, k, seeds[at : at + block], starts))
        found.append((centres + middle[:, None], squares))
    centres, squares = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return centres, squares


def kmeans_from(start: KMeans, values: np.ndarray) -> KMeans:
    """k-means of one table from the centres of another."""
    middle = values.mean(axis=0)
    return KMeans(_settled((values - middle)[None], (start.centres - middle)[None, None])[0][0, 0] + middle)


def _drawn(rows: np.ndarray, k: int, seeds: Sequence[int], starts: int) -> np.ndarray:
    """First centres (tables x starts x k x features): rows far from those before, the best of a few draws each."""
    tables, n, _ = rows.shape
    tries = 2 + int(np.log(k))
    chance = np.array([np.random.RandomState(seed).random_sample((starts, 1 + (k - 1) * tries)) for seed in seeds])
    table, columns, size = np.arange(tables)[:, None], rows.transpose(0, 2, 1), (rows**2).sum(axis=2)

    def away(chosen: np.ndarray) -> np.ndarray:
        """Squared distances of all rows from those chosen (tables x any number)."""
        far: np.ndarray = -2 * rows[table, chosen] @ columns
        far += size[:, None]
        far += size[table, chosen][..., None]
        np.maximum(far, 0, out=far)
        return far

    places = [np.minimum((chance[..., 0] * n).astype(int), n - 1)]
    least = away(places[0])
    for step in chance[..., 1:].reshape(tables, starts, k - 1, tries).transpose(2, 0, 1, 3):
        sums = least.cumsum(axis=2)
        aims = step * sums[..., -1:]
        drawn = [np.searchsorted(*pair) for pair in zip(sums.reshape(-1, n), aims.reshape(-1, tries), strict=True)]
        chosen = np.minimum(np.reshape(drawn, (tables, -1)), n - 1)
        left = np.minimum(away(chosen).reshape(tables, starts, tries, n), least[:, :, None])
        best = left.sum(axis=3).argmin(axis=2)[..., None]
        least = np.take_along_axis(left, best[..., None], axis=2)[:, :, 0]
        places.append(np.take_along_axis(chosen.reshape(tables, starts, tries), best, axis=2)[..., 0])
    first: np.ndarray = rows[table[..., None], np.stack(places, axis=2)]
    return first


def _settled(rows: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the centres (tables x starts x k x features) end, and the squared distances from there (tables x starts)."""
    tables, starts, k, features = centres.shape
    rows = np.concatenate([rows, np.ones((*rows.shape[:2], 1))], axis=2)
    table = np.repeat(np.arange(tables), starts)
    still = _STILL * rows[..., :-1].var(axis=1).mean(axis=1)[table]
    end = centres.reshape(-1, k, features).copy()
    moving, own = np.arange(len(end)), rows[table]
    for _ in range(_STEPS):
        before = end[moving]
        sums, _ = _nearest(own, before)
        after = sums[..., :-1] / np.maximum(sums[..., -1:], 1)
        end[moving] = after
        moves = ((after - before) ** 2).sum(axis=(1, 2)) > still[moving]
        if not moves.any():
            break
        if not moves.all():
            moving, own = moving[moves], own[moves]
    squares = (rows[..., :-1] ** 2).sum(axis=(1, 2))[table] - 2 * _nearest(rows[table], end)[1].sum(axis=1)
    return end.reshape(centres.shape), squares.reshape(tables, starts)


def _nearest(rows: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the rows nearest to each centre, their last column a count; and of each row what grows as its centre comes nearer.

    A centre without rows takes the row that lies farthest from its own.
    """
    ahead = np.concatenate([centres, -(centres**2).sum(axis=2, keepdims=True) / 2], axis=2)
    sums, best = np.zeros(ahead.shape), np.empty(rows.shape[:2])
    for at in range(0, rows.shape[1], _ROWS):
        part = rows[:, at : at + _ROWS]
        near = ahead @ part.transpose(0, 2, 1)
        top = near.max(axis=1, out=best[:, at : at + _ROWS])
        mine = near == top[:, None]
        if np.count_nonzero(mine) > top.size:  # as near to two: it is the first one's
            mine &= mine.cumsum(axis=1) == 1
        sums += mine.astype(float) @ part
    for start in np.flatnonzero((sums[..., -1] == 0).any(axis=1)):
        far = (rows[start, :, :-1] ** 2).sum(axis=1) - 2 * best[start]
        empty = np.flatnonzero(sums[start, :, -1] == 0)
        for centre, row in zip(empty, np.argsort(-far, kind="stable"), strict=False):
            sums[start, (ahead[start] @ rows[start, row]).argmax()] -= rows[start, row]
            sums[start, centre] = rows[start, row]
    return sums, best
