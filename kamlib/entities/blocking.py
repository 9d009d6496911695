"""Which of many firms are worth comparing: pairs that share a key, instead of every account with every other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from kamlib.entities.firm_names import Name
from kamlib.entities.similarity import UNLIKE

WINDOW = 20  # of the accounts that share a key, each meets so many that follow it in order of name
_RARE, _SPELT = 4, 2  # so many of the rarest words of a name are keys; so many with each letter left out too
_LETTERS = range(4, 25)  # words of so many letters can be misspelt
_LIKE = 78  # likeness of the words of two names from which on they are worth a closer look
_CHUNK = 500_000


def candidate_pairs(names: Sequence[Name], marks: Sequence[Sequence[str]], rank: np.ndarray) -> np.ndarray:
    """Pairs of rows that share a key, each once.

    Keys are the whole name, its four rarest words, the two rarest with one letter left out (so that two words that
    differ by one letter added, lost, changed or swapped share a key), and every mark.

    Parameters
    ----------
    names : one a row.
    marks : lists of further keys, such as tax numbers, one a row; "" is none.
    rank : place of each row in order of name; it decides who meets whom where many share a key.

    Returns
    -------
    array of int, shape (pairs, 2)
        Rows, the smaller one first; sorted.

    References
    ----------
    Hernandez & Stolfo 1995, The merge/purge problem for large databases (the window of sorted neighbours).
    """
    found = [_by_words(names), *(_by_mark(f"{kind} ", mark) for kind, mark in enumerate([*_whole(names), *marks]))]
    key, row = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((rank[row], key))
    key, row = key[order], row[order]
    met = []
    for step in range(1, WINDOW + 1):
        same = key[:-step] == key[step:]
        if not same.any():
            break
        two = np.sort(np.column_stack([row[:-step][same], row[step:][same]]), axis=1)
        met.append(np.unique(two @ [len(names), 1]))
    if not met:
        return np.empty((0, 2), dtype=int)
    one, other = np.divmod(np.unique(np.concatenate(met)), len(names))
    pairs: np.ndarray = np.column_stack([one, other])[one != other]
    return pairs


def alike_at_first_sight(names: Sequence[Name], found: np.ndarray) -> np.ndarray:
    """Of each pair, whether its names are worth a closer look by `similarity.alike`: words in common, or letters."""
    seen = np.zeros(len(found), dtype=bool)
    for texts, scorer, least in (
        ([name.core for name in names], fuzz.token_ratio, _LIKE),
        ([name.strong for name in names], OSA.normalized_similarity, 1 - UNLIKE),
    ):
        every = np.array(texts, dtype=object)
        for start in range(0, len(found), _CHUNK):
            one, other = (every[rows] for rows in found[start : start + _CHUNK].T)
            seen[start : start + _CHUNK] |= process.cpdist(one, other, scorer=scorer, score_cutoff=least) > 0
    return seen


def _whole(names: Sequence[Name]) -> tuple[list[str], list[str]]:
    """Each name in one word: all of it in order of letters, and what is strong in it."""
    return ["".join((*sorted(name.words), *name.numbers)) for name in names], [name.strong for name in names]


def _by_mark(kind: str, marks: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Keys and rows of the marks that are given."""
    given = np.array([mark != "" for mark in marks], dtype=bool)
    return _hash([kind + mark for mark in marks])[given], np.flatnonzero(given)


def _by_words(names: Sequence[Name]) -> tuple[np.ndarray, np.ndarray]:
    """Keys and rows of the rarest words of each name."""
    words = pd.Series([name.words for name in names], dtype=object).explode().dropna()
    code, vocabulary = pd.factorize(words.to_numpy(), sort=True)
    row = words.index.to_numpy()
    order = np.lexsort((code, np.bincount(code)[code], row)) if len(code) else np.array([], dtype=int)
    code, row = code[order], row[order]
    place = np.arange(len(row)) - np.searchsorted(row, row)
    whole, misspelt = place < _RARE, place < _SPELT
    used, code_spelt = np.unique(code[misspelt], return_inverse=True)
    spelt = [_spelt(word) for word in vocabulary[used]]
    many = np.array([len(keys) for keys in spelt], dtype=int)
    count = many[code_spelt]
    first = np.cumsum(many) - many
    at = np.repeat(first[code_spelt] - np.cumsum(count) + count, count) + np.arange(count.sum())
    key = _hash([key for keys in spelt for key in keys])[at]
    return (
        np.concatenate([_hash(list(vocabulary))[code[whole]], key]),
        np.concatenate([row[whole], np.repeat(row[misspelt], count)]),
    )


def _spelt(word: str) -> list[str]:
    """The word with each of its letters left out."""
    return [word[:place] + word[place + 1 :] for place in range(len(word))] if len(word) in _LETTERS else []


def _hash(texts: list[str]) -> np.ndarray:
    return pd.util.hash_array(np.array(texts, dtype=object), categorize=False)
