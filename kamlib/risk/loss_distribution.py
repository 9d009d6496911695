"""What a year of losses may cost: who stops is drawn many times, customers of one industry together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.stats.checks import one_row_each
from kamlib.stats.reasons import waiting

LEVEL = 0.95
GIANTS_AT = (0.01, 0.02, 0.04, 0.06, 0.10)
CORRELATIONS = (0.0, 0.1, 0.3)
_BLOCK = 256  # customers drawn at once: with 10,000 draws 10 MB of single precision
_FIGURES = ["mean", "var_95", "expected_shortfall", "p_result_below_zero", "p_cash_below_zero"]


@dataclass(frozen=True)
class Draws:
    """How a year of losses is drawn.

    correlation : ρ of two customers of one industry, 0 to below 1.
    spread : standard deviation of the logarithm of a year's money (`kamlib.risk.year_ahead.spread_of_years`).
    """

    correlation: float = 0.1
    spread: float = 0.0
    draws: int = 10_000
    seed: int = 1


def loss_draws(customers: pd.DataFrame, how: Draws = Draws()) -> np.ndarray:
    """The contribution lost within a year in each of so many draws.

    A customer stops where √ρ · (factor of its industry) + √(1 - ρ) · (its own) lies below the normal quantile of p: one factor an
    industry, a Gaussian copula. When it stops is uniform over the year; lost is its contribution of the rest of it, times a
    lognormal with mean 1 and `how.spread`.

    Parameters
    ----------
    customers : DataFrame, one row per customer
        customer_id, industry, p_year (0 to 1), contribution (of 12 months, study currency).

    Returns
    -------
    array of as many amounts as there are draws; empty without customers.

    References
    ----------
    Vasicek (2002), The Distribution of Loan Portfolio Value, Risk 15(12); Li (2000), Journal of Fixed Income 9(4).
    """
    if customers.empty:
        return np.empty(0)
    lost = np.zeros(how.draws)
    for _, draw, amount in _drawn(_checked(customers, how), how):
        lost += np.bincount(draw, weights=amount, minlength=how.draws)
    return lost


def shortfall_by_customer(customers: pd.DataFrame, lost: np.ndarray, how: Draws = Draws()) -> pd.DataFrame:
    """Whose the expected shortfall is: E[Lᵢ | L ≥ VaR], which add up to it.

    Parameters
    ----------
    customers, how : as they were given to `loss_draws`, which made `lost`.

    Returns
    -------
    DataFrame, the largest first
        customer_id, industry, p_year, contribution, expected_loss (Σ of them is the mean), shortfall (Σ is the expected shortfall), share_of_shortfall (below
        0 for who costs more than it brings).

    References
    ----------
    Tasche (1999), Risk contributions and performance measurement; Acerbi & Tasche (2002), Journal of Banking & Finance 26(7).
    """
    columns = ["customer_id", "industry", "p_year", "contribution"]
    if customers.empty:
        return waiting([*columns, "expected_loss", "shortfall", "share_of_shortfall"], "no_chance_of_stopping")
    tail = lost >= np.quantile(lost, LEVEL)
    mean, worst = np.zeros(len(customers)), np.zeros(len(customers))
    for who, draw, amount in _drawn(customers, how):
        mean += np.bincount(who, weights=amount, minlength=len(customers))
        worst += np.bincount(who, weights=amount * tail[draw], minlength=len(customers))
    total = worst.sum()
    table = customers[columns].assign(
        expected_loss=mean / len(lost),
        shortfall=worst / tail.sum(),
        share_of_shortfall=worst / (total if total > 0 else np.nan),
    )
    return table.sort_values(["shortfall", "customer_id"], ascending=[False, True], ignore_index=True)


def figures_of(lost: np.ndarray, results: pd.DataFrame, opening_cash: float | None = None) -> pd.DataFrame:
    """Mean, VaR 95, expected shortfall and the chances that the year ends below zero, a row for each reading of hours.

    Parameters
    ----------
    lost : `loss_draws`.
    results : `kamlib.risk.monthly_result`; without rows both chances are missing.

    Returns
    -------
    DataFrame: hours_are, mean, var_95 (95 % of the draws lose less), expected_shortfall (mean of the draws from there on),
    p_result_below_zero (12 months' result less the loss), p_cash_below_zero (the same added to the opening cash).
    """
    if not len(lost):
        return waiting(["hours_are", *_FIGURES], "no_chance_of_stopping")
    var = float(np.quantile(lost, LEVEL))
    told = {"mean": lost.mean(), "var_95": var, "expected_shortfall": lost[lost >= var].mean()}
    rows = results[["hours_are", "result"]] if len(results) else pd.DataFrame({"hours_are": [None], "result": [np.nan]})
    table = rows.assign(**told)
    cash = np.nan if opening_cash is None else opening_cash
    for name, start in (("p_result_below_zero", 0.0), ("p_cash_below_zero", cash)):
        left = start + 12 * table["result"].to_numpy()[:, None] - lost
        table[name] = np.where(np.isnan(left).any(axis=1), np.nan, (left < 0).mean(axis=1))
    return table[["hours_are", *_FIGURES]].reset_index(drop=True)


def by_correlation(
    customers: pd.DataFrame, results: pd.DataFrame, opening_cash: float | None = None, how: Draws = Draws()
) -> pd.DataFrame:
    """`figures_of` for each of `CORRELATIONS` and that of `how`: correlation and its columns."""
    if customers.empty:
        return waiting(["correlation", "hours_are", *_FIGURES], "no_chance_of_stopping")
    tried = sorted({*CORRELATIONS, how.correlation})
    drawn = {rho: loss_draws(customers, replace(how, correlation=rho)) for rho in tried}
    parts = [figures_of(lost, results, opening_cash).assign(correlation=rho) for rho, lost in drawn.items()]
    return pd.concat(parts, ignore_index=True)[["correlation", "hours_are", *_FIGURES]]


def over_giants(customers: pd.DataFrame, giants: pd.Index, how: Draws = Draws()) -> pd.DataFrame:
    """How far the bad year lies from the mean, by the chance that each giant stops: of few customers nobody knows it well.

    Returns
    -------
    DataFrame: p_year (of each of `giants`), customers (giants), mean, var_95, above_mean (VaR less mean), expected_shortfall.
    """
    columns = ["p_year", "customers", "mean", "var_95", "above_mean", "expected_shortfall"]
    large = customers["customer_id"].isin(giants)
    if not large.any():
        return waiting(columns, "no_giant_to_move")
    rows = []
    for chance in GIANTS_AT:
        lost = loss_draws(customers.assign(p_year=customers["p_year"].mask(large, chance)), how)
        found = figures_of(lost, pd.DataFrame()).iloc[0]
        told = {name: found[name] for name in ("mean", "var_95", "expected_shortfall")}
        rows.append(
            {"p_year": chance, "customers": int(large.sum()), **told, "above_mean": found["var_95"] - found["mean"]}
        )
    return pd.DataFrame(rows)[columns]


def _checked(customers: pd.DataFrame, how: Draws) -> pd.DataFrame:
    one_row_each(customers, ["industry", "p_year", "contribution"])
    wrong = ~customers["p_year"].between(0, 1) | ~np.isfinite(customers["contribution"].astype(float))
    if wrong.any():
        raise InputError(
            "a loss can't be drawn without a chance from 0 to 1 and a contribution",
            found=some(customers.loc[wrong, "customer_id"]),
            remedy="Leave these customers out, and say so.",
        )
    if not 0 <= how.correlation < 1:
        raise InputError("no such correlation", found=how.correlation, remedy="Give 0 or more, and less than 1.")
    return customers


def _drawn(customers: pd.DataFrame, how: Draws) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Who stops in which draw, and what is lost by it, in blocks of customers; the same seed draws the same again."""
    from scipy.special import ndtri

    code, names = pd.factorize(customers["industry"])
    common = np.random.default_rng([how.seed, 0]).standard_normal((len(names), how.draws), dtype=np.float32)
    limit = ndtri(customers["p_year"].to_numpy(dtype=float)).astype(np.float32)
    money = customers["contribution"].to_numpy(dtype=float)
    for start in range(0, len(customers), _BLOCK):
        rng, part = np.random.default_rng([how.seed, 1, start]), slice(start, start + _BLOCK)
        latent = rng.standard_normal((len(code[part]), how.draws), dtype=np.float32) * np.float32(
            np.sqrt(1 - how.correlation)
        )
        latent += np.float32(np.sqrt(how.correlation)) * common[code[part]]
        who, draw = np.nonzero(latent < limit[part, None])
        rest = rng.random(len(who))
        size = np.exp(how.spread * rng.standard_normal(len(who)) - how.spread**2 / 2)
        yield start + who, draw, money[start + who] * rest * size
