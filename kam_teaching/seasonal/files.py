"""The files of the wholesaler: order lines, accounts, actions, and what was planted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kam_teaching.crm import rounds_told
from kam_teaching.lines import day_text, money_text
from kam_teaching.seasonal.shop import CUSTOMERS, LOST, SEASON, TRIALS, Shop, simulate
from kam_teaching.world import DAYS, stream

#: category: code, list price in EUR from, to
GOODS = {"plants": ("PL", 3, 40), "soil": ("SO", 4, 18), "tools": ("TO", 9, 85), "pots": ("PO", 2, 60)}
REGIONS = ("North", "South", "Coast")
KINDS = ("garden centre", "florist", "builder's merchant", "market stall")
RETURNED = 0.02


def seasonal_tables(seed: int = 2026) -> dict[str, pd.DataFrame]:
    """Every file of the wholesaler as a table of text: file name without ending, table."""
    shop = simulate(seed)
    ids = np.array([f"S{number:03d}" for number in range(1, CUSTOMERS + 1)], dtype=object)
    return {
        "orders": _lines(shop, ids, seed),
        "accounts": _accounts(shop, ids, seed),
        "actions": _actions(shop, ids, seed),
        "truth/customers": _truth(shop, ids),
        "truth/season": pd.DataFrame({"month": range(1, 13), "factor": [f"{x / np.mean(SEASON):.3f}" for x in SEASON]}),
        "truth/rounds": _rounds(shop),
    }


def _lines(shop: Shop, ids: np.ndarray, seed: int) -> pd.DataFrame:
    rng = stream(seed, 70)
    orders, customers = shop.orders, shop.customers
    count = 1 + rng.poisson(0.9, len(orders))
    at = np.repeat(np.arange(len(orders)), count)
    customer, day = orders["customer"].to_numpy()[at], orders["day"].to_numpy()[at]
    category = np.array(list(GOODS))[np.floor(len(GOODS) * rng.random(len(at)) ** 1.4).astype(int)]
    article = rng.integers(0, 8, len(at))
    low, high = (np.array([GOODS[name][place] for name in category], dtype=float) for place in (1, 2))
    price = np.rint(low * (high / low) ** (article / 7) * 100).astype(np.int64)
    size = customers["size"].to_numpy()[customer] * np.exp(rng.normal(0, 0.4, len(at)))
    quantity = np.maximum(np.rint(9000 * size / price), 1).astype(np.int64)
    cents = quantity * price
    margin = np.rint(cents * rng.normal(0.33, 0.04, CUSTOMERS).clip(0.2, 0.45)[customer]).astype(np.int64)
    lines = pd.DataFrame(
        {
            "order": np.char.add("S", (at + 1).astype(str)).astype(object),
            "customer": customer,
            "day": day,
            "cents": cents,
            "margin": margin,
            "quantity": quantity,
            "price": price,
            "product": [f"{GOODS[name][0]}{number + 1:02d}" for name, number in zip(category, article, strict=True)],
            "category": category,
        }
    )
    second = lines["order"].duplicated()  # the first line of an order stays, so that none is cancelled whole
    back = lines[(rng.random(len(lines)) < RETURNED) & second & (day <= DAYS - 10)]
    minus = -back[["cents", "margin", "quantity"]]
    notes = back.assign(**minus, order="CN-" + back["order"], day=back["day"] + rng.integers(1, 10, len(back)))
    lines = pd.concat([lines, notes]).sort_values(["day", "order"], kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "line_id": [f"L{number:05d}" for number in range(1, len(lines) + 1)],
            "order_id": lines["order"],
            "account_id": ids[lines["customer"]],
            "date": day_text(lines["day"]),
            "amount": money_text(lines["cents"]),
            "margin": money_text(lines["margin"]),
            "quantity": lines["quantity"].astype(str),
            "price": money_text(lines["price"]),
            "product": lines["product"],
            "category": lines["category"],
            "currency": "EUR",
        }
    )


def _accounts(shop: Shop, ids: np.ndarray, seed: int) -> pd.DataFrame:
    rng = stream(seed, 71)
    kind, region = rng.choice(KINDS, CUSTOMERS, p=[0.35, 0.3, 0.2, 0.15]), rng.choice(REGIONS, CUSTOMERS)
    first = shop.orders.groupby("customer")["day"].min().reindex(range(CUSTOMERS), fill_value=0)
    names = [f"{what.capitalize()} {one[1:]} {where}" for one, what, where in zip(ids, kind, region, strict=True)]
    since = day_text(first - np.where(np.isfinite(shop.customers["joined"]), 0, rng.integers(100, 2000, CUSTOMERS)))
    return pd.DataFrame({"account_id": ids, "name": names, "industry": kind, "region": region, "since": since, "status": "client"})  # fmt: skip


def _actions(shop: Shop, ids: np.ndarray, seed: int) -> pd.DataFrame:
    rng = stream(seed, 72)
    arms = shop.arms
    offered = arms["offered"].to_numpy()
    due = np.array([trial.day for trial in TRIALS])[arms["trial"]]
    offers = np.array([trial.offer for trial in TRIALS], dtype=object)[arms["trial"]]
    done = day_text(due + rng.integers(0, 14, len(arms)))
    return pd.DataFrame(
        {
            "account_id": ids[arms["customer"]],
            "action": "win back: " + pd.Series(offers).where(offered, "control, no offer"),
            "owner": "shop manager",
            "due": day_text(due),
            "done": np.where(offered, done, ""),
            "cost": np.where(offered, "25.00", ""),
        }
    ).sort_values(["due", "account_id"], ignore_index=True)


def _truth(shop: Shop, ids: np.ndarray) -> pd.DataFrame:
    table = shop.customers
    last = table["left"].where(~(table["returned"] <= DAYS), table["left_again"])
    told = {"left_on": last, "first_left_on": table["left"].where(table["returned"] <= DAYS), "returned_on": table["returned"]}  # fmt: skip
    days = {name: ["" if not day <= DAYS else day_text(np.array([np.floor(day)]))[0] for day in found] for name, found in told.items()}  # fmt: skip
    numbers = {"mean_gap_days": "gap", "gap_shape": "shape", "season_amplitude": "season", "leave_rate_per_year": "rate"}  # fmt: skip
    return pd.DataFrame(
        {"account_id": ids, **{name: table[own].map("{:.3f}".format) for name, own in numbers.items()}, **days}
    )


def _rounds(shop: Shop) -> pd.DataFrame:
    found = []
    for number, trial in enumerate(TRIALS):
        arms = shop.arms[shop.arms["trial"] == number]
        after = shop.orders[shop.orders["day"].between(trial.day + 1, trial.day + LOST)]["customer"]
        found.append(arms.assign(day=trial.day, offer=trial.offer, back=arms["customer"].isin(after)))
    return rounds_told(found, called_back=[trial.called_back for trial in TRIALS])
