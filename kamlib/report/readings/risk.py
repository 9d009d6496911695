"""What the page on risk concludes: on whom the firm depends, what is left if they go, what a year of losses may cost."""

from __future__ import annotations

import pandas as pd

from kamlib.risk.concentration import mark
from kamlib.stats.reasons import Reason, waits_for


def on_whom(by_measure: pd.DataFrame, exposure: pd.DataFrame, names: pd.Series) -> Reason | None:
    """Who is the largest, what that makes us, and as how many equal customers the base is concentrated."""
    known = by_measure.set_index("measure") if len(by_measure) else by_measure
    if "revenue" not in known.index or pd.isna(known.loc["revenue", "top_1"]):
        return None
    row, first = known.loc["revenue"], exposure.loc[exposure["revenue"].idxmax(), "customer_id"]
    values = {"name": names.get(first, first), "n": int(row["customers"]), "mark": mark(float(row["top_1"]))}
    values |= {name: float(row[name]) for name in ("top_1", "top_3", "effective_number")}
    if row["top_1"] == 1:
        return Reason("depends_on_one", values)
    return Reason("depends_on_largest" if values["mark"] else "depends_on_nobody", values)


def trend(found: pd.DataFrame) -> Reason | None:
    """How the effective number has moved from the first observed date to the last."""
    found = found.dropna(subset="effective_number")
    if len(found) < 2:
        return None
    first, last = found.iloc[0], found.iloc[-1]
    if last["effective_number"] == first["effective_number"]:
        return None
    code = "more_concentrated" if last["effective_number"] < first["effective_number"] else "less_concentrated"
    values = {
        "before": first["effective_number"],
        "now": last["effective_number"],
        "since": first["as_of"],
        "n": len(found),
    }
    return Reason(code, values)


def eaten(curve: pd.DataFrame, currency: str) -> Reason | None:
    """Who costs more than it brings, and what was spent on those without an order."""
    if curve.empty:
        return waits_for(curve)
    below = curve[curve["contribution"] < 0]
    idle = curve[curve["order_days"] == 0]
    values = {"peak": curve["cumulative_share"].max(), "at": int(curve["cumulative_share"].to_numpy().argmax()) + 1}
    values |= {"n": len(curve), "below": len(below), "eat": -below["contribution"].sum(), "currency": currency}
    if below.empty:
        return Reason("nobody_eats", values)
    return Reason(
        "some_eat_what_others_bring", values | {"idle": len(idle), "spent": -idle["contribution"].clip(upper=0).sum()}
    )


def month(results: pd.DataFrame, hours_in_fixed: bool | None) -> Reason | None:
    """Whether the result hangs on where our hours are counted, which only the study can say."""
    if len(results) < 2 or hours_in_fixed is not None:
        return None
    inside, besides = results["result"]
    return Reason("say_where_hours_are", {"inside": inside, "besides": besides})


def left(losses: pd.DataFrame, currency: str) -> Reason | None:
    """What is left after the loss of the first set, by its cautious reading."""
    told = losses.dropna(subset="result_after") if len(losses) else losses
    if told.empty:
        return None
    row = told[told["set"] == told["set"].iloc[0]].iloc[-1]
    names = ("set", "result_before", "result_after", "months_left", "lowest_cash", "lowest_month")
    values = {name: row[name] for name in names} | {"currency": currency, "hours": row["hours_are"]}
    if row["result_after"] >= 0:
        return Reason("result_stays", values)
    if row["reason"] == "cash_is_below_zero":
        return Reason("result_falls_without_cash", values)
    return Reason("result_falls_cash_unknown" if pd.isna(row["months_left"]) else "cash_ends", values)


def replacement(losses: pd.DataFrame) -> Reason | None:
    """How many new customers would replace the first set; None where nobody joined, or they brought nothing."""
    if losses.empty or pd.isna(losses["replaced_by"].iloc[0]):
        return None
    row = losses.iloc[0]
    return Reason("replaced_by", {name: row[name] for name in ("set", "replaced_by", "replaced_years")})


def margin_of_safety(found: pd.DataFrame) -> Reason | None:
    """How many of the largest may go before a month ends below zero, by the cautious reading."""
    if found.empty:
        return None
    row = found.iloc[-1]
    values = {"n": int(row["may_go"]), "share": row["share"]}
    return Reason("none_may_go" if not row["may_go"] else "may_go", values)


def bad_year(
    told: pd.DataFrame, whose: pd.DataFrame, names: pd.Series, correlation: float, currency: str
) -> Reason | None:
    """What a bad year costs, whose it is, and how likely the result ends below zero."""
    rows = told[told["correlation"] == correlation] if len(told) else told
    if rows.empty or whose.empty:
        return None
    row, first = rows.iloc[0], whose.head(2)
    who = [names.get(one, one) for one in first["customer_id"]]
    values = {name: row[name] for name in ("mean", "var_95", "expected_shortfall")}
    return Reason("bad_year", values | {"who": who, "share": first["share_of_shortfall"].sum(), "currency": currency})


def chance_of_a_year(second: float | None, horizon_days: int) -> Reason:
    """What the chance of 12 months is made of."""
    values = {"share": second, "horizon": horizon_days}
    return Reason("same_chance_in_every_span" if second is None else "second_span_of_the_past", values)


def below_zero(told: pd.DataFrame, correlation: float) -> Reason | None:
    """How likely the year ends below zero before new customers; None where nothing is fixed."""
    rows = told[told["correlation"] == correlation].dropna(subset="p_result_below_zero") if len(told) else told
    if rows.empty:
        return None
    values = {"low": rows["p_result_below_zero"].min(), "high": rows["p_result_below_zero"].max()}
    return Reason("year_below_zero" if len(rows) == 1 else "year_below_zero_by_hours", values)


def years_before(found: pd.DataFrame, currency: str) -> Reason | None:
    """On how many earlier days what was lost after them lay within the range, and by which chance the others were drawn."""
    if found.empty:
        return waits_for(found)
    last, missed = found.iloc[-1], found[found["verdict"] != "as_expected"]
    values = {"n": len(found), "held": len(found) - len(missed), "currency": currency}
    values |= {name: last[name] for name in ("as_of", "span_days", "expected", "expected_low", "expected_high", "came")}
    too_little = (missed["verdict"] == "more_came") & (missed["event"] == "silent")
    code = "years_drawn_by_silence" if len(missed) and too_little.all() else "years_of_losses"
    return Reason(code, values)


def new_customers(new: pd.Series, currency: str) -> Reason | None:
    """What those brought who joined in the year before the last; None where nobody did."""
    if not new["customers"] or pd.isna(new["contribution"]):
        return None
    values = {"n": int(new["customers"]), "new": new["customers"] * new["contribution"], "currency": currency}
    return Reason("new_customers_brought", values)


def giants_matter(found: pd.DataFrame, currency: str) -> Reason | None:
    """How far the bad year moves with the chance that a giant stops."""
    if found.empty:
        return None
    first, last = found.iloc[0], found.iloc[-1]
    values = {"n": int(first["customers"]), "low": first["p_year"], "high": last["p_year"], "currency": currency}
    return Reason("giants_matter", values | {"from": first["above_mean"], "to": last["above_mean"]})


def references(found: pd.DataFrame, names: pd.Series, currency: str) -> Reason | None:
    """Whose references bring most."""
    if found.empty:
        return None
    row = found.iloc[0]
    values = {
        "n": len(found),
        "all": int(found["referred"].sum()),
        "sum": found["referred_contribution"].sum(),
        "currency": currency,
    }
    return Reason(
        "references_fall",
        values | {"name": names.get(row["customer_id"], row["customer_id"]), "first": row["referred_contribution"]},
    )


def won(found: pd.Series, currency: str) -> Reason:
    """How many were won in 12 months, what they bring, and how many were lost."""
    values = {name: found[name] for name in ("won", "won_revenue", "share", "lost")} | {"currency": currency}
    return Reason("won_and_lost_only" if pd.isna(found["share"]) else "won_and_lost", values)
