"""Groups of accounts that behave alike, and the honest verdict "no structure" where there are none.

A grouping must hold still when it is made again from other draws of the same accounts, and must be clearer than any
found where no groups are: in permuted columns, and in one single cloud of the same covariance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from kamlib.segments.cluster_features import behaviour, scale, stands_apart, usable
from kamlib.segments.cluster_methods import KMEANS, METHODS, MIXTURE, bic, fit, fits
from kamlib.segments.cluster_validity import (
    NO_STRUCTURE,
    adjusted_rand,
    distances,
    family_p,
    null_silhouettes,
    silhouettes,
)
from kamlib.segments.cluster_validity import stability as still
from kamlib.stats.checks import one_row_each
from kamlib.stats.reasons import Reason, waiting
from kamlib.study.settings.sections import FEWEST, Clustering

#: accounts at most: for the silhouette, for the stability, for the nulls, and those a mixture is fitted to
JUDGED, DRAWN, NULL_ROWS, FITTED = 5_000, 2_000, 1_000, 100_000
SIGNIFICANCE = 0.01
COLUMNS = (
    *(
        "method",
        "k",
        "silhouette",
        "error",
        "null",
        "p",
        "stability",
        "bic",
        "smallest",
        "agreement",
        "passes",
        "chosen",
    ),
)


@dataclass(frozen=True)
class Grouping:
    """What `cluster_accounts` found.

    accounts: customer_id, cluster (from 1, largest first; missing where apart or without structure), why and why_values (why
    apart).
    tried: one row per method and k, none where there is too little to look for groups: silhouette, error (its standard error), null (mean silhouette without groups), p (family-wise,
    the larger of both nulls), stability (of a mixture only where it could change the choice), bic, smallest (accounts in the
    smallest group), agreement (adjusted Rand index with the chosen one), passes (missing where stability is), chosen. behaviour,
    features: of the accounts that took part, indexed by customer_id, in own units and scaled. verdict: how many groups by which method, or `NO_STRUCTURE`. notes: what was left out or judged on a sample.
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


def cluster_accounts(facts: pd.DataFrame, rules: Clustering | None = None, *, without: str | None = None) -> Grouping:
    """Group accounts by k-means and Gaussian mixture, for several numbers of groups k, and keep the best that holds.

    Parameters
    ----------
    facts : DataFrame, one row per account at one date.
    rules : the section `clustering` of a study; None: its defaults. features: columns of facts; firm traits describe clusters and do
        not belong there. least, most: the k that are tried. stability: mean adjusted Rand index that cold refits on bootstrap draws
        must reach. bootstraps, nulls: how many draws, and how many copies of each null. seed: of every draw; rows are put in
        the order of their values first, so neither ids nor row order matter.
    without : a feature that is left out.

    Returns
    -------
    Grouping
        Passing needs: silhouette above both nulls (family-wise p <= 1 %), `stability`, and no cluster below 1 % of the
        accounts or 5. k is that of the k-means that stands highest above its null; of those level within a standard
        error, the one whose mixture has the lowest BIC. At that k a mixture that passes too takes its place if its BIC is
        lower (long or tilted groups). Judged on at most 5,000 accounts (nulls on 1,000), then fitted to all; a mixture to
        100,000 at most.

    Raises
    ------
    InputError
        If an account stands twice, or a feature is no column of facts.

    References
    ----------
    The sources of each test stand in `kamlib.segments.cluster_validity`, of each method in `kamlib.segments.cluster_methods`.
    """
    import sklearn.mixture  # noqa: F401  the limit below reaches only what is loaded

    one_row_each(facts)
    rules = rules or Clustering()
    columns, notes = usable(facts, [name for name in rules.features if name != without])
    own_units = behaviour(facts, columns)
    x = scale(own_units)
    apart = stands_apart(facts, columns).reset_index(drop=True)
    accounts = pd.DataFrame(
        {"customer_id": facts["customer_id"].array, "cluster": pd.array([pd.NA] * len(apart), "Int64")}
    ).join(apart)
    nothing = Reason(NO_STRUCTURE)
    if len(x) < FEWEST.segmented or len(columns) < 2:
        none = waiting(COLUMNS, "too_few_to_group", customers=len(x), features=len(columns))
        none = none.astype({"passes": "boolean", "chosen": bool})
        return Grouping(accounts, none, own_units, x, nothing, notes)
    order = _by_value(x.to_numpy())
    values = np.ascontiguousarray(x.to_numpy()[order])
    rng = np.random.default_rng(rules.seed)
    judged = _sample(values, JUDGED, rng)
    if len(values) > DRAWN:
        sample = {"judged": len(judged), "drawn": DRAWN, "accounts": len(values)}
        notes.append(Reason("judged_on_a_sample", sample))
    with threadpool_limits(1):  # many small fits: threads would only wait for each other
        tried, model = _try_all(judged, rules, rng)
    if model is None:
        return Grouping(accounts, tried, own_units, x, nothing, notes)
    method, k = tried.loc[tried["chosen"], ["method", "k"]].to_numpy()[0]
    if len(judged) < len(values):
        fitted = _sample(values, FITTED if method == MIXTURE else len(values), rng)
        model = fit(method, k, fitted, rules.seed, like=model)
        if len(fitted) < len(values):
            notes.append(Reason("formed_from_a_sample", {"fitted": len(fitted)}))
    labels = model.predict(values)
    sizes = np.bincount(labels)
    rank = np.argsort(np.argsort(-sizes, kind="stable"))
    place = np.flatnonzero(apart["why"] == "")[order]
    accounts.loc[place, "cluster"] = pd.array(rank[labels] + 1, "Int64")
    verdict = Reason("groups_found", {"groups": len(sizes), "method": method})
    return Grouping(accounts, tried, own_units, x, verdict, notes)


def compared(tried: pd.DataFrame) -> pd.DataFrame:
    """The methods side by side: the rows of `tried` at the chosen number of groups, or at each one's clearest."""
    clearest = tried.groupby("method", sort=False)["silhouette"].transform("max").eq(tried["silhouette"])
    found: pd.DataFrame = tried[tried["k"].isin(tried.loc[tried["chosen"], "k"]) if tried["chosen"].any() else clearest]
    return found.reset_index(drop=True)


def _try_all(values: np.ndarray, rules: Clustering, rng: np.random.Generator) -> tuple[pd.DataFrame, Any]:
    """Every method and k on the judged rows, and the model of the chosen one, None if nothing passes."""
    ks = range(rules.least, min(rules.most, len(values) // 5) + 1)
    small, some = _sample(values, NULL_ROWS, rng), _sample(values, DRAWN, rng)
    nulls = null_silhouettes(partial(fits, KMEANS), ks, small, rules.nulls, rng)
    apart = distances(values)
    few = apart if len(small) == len(values) else distances(small)
    rows: list[dict[str, Any]] = []
    models, placed = [], []
    for method, (at, k) in product(METHODS, enumerate(ks)):
        model = fit(method, k, values, int(rng.integers(2**31)), starts=10)
        labels = model.predict(values)
        seen = float(silhouettes(few, model.predict(small)).mean())
        each = silhouettes(apart, labels)
        models.append(model)
        placed.append(labels)
        rows.append(
            {
                "method": method,
                "k": k,
                "silhouette": float(each.mean()),
                "error": float(each.std(ddof=1) / np.sqrt(len(each))),
                "null": max(float(scores[:, at].mean()) for scores in nulls),
                "p": max(family_p(seen, at, scores) for scores in nulls),
                "stability": np.nan,
                "bic": bic(model, values, labels),
                "smallest": int(np.bincount(labels, minlength=k).min()),
                "agreement": np.nan,
                "passes": False,
                "chosen": False,
            }
        )
    tried = pd.DataFrame(rows, columns=list(COLUMNS))
    clear = (tried["p"] <= SIGNIFICANCE) & (tried["smallest"] >= max(5, 0.01 * len(values)))

    def judge(at: int) -> None:
        method, k = rows[at]["method"], rows[at]["k"]
        held = still(partial(fits, method), k, some, models[at].predict(some), rules.bootstraps, rng)
        tried.loc[at, "stability"] = held
        tried.loc[at, "passes"] = bool(clear[at]) and held >= rules.stability

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
    tried["passes"] = tried["passes"].astype("boolean").where(tried["stability"].notna())
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
