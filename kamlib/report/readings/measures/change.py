"""What the page on measures concludes of change: whether the money moved beyond chance, by whom, by what, and which part of it is kept."""

from __future__ import annotations

import pandas as pd

from kamlib.measures.bridge import step_of
from kamlib.stats.reasons import Reason, waits_for

_A_YEAR = 4  # quarters
_COME, _GO = ("new", "returned"), ("shrunk", "lost")


def moved(bridge: pd.DataFrame, told: pd.Series, currency: str) -> Reason | None:
    """Whether the money of the last year differs from that of the year before by more than chance.

    Parameters
    ----------
    bridge : `kamlib.measures.bridge.bridge`.
    told : `kamlib.measures.noise.change` of the same money.
    """
    if bridge.empty:
        return waits_for(bridge)
    last = bridge[bridge["as_of"] == bridge["as_of"].max()].iloc[0]
    values = {name: told[name] for name in ("before", "now", "change")} | {"currency": currency, "day": last["as_of"]}
    values |= {"measure": last["measure"]}
    if told["firm_verdict"] == "unknown":
        return Reason("money_moved_untold", values)
    if told["firm_verdict"] == "noise":
        return Reason("money_within_noise", values | {name: told[name] for name in ("low", "high")})
    return Reason("money_grew" if told["change"] > 0 else "money_fell", values)


def by_whom(bridge: pd.DataFrame, pairs: pd.DataFrame, names: pd.Series, currency: str) -> Reason | None:
    """What came and went by the steps of the last date, and who moved most either way."""
    if bridge.empty:
        return None
    day, measure = bridge["as_of"].max(), bridge["measure"].iloc[0]
    steps = bridge[bridge["as_of"] == day].set_index("step")["amount"]
    pair = pairs[pairs["as_of"] == day]
    gap = pair[f"{measure}_now"] - pair[f"{measure}_before"]
    up, down = (pair.loc[at, "customer_id"] for at in (gap.idxmax(), gap.idxmin()))
    values = {name: steps[name] for name in ("grown", *_COME)} | {name: -steps[name] for name in _GO}
    values |= {"up": names.get(up, up), "down": names.get(down, down), "most": gap.max(), "least": -gap.min()}
    values |= {"currency": currency, "day": day, "step": str(step_of(pair.loc[[gap.idxmin()]], measure).iloc[0])}
    if gap.max() <= 0 or gap.min() >= 0:
        return Reason("all_moved_one_way", values)
    return Reason("who_moved_most", values)


def by_what(steps: pd.DataFrame, day: pd.Timestamp, currency: str) -> Reason | None:
    """Which part of the change is price, volume, and articles begun and ended."""
    if steps.empty:
        return waits_for(steps)
    amount = steps.set_index("step")["amount"]
    values = {name: amount[name] for name in ("price", "volume", "begun")} | {"ended": -amount["ended"]}
    return Reason("price_and_volume", values | {"total": amount.sum(), "day": day, "currency": currency})


def kept(retention: pd.DataFrame, against: pd.DataFrame) -> Reason | None:
    """Net and gross retention at the last date, and whether they differ from a year before."""
    if retention.empty:
        return waits_for(retention)
    rows = retention[retention["as_of"] == retention["as_of"].max()].set_index("cohort")
    row = rows.loc["all"]
    if pd.isna(row["nrr"]):
        return None
    values = {name: row[name] for name in ("nrr", "nrr_low", "nrr_high", "grr")} | {"day": row["as_of"]}
    values |= {name: rows.loc[name, "nrr"] for name in ("without_joined", "without_large")}
    told = against[(against["as_of"] == row["as_of"]) & (against["measure"] == "nrr")] if len(against) else against
    if pd.isna(row["nrr_low"]):
        return Reason("kept_of_few", values)
    if told.empty or told["firm_verdict"].iloc[0] == "unknown":
        return Reason("kept_without_a_year_before", values)
    return Reason(
        "kept_against_a_year_before",
        values | {"before": told["before"].iloc[0], "verdict": told["firm_verdict"].iloc[0]},
    )


def lives(cohorts: pd.DataFrame) -> Reason | None:
    """What part of the customers, and of their money, is kept a year after the first order; of the key accounts too."""
    if cohorts.empty:
        return waits_for(cohorts)
    rows = cohorts[(cohorts["quarters"] == _A_YEAR) & cohorts["kept_share"].notna()].set_index("among")
    if "everyone" not in rows.index:
        return None
    row = rows.loc["everyone"]
    values = {
        name: row[f"kept_{end}"] for name, end in (("kept", "share"), ("low", "share_low"), ("high", "share_high"))
    }
    values |= {"money_kept": row["money_kept"]}
    values |= {"quarters": _A_YEAR, "n": int(row["customers"])}
    if "key_accounts" not in rows.index:
        return Reason("cohorts_live", values)
    return Reason("cohorts_and_keys_live", values | {"keys": rows.loc["key_accounts", "kept_share"]})


def board(scoreboard: pd.DataFrame) -> Reason | None:
    """Which figures of the last quarter end are better or worse than a year before beyond chance, at the level of answers."""
    if scoreboard.empty:
        return waits_for(scoreboard)
    rows = scoreboard[scoreboard["as_of"] == scoreboard["as_of"].max()]
    by = {
        word: list(rows.loc[rows["firm_verdict"] == word, "measure"])
        for word in ("better", "worse", "noise", "unknown")
    }
    values = {"day": rows["as_of"].iloc[0], "noise": len(by["noise"]), "unknown": len(by["unknown"])}
    values |= {"better": by["better"], "worse": by["worse"]}
    if not by["better"] and not by["worse"]:
        return Reason("board_is_noise" if by["noise"] else "board_is_unknown", values)
    return Reason(
        "board_moved_both_ways" if by["better"] and by["worse"] else "board_better" if by["better"] else "board_worse",
        values,
    )
