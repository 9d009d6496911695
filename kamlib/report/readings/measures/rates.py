"""What the page on measures says of rates, of what customers think, of wallets, of managers and of targets."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kamlib.stats.reasons import Reason, waits_for

_BETTER = ("better", "worse")


def rates_of_year(rates: pd.DataFrame) -> list[Reason]:
    """Each rate of the last year with its denominator and interval, as far as it is known.

    Parameters
    ----------
    rates : `kamlib.measures.rates.rates_by_period`.
    """
    year = _last_year(rates).dropna(subset="value")
    told = [name for name in ("customers_kept", "on_time", "bids_won", "claims_rate") if name in year.index]
    found = []
    for measure in told:
        row = year.loc[measure]
        values = {name: row[name] for name in ("value", "low", "high", "until")} | {"n": row["whole"]}
        if measure == "bids_won":
            values["money"] = year["value"].get("bids_won_value")
        found.append(Reason(f"told_{measure}", values))
    return found


def by_relation(rates: pd.DataFrame) -> Reason | None:
    """Bids won through the relation beside those won in tenders; None where one of both is not known."""
    rows = rates[(rates["measure"] == "bids_won") & (rates["window_months"] == 12)].dropna(subset="value")
    last = rows[rows["until"] == rows["until"].max()].set_index("source")
    if not {"relation", "tender"} <= set(last.index):
        return None
    named = {
        f"{source}_{name}": last.loc[source, name]
        for source in ("relation", "tender")
        for name in ("value", "whole", "low", "high")
    }
    apart = named["relation_low"] > named["tender_high"] or named["tender_low"] > named["relation_high"]
    return Reason("relation_and_tender_apart" if apart else "relation_and_tender_alike", named)


def single_suppliers(rates: pd.DataFrame) -> Reason | None:
    """Bids written for one supplier: how many, and how many of them were won."""
    part = _last_year(rates)["part"]
    if pd.isna(flagged := part.get("single_supplier")):
        return None
    values = {"n": flagged, "won": part["bids_won"] - part["bids_won_unflagged"]}
    return Reason("written_for_one_supplier" if flagged else "none_written_for_one_supplier", values)


def changed(charts: pd.DataFrame, year_on_year: pd.DataFrame) -> Reason | None:
    """Which rates lie outside the limits of chance in the last quarter, or have changed against the year before."""
    if charts.empty and year_on_year.empty:
        return None
    last = charts[charts["until"] == charts["until"].max()] if len(charts) else charts
    moved = [
        *last.loc[last["verdict"].isin(_BETTER), "measure"],
        *year_on_year.loc[year_on_year["verdict"].isin(_BETTER), "measure"],
    ]
    looked = len(set(charts["measure"]) | set(year_on_year["measure"]))
    which = list(dict.fromkeys(moved))
    return Reason("rates_changed" if which else "no_rate_changed", {"n": looked, "which": which})


def net_promoters(scores: pd.DataFrame, response: pd.DataFrame) -> Reason:
    """The net promoter score of the last year, its interval, and who answered."""
    last = scores[scores["window_months"] == 12].sort_values("until").iloc[-1]
    if pd.isna(last["nps"]):
        return Reason(
            "no_score_to_tell",
            {"reason": last["reason"]} if last["reason"] == "not_on_record" else {"reason": "too_few"},
        )
    values: dict[str, Any] = {name: last[name] for name in ("nps", "adjusted", "low", "high", "customers", "until")}
    asked = response[response["kind"] == "nps"] if len(response) else response
    values["rate"] = asked["response_rate"].iloc[0] if len(asked) else None
    return Reason("net_promoter_score", values)


def answers_and_stops(predicted: pd.DataFrame) -> Reason | None:
    """Whether a low answer says that a customer stops; None where no survey was on record."""
    tested = predicted[predicted["verdict"] != "not_tested"]
    if tested.empty:
        return Reason("answers_not_tested") if predicted["customers"].sum() else None
    row = tested.iloc[0]
    return Reason(
        f"answers_{row['verdict']}",
        {name: row[name] for name in ("kind", "customers", "stopped", "auc", "low", "high")},
    )


def wallets(shares: pd.DataFrame, table: pd.DataFrame, currency: str) -> list[Reason]:
    """The share of wallet, who buys more than its wallet, and the categories bought of those that fit."""
    by = shares.set_index("measure")
    found = []
    names = ("value", "low", "high", "part", "whole", "cases", "left_out")
    for measure in ("share_of_wallet", "penetration"):
        row = by.loc[measure]
        if pd.notna(row["value"]):
            found.append(Reason(f"told_{measure}", {name: row[name] for name in names} | {"currency": currency}))
        else:
            found.append(Reason(f"no_{measure}", {"cases": row["cases"]}))
    above = int((table["share_of_wallet"] > 1).sum()) if len(table) else 0
    return [*found, *([Reason("above_their_wallets", {"n": above})] if above else [])]


def outside_chance(funnels: pd.DataFrame, trait: str) -> Reason | None:
    """Which groups lie outside the limits of 99.8 % in which measure, and whether the groups differ at all."""
    rows = funnels[funnels["trait"] == trait] if len(funnels) else funnels
    if rows.empty and len(funnels):
        return Reason("nothing_to_tell_apart_by")
    judged = rows[rows["verdict"] != "too_few"] if len(rows) else rows
    if judged.empty:
        return waits_for(funnels)
    out = judged[judged["verdict"].isin(["above", "below"])]
    edge = judged.loc[judged["verdict"] == "at_the_edge", "value"]
    values = {"trait": trait.replace("_", " "), "n": judged["value"].nunique(), "measures": judged["measure"].nunique()}
    values |= {"edge": edge.nunique(), "expected": 0.05 * len(judged), "points": len(judged), "at_edge": len(edge)}
    if out.empty:
        return Reason("nobody_outside_chance", values)
    return Reason(
        "some_outside_chance",
        values | {"who": list(dict.fromkeys(out["value"])), "which": list(dict.fromkeys(out["measure"]))},
    )


def contacts(loads: pd.DataFrame) -> Reason | None:
    """With how many customers contact is overdue, and of whom most are; None where touches are not on record."""
    if loads.empty:
        return waits_for(loads)
    known = loads.dropna(subset="overdue_contacts")
    if known.empty:
        return Reason("contacts_not_on_record")
    values = {
        "n": known["overdue_contacts"].sum(),
        "customers": known["customers"].sum(),
        "managers": known["manager"].nunique(),
    }
    return Reason("contacts_overdue", values | {"hunting": _hunting(known)})


def targets_met(table: pd.DataFrame) -> Reason | None:
    """How many targets were met, missed, or can't be told; None where the table of them says what it waits for."""
    if table.empty:
        return None
    by = {
        verdict: list(table.loc[table["verdict"] == verdict, "measure"])
        for verdict in ("met", "not_met", "cant_be_told")
    }
    values: dict[str, Any] = {"all": len(table)} | {f"n_{name}": len(which) for name, which in by.items()}
    return Reason("targets_told" if by["not_met"] else "targets_none_missed", values | {"missed": by["not_met"]})


def _hunting(loads: pd.DataFrame) -> float | None:
    """The share of all hours with customers without an order before the year."""
    hours = loads["hours_a_week"].sum()
    return float((loads["hours_a_week"] * loads["hunting"]).sum() / hours) if hours > 0 else None


def _last_year(rates: pd.DataFrame) -> pd.DataFrame:
    """The last year of each rate over all sources; index measure."""
    rows = rates[(rates["window_months"] == 12) & (rates["source"] == "")].sort_values("until", kind="stable")
    return rows.drop_duplicates("measure", keep="last").set_index("measure")
