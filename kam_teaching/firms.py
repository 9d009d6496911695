"""The accounts of the planted groups: ids, names, traits, parents, and second records of one firm."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kam_teaching.leaving import leaving_day
from kam_teaching.lines import day_text
from kam_teaching.world import BEHAVIOUR, DAYS, DUPLICATES, World, stream
from kamlib.privacy.invented_names import firm, other_spelling, stems

COUNTRIES = {
    "Germany": ("DE-North", "DE-South", "DE-West"),
    "Spain": ("ES-Centre", "ES-Coast"),
    "United Kingdom": ("UK-North", "UK-South"),
    "Russia": ("RU-West", "RU-Volga"),
    "Serbia": ("RS",),
}
INDUSTRIES = ("food", "machinery", "mining", "paper", "automotive", "energy", "chemicals", "logistics", "agriculture")
#: the industry of the giant, and how many ordinary groups are in it besides
GIANT_INDUSTRY, GIANT_PEERS = "shipyards", 16
IMAGE_INDUSTRIES = ("university", "rail", "aerospace", "public works")
#: tax number, and address of a number, a postcode and a town
REGISTERED = {
    "Germany": ("DE{:09d}", "Industriestraße {}, {:05d} {}"),
    "Spain": ("B{:08d}", "Calle del Taller {}, {:05d} {}"),
    "United Kingdom": ("GB{:09d}", "{} Foundry Road, X{:05d} {}"),
    "Russia": ("{:010d}", "Заводская ул., {}, {:05d} {}"),
    "Serbia": ("{:09d}", "Fabrička {}, {:05d} {}"),
}
#: names that a page, a sheet or a parser could stumble over
TRICKY = (
    ("<b>Vamitan</b> Drives & Co Ltd", "United Kingdom"),
    ("=Romeres Antriebe GmbH", "Germany"),
    ('Talleres "Mevelin", S.L.', "Spain"),
    ("Kalabodor; Werke KG", "Germany"),
)


def accounts(world: World, seed: int) -> pd.DataFrame:
    """One row an account, sorted by group; the first account of a group is its head.

    Returns
    -------
    DataFrame
        group, head (row), member_share and the columns of the table `accounts` as values; `left_on` in days.
    """
    rng = stream(seed, 20)
    groups = world.groups
    group = np.repeat(np.arange(len(groups)), groups["members"])
    n = len(group)
    first = np.concatenate([[0], np.cumsum(groups["members"])[:-1]])
    weight = np.where(np.arange(n) == first[group], 1.5, 1.0) * rng.gamma(4.0, 1.0, n)
    table = pd.DataFrame(
        {
            "group": group,
            "head": first[group],
            "member_share": weight / np.bincount(group, weights=weight)[group],
            "account_id": _ids(rng, n),
        }
    )
    country = rng.choice(list(COUNTRIES), len(groups), p=[0.34, 0.24, 0.16, 0.16, 0.10])
    regions = [COUNTRIES[c][int(u * len(COUNTRIES[c]))] for c, u in zip(country, rng.random(len(groups)), strict=True)]
    industry = rng.choice(INDUSTRIES, len(groups)).astype(object)
    image = (groups["category"] == "image").to_numpy()
    industry[image] = rng.choice(IMAGE_INDUSTRIES, image.sum())
    industry[(groups["category"] == "innovator").to_numpy()] = "robotics"
    peers = stream(seed, 26).permutation(np.flatnonzero((groups["trait"] == "") & np.isin(groups["behaviour"], ["regular", "small"]) & ~groups["candidate"]))  # fmt: skip
    industry[[*np.flatnonzero(groups["trait"] == "giant"), *peers[:GIANT_PEERS]]] = GIANT_INDUSTRY
    table["country"], table["region"], table["industry"] = country[group], np.array(regions)[group], industry[group]
    yearly = (groups["order_value"] / groups["gap"] * 365).to_numpy()
    staff = np.exp(rng.normal(np.log(yearly / 250), 0.6))
    staff = np.where(image, rng.uniform(2500, 40000, len(groups)), staff)
    staff = np.where(groups["category"] == "breadwinner", rng.uniform(1200, 6000, len(groups)), staff)
    staff = np.where(groups["category"] == "innovator", rng.uniform(6, 35, len(groups)), staff)
    table["employees"] = np.maximum(np.rint(staff[group] * table["member_share"]), 2).astype(int)
    table["size"] = np.select([table["employees"] < 50, table["employees"] < 500], ["small", "medium"], "large")
    table = _names(table, ~groups["candidate"].to_numpy()[group], stream(seed, 21))
    table = _registered(table, stream(seed, 25))
    table = _dates(table, groups, stream(seed, 22))
    table["manager"] = world.manager[group, -2]
    table["status"] = np.where(groups["prospect"].to_numpy()[group], "prospect", "client")
    return _parents(table, stream(seed, 23))


def with_wallets(table: pd.DataFrame, world: World, lines: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Add what each account buys a year from all suppliers, in whole thousands; unknown for some of the others."""
    rng = stream(seed, 24)
    groups, n = world.groups, len(table)
    last_year = lines[lines["day"] > DAYS - 365]
    bought = np.bincount(last_year["group"], weights=last_year["cents"] / 100, minlength=len(groups))
    yearly = np.maximum(bought, (groups["order_value"] / groups["gap"] * 365).to_numpy())
    share = np.where(groups["candidate"], rng.beta(5, 4, len(groups)), rng.beta(3.0, 2.6, len(groups))).clip(0.1, 0.95)
    wallet = yearly / share
    wallet = np.where(groups["category"] == "image", np.maximum(wallet, rng.uniform(1.5e5, 5e5, len(groups))), wallet)
    wallet = np.where(groups["category"] == "prospect", rng.uniform(2.5e5, 9e5, len(groups)), wallet)
    wallet = np.where(groups["category"] == "innovator", rng.uniform(1.5e5, 4e5, len(groups)), wallet)
    rounded = np.rint(wallet[table["group"]] * table["member_share"] / 1000).clip(lower=1) * 1000
    important = (groups["candidate"] | groups["prospect"]).to_numpy()[table["group"]]
    return table.assign(wallet=rounded.where((rng.random(n) >= 0.15) | important))


def _ids(rng: np.random.Generator, n: int) -> np.ndarray:
    """Ids in no order of size; some with a dot, some with leading zeros."""
    number = rng.permutation(n) + 1
    return np.array([f"{i:05d}" if i % 20 == 3 else f"K.{i:04d}" for i in number.tolist()], dtype=object)


def _names(table: pd.DataFrame, ordinary: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Names of all; second records of some ordinary firms that stand alone, and a few names that are hard to print."""
    table = table.copy()
    group = table["group"].to_numpy()
    own = stems(rng, group.max() + 1)
    pick = rng.integers(0, 60, (len(table), 2))
    member = np.arange(len(table)) - table["head"].to_numpy()
    names = [
        firm(own[g], c, f, t) if m == 0 else f"{firm(own[g], c, f, t)} {r.split('-')[-1]} {m}"
        for g, c, (f, t), m, r in zip(
            table["group"], table["country"], pick.tolist(), member.tolist(), table["region"], strict=True
        )
    ]
    table["name"] = np.array(names, dtype=object)
    single = np.flatnonzero(ordinary & (table["group"].value_counts().reindex(table["group"]).to_numpy() == 1))
    chosen = rng.permutation(single)[: 2 * DUPLICATES + len(TRICKY)]
    first, second = chosen[:DUPLICATES], chosen[DUPLICATES : 2 * DUPLICATES]
    table["same_as"] = -1
    for way, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        g, c, (f, t) = int(group[a]), str(table.at[a, "country"]), pick[a].tolist()
        table.at[b, "name"] = other_spelling(own[g], c, f, t, way)
        for column in ("country", "region", "industry"):
            table.at[b, column] = table.at[a, column]
        table.at[b, "same_as"] = a
    tricky = chosen[2 * DUPLICATES :]
    for column, values in (
        ("name", [name for name, _ in TRICKY]),
        ("country", [country for _, country in TRICKY]),
        ("region", [COUNTRIES[country][0] for _, country in TRICKY]),
    ):
        table.loc[tricky, column] = np.array(values, dtype=object)
    return table


def _registered(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Tax numbers and addresses, some unknown; of the second records of a firm, some tell the same ones as the first."""
    n = len(table)
    number, house, post = rng.choice(10**8, n, replace=False) + 1, rng.integers(1, 200, n), rng.choice(10**5, n)
    town = [pair[table.at[row, "country"] == "Russia"] for row, pair in enumerate(stems(rng, n))]
    known = rng.random((2, n)) < [[0.8], [0.9]]
    first = np.where(table["same_as"] >= 0, table["same_as"], np.arange(n))
    told = known & ((table["same_as"] < 0).to_numpy() | (rng.random((2, n)) < [[0.3], [0.5]]))
    country = table["country"].to_numpy()[first]
    tax = [REGISTERED[c][0].format(number[f]) for c, f in zip(country, first.tolist(), strict=True)]
    place = [REGISTERED[c][1].format(house[f], post[f], town[f]) for c, f in zip(country, first.tolist(), strict=True)]
    return table.assign(tax_id=np.where(told[0], tax, ""), address=np.where(told[1], place, ""))


def _dates(table: pd.DataFrame, groups: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    table = table.copy()
    g = groups.iloc[table["group"]].reset_index(drop=True)
    n = len(table)
    joined = np.where(g["prospect"], rng.uniform(200, DAYS - 60, n), g["joined"])
    known = np.where(np.isfinite(joined), joined - rng.uniform(5, 120, n), -rng.uniform(30, 5000, n))
    table["since"] = day_text(known.astype(int))
    left = leaving_day(groups)[table["group"]]
    contract = np.isin(g["behaviour"], [BEHAVIOUR[0], BEHAVIOUR[3]]) & (rng.random(n) < 0.25) & ~g["prospect"]
    end = np.where(np.isfinite(left), np.minimum(left, DAYS), DAYS + rng.uniform(30, 700, n)).astype(int)
    table["contract_end"] = np.where(contract, day_text(end), "")
    closed = np.isfinite(left) & (rng.random(len(groups)) < 0.08)[table["group"]]
    shut = np.where(closed, np.minimum(np.where(closed, left, 0) + rng.integers(0, 25, n), DAYS), 0).astype(int)
    table["closed_on"] = np.where(closed, day_text(shut), "")
    return table


def _parents(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Members point to the head; some to another member that does; three heads stand in a planted knot."""
    table = table.copy()
    row = np.arange(len(table))
    place = row - table["head"].to_numpy()
    parent = np.where(place > 0, table["head"], -1)
    parent = np.where((place == 3), row - 1, parent)  # a grandchild
    single = np.flatnonzero(
        (table["group"].value_counts().reindex(table["group"]).to_numpy() == 1)
        & (table["status"] == "client")
        & (table["same_as"] < 0)
    )
    knot = rng.permutation(single)[:3]
    parent[knot[0]], parent[knot[1]], parent[knot[2]] = knot[0], knot[2], knot[1]
    table["knot"] = np.where(row == knot[0], "own_parent", np.where(np.isin(row, knot[1:]), "parent_circle", ""))
    ids = table["account_id"].to_numpy()
    table["parent_id"] = np.where(parent >= 0, ids[np.maximum(parent, 0)], "")
    return table


def ended(accounts: pd.DataFrame, day: int = DAYS) -> np.ndarray:
    """Groups whose head had closed, or whose contract had ended, by a day."""
    own = accounts.iloc[np.unique(accounts["head"])]
    until = own[["closed_on", "contract_end"]].replace("", "9999").min(axis=1)
    groups: np.ndarray = own.loc[until <= day_text(np.array([day]))[0], "group"].to_numpy()
    return groups


def duplicates(accounts: pd.DataFrame) -> pd.DataFrame:
    """Pairs of accounts that are one firm, written differently."""
    second = accounts[accounts["same_as"] >= 0]
    pairs = pd.DataFrame(
        {"account_id": accounts["account_id"].to_numpy()[second["same_as"]], "same_as": second["account_id"].to_numpy()}
    )
    return pairs.sort_values("account_id", ignore_index=True)


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table `accounts` as the file shows it, sorted by id."""
    shown = table.assign(
        employees=table["employees"].astype(str),
        manager=[f"M{m + 1:02d}" for m in table["manager"].tolist()],
        wallet=["" if np.isnan(w) else f"{w:.2f}" for w in table["wallet"].tolist()],
    )
    columns = ["account_id", "name", "parent_id", "industry", "country", "region", "tax_id", "address", "size",
               "employees", "since", "manager", "wallet", "status", "contract_end", "closed_on"]  # fmt: skip
    return shown[columns].sort_values("account_id", ignore_index=True)
