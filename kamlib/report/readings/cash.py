"""What the page on risk says of cash to come, and of product lines that go quiet."""

from __future__ import annotations

import pandas as pd

from kamlib.risk.cash.cash_path import cash_gap
from kamlib.risk.quiet_lines import LEAST, YEARS
from kamlib.stats.reasons import Reason


def lowest(path: pd.DataFrame, fan: pd.DataFrame, opening_cash: float | None, currency: str) -> Reason | None:
    """When cash is lowest as expected, and how likely it is to fall below zero."""
    if path.empty or opening_cash is None:
        return None
    values = cash_gap(path["balance"].to_numpy(), opening_cash) | {"weeks": len(path), "currency": currency}
    if len(fan):
        worst = fan.loc[fan["low"].idxmin()]
        values |= {"p": fan["p_below"].max(), "low": worst["low"], "low_week": worst["week"]}
    return Reason("lowest_cash_told" if len(fan) else "lowest_cash_expected", values)


def worst_case(scenarios: pd.DataFrame, credit_line: float | None, currency: str) -> Reason | None:
    """The worst of what could come, and whether the credit line carries it."""
    if scenarios.empty:
        return None
    worst = scenarios.loc[scenarios["gap"].idxmax()]
    values = dict(worst) | {"line": credit_line, "currency": currency}
    if not worst["gap"] > 0:
        return Reason("no_gap_in_any_case", values)
    if credit_line is None:
        return Reason("gap_and_no_line", values)
    values["more"] = worst["gap"] - credit_line
    return Reason("gap_within_line" if worst["gap"] <= credit_line else "gap_beyond_line", values)


def collect(
    found: pd.DataFrame, scenarios: pd.DataFrame, credit_line: float | None, names: pd.Series, currency: str
) -> Reason | None:
    """Whom to collect from first, where some gap exceeds the credit line."""
    if found.empty or scenarios.empty or not scenarios["gap"].max() > (credit_line or 0.0):
        return None
    first = found.iloc[0]
    values = {
        "name": names.get(first["customer_id"], first["customer_id"]),
        "money": first["still_out"],
        "currency": currency,
    }
    return Reason("collect_first", values | {"ten": found["still_out"].head(10).sum(), "all": found["still_out"].sum()})


def to_approval(path: pd.DataFrame, opening_cash: float | None, currency: str) -> Reason | None:
    """The lowest cash until 12 months after the approval of the statements."""
    if path.empty or opening_cash is None:
        return None
    values = cash_gap(path["balance"].to_numpy(), opening_cash) | {
        "until": path["until"].iloc[-1],
        "currency": currency,
    }
    return Reason("cash_to_approval", values | {"last": path["balance"].iloc[-1]})


def quiet(found: pd.DataFrame, pairs: pd.DataFrame, currency: str) -> Reason | None:
    """How many lines have gone quiet, what they brought, and of how many that can be told."""
    if found.empty:
        return None
    alarms = found[found["change"] != ""]
    values = {
        "n": len(alarms),
        "stopped": int((alarms["change"] == "stopped").sum()),
        "watched": len(found),
        "pairs": len(pairs),
    }
    values |= {"money": alarms["amount_a_year"].sum(), "customers": alarms["customer_id"].nunique(), "least": LEAST}
    return Reason("lines_quiet" if len(alarms) else "no_line_quiet", values | {"years": YEARS, "currency": currency})


def alarms_before(table: pd.DataFrame) -> Reason | None:
    """How many of the alarms of earlier quarters came true, beside lines without one."""
    if table.empty or not table["alarms"].sum():
        return None
    sums, quiet = table[["alarms", "came"]].sum(), table["watched"] - table["alarms"]
    values = {
        "alarms": sums["alarms"],
        "came": sums["came"],
        "right": sums["came"] / sums["alarms"],
        "quarters": len(table),
    }
    others = (table["without_alarm"] * quiet).sum() / quiet.sum() if quiet.sum() else float("nan")
    return Reason("alarms_came_true", values | {"others": others})
