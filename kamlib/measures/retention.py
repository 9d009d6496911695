"""Which part of a year's money is there a year later: net and gross retention of one frozen cohort."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.measures.bridge import step_of
from kamlib.measures.noise import CHANGE, change
from kamlib.stats.reasons import reason_columns, waiting
from kamlib.study.periods import months_before

COHORTS = ("all", "without_joined", "without_large")
FEWEST = 10
"""Customers of a cohort from which on a share or an interval says something; the kit's own choice."""
LARGE = 0.10
"""Share of the money from which a customer is large (ASC 280-10-50-42, IFRS 8.34)."""
_DRAWS, _HEAD, _SEED = 2_000, 1_000, 0
_COLUMNS = (
    *("as_of", "cohort", "customers", "base_money", "nrr", "nrr_low", "nrr_high", "grr", "grr_low", "grr_high"),
    *("reason", "reason_values"),
)


def retention(pairs: pd.DataFrame, measure: str = "revenue") -> pd.DataFrame:
    """Net and gross retention of those who traded in the base year, at each date.

    NRR = Σ R₁ / Σ R₀ and GRR = Σ min(R₁, R₀) / Σ R₀ of one cohort, that is frozen at the end of its base year: new and returned customers are
    in neither, and GRR is never above 1 or NRR. NRR less 1 is what the steps joined to lost of the bridge make of the base year's money.

    Parameters
    ----------
    pairs : `kamlib.measures.bridge.year_pairs`.
    measure : revenue or margin.

    Returns
    -------
    DataFrame, a row for each date and cohort of `COHORTS` (all; without those who joined in the base year, whose first year was a part of one;
    without those with `LARGE` of the money of the last year or more)
        as_of, cohort, customers, base_money (their money in the base year), nrr, grr, and the ends of their 95 % intervals: customers are drawn with
        Poisson weights, so the interval holds what one more or one less of the large customers would do. Intervals are missing, with the
        reason, below `FEWEST` customers.

    References
    ----------
    Chamandy, Muralidharan, Najmi & Naidu (2012), Estimating uncertainty for massive data streams, Google Research: the Poisson bootstrap.
    """
    if pairs.empty:
        return pairs.reindex(columns=list(_COLUMNS))
    known = pairs.dropna(subset=[f"{measure}_before", f"{measure}_now"])
    if known.empty:
        return waiting(_COLUMNS, "too_few_margins")
    rows = []
    for day, base in known.groupby("as_of"):
        now = base[f"{measure}_now"]
        large = now >= LARGE * now.clip(lower=0).sum()
        inside = base["traded_before"].astype(bool)
        told = bool(base["joined_known"].all())
        others = inside & told & (step_of(base) != "joined")
        who = {"all": inside, "without_joined": others, "without_large": inside & ~large}
        for name in COHORTS:
            untold = name == "without_joined" and not told
            rows.append({"as_of": day, "cohort": name, "untold": untold} | _kept(base[who[name]], measure))
    table = pd.DataFrame(rows)
    n, base_money = table["customers"], table["base_money"]
    why = reason_columns(
        [
            (table["untold"], "joined_is_not_known", {}),
            (n == 0, "nobody_in_the_cohort", {}),
            (base_money <= 0, "no_money_in_the_base_year", {}),
            (n < FEWEST, "cohort_of_few", {"n": n, "least": FEWEST}),
        ]
    )
    return pd.concat([table, why], axis=1)[list(_COLUMNS)]


def against_a_year_ago(pairs: pd.DataFrame) -> pd.DataFrame:
    """Whether NRR and GRR of all, in revenue, are better than those of the same quarter a year before, customer by customer.

    Returns
    -------
    DataFrame, a row for each date that has one a year before it, and measure
        as_of, measure (nrr or grr) and the columns of `kamlib.measures.noise.change`.
    """
    columns = ["as_of", "measure", *CHANGE]
    days = sorted(pairs["as_of"].unique()) if len(pairs) else []
    by_day = {day: pairs[pairs["as_of"] == day].set_index("customer_id") for day in days}
    rows = []
    for day, ahead in by_day.items():
        earlier = by_day.get(months_before(day, 12))
        if earlier is None:
            continue
        cohorts = [table[table["traded_before"].astype(bool)] for table in (earlier, ahead)]
        base = [table["revenue_before"] for table in cohorts]
        for name in ("nrr", "grr"):
            kept = [table["revenue_now"] for table in cohorts]
            if name == "grr":
                kept = [np.minimum(now, before) for now, before in zip(kept, base, strict=True)]
            rows.append({"as_of": day, "measure": name, **change(kept[0], kept[1], (base[0], base[1]))})
    return pd.DataFrame(rows, columns=columns) if rows else waiting(columns, "no_quarter_a_year_before")


def _kept(cohort: pd.DataFrame, measure: str) -> dict[str, float]:
    """Both figures of a cohort with their intervals."""
    before, now = (cohort[f"{measure}_{end}"].to_numpy(float) for end in ("before", "now"))
    sums = np.column_stack([now, np.minimum(now, before), before])
    base = before.sum()
    told = {"customers": len(cohort), "base_money": base}
    values = sums.sum(axis=0) / base if base > 0 else np.full(3, np.nan)
    ends = np.full((2, 2), np.nan)
    if len(cohort) >= FEWEST and base > 0:
        drawn = _drawn(sums)
        drawn = drawn[drawn[:, 2] > 0]
        ends = np.quantile(drawn[:, :2] / drawn[:, 2:], [0.025, 0.975], axis=0)
    for place, name in enumerate(("nrr", "grr")):
        told |= {name: values[place], f"{name}_low": ends[0, place], f"{name}_high": ends[1, place]}
    return told


def _drawn(sums: np.ndarray) -> np.ndarray:
    """Sums of each column with Poisson weights of mean 1: a row a draw.

    The largest customers have weights of their own; the weighted sum of the others, of which none counts for much, is normal.
    """
    rng = np.random.default_rng(_SEED)
    order = np.lexsort([*sums.T, np.abs(sums).max(axis=1)])[::-1]
    head, rest = sums[order[:_HEAD]], sums[order[_HEAD:]]
    weights = rng.poisson(1.0, (_DRAWS, len(head))).astype(float)
    noise = rng.multivariate_normal(rest.sum(axis=0), rest.T @ rest, _DRAWS, method="eigh") if len(rest) else 0.0
    drawn: np.ndarray = weights @ head + noise
    return drawn
