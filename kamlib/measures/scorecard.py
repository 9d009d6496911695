"""How our own forecasts did: what was expected on earlier days, within which range, and what came."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.accounts import account_facts
from kamlib.measures.lifetime.whole_base import FACTS, value_test
from kamlib.stats.checks import has_columns
from kamlib.stats.reasons import or_waiting

COLUMNS = [
    *(
        "event",
        "as_of",
        "customers",
        "not_over",
        "called",
        "expected",
        "expected_low",
        "expected_high",
        "came",
        "verdict",
    ),
    *("brier", "brier_one_chance", "listed", "hits_expected", "hits"),
]
VALUES = ["as_of", "expected", "came", "bias", "low", "high"]
_KEYS = ["customer_id", "as_of", "event"]
FORECASTS = [*_KEYS, "chance", "over_on", "came", "worth"]
CONTROL = "control, no offer"
"""How the table of actions, which is the user's, calls those of a round who get no offer (`kamlib.churn.offers`)."""
_WIDE = 1.2816  # of a normal law: 80 % lie within
_LEVEL, _SEEN = 0.25, 2
"""Before anything came the level is taken to be right to within a quarter, as two forecasts would have shown."""


def scorecard(forecasts: pd.DataFrame, called: pd.DataFrame | None = None, *, most: int = 15) -> pd.DataFrame:
    """Each earlier forecast whose window is over, wholly or so far, against what came.

    The range holds 80 %: the number that comes is a sum of unequal chances (its variance Σ p (1 - p)), at a level that misses by as much as
    the forecasts before it did, as far as their windows were over on its day. A customer that was called after the forecast is no
    test of it and left out.

    Parameters
    ----------
    forecasts : DataFrame, a row for each customer, day and event
        customer_id, as_of, event (*silent*, *stopped*, *returned*), chance (0 to 1; missing where it was not told), over_on (the day on which it could be
        seen whether it came), came (1, 0; missing while it is not over), worth (what the customer brought in the 12 months before, study currency).
    called : customer_id, as_of and event of those that are no test (`called_after`).
    most : customers on the list that is judged: those with the most chance × worth.

    Returns
    -------
    DataFrame, by event and day
        event, as_of, customers (judged), not_over (of the others), called (left out), expected, expected_low, expected_high, came; verdict (*as_expected*, *more_came*,
        *fewer_came*: by the range); brier, brier_one_chance (the same chance for all: the mean); listed (of the first `most`, those judged),
        hits_expected (Σ of their chances), hits (of them, those it came to). It waits where no window is over.

    References
    ----------
    Poisson (1837) (sums of unequal chances); Brier (1950), Monthly Weather Review 78(1); McCullagh & Nelder (1989), 4.5 (overdispersion).
    """
    has_columns(forecasts, FORECASTS)
    told = forecasts[forecasts["chance"].notna()]
    left_out = pd.MultiIndex.from_frame((told[:0] if called is None else called)[_KEYS])
    told = told.assign(called=pd.MultiIndex.from_frame(told[_KEYS]).isin(left_out))
    rows = []
    for event, of_event in told.groupby("event", sort=False):
        free = of_event[~of_event["called"]]
        for day, of_day in of_event.groupby("as_of"):
            judged = of_day[of_day["came"].notna() & ~of_day["called"]]
            if len(judged):
                level = _level_missed(free[free["as_of"] < day], day, float(judged["chance"].sum()))
                rows.append({"event": event, "as_of": day, **_row(of_day, judged, level, most)})
    return or_waiting(pd.DataFrame(rows, columns=COLUMNS), "no_forecast_is_over")


def called_after(forecasts: pd.DataFrame, actions: pd.DataFrame | None) -> pd.DataFrame:
    """Whose forecast is no test, for something was done before it was over: customer_id, as_of and event.

    Parameters
    ----------
    forecasts : as for `scorecard`.
    actions : clean actions: customer_id, action, done. What was not done does not count, nor an action that ends in `CONTROL`: such
        customers are left alone.
    """
    if actions is None or actions.empty:
        return pd.DataFrame(columns=_KEYS)
    done = actions[actions["done"].notna() & ~actions["action"].fillna("").str.endswith(CONTROL)]
    both = forecasts[[*_KEYS, "over_on"]].merge(done[["customer_id", "done"]], on="customer_id")
    between = (both["done"] > both["as_of"]) & (both["done"] <= both["over_on"])
    return both.loc[between, _KEYS].drop_duplicates(ignore_index=True)


def with_rounds(card: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """`card` and rounds of offers: what the control group promised of those offered something, had the offer changed nothing, against what came.

    Parameters
    ----------
    card : `scorecard`.
    rounds : `kamlib.plan.rounds.read_rounds`.

    Returns
    -------
    DataFrame
        The rows of `card`, and a row a round: event *offer*; customers, expected and came are of those offered something. The range holds 80 %: chance in both arms
        (variance n p (1 - p) (1 + n / m), n offered, m in control). *More came*: the offer brought some back.
    """
    if rounds.empty:
        return card
    offered, control = rounds["offered"].astype(float), rounds["control"].astype(float)
    share = rounds["control_back"] / control
    spread = (rounds["control_back"] + 0.5) / (control + 1)  # none or all of a few are no certainty
    half = _WIDE * np.sqrt(offered * spread * (1 - spread) * (1 + offered / control))
    low, high = np.floor((offered * share - half).clip(lower=0)), np.ceil((offered * share + half).clip(upper=offered))
    came = rounds["offered_back"]
    verdict = np.select([came > high, came < low], ["more_came", "fewer_came"], "as_expected")
    told = {
        "event": "offer",
        "as_of": rounds["round_begun"],
        "customers": rounds["offered"],
        "not_over": 0,
        "called": 0,
    }
    told |= {"expected": offered * share, "expected_low": low, "expected_high": high, "came": came, "verdict": verdict}
    return pd.concat([*([card] if len(card) else []), pd.DataFrame(told).reindex(columns=COLUMNS)], ignore_index=True)


def values_then(
    orders: ir.Table,
    forecasts: pd.DataFrame,
    *,
    horizon_days: int = 180,
    costs: pd.DataFrame | None = None,
    bootstraps: int = 500,
    seed: int = 1,
) -> pd.DataFrame:
    """The value's first block on each day of earlier forecasts, by the chances that were given then.

    Parameters
    ----------
    orders : order lines of the customers of `forecasts`.
    forecasts : customer_id, as_of, event, chance, came as for `scorecard`; days whose horizon is over are told.
    costs : customer_id, date, cost of each touch (`kamlib.facts.service.serving_costs`).

    Returns
    -------
    DataFrame, a day a row
        as_of, expected and came (margin of the horizon after it, study currency; revenue where no margin is known), bias (expected over came, less 1),
        low, high (95 %, bootstrap of customers). It waits where no day can be told.
    """
    rows = []
    told = forecasts[forecasts["chance"].notna()]
    days = sorted(pd.to_datetime(told["as_of"].unique()))
    facts = account_facts(orders, [day.date() for day in days], columns=FACTS) if days else told
    for day in days:
        of_day = told[told["as_of"] == day]
        chances = of_day.pivot(index="customer_id", columns="event", values="chance")
        lost = of_day[of_day["event"] == "silent"].set_index("customer_id")["came"]
        if lost.empty or lost.isna().any():
            continue
        then = chances.rename(columns={"silent": "p_silent", "stopped": "p_stopped"}).reindex(lost.index)
        then = then.reindex(
            columns=[name for name in ("p_silent", "p_stopped") if name in then and then[name].notna().all()]
        )
        table = then.assign(lost=lost).reset_index()
        known = facts[facts["as_of"] == day]
        tried = value_test(
            orders, table, day, horizon_days=horizon_days, costs=costs, bootstraps=bootstraps, seed=seed, facts=known
        )
        if len(tried.ways):
            rows.append({"as_of": day, **tried.ways.iloc[0][VALUES[1:]]})
    return or_waiting(pd.DataFrame(rows, columns=VALUES), "no_value_is_over")


def _row(of_day: pd.DataFrame, judged: pd.DataFrame, level: float, most: int) -> dict[str, object]:
    p, came = judged["chance"].to_numpy(float), judged["came"].to_numpy(float)
    expected = p.sum()
    half = _WIDE * np.sqrt((p * (1 - p)).sum() + level * expected**2)
    low, high = np.floor(max(expected - half, 0)), np.ceil(min(expected + half, len(p)))
    first = (
        of_day.assign(stake=of_day["chance"] * of_day["worth"].clip(lower=0)).query("stake > 0").nlargest(most, "stake")
    )
    listed = first.index.intersection(judged.index)
    return {
        "customers": len(judged),
        "not_over": int((of_day["came"].isna() & ~of_day["called"]).sum()),
        "called": int(of_day["called"].sum()),
        "expected": expected,
        "expected_low": low,
        "expected_high": high,
        "came": int(came.sum()),
        "verdict": "more_came" if came.sum() > high else "fewer_came" if came.sum() < low else "as_expected",
        "brier": ((p - came) ** 2).mean(),
        "brier_one_chance": ((p.mean() - came) ** 2).mean(),
        "listed": len(listed),
        "hits_expected": judged.loc[listed, "chance"].sum(),
        "hits": int(judged.loc[listed, "came"].sum()),
    }


def _level_missed(before: pd.DataFrame, day: Any, expected: float) -> float:
    """Variance of came / expected beyond chance, of the forecasts before a day as far as they were over on it."""
    seen = before[before["over_on"] <= day]
    seen = seen.assign(spread=seen["chance"] * (1 - seen["chance"]))
    sums = seen.groupby("as_of")[["chance", "came", "spread"]].sum()
    beyond = ((sums["came"] - sums["chance"]) ** 2 - sums["spread"]).sum()
    prior = _SEEN * expected**2
    return float(max(0.0, (prior * _LEVEL**2 + beyond) / (prior + (sums["chance"] ** 2).sum()))) if expected else 0.0
