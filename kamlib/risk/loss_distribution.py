"""What a year of losses may cost: who stops is drawn many times, customers of one industry together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.facts.worth import worth_column
from kamlib.stats.checks import one_row_each
from kamlib.stats.reasons import waiting
from kamlib.study.sections import FEWEST

YEAR = 365
LEVEL = 0.95
GIANTS_AT = (0.01, 0.02, 0.04, 0.06, 0.10)
CORRELATIONS = (0.0, 0.1, 0.3)
_BLOCK = 256  # customers drawn at once: with 10,000 draws 10 MB of single precision
_FIGURES = ["mean", "var_95", "expected_shortfall", "p_result_below_zero", "p_cash_below_zero"]


def chance_within(p: pd.Series, days: int, horizon_days: int, second_span: float | None = None) -> pd.Series:
    """The chance to stop within `days` from that within the horizon.

    1 - (1 - p)(1 - h), h the share that stops in a second span of as many days as are left, where the past tells it; else
    1 - (1 - p)^(days / H), the same chance in every span.
    """
    stays = 1 - p.astype(float)
    return 1 - (stays * (1 - second_span) if second_span is not None else stays ** (days / horizon_days))


def spread_of_years(facts: pd.DataFrame) -> float:
    """How far a year's money of those who stay lies from the year before it: the standard deviation of its logarithm, weighted by money.

    The year before is what was held to come, the last year what came: a block held out for each customer that brought money in both.

    Parameters
    ----------
    facts : one row per customer at one date: margin_12m and margin_24m, or the same of revenue.

    Returns
    -------
    float; 0 where fewer than `FEWEST.averaged` customers brought money in both years.
    """
    by = worth_column(facts, "24m").removesuffix("_24m")
    last = facts[f"{by}_12m"].astype(float)
    before = facts[f"{by}_24m"].astype(float) - last
    both = (last > 0) & (before > 0)
    if both.sum() < FEWEST.averaged:
        return 0.0
    change, weight = np.log(last[both] / before[both]), before[both]
    mean = float(np.average(change, weights=weight))
    return float(np.sqrt(np.average((change - mean) ** 2, weights=weight)))


def at_risk(exposure: pd.DataFrame, churn: pd.DataFrame, industry: pd.Series, horizon_days: int) -> pd.DataFrame:
    """Who may still be lost within a year, and with what: customer_id, industry, p_12m, contribution.

    Parameters
    ----------
    exposure : `kamlib.risk.exposures`.
    churn : customer_id, p_stopped, p_silent, of those not lost yet; P(no order) stands in where P(stopped) is not known.
    industry : by customer_id; those without one are an industry of their own.
    """
    chance = churn["p_stopped"].astype(float).fillna(churn["p_silent"].astype(float))
    table = churn[["customer_id"]].assign(p_12m=chance_within(chance, YEAR, horizon_days))
    table = table.merge(exposure[["customer_id", "contribution"]], on="customer_id", how="left")
    table.insert(1, "industry", table["customer_id"].map(industry).fillna(""))
    told = table[table["p_12m"].notna() & table["contribution"].notna() & table["contribution"].ne(0)]
    return told.reset_index(drop=True) if len(told) else waiting(list(table), "no_chance_of_stopping")


def loss_draws(
    customers: pd.DataFrame, *, correlation: float = 0.1, spread: float = 0.0, draws: int = 10_000, seed: int = 1
) -> np.ndarray:
    """The contribution lost within a year in each of so many draws.

    A customer stops where √ρ · (factor of its industry) + √(1 - ρ) · (its own) lies below the normal quantile of p: one factor an
    industry, a Gaussian copula. When it stops is uniform over the year; lost is its contribution of the rest of it, times a
    lognormal with mean 1 and standard deviation `spread` of the logarithm.

    Parameters
    ----------
    customers : DataFrame, one row per customer
        customer_id, industry, p_12m (0 to 1), contribution (of 12 months, study currency).
    correlation : ρ, 0 to below 1.

    Returns
    -------
    array of `draws` amounts

    References
    ----------
    Vasicek (2002), The Distribution of Loan Portfolio Value, Risk 15(12); Li (2000), Journal of Fixed Income 9(4).
    """
    lost = np.zeros(draws)
    for _, draw, amount in _drawn(_checked(customers, correlation), correlation, spread, draws, seed):
        lost += np.bincount(draw, weights=amount, minlength=draws)
    return lost


def shortfall_by_customer(
    customers: pd.DataFrame,
    lost: np.ndarray,
    *,
    correlation: float = 0.1,
    spread: float = 0.0,
    seed: int = 1,
) -> pd.DataFrame:
    """Whose the expected shortfall is: E[Lᵢ | L ≥ VaR], which add up to it.

    Parameters
    ----------
    customers, correlation, spread, seed : as they were given to `loss_draws`, which made `lost`.

    Returns
    -------
    DataFrame, the largest first
        customer_id, industry, p_12m, contribution, expected_loss (Σ of them is the mean), shortfall (Σ is the expected shortfall), share of it.

    References
    ----------
    Tasche (1999), Risk contributions and performance measurement; Acerbi & Tasche (2002), Journal of Banking & Finance 26(7).
    """
    tail = lost >= np.quantile(lost, LEVEL)
    mean, worst = np.zeros(len(customers)), np.zeros(len(customers))
    for who, draw, amount in _drawn(customers, correlation, spread, len(lost), seed):
        mean += np.bincount(who, weights=amount, minlength=len(customers))
        worst += np.bincount(who, weights=amount * tail[draw], minlength=len(customers))
    total = worst.sum()
    table = customers[["customer_id", "industry", "p_12m", "contribution"]].assign(
        expected_loss=mean / len(lost), shortfall=worst / tail.sum(), share=worst / (total if total > 0 else np.nan)
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
    DataFrame: hours, mean, var_95 (95 % of the draws lose less), expected_shortfall (mean of the draws from there on),
    p_result_below_zero (12 months' result less the loss), p_cash_below_zero (the same added to the opening cash).
    """
    var = float(np.quantile(lost, LEVEL))
    told = {"mean": lost.mean(), "var_95": var, "expected_shortfall": lost[lost >= var].mean()}
    rows = results[["hours", "result"]] if len(results) else pd.DataFrame({"hours": [None], "result": [np.nan]})
    table = rows.assign(**told)
    cash = np.nan if opening_cash is None else opening_cash
    for name, start in (("p_result_below_zero", 0.0), ("p_cash_below_zero", cash)):
        left = start + 12 * table["result"].to_numpy()[:, None] - lost
        table[name] = np.where(np.isnan(left).any(axis=1), np.nan, (left < 0).mean(axis=1))
    return table[["hours", *_FIGURES]].reset_index(drop=True)


def by_correlation(
    customers: pd.DataFrame,
    results: pd.DataFrame,
    opening_cash: float | None = None,
    *,
    correlations: Sequence[float] = CORRELATIONS,
    **settings: Any,
) -> pd.DataFrame:
    """`figures_of` for each correlation: correlation and its columns.

    Parameters
    ----------
    settings : spread, draws and seed of `loss_draws`.
    """
    if customers.empty:
        return waiting(["correlation", "hours", *_FIGURES], "no_chance_of_stopping")
    parts = [
        figures_of(loss_draws(customers, correlation=rho, **settings), results, opening_cash).assign(correlation=rho)
        for rho in correlations
    ]
    return pd.concat(parts, ignore_index=True)[["correlation", "hours", *_FIGURES]]


def over_giants(
    customers: pd.DataFrame, giants: pd.Index, *, chances: Sequence[float] = GIANTS_AT, **settings: Any
) -> pd.DataFrame:
    """How far the bad year lies from the mean, by the chance that each giant stops: of few customers nobody knows it well.

    Returns
    -------
    DataFrame: p_12m (of each of `giants`), customers (giants), mean, var_95, difference (VaR less mean), expected_shortfall.
    """
    columns = ["p_12m", "customers", "mean", "var_95", "difference", "expected_shortfall"]
    large = customers["customer_id"].isin(giants)
    if not large.any():
        return waiting(columns, "no_giant")
    rows = []
    for chance in chances:
        lost = loss_draws(customers.assign(p_12m=customers["p_12m"].mask(large, chance)), **settings)
        found = figures_of(lost, pd.DataFrame()).iloc[0]
        told = {name: found[name] for name in ("mean", "var_95", "expected_shortfall")}
        rows.append(
            {"p_12m": chance, "customers": int(large.sum()), **told, "difference": found["var_95"] - found["mean"]}
        )
    return pd.DataFrame(rows)[columns]


def _checked(customers: pd.DataFrame, correlation: float) -> pd.DataFrame:
    one_row_each(customers, ["industry", "p_12m", "contribution"])
    wrong = ~customers["p_12m"].between(0, 1) | ~np.isfinite(customers["contribution"].astype(float))
    if wrong.any():
        raise InputError(
            "a loss can't be drawn without a chance from 0 to 1 and a contribution",
            found=some(customers.loc[wrong, "customer_id"]),
            remedy="Leave these customers out, and say so.",
        )
    if not 0 <= correlation < 1:
        raise InputError("no such correlation", found=correlation, remedy="Give 0 or more, and less than 1.")
    return customers


def _drawn(
    customers: pd.DataFrame, correlation: float, spread: float, draws: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Who stops in which draw, and what is lost by it, in blocks of customers; the same seed draws the same again."""
    from scipy.special import ndtri

    code, names = pd.factorize(customers["industry"])
    common = np.random.default_rng([seed, 0]).standard_normal((len(names), draws), dtype=np.float32)
    limit = ndtri(customers["p_12m"].to_numpy(dtype=float)).astype(np.float32)
    money = customers["contribution"].to_numpy(dtype=float)
    for start in range(0, len(customers), _BLOCK):
        rng, part = np.random.default_rng([seed, 1, start]), slice(start, start + _BLOCK)
        latent = rng.standard_normal((len(code[part]), draws), dtype=np.float32) * np.float32(np.sqrt(1 - correlation))
        latent += np.float32(np.sqrt(correlation)) * common[code[part]]
        who, draw = np.nonzero(latent < limit[part, None])
        rest = rng.random(len(who))
        size = np.exp(spread * rng.standard_normal(len(who)) - spread**2 / 2)
        yield start + who, draw, money[start + who] * rest * size
