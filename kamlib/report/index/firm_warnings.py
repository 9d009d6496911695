"""Warnings of the whole company: large groups, overdue money, cash, faults of the files, forecasts that missed, bids of one supplier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from kamlib.intake.ledger import faults
from kamlib.report.index.summary_facts import Tables, called, contributions, total, waits_for
from kamlib.report.index.warning import NAMED, SOON, Rule, Warned, by_chance, on_record, owner_of
from kamlib.report.numbers import Numbers
from kamlib.report.words import sentence, word
from kamlib.risk.concentration import shares
from kamlib.stats.reasons import Reason
from kamlib.study.model import Study
from kamlib.study.periods import months_before

TENTH, ASIDE, OVERDUE_SHARE = 0.1, 0.02, 0.01
"""Share of revenue of a group, of the lines set aside by faults, and of revenue that is overdue, from which they are told of."""


def _large_groups(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    if waits_for(tables, exposure=("customer_id", "revenue")):
        return
    base = tables["exposure"].assign(share=shares(tables["exposure"]["revenue"]))
    large = base[base["share"] >= TENTH].sort_values("share", ascending=False)
    if len(large):
        worth = contributions(tables).reindex(large["customer_id"])
        named = [
            f"{name} {write.share(part)}"
            for name, part in zip(called(tables, large, NAMED), large["share"], strict=False)
        ]
        yield on_record(
            "warn_large",
            {"names": named, "n": len(large)},
            money=total(worth),
            owner=owner_of(tables, large["customer_id"]),
            href="06_risk.html",
        )


def _overdue(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    if waits_for(tables, ageing=("bucket", "open_amount"), exposure=("revenue",)):
        return
    late = tables["ageing"].loc[tables["ageing"]["bucket"].isin(["late_61_90", "late_over_90"]), "open_amount"].sum()
    revenue = tables["exposure"]["revenue"].sum()
    if revenue > 0 and late >= OVERDUE_SHARE * revenue:
        first = tables.get("collect_first", pd.DataFrame(columns=["customer_id", "owner"])).head(1)
        owner = "" if first.empty or pd.isna(first["owner"].iloc[0]) else str(first["owner"].iloc[0])
        yield on_record(
            "warn_overdue", {"amount": write.short_money(late), "share": write.share(late / revenue, 1)}, money=float(late), owner=owner,
            href="06_risk.html", days=SOON,
        )  # fmt: skip


def _cash(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    if waits_for(tables, cash_scenarios=("scenario", "gap", "lowest_week", "p_gap")):
        return
    cash = tables["cash_scenarios"].set_index("scenario").to_dict("index")
    for scenario in ("as_expected", "keys_late_60"):
        if scenario in cash and cash[scenario]["gap"] > 0:
            row = cash[scenario]
            week, code = int(row["lowest_week"]), "warn_cash"
            values = {"scenario": scenario, "gap": write.short_money(row["gap"]), "week": week}
            more: dict[str, Any] = {"money": float(row["gap"]), "href": "06_risk.html", "days": 7 * week}
            if scenario == "as_expected":
                yield by_chance(code, values, row["p_gap"], write, owner="", **more)
            else:
                owner = owner_of(tables, keys["customer_id"].head(1))
                yield Warned(sentence(Reason(code, values)), sure=word("a_case"), owner=owner, **more)
            return


def _set_aside(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    if waits_for(tables, ledger=("table", "rule", "action", "rows", "amount")):
        return
    aside = faults(tables["ledger"])
    came_in = float(_came_in(tables["ledger"], "amount").get("orders") or 0)
    money = abs(float(aside["amount"])) / came_in if came_in > 0 else 0.0
    if max(aside["share"], money) > ASIDE:
        values = {"share": write.share(aside["share"], 1), "n": int(aside["rows"])}
        values |= {"amount": write.short_money(float(aside["amount"])), "of_money": write.share(money, 1)}
        yield on_record("warn_set_aside", values, money=None, owner="", href="01_cleaning.html")


def _shorter(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    """A source that holds fewer rows than in the report before: a file lacks, or was cut."""
    names = ("table", "rule", "rows")
    if waits_for(tables, ledger=names, ledger_before=names):
        return
    now, before = (_came_in(tables[name], "rows") for name in ("ledger", "ledger_before"))
    for table, rows in before[before > now.reindex(before.index, fill_value=0)].items():
        values = {"table": table, "now": int(now.get(table, 0)), "before": int(rows)}
        yield on_record("warn_shorter", values, money=None, owner="", href="01_cleaning.html")


def _came_in(ledger: pd.DataFrame, column: str) -> pd.Series:
    """What came in of each table, by its name."""
    return ledger[ledger["rule"] == "came in"].set_index("table")[column]


def _forecasts(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    if waits_for(tables, scorecard=("event", "as_of", "verdict", "came", "expected")):
        return
    card = tables["scorecard"].sort_values("as_of").drop_duplicates("event", keep="last")
    card = card[card["event"] != "offer"]  # more back than the control group promised is no fault of a forecast
    for row in card[card["verdict"].isin(["more_came", "fewer_came"])].to_dict("records"):
        values = {"event": f"forecast_of_{row['event']}", "day": row["as_of"], "came": row["came"]}
        values |= {"expected": row["expected"]}
        yield on_record("warn_forecast", values, money=None, owner="", href="07_measures.html")


def _single_supplier(study: Study, tables: Tables, keys: pd.DataFrame, write: Numbers) -> Iterator[Warned]:
    if waits_for(tables, single_supplier_bids=("customer_id", "bid_value", "date")):
        return
    bids = tables["single_supplier_bids"]
    bids = bids[bids["date"] > months_before(pd.Timestamp(study.as_of), 12)].sort_values("bid_value", ascending=False)
    if len(bids):
        values = {
            "n": len(bids),
            "amount": write.short_money(bids["bid_value"].sum()),
            "names": called(tables, bids.drop_duplicates("customer_id"), NAMED),
        }
        yield on_record(
            "warn_single_supplier",
            values,
            money=total(bids["bid_value"]),
            owner=owner_of(tables, bids["customer_id"]),
            href="08_plan.html",
        )


FIRM_RULES: tuple[Rule, ...] = (_large_groups, _overdue, _cash, _set_aside, _shorter, _forecasts, _single_supplier)
