"""How much of what customers buy they buy from us: share of wallet, and product categories bought of those that fit."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.customers import own_rows, units
from kamlib.facts.days import as_pandas, months_between
from kamlib.facts.order_lines import check_lines, purchased
from kamlib.stats.checks import one_row_each
from kamlib.stats.intervals import clustered_wilson, resampled_ratio
from kamlib.stats.ordering import places
from kamlib.stats.reasons import or_waiting, reason_columns
from kamlib.study.settings.sections import FEWEST

FITS = 0.25
"""A category fits a customer that such a share of its industry buys."""
COLUMNS = [
    "customer_id",
    "revenue_12m",
    "wallet",
    "share_of_wallet",
    "industry",
    "peers",
    "fitting",
    "bought",
    "penetration",
]


def categories_bought(orders: ir.Table, as_of: date) -> pd.DataFrame:
    """Product categories that each customer bought in the last 12 months: customer_id, category; in one pass of the engine."""
    check_lines(orders, "customer_id", "date", "amount", "category")
    age = months_between(orders.date, ibis.literal(as_of, type="date"))
    lines = orders.filter((orders.date <= as_of) & (age < 12) & orders.category.notnull() & purchased(orders, as_of))
    return as_pandas(lines.select("customer_id", "category").distinct(), ["customer_id", "category"])


def wallets(facts: pd.DataFrame, accounts: pd.DataFrame, bought: pd.DataFrame, fits: float = FITS) -> pd.DataFrame:
    """What each customer with an order in the last 12 months buys from us, of all that it buys and of all that would fit it.

    Parameters
    ----------
    facts : one row per customer at one date: customer_id, revenue_12m, order_days_12m.
    accounts : clean table: customer_id, account_id and, where known, wallet (yearly purchases from all suppliers) and industry.
    bought : `categories_bought`.
    fits : share of the other customers of its industry from which a category that they buy fits a customer.

    Returns
    -------
    DataFrame, most revenue first
        customer_id, revenue_12m, wallet, share_of_wallet (revenue / wallet; above 1 where one of both is wrong); industry, peers (other customers of it
        with a category on record), fitting (categories that they buy), bought (of these, by the customer), penetration (bought /
        fitting, missing with fewer than 20 peers or without a fitting category); reason, reason_values.
    """
    one_row_each(facts, ["revenue_12m", "order_days_12m"])
    table = facts.loc[facts["order_days_12m"] > 0, ["customer_id", "revenue_12m"]]
    table = table.sort_values(["revenue_12m", "customer_id"], ascending=[False, True], ignore_index=True, key=places)
    whole = units(accounts).set_index("customer_id").reindex(columns=["wallet"])["wallet"].astype(float)
    size = table["customer_id"].map(whole[whole > 0])
    trade = table["customer_id"].map(own_rows(accounts).reindex(columns=["industry"])["industry"])
    table = table.assign(wallet=size, share_of_wallet=table["revenue_12m"].clip(lower=0) / size, industry=trade)
    table = table.join(_fitting(table, bought, fits))
    cases = [
        (table["share_of_wallet"] > 1, "wallet_below_sales", {}),
        (table["wallet"].isna(), "wallet_unknown", {}),
        (table["peers"].isna(), "industry_unknown", {}),
        (table["fitting"].eq(0), "no_category_fits", {}),
        (table["penetration"].isna(), "too_few_peers", {"n": table["peers"], "enough": FEWEST.averaged}),
    ]
    return or_waiting(table[COLUMNS].join(reason_columns(cases)), "no_order_in_12_months")


def wallet_rates(table: pd.DataFrame) -> pd.DataFrame:
    """Share of wallet and penetration of all customers together, of those of whom it is known.

    Parameters
    ----------
    table : `wallets`.

    Returns
    -------
    DataFrame, rows share_of_wallet and penetration
        measure; part (revenue of 12 months, or categories bought), whole (wallets, or categories that fit), cases (customers), left_out (customers of whom it is not
        known, those above their wallet among them), value, low, high (95 %: a bootstrap of customers, or Wilson by the effective number of
        cases); reason, reason_values. With fewer than 20 customers the value is missing.
    """
    sound = table[table["share_of_wallet"] <= 1]
    fit = table.dropna(subset="penetration")
    pairs = {
        "share_of_wallet": sound[["revenue_12m", "wallet"]].clip(lower=0).to_numpy(float),
        "penetration": fit[["bought", "fitting"]].to_numpy(float),
    }
    rows = []
    for measure, pair in pairs.items():
        part, whole = pair.sum(axis=0) if len(pair) else (np.nan, np.nan)
        told = {
            "measure": measure,
            "part": part,
            "whole": whole,
            "cases": len(pair),
            "left_out": len(table) - len(pair),
        }
        told |= dict.fromkeys(("value", "low", "high"), np.nan)
        if len(pair) >= FEWEST.averaged:
            low, high = (resampled_ratio if measure == "share_of_wallet" else clustered_wilson)(*pair.T)
            told |= {"value": part / whole, "low": low, "high": high}
        rows.append(told)
    found = pd.DataFrame(rows)
    few = {"n": found["cases"], "enough": FEWEST.averaged}
    return found.join(reason_columns([(found["value"].isna(), "too_few_cases", few)]))


def _fitting(table: pd.DataFrame, bought: pd.DataFrame, fits: float) -> pd.DataFrame:
    """Peers, categories that fit and, of these, categories bought; a customer is no peer of its own."""
    trade, names = pd.factorize(table["industry"])
    pairs = bought.drop_duplicates().merge(
        pd.DataFrame({"customer_id": table["customer_id"], "row": table.index}), on="customer_id"
    )
    buys = table.index.isin(pairs["row"]) & (trade >= 0)
    peers = np.bincount(trade[buys], minlength=len(names) + 1)[trade] - buys.astype(float)
    pairs = pairs.assign(trade=trade[pairs["row"]], peers=peers[pairs["row"]])
    held = pairs.groupby(["trade", "category"])["row"].transform("size")
    limit = fits * pairs["peers"]
    pairs = pairs.assign(bought=held - 1 >= limit, own_alone=(held >= limit) & (held - 1 < limit))
    sums = pairs.groupby("row")[["bought", "own_alone"]].sum().reindex(table.index, fill_value=0)
    kinds = pairs[["trade", "category"]].assign(held=held).drop_duplicates()
    of = pd.DataFrame({"trade": trade, "peers": peers}).drop_duplicates().merge(kinds, on="trade")
    common = (of["held"] >= fits * of["peers"]).groupby([of["trade"], of["peers"]]).sum()
    fitting = common.reindex(pd.MultiIndex.from_arrays([trade, peers]), fill_value=0).to_numpy() - sums["own_alone"]
    counts = pd.DataFrame({"peers": peers, "fitting": fitting, "bought": sums["bought"]}, table.index).astype(float)
    counts["peers"] = counts["peers"].where(trade >= 0)
    counts.loc[~(counts["peers"] >= FEWEST.averaged), ["fitting", "bought"]] = np.nan
    return counts.assign(penetration=counts["bought"] / counts["fitting"].where(counts["fitting"] > 0))
