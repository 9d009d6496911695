"""The MBG/NBD model, orders at random until the account leaves after one: a second opinion that knows three numbers of each account."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from kamlib.churn.models.cox import sample_accounts

_ACCOUNTS = 5_000  # that the four parameters are fitted on, at most
_WEEK = 7.0


@dataclass(frozen=True)
class MbgNbd:
    """Order rates are Gamma(r, alpha) a week; after each order, the first too, an account leaves with a chance ~ Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float


def fit_mbg_nbd(x: pd.Series, recency: pd.Series, age: pd.Series) -> MbgNbd:
    """Maximum likelihood of the four parameters.

    Parameters
    ----------
    x : order days after the first.
    recency, age : days from the first order to the last one, and to the day we look from.

    References
    ----------
    Batislam, Denizel & Filiztekin (2007), International Journal of Research in Marketing 24(3).
    """
    from scipy.optimize import minimize
    from scipy.special import betaln, gammaln

    accounts = np.column_stack([x, recency, age]).astype(float)
    n, last, weeks = accounts[np.lexsort(accounts.T)].T  # in one order, so that sums round alike however the rows stand
    last, weeks = last / _WEEK, weeks / _WEEK

    def loss(logs: np.ndarray) -> float:
        r, alpha, a, b = np.exp(logs)
        shared = gammaln(r + n) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
        stays = betaln(a, b + n + 1) - (r + n) * np.log(alpha + weeks)
        leaves = betaln(a + 1, b + n) - (r + n) * np.log(alpha + last)
        return float(-(shared + np.logaddexp(stays, leaves)).mean() + 1e-4 * (logs**2).sum())

    with threadpool_limits(1):  # of four numbers: threads would only wait for each other
        best = minimize(loss, np.log([1.0, 10.0, 0.5, 2.0]), method="L-BFGS-B", bounds=[(-7, 9)] * 4)
    return MbgNbd(*(float(value) for value in np.exp(best.x)))


def fit_to_rows(rows: pd.DataFrame) -> MbgNbd:
    """Fitted on each account of a landmark table as it was last seen: who has fallen silent for good stays in it, for its last row
    holds all its orders. Of many accounts some are drawn, by their ids alone."""
    last = rows.sort_values("as_of", kind="stable").drop_duplicates("customer_id", keep="last")
    return fit_mbg_nbd(*repeats(sample_accounts(last, _ACCOUNTS, 1), rows["as_of"].max()))


def alive(model: MbgNbd, x: pd.Series, recency: pd.Series, age: pd.Series) -> pd.Series:
    """P(still a client), 0 to 1; parameters as in `fit_mbg_nbd`."""
    from scipy.special import expit

    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    weeks, last = age / _WEEK, recency / _WEEK
    gone = np.log(a) - np.log(b + x) + (r + x) * (np.log(alpha + weeks) - np.log(alpha + last))
    there: pd.Series = expit(-gone)
    return there


def p_no_order(model: MbgNbd, x: pd.Series, recency: pd.Series, age: pd.Series, days: np.ndarray | float) -> pd.Series:
    """P(no order in the `days` to come): it has left, or it has not and does not order; parameters as in `fit_mbg_nbd`.

    An account leaves only right after an order, so one that is there and does not order stays there. Its rate is
    Gamma(r + x, alpha + age), and E exp(-rate t) = ((alpha + age) / (alpha + age + t)) ^ (r + x).
    """
    there, known = alive(model, x, recency, age), model.alpha + age / _WEEK
    return 1 - there + there * (known / (known + days / _WEEK)) ** (model.r + x)


def repeats(table: pd.DataFrame, day: pd.Series | pd.Timestamp) -> tuple[pd.Series, pd.Series, pd.Series]:
    """x, recency and age on `day` of the rows of a landmark table."""
    first = table["first_order"]
    return table["order_days"] - 1, (table["last_order"] - first).dt.days, (day - first).dt.days
