"""What trips up who counts carelessly: orders that were cancelled whole, and a client whose money swings from half-year to half-year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kam_teaching.firms import ended
from kam_teaching.leaving import leaving_day
from kam_teaching.lines import day_text
from kam_teaching.world import DAYS, World, stream, to_weekday

#: orders cancelled whole of groups that go on, and groups that left and have nothing else afterwards
CANCELLED, CANCELLED_LAST = 70, 24
#: net money of the wild client in the last blocks of so many days, the oldest first, EUR
WILD_DAYS, WILD_NET = 180, (50_000, -40_000, 90_000, -80_000, 70_000, -60_000)


def with_traps(lines: pd.DataFrame, world: World, accounts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The lines of `kam_teaching.lines.order_lines` with both; `cancelled` marks the lines of an order that was cancelled whole."""
    lines = _wild(lines.assign(cancelled=False), world)
    lines = pd.concat([lines, _cancelled(stream(seed, 16), lines, world, ended(accounts))], ignore_index=True)
    return lines.sort_values(["day", "credit", "order"], kind="stable", ignore_index=True)


def _cancelled(rng: np.random.Generator, lines: pd.DataFrame, world: World, shut: np.ndarray) -> pd.DataFrame:
    """Copies of orders on another day, each with credit notes for all its lines on the same day or up to four days later."""
    bought = lines[~lines["credit"]]
    first, last = (bought.groupby("group")["day"].agg(which) for which in ("min", "max"))
    left = pd.Series(leaving_day(world.groups)[last.index], last.index)
    away = last.index[np.isfinite(left) & (left < DAYS - 40) & (last > DAYS - 420) & ~last.index.isin(shut)]
    quiet = rng.permutation(away)[:CANCELLED_LAST]
    settled = np.isinf(left) & (last - first > 60) & (world.groups["trait"].to_numpy()[last.index] == "")
    going = rng.permutation(last.index[settled])[:CANCELLED]
    who = np.concatenate([quiet, going])
    newest = bought.drop_duplicates("group", keep="last").set_index("group")["order"][who].to_numpy()
    low = np.concatenate([left[quiet] + 10, np.maximum(first[going] + 10, DAYS - 700)])
    high = np.concatenate([np.full(len(quiet), DAYS - 7), last[going] - 5])
    day = to_weekday(low + rng.random(len(who)) * (high - low))
    again = np.minimum(to_weekday(day + rng.choice([0, 0, 0, 1, 3], len(who))), DAYS)
    copied = pd.DataFrame(
        {"order": newest, "number": lines["order"].max() + 1 + np.arange(len(who)), "on": day, "back": again}
    )
    copy = bought.merge(copied, on="order").assign(cancelled=True)
    copy["order"] = copy["number"]
    made = copy.assign(day=copy["on"])[lines.columns]
    taken = copy.assign(
        day=copy["back"], credit=True, **{name: -copy[name] for name in ("cents", "margin", "quantity")}
    )
    return pd.concat([made, taken[lines.columns]])


def _wild(lines: pd.DataFrame, world: World) -> pd.DataFrame:
    """The lines of the wild client made larger in one block, and mostly given back in the next."""
    group = int(np.flatnonzero(world.groups["trait"] == "wild")[0])
    own = lines[(lines["group"] == group) & ~lines["credit"]].copy()
    block = len(WILD_NET) - 1 - (DAYS - own["day"].to_numpy()) // WILD_DAYS
    number, notes = lines["order"].max() + 1, []
    for at, net in enumerate(WILD_NET):
        rows = own.index[block == at]
        cents = net * 100 - own.loc[rows, "cents"].sum()
        if net > 0:
            own.loc[rows] = _resized(own.loc[rows], 1 + cents / own.loc[rows, "cents"].sum())
            continue
        before = own[block == at - 1]
        back = _resized(before, cents / before["cents"].sum())
        start = DAYS - (len(WILD_NET) - at) * WILD_DAYS
        back["day"] = to_weekday(start + 20 + 40 * (np.arange(len(back)) % 3))
        back["order"] = number + np.arange(len(back)) % 3
        notes.append(back.assign(credit=True))
        number += 3
    return pd.concat([lines[lines["group"] != group], own, *notes], ignore_index=True)


def _resized(lines: pd.DataFrame, factor: float) -> pd.DataFrame:
    quantity = np.rint(lines["quantity"] * factor).astype(np.int64)
    margin = np.rint(lines["margin"] * quantity / lines["quantity"]).astype(np.int64)
    return lines.assign(quantity=quantity, cents=quantity * lines["price"], margin=margin)


def cancelled_orders(goods: pd.DataFrame, clean: pd.DataFrame, ids: np.ndarray) -> pd.DataFrame:
    """Orders that were cancelled whole, and whether the group has bought nothing else since they were placed; `clean` are the lines as text."""
    rows = goods["cancelled"].to_numpy()
    both = clean[rows].assign(order=goods.loc[rows, "order"].to_numpy(), group=goods.loc[rows, "group"].to_numpy())
    one = both[~goods.loc[rows, "credit"].to_numpy()].drop_duplicates("order").set_index("order")
    back = both[goods.loc[rows, "credit"].to_numpy()].drop_duplicates("order").set_index("order").loc[one.index]
    last = clean["date"][~rows & ~goods["credit"].to_numpy()].groupby(goods["group"]).max()
    table = pd.DataFrame(
        {
            "account_id": one["account_id"],
            "group_id": ids[one["group"]],
            "order_id": one["order_id"],
            "ordered_on": one["date"],
            "credit_note": back["order_id"],
            "cancelled_on": back["date"],
            "nothing_since": np.where(one["date"] > one["group"].map(last), "true", "false"),
        }
    )
    return table.sort_values(["ordered_on", "order_id"], ignore_index=True)


def wild_blocks(lines: pd.DataFrame, world: World, ids: np.ndarray) -> pd.DataFrame:
    """Net money of each block of the wild client; `ids` are the heads of the groups."""
    group = int(np.flatnonzero(world.groups["trait"] == "wild")[0])
    own = lines[lines["group"] == group]
    last = DAYS - WILD_DAYS * np.arange(len(WILD_NET))[::-1]
    cents = [int(own.loc[(own["day"] > day - WILD_DAYS) & (own["day"] <= day), "cents"].sum()) for day in last]
    return pd.DataFrame(
        {
            "group_id": ids[group],
            "after": day_text(last - WILD_DAYS),
            "until": day_text(last),
            "net": [f"{c / 100:.2f}" for c in cents],
        }
    )
