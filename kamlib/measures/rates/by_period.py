"""Rates with their denominators, by quarter and by year: kept, repeat, on time, bids won, claims, content with us."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.facts.accounts import account_facts
from kamlib.facts.days import as_pandas, first_day, months_between, purchase_days
from kamlib.facts.order_lines import stands
from kamlib.facts.orders_after import next_orders
from kamlib.facts.states import NEEDED, customer_states
from kamlib.measures.rates.cases import dated_cases, read
from kamlib.stats.intervals import clustered_wilson, exact_poisson, resampled_ratio
from kamlib.stats.reasons import or_waiting, reason_columns
from kamlib.study.periods import months_before
from kamlib.study.settings.sections import FEWEST

QUARTERS = 8
MEASURES = (
    *("customers_kept", "repeat", "on_time", "bids_won", "bids_won_value", "bids_won_unflagged", "single_supplier"),
    *("claims_rate", "csat"),
)
_COLUMNS = ["measure", "source", "window_months", "until", "part", "whole", "cases", "value", "low", "high"]
_BY = 1000  # order days that claims are told by


def spans(as_of: date) -> pd.DataFrame:
    """The `QUARTERS` and then the years that end at `as_of` and before, the latest first: window_months (3 or 12), since (the day before), until."""
    rows = [(3, 3 * back) for back in range(QUARTERS)] + [(12, 12 * back) for back in range(QUARTERS // 4)]
    told = [(long, months_before(as_of, back + long), months_before(as_of, back)) for long, back in rows]
    table = pd.DataFrame(told, columns=["window_months", "since", "until"])
    return table.astype({"since": "datetime64[ns]", "until": "datetime64[ns]"})


def rates_by_period(
    orders: ir.Table,
    as_of: date,
    *,
    horizon_days: int = 180,
    observed_from: date | None = None,
    accounts: pd.DataFrame | None = None,
    interactions: pd.DataFrame | None = None,
    proposals: pd.DataFrame | None = None,
    surveys: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What share of its cases each rate has, in each of the last quarters and years.

    *customers_kept*: customers that were ours at the start of a period (`kamlib.facts.customer_states`) with an order within the horizon after its
    end, told of periods whose horizon is over and that begin a year after the first day on record. *repeat*: customers with two order
    days or more, of those with one. *on_time*: deliveries by the promised day. *bids_won*, *bids_won_value*: by number and by value, of
    those decided in the period, all and by source; *bids_won_unflagged* leaves out bids written for one supplier. *single_supplier*:
    bids so flagged, a compliance risk and never a success. *claims_rate*: claims and disputes for 1,000 order days. *csat*: answers of 4 and 5 of 5.

    Parameters
    ----------
    orders : clean order lines; they stay in their engine.
    horizon_days : days after a period in which an order shows that a customer was kept.
    observed_from : first day that was observed; None: the first order line's day.
    accounts, interactions, proposals, surveys : clean tables, or None.

    Returns
    -------
    DataFrame, measures in the order of `MEASURES`, quarters before years, the latest first
        measure, source ('' for all), window_months (3 or 12), until (last day); part, whole (of bids_won_value money, of claims_rate order
        days), cases; value (0 to 1, of claims for 1,000 order days), low, high (95 %: Wilson, by the effective number of cases where those
        of a customer are alike; of claims exact Poisson; of bids_won_value a bootstrap of customers); reason, reason_values. A value is missing
        where the period was not observed whole or has fewer than 20 cases (of claims: order days).

    References
    ----------
    Wilson (1927), JASA 22; Garwood (1936), Biometrika 28.
    """
    line = first_day(orders, as_of)
    first = pd.Timestamp(observed_from or (as_of if pd.isna(line) else line))
    periods, days = spans(as_of), _order_days(orders, as_of)
    cases = dated_cases(as_of, interactions=interactions, proposals=proposals, surveys=surveys)
    touched, bid = (max(first, table["date"].min()) for table in read(as_of, interactions, proposals)[:2])
    begins = {"on_time": touched, "claims_rate": touched, "csat": first}  # answers are a sample in any case
    rows = _kept(orders, as_of, first, line, horizon_days, accounts)
    rows += [
        _row("repeat", "", span, first, np.array([one.repeat]), np.array([one.customers]))
        for span, one in zip(periods.itertuples(), days.itertuples(), strict=True)
    ]
    for measure in MEASURES[2:]:
        of = cases[cases["measure"] == measure]
        for source in ["", *sorted(set(of["source"]) - {""})]:
            own = of[of["source"] == source]
            begun = begins.get(measure, bid) if len(own) else pd.NaT
            for span, buying in zip(periods.itertuples(), days["order_days"], strict=True):
                inside = own[(own["date"] > span.since) & (own["date"] <= span.until)]
                sums = inside.groupby("customer_id")[["part", "whole"]].sum().to_numpy().T
                whole = np.array([buying]) if measure == "claims_rate" else sums[1]
                rows.append(_row(measure, source, span, begun, sums[0], whole, len(inside)))
    table = pd.DataFrame(rows)
    return table[_COLUMNS].join(
        reason_columns(
            [
                (table["begun"].isna(), "not_on_record", {}),
                (
                    table["since"] + pd.Timedelta(days=1) < table["begun"],
                    "period_not_observed",
                    {"begun": table["begun"]},
                ),
                (table["value"].isna(), "too_few_cases", {"n": table["cases"], "enough": FEWEST.averaged}),
            ]
        )
    )


def of_years(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of `rates_by_period` that tell a rate of a year, the latest year of each rate and source first; it waits where none is known."""
    known = table[(table["window_months"] == 12) & table["value"].notna()]
    return or_waiting(known.reset_index(drop=True), "no_rate_known")


def _row(
    measure: str,
    source: str,
    span: Any,
    begun: Any,
    part: np.ndarray,
    whole: np.ndarray,
    cases: int | None = None,
) -> dict[str, Any]:
    """One rate in one period, from its parts by customer; `begun` is the first day on record, missing where nothing is."""
    known = pd.notna(begun) and span.since + pd.Timedelta(days=1) >= begun
    cases = int(whole.sum()) if cases is None else cases
    told = {
        "measure": measure,
        "source": source,
        "window_months": span.window_months,
        "until": span.until,
        "since": span.since,
    }
    told |= dict.fromkeys(("part", "whole", "cases", "value", "low", "high"), np.nan) | {"begun": begun}
    if not known:
        return told
    told |= {"part": part.sum(), "whole": whole.sum(), "cases": cases}
    if (whole.sum() if measure == "claims_rate" else cases) < FEWEST.averaged or not whole.sum() > 0:
        return told
    if measure == "claims_rate":
        low, high = (float(end[0]) for end in exact_poisson(part.sum(keepdims=True)))
        ends = (part.sum(), low, high)
        return told | dict(zip(("value", "low", "high"), (_BY * end / whole.sum() for end in ends), strict=True))
    low, high = (resampled_ratio if measure == "bids_won_value" else clustered_wilson)(part, whole)
    return told | {"value": part.sum() / whole.sum(), "low": low, "high": high}


def _kept(
    orders: ir.Table,
    as_of: date,
    first: pd.Timestamp,
    line: pd.Timestamp,
    horizon_days: int,
    accounts: pd.DataFrame | None,
) -> list[dict[str, Any]]:
    """Customers kept, in the periods that end last with their horizon over."""
    over = pd.Timestamp(as_of) - pd.Timedelta(days=horizon_days)
    shift = next(back for back in count(0, 3) if pd.Timestamp(months_before(as_of, back)) <= over)
    moved = spans(months_before(as_of, shift))
    begun = first + pd.DateOffset(years=1)
    seen = moved[(moved["since"] + pd.Timedelta(days=1) >= begun) & (moved["since"] >= line)]
    found = moved.assign(sum=0, size=0)
    if len(seen):
        starts, ends = ([day.date() for day in seen[name].unique()] for name in ("since", "until"))
        facts = account_facts(orders, starts, observed_from=first.date(), columns=NEEDED[2:])
        standing = customer_states(facts, horizon_days=horizon_days, accounts=accounts)
        ours = standing[standing["state"] != "lost"].rename(columns={"as_of": "since"})[["customer_id", "since"]]
        later = next_orders(orders, ends, as_of).rename(columns={"as_of": "until"})
        later["came"] = later["next_order"] <= later["until"] + pd.Timedelta(days=horizon_days)
        both = seen[["since", "until"]].merge(ours, on="since").merge(later, on=["customer_id", "until"], how="left")
        counts = both["came"].eq(True).groupby([both["since"], both["until"]]).agg(["sum", "size"])
        found = moved.join(counts, on=["since", "until"]).fillna({"sum": 0, "size": 0})
    return [
        _row("customers_kept", "", span, begun, np.array([came]), np.array([there]))
        for span, came, there in zip(moved.itertuples(), found["sum"], found["size"], strict=True)
    ]


def _order_days(orders: ir.Table, as_of: date) -> pd.DataFrame:
    """Order days, customers with one, and those with two or more, in each of the `spans`; summed in the engine."""
    days = purchase_days(orders, as_of)
    days = days.filter(stands(days, as_of))
    back = (months_between(days.date, ibis.literal(as_of, type="date")) / 3).floor().cast("int64")
    quarter = days.mutate(back=back).filter(lambda t: t.back < QUARTERS)
    parts = []
    for long in (1, 4):
        rows = quarter.mutate(back=(quarter.back / long).floor().cast("int64")).filter(
            lambda t, n=QUARTERS // long: t.back < n
        )
        by = rows.group_by("customer_id", "back").agg(order_days=rows.count())
        sums = by.group_by("back").agg(
            order_days=by.order_days.sum(), customers=by.count(), repeat=(by.order_days >= 2).sum()
        )
        found = as_pandas(sums, ["back"]).set_index("back").reindex(range(QUARTERS // long), fill_value=0)
        parts.append(found.astype(float))
    return pd.concat(parts, ignore_index=True)
