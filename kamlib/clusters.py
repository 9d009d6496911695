"""Groups of accounts that behave alike, and the honest verdict "no structure" where there are none.

A grouping must hold still when it is made again from other draws of the same accounts, and must be clearer than any
found where no groups are: in permuted columns, and in one single cloud of the same covariance.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from kamlib.checks import one_row_each
from kamlib.errors import InputError
from kamlib.structure import NO_STRUCTURE, family_p, null_silhouettes, silhouettes
from kamlib.structure import stability as still

FEATURES = ("order_days_24m", "margin_24m", "gap_median", "categories_24m", "average_order")
FEWEST = 30
JUDGED = 5_000
NULL_ROWS = 1_000
SIGNIFICANCE = 0.01
#: quartile ranges; a mixture's group is no thinner, or a feature in whole numbers would make groups without width
THINNEST = 0.15
METHODS = ("k-means", "Gaussian mixture")


@dataclass(frozen=True)
class Grouping:
    """What `group` found.

    accounts: account_id, cluster (from 1, largest first; missing where apart or without structure), why (why apart).
    tried: one row per method and k: silhouette, error (its standard error), null (mean silhouette without groups), p
    (family-wise, the larger of both nulls), stability (of a mixture only where it could change the choice), bic,
    smallest, passes, chosen. behaviour, features: of the accounts that took part, indexed by account_id, in own units
    and scaled. verdict, notes: in words.
    """

    accounts: pd.DataFrame
    tried: pd.DataFrame
    behaviour: pd.DataFrame
    features: pd.DataFrame
    verdict: str
    notes: list[str]

    @property
    def found(self) -> bool:
        return self.verdict != NO_STRUCTURE


def usable(facts: pd.DataFrame, names: Sequence[str] = FEATURES) -> tuple[list[str], list[str]]:
    """The columns that can stand for the wanted features, and notes on what was replaced or left out.

    A 24-month window that was not observed gives way to 12 months, a margin nobody knows to revenue; what then is
    still unknown, or the same for all, is left out.
    """
    columns, notes = [], []
    for name in names:
        options = [name, name.replace("_24m", "_12m"), name.replace("margin", "revenue")]
        options.append(options[1].replace("margin", "revenue"))
        if not any(option in facts for option in options):
            raise InputError("no such column of facts for clustering", found=name, remedy="Mend clustering.features.")
        known = next((o for o in options if o in facts and facts[o].notna().any()), None)
        if known is None or facts[known].nunique() < 2:
            notes.append(f"{name} is left out: " + ("unknown" if known is None else "the same for all"))
        elif known not in columns:
            columns.append(known)
            if known != name:
                notes.append(f"{known} stands for {name}")
    return columns, notes


def behaviour(facts: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The features in their own units, of the accounts that know all of them and ordered in the window.

    Order days and money of a window become sums a year of buying: over the part of the window between the account's first
    and last order, at least a quarter of a year. Else the groups would only be the new, the old and the gone.

    Returns
    -------
    DataFrame indexed by account_id; a yearly column ends in ``_a_year`` instead of its window.
    """
    part = _takes_part(facts, columns).eq("")
    x = facts.loc[part, list(columns)].astype("float64").set_axis(facts.loc[part, "account_id"], axis=0)
    for name in columns:
        if found := re.fullmatch(r"(order_days|revenue|margin|returns)_(\d+)m", name):
            window = int(found[2]) * 365.25 / 12
            bought = facts.loc[part, "tenure_days"].clip(upper=window) - facts.loc[part, "silence_days"]
            years = bought.clip(lower=365.25 / 4) / 365.25
            x[name] = x[name] / years.to_numpy()
            x = x.rename(columns={name: f"{found[1]}_a_year"})
    return x


def scale(x: pd.DataFrame) -> pd.DataFrame:
    """Features on a log scale, robustly scaled: ``sign(x) log(1 + |x| / s)``, less its median, by its quartile range.

    s is the 5th percentile of the column's positive values, so units and currencies do not matter. A column without
    quartile range is divided by its standard deviation.
    """
    if x.empty:
        return x
    unit = x.where(x > 0).quantile(0.05).fillna(1.0)
    logged = pd.DataFrame(np.sign(x) * np.log1p(x.abs() / unit))
    spread = logged.quantile(0.75) - logged.quantile(0.25)
    spread = spread.where(spread > 1e-9, logged.std(ddof=0)).where(lambda s: s > 1e-9, 1.0)
    return ((logged - logged.median()) / spread).round(9)


def group(
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
    """Group accounts by k-means and by Gaussian mixture, for k from `least` to `most`, and keep the best that holds.

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
        lower (long or tilted groups). Judged on at most 5,000 accounts (nulls on 1,000), then fitted to all.

    References
    ----------
    The sources of each test stand in `kamlib.structure`.
    """
    import sklearn.cluster  # the limit below reaches only what is loaded
    import sklearn.mixture  # noqa: F401
    from threadpoolctl import threadpool_limits

    one_row_each(facts)
    if not 2 <= least <= most:
        raise InputError("clustering needs 2 <= least <= most", found=f"{least} and {most}")
    columns, notes = usable(facts, names)
    own_units = behaviour(facts, columns)
    x = scale(own_units)
    why = _takes_part(facts, columns)
    accounts = pd.DataFrame({"account_id": facts["account_id"], "cluster": pd.array([pd.NA] * len(facts), "Int64")})
    accounts["why"] = why.to_numpy()
    tried = _no_rows()
    if len(x) < FEWEST or len(columns) < 2:
        notes.append(f"{len(x)} accounts and {len(columns)} features are too few to look for groups")
        return Grouping(accounts, tried, own_units, x, NO_STRUCTURE, notes)
    order = np.lexsort(x.to_numpy().T[::-1])
    values = np.ascontiguousarray(x.to_numpy()[order])
    rng = np.random.default_rng(seed)
    judged = _sample(values, JUDGED, rng)
    if len(judged) < len(values):
        notes.append(f"k and stability are judged on {len(judged):,} of {len(values):,} accounts")
    with threadpool_limits(1):  # many small fits: threads would only wait for each other
        tried, model = _try_all(judged, range(least, most + 1), stability, bootstraps, nulls, rng)
    if model is None:
        return Grouping(accounts, tried, own_units, x, NO_STRUCTURE, notes)
    method, k = tried.loc[tried["chosen"], ["method", "k"]].to_numpy()[0]
    if len(judged) < len(values):
        model = _fit(method, k, values, seed, like=model)
    labels = model.predict(values)
    rank = np.argsort(np.argsort(-np.bincount(labels, minlength=k), kind="stable"))
    cluster = pd.Series(rank[labels] + 1, index=x.index[order])
    accounts["cluster"] = accounts["account_id"].map(cluster).astype("Int64")
    return Grouping(accounts, tried, own_units, x, f"{k} groups by {method}", notes)


def _try_all(
    values: np.ndarray, ks: Sequence[int], stability: float, bootstraps: int, nulls: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, Any]:
    """Every method and k on the judged rows, and the model of the chosen one, None if nothing passes."""
    from sklearn.metrics import pairwise_distances

    ks = [k for k in ks if k <= len(values) // 5]
    small = _sample(values, NULL_ROWS, rng)
    null = null_silhouettes(partial(_fit, METHODS[0]), ks, small, nulls, rng)
    distances = pairwise_distances(values.astype(np.float32))
    few = distances if len(small) == len(values) else pairwise_distances(small.astype(np.float32))
    rows, models = [], []
    for method in METHODS:
        for at, k in enumerate(ks):
            model = _fit(method, k, values, int(rng.integers(2**31)), starts=10)
            labels = model.predict(values)
            seen = float(silhouettes(few, model.predict(small)).mean())
            each = silhouettes(distances, labels)
            models.append(model)
            rows.append(
                {
                    "method": method,
                    "k": k,
                    "silhouette": float(each.mean()),
                    "error": float(each.std(ddof=1) / np.sqrt(len(each))),
                    "null": max(float(scores[:, at].mean()) for scores in null),
                    "p": max(family_p(seen, at, scores) for scores in null),
                    "stability": np.nan,
                    "bic": _bic(model, values, labels),
                    "smallest": int(np.bincount(labels, minlength=k).min()),
                    "passes": False,
                    "chosen": False,
                }
            )
    tried = pd.DataFrame(rows)
    clear = (tried["p"] <= SIGNIFICANCE) & (tried["smallest"] >= max(5, 0.01 * len(values)))

    def judge(at: int) -> None:
        method, k = METHODS[at // len(ks)], ks[at % len(ks)]
        held = still(partial(_fit, method), k, values, models[at].predict(values), bootstraps, rng)
        tried.loc[at, ["stability", "passes"]] = held, bool(clear[at]) and held >= stability

    for at in range(len(ks)):
        judge(at)
    best = _clearest(tried)
    mixtures = tried[clear & (tried["method"] != METHODS[0])].sort_values("silhouette", ascending=False).index
    for at in mixtures if best is None else mixtures.intersection([best + len(ks)]):
        judge(at)
        if tried.loc[at, "passes"]:
            if best is None or tried.loc[at, "bic"] < tried.loc[best, "bic"]:
                best = at
            break
    tried["chosen"] = tried.index == best
    return tried, None if best is None else models[best]


def _clearest(tried: pd.DataFrame) -> int | None:
    """The k-means that stands highest above its null and passes; of those level with it, the k whose mixture has the lower BIC."""
    good = tried[tried["passes"]]
    if good.empty:
        return None
    above = good["silhouette"] - good["null"]
    level = good[above >= above.max() - np.sqrt(2) * good.loc[above.idxmax(), "error"]]
    mixture = tried[tried["method"] == METHODS[1]].set_index("k")["bic"]
    return int(level["k"].map(mixture).idxmin())


def _fit(method: str, k: int, values: np.ndarray, seed: int, starts: int = 1, like: Any = None) -> Any:
    """A model with cold starts, or one that starts where the model `like` ended."""
    from sklearn.cluster import KMeans
    from sklearn.mixture import GaussianMixture

    if method == METHODS[0]:
        init = "k-means++" if like is None else like.cluster_centers_
        return KMeans(k, init=init, n_init=starts, random_state=seed).fit(values)
    more = {"n_init": max(1, starts // 2)}
    if like is not None:
        more = {"means_init": like.means_, "weights_init": like.weights_, "precisions_init": like.precisions_}
    return GaussianMixture(k, reg_covar=THINNEST**2, max_iter=200, random_state=seed, **more).fit(values)


def _bic(model: Any, values: np.ndarray, labels: np.ndarray) -> float:
    """Bayesian information criterion; k-means counts as a mixture of equal round clouds."""
    if hasattr(model, "bic"):
        return float(model.bic(values))
    n, d = values.shape
    k = len(model.cluster_centers_)
    variance = max(model.inertia_ / (n * d), 1e-12)
    shares = np.bincount(labels, minlength=k) / n
    likelihood = n * (shares[shares > 0] * np.log(shares[shares > 0])).sum()
    likelihood -= n * d / 2 * (np.log(2 * np.pi * variance) + 1)
    return float(-2 * likelihood + (k * d + k) * np.log(n))


def _takes_part(facts: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Why an account stays apart; empty where it takes part."""
    why = pd.Series("", index=facts.index)
    for name in columns:
        why = why.mask(why.eq("") & facts[name].isna(), f"{name} unknown")
        if name.startswith("order_days"):
            why = why.mask(facts[name].eq(0), "no order in the window")
    return why


def _sample(values: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    if len(values) <= most:
        return values
    return values[np.sort(rng.choice(len(values), most, replace=False))]


def _no_rows() -> pd.DataFrame:
    names = ["method", "k", "silhouette", "error", "null", "p", "stability", "bic", "smallest", "passes", "chosen"]
    return pd.DataFrame({name: [] for name in names})
