"""The win-back list: what a return is worth, whom to write to first and with which offer, and who gets none, as a control."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.stats.intervals import resampled_sums
from kamlib.study.sections import FEWEST


def recaptured(
    episodes: pd.DataFrame,
    money: str,
    first_day: date | pd.Timestamp,
    *,
    horizon_days: int = 180,
    bootstraps: int = 500,
    seed: int = 1,
) -> pd.Series:
    """What returned accounts brought in their first horizon, as a share of what they brought in such a span before they left.

    Parameters
    ----------
    money : amount or margin.
    first_day : first day on record; accounts whose last year before the loss began earlier are left out.

    Returns
    -------
    Series
        accounts, ratio (of sums, so that a large account counts by its size), low, high (95 %, bootstrap of accounts). All but
        the count are missing below 20 accounts.
    """
    whole = episodes["last_order"] >= pd.Timestamp(first_day) + pd.Timedelta(days=364)
    known = episodes[whole].dropna(subset=[money, f"second_{money}"])
    before = known[money].to_numpy() * horizon_days / 365
    after = known[f"second_{money}"].to_numpy()
    if len(known) < FEWEST.averaged or before.sum() <= 0:
        return pd.Series({"accounts": len(known), "ratio": np.nan, "low": np.nan, "high": np.nan})
    sums = resampled_sums(np.column_stack([after, before]), bootstraps, seed)
    low, high = np.percentile(sums[:, 0] / sums[:, 1], [2.5, 97.5]) if (sums[:, 1] > 0).all() else (np.nan, np.nan)
    return pd.Series({"accounts": len(known), "ratio": after.sum() / before.sum(), "low": low, "high": high})


def win_back_list(
    lost: pd.DataFrame, second_value: pd.Series, offers: pd.DataFrame, *, control_share: float = 0.3, seed: int = 1
) -> pd.DataFrame:
    """The lost accounts by expected gain, each with its offer, and a control group that gets none.

    Parameters
    ----------
    lost : customer_id, cause, p_return, low, high; one row an account.
    second_value : what an account brings from the day it returns, by customer_id (study currency).
    offers : cause, offer, cost; cause *any* is for the causes that have none of their own. May be empty.
    control_share, seed : see `control`. Drawn among those whose expected gain is above 0.

    Returns
    -------
    DataFrame, largest gain first
        the columns of `lost`, second_value, offer (missing where the playbook has none), cost, expected_gain = p_return ×
        second_value - cost, arm: *offer*, *control*, or missing where the gain is not above 0 or can't be told.

    Raises
    ------
    InputError
        If `lost` repeats an account, or two offers are for one cause.
    """
    for table, column in ((lost, "customer_id"), (offers, "cause")):
        if (repeated := table[column].duplicated()).any():
            raise InputError(
                f"{column} is repeated", column=column, found=int(repeated.sum()), remedy="Give one row each."
            )
    book = offers.set_index("cause")
    chosen = lost["cause"].where(lost["cause"].isin(book.index), "any")
    table = lost.assign(
        second_value=lost["customer_id"].map(second_value),
        offer=chosen.map(book["offer"]).astype("object"),
        cost=chosen.map(book["cost"]).fillna(0.0).astype(float),
    )
    table["expected_gain"] = table["p_return"] * table["second_value"] - table["cost"]
    worth = table["expected_gain"] > 0
    drawn = control(table.loc[worth, "customer_id"], control_share, seed)
    table["arm"] = drawn.map({True: "control", False: "offer"}).reindex(table.index)
    return table.sort_values(["expected_gain", "customer_id"], ascending=[False, True], ignore_index=True)


def control(customer_ids: pd.Series, share: float, seed: int) -> pd.Series:
    """Which accounts are the control group: the `share` of them with the smallest hash of id and seed.

    The draw does not depend on the order of the rows, on the machine or on the day it is made.
    """
    number = pd.util.hash_array(customer_ids.to_numpy(object), hash_key=f"{seed:016d}"[-16:], categorize=False)
    rank = pd.Series(number, index=customer_ids.index).rank(method="first")
    return rank <= round(share * len(customer_ids))
