"""The provision matrix of IFRS 9, simplified: what of each bucket of age was never paid in the past, on what is open now."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.risk.cash.receivables import EDGES, bucket
from kamlib.stats.intervals import resampled_sums
from kamlib.stats.reasons import waiting

BAD_AFTER = 365
"""Days past due after which an invoice counts as lost."""
COLUMNS = ["bucket", "open_amount", "came_in", "unpaid", "loss_rate", "low", "high", "forward_factor", "provision"]


def provision_matrix(
    bills: pd.DataFrame, day: date | pd.Timestamp, *, forward_factor: float = 1.0, bootstraps: int = 500, seed: int = 1
) -> pd.DataFrame:
    """What is to be set aside for open invoices, by bucket of age.

    Parameters
    ----------
    bills : `kamlib.facts.payment.bills.bills` on `day`.
    forward_factor : how much more than in the past is expected to be lost; a judgement of the management.
    bootstraps : how often the customers are drawn again for the interval of the loss rate.

    Returns
    -------
    DataFrame, one row per bucket
        bucket; open_amount (gross); came_in: of the invoices due a year ago or earlier, the money that ever reached the bucket; unpaid: the
        part of it that was not paid 365 days past due; loss_rate = unpaid / came_in with the 95 % interval low, high;
        forward_factor; provision = open_amount · loss_rate · forward_factor, at most all. Rates and provision are missing where nothing ever reached the
        bucket, unless nothing is open in it: then the provision is zero.

    References
    ----------
    IFRS 9, 5.5.15 and B5.5.35 (provision matrix).
    """
    owed = bills[bills["amount"] > 0]
    if owed.empty:
        return waiting(COLUMNS, "no_invoices")
    past = owed[owed["due"] <= pd.Timestamp(day) - pd.Timedelta(days=BAD_AFTER)]
    reached = past["late"].to_numpy()[:, None] > np.array(list(EDGES.values()))
    money = past["amount"].to_numpy()[:, None] * np.hstack(
        [reached, reached & (past["late"].to_numpy() >= BAD_AFTER)[:, None]]
    )
    n = len(EDGES)
    sums = pd.DataFrame(money).groupby(past["customer_id"].to_numpy()).sum().to_numpy().reshape(-1, 2 * n)
    came_in, unpaid = sums.sum(axis=0)[:n], sums.sum(axis=0)[n:]
    table = pd.DataFrame({"bucket": list(EDGES), "came_in": came_in, "unpaid": unpaid})
    still = owed[owed["open"]]
    by = still["amount"].groupby(bucket(still["late"]), observed=False).sum()
    table["open_amount"] = by.to_numpy(float)
    table["loss_rate"] = unpaid / np.where(came_in > 0, came_in, np.nan)
    table[["low", "high"]] = np.nan
    if len(sums):
        drawn = resampled_sums(sums, bootstraps, seed)
        rates = drawn[:, n:] / np.where(drawn[:, :n] > 0, drawn[:, :n], np.nan)
        told = ~np.isnan(rates).all(axis=0)
        table.loc[told, ["low", "high"]] = np.nanquantile(rates[:, told], [0.025, 0.975], axis=0).T
    table["forward_factor"] = forward_factor
    lost = (table["loss_rate"] * forward_factor).clip(upper=1.0)
    table["provision"] = (table["open_amount"] * lost).where(table["open_amount"] > 0, 0.0)
    return table[COLUMNS]
