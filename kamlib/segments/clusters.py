"""Groups of accounts that behave alike, and the honest verdict "no structure" where there are none.

A grouping must hold still when it is made again from other draws of the same accounts, and must be clearer than any
found where no groups are: in permuted columns, and in one single cloud of the same covariance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from kamlib.errors import InputError
from kamlib.segments.cluster_features import FEATURES, behaviour, scale, stands_apart, usable
from kamlib.segments.cluster_methods import DENSE_ROWS, HDBSCAN, KMEANS, MIXTURE, bic, fit
from kamlib.segments.cluster_validity import NO_STRUCTURE, adjusted_rand, family_p, null_silhouettes, silhouettes
from kamlib.segments.cluster_validity import stability as still
from kamlib.stats.checks import one_row_each
from kamlib.stats.reasons import Reason
from kamlib.study.sections import FEWEST

#: accounts at most: for the silhouette, for the stability, for the nulls, and those a mixture is fitted to
JUDGED, DRAWN, NULL_ROWS, FITTED = 5_000, 2_000, 1_000, 100_000
SIGNIFICANCE = 0.01
COLUMNS = (
    *("method", "k", "silhouette", "error", "null", "p", "stability", "bic", "smallest", "grouped", "agreement"),
    *("passes", "chosen"),
)


@dataclass(frozen=True)
class Grouping:
    """What `cluster_accounts` found.

    accounts: customer_id, cluster (from 1, largest first; missing where apart or without structure), why and why_values (why
    apart).
    tried: one row per method and k, and one of HDBSCAN, which finds its own k: silhouette, error (its standard error), null
    (mean silhouette without groups), p (family-wise, the larger of both nulls), stability (of a mixture only where it could
    change the choice), bic, smallest, grouped (share of the accounts in a group), agreement (adjusted Rand index with the
    chosen one), passes, chosen. behaviour, features: of the accounts that took part, indexed by customer_id, in own units
    and scaled. verdict: how many groups by which method, or `NO_STRUCTURE`. notes: what was left out or judged on a sample.
    """

    accounts: pd.DataFrame
    tried: pd.DataFrame
    behaviour: pd.DataFrame
    features: pd.DataFrame
    verdict: Reason
    notes: list[Reason]

    @property
    def found(self) -> bool:
        return self.verdict.code != NO_STRUCTURE


def cluster_accounts(
    facts: pd.DataFrame,
    names: Sequence[str] = FEATURES,
    *,
    least: int = 2,
    most: int = 8,
    stability: float = 0.75,
    bootstraps: int = 20,
    nulls: int = 20,
    seed: int = 1,
) -> Grouping:
    """Group accounts by k-means, Gaussian mixture (k from `least` to `most`) and HDBSCAN, and keep the best that holds.

    Parameters
    ----------
    facts : DataFrame, one row per account at one date.
    names : columns of facts; firm traits describe clusters and do not belong here.
    stability : mean adjusted Rand index that cold refits on bootstrap draws must reach.
    bootstraps, nulls : how many draws, and how many copies of each null.
    seed : of every draw. Rows are put in the order of their values first, so neither ids nor row order matter.

    Returns
    -------
    Grouping
        Passing needs: silhouette above both nulls (family-wise p <= 1 %), `stability`, and no cluster below 1 % of the
        accounts or 5. k is that of the k-means that stands highest above its null; of those level within a standard
        error, the one whose mixture has the lowest BIC. At that k a mixture that passes too takes its place if its BIC is
        lower (long or tilted groups). HDBSCAN leaves accounts in no group, so it is chosen only where nothing else passes
        and it groups at least half. Judged on at most 5,000 accounts (nulls on 1,000), then fitted to all; HDBSCAN to
        30,000 at most, the others go with their nearest of these or stay in no group.

    References
    ----------
    The sources of each test stand in `kamlib.segments.cluster_validity`, of each method in `kamlib.segments.cluster_methods`.
    """
    import sklearn.cluster  # the limit below reaches only what is loaded
    import sklearn.mixture  # noqa: F401

    one_row_each(facts)
    if not 2 <= least <= most:
        raise InputError("clustering needs 2 <= least <= most", found=f"{least} and {most}")
    columns, notes = usable(facts, names)
    own_units = behaviour(facts, columns)
    x = scale(own_units)
    apart = stands_apart(facts, columns).reset_index(drop=True)
    accounts = pd.DataFrame(
        {"customer_id": facts["customer_id"].array, "cluster": pd.array([pd.NA] * len(apart), "Int64")}
    ).join(apart)
    nothing = Reason(NO_STRUCTURE)
    if len(x) < FEWEST.segmented or len(columns) < 2:
        notes.append(Reason("too_few_to_group", {"accounts": len(x), "features": len(columns)}))
        none = pd.DataFrame(columns=list(COLUMNS), dtype=float).astype({"method": str, "passes": bool, "chosen": bool})
        return Grouping(accounts, none, own_units, x, nothing, notes)
    order = _by_value(x.to_numpy())
    values = np.ascontiguousarray(x.to_numpy()[order])
    rng = np.random.default_rng(seed)
    judged = _sample(values, JUDGED, rng)
    if len(values) > DRAWN:
        sample = {"judged": len(judged), "drawn": DRAWN, "accounts": len(values)}
        notes.append(Reason("judged_on_a_sample", sample))
    with threadpool_limits(1):  # many small fits: threads would only wait for each other
        tried, model = _try_all(judged, range(least, most + 1), stability, bootstraps, nulls, rng)
    if model is None:
        return Grouping(accounts, tried, own_units, x, nothing, notes)
    method, k = tried.loc[tried["chosen"], ["method", "k"]].to_numpy()[0]
    if len(judged) < len(values):
        fitted = _sample(values, {KMEANS: len(values), MIXTURE: FITTED, HDBSCAN: DENSE_ROWS}[method], rng)
        model = fit(method, k, fitted, seed, like=model)
        if len(fitted) < len(values):
            notes.append(Reason("formed_from_a_sample", {"fitted": len(fitted)}))
    labels = model.predict(values)
    sizes = np.bincount(labels[labels >= 0])
    rank = np.argsort(np.argsort(-sizes, kind="stable"))
    place = np.flatnonzero(apart["why"] == "")[order]
    accounts.loc[place, "cluster"] = pd.array(rank[labels] + 1, "Int64")
    accounts.loc[place[labels < 0], "cluster"] = pd.NA
    accounts.loc[place[labels < 0], "why"] = "far_from_every_group"
    verdict = Reason("groups_found", {"groups": len(sizes), "method": method})
    return Grouping(accounts, tried, own_units, x, verdict, notes)


def compared(tried: pd.DataFrame) -> pd.DataFrame:
    """The methods side by side: the rows of `tried` at the chosen number of groups, or at each one's clearest, and HDBSCAN's."""
    clearest = tried.groupby("method", sort=False)["silhouette"].transform("max").eq(tried["silhouette"])
    chosen = tried.loc[tried["chosen"] & (tried["method"] != HDBSCAN), "k"]
    same = tried["k"].isin(chosen) if len(chosen) else clearest
    return tried[same & (tried["method"] != HDBSCAN) | (tried["method"] == HDBSCAN)].reset_index(drop=True)


def _try_all(
    values: np.ndarray, ks: Sequence[int], stability: float, bootstraps: int, nulls: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, Any]:
    """Every method and k on the judged rows, and the model of the chosen one, None if nothing passes."""
    from sklearn.metrics import pairwise_distances

    ks = [k for k in ks if k <= len(values) // 5]
    small, some = _sample(values, NULL_ROWS, rng), _sample(values, DRAWN, rng)
    round_null = null_silhouettes(partial(fit, KMEANS), ks, small, nulls, rng)
    dense_null = null_silhouettes(partial(fit, HDBSCAN), [0], small, nulls, rng)
    distances = pairwise_distances(values.astype(np.float32))
    few = distances if len(small) == len(values) else pairwise_distances(small.astype(np.float32))
    rows: list[dict[str, Any]] = []
    models, placed = [], []
    for method, k in [*((m, k) for m in (KMEANS, MIXTURE) for k in ks), (HDBSCAN, 0)]:
        null, at = (dense_null, 0) if method == HDBSCAN else (round_null, ks.index(k))
        model = fit(method, k, values, int(rng.integers(2**31)), starts=10)
        labels = model.predict(values)
        on_few = fit(method, k, small, 0).predict(small) if method == HDBSCAN else model.predict(small)
        seen = float(silhouettes(few, on_few).mean())
        each = silhouettes(distances, labels)
        models.append(model)
        placed.append(labels)
        rows.append(
            {
                "method": method,
                "k": k or int(labels.max()) + 1,
                "silhouette": float(each.mean()),
                "error": float(each.std(ddof=1) / np.sqrt(len(each))),
                "null": max(float(scores[:, at].mean()) for scores in null),
                "p": max(family_p(seen, at, scores) for scores in null),
                "stability": np.nan,
                "bic": bic(model, values, labels),
                "smallest": int(np.bincount(labels[labels >= 0], minlength=max(k, 1)).min()),
                "grouped": float((labels >= 0).mean()),
                "agreement": np.nan,
                "passes": False,
                "chosen": False,
            }
        )
    tried = pd.DataFrame(rows, columns=list(COLUMNS))
    clear = (tried["p"] <= SIGNIFICANCE) & (tried["smallest"] >= max(5, 0.01 * len(values))) & (tried["grouped"] >= 0.5)

    def judge(at: int) -> None:
        method, k = rows[at]["method"], rows[at]["k"]
        held = still(partial(fit, method), k, some, models[at].predict(some), bootstraps, rng)
        tried.loc[at, "stability"] = held
        tried.loc[at, "passes"] = bool(clear[at]) and held >= stability

    for at in range(len(ks)):
        judge(at)
    best = _clearest(tried)
    mixtures = tried[clear & (tried["method"] == MIXTURE)].sort_values("silhouette", ascending=False).index
    for at in mixtures if best is None else mixtures.intersection([best + len(ks)]):
        judge(at)
        if tried.loc[at, "passes"]:
            if best is None or tried.loc[at, "bic"] < tried.loc[best, "bic"]:
                best = at
            break
    if rows[-1]["k"] > 1:
        judge(len(rows) - 1)
        if best is None and tried["passes"].iloc[-1]:
            best = len(rows) - 1
    if best is None:
        return tried, None
    tried["chosen"] = tried.index == best
    tried["agreement"] = [adjusted_rand(placed[best], labels) for labels in placed]
    return tried, models[best]


def _clearest(tried: pd.DataFrame) -> int | None:
    """The k-means that stands highest above its null and passes; of those level with it, the k whose mixture has the lower BIC."""
    good = tried[tried["passes"]]
    if good.empty:
        return None
    above = good["silhouette"] - good["null"]
    level = good[above >= above.max() - np.sqrt(2) * good.loc[above.idxmax(), "error"]]
    mixture = tried[tried["method"] == MIXTURE].set_index("k")["bic"]
    return int(level["k"].map(mixture).idxmin())


def _by_value(values: np.ndarray) -> np.ndarray:
    """An order of the rows that depends on nothing but their values: by a mean of the columns, then by each of them."""
    key = (values * np.sqrt(np.arange(2, 2 + values.shape[1]))).sum(axis=1)
    order = np.argsort(key)
    return np.lexsort([*values.T, key]) if (np.diff(key[order]) == 0).any() else order


def _sample(values: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    if len(values) <= most:
        return values
    return values[np.sort(rng.choice(len(values), most, replace=False))]
