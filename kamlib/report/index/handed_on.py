"""What other programs read of a report: report.json, the figures of its first page, and customers.csv, for import into a CRM."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from kamlib.facts.accounts import at_last_date
from kamlib.measures.lifetime.lifetime_value import span_years
from kamlib.measures.scoreboard import SHARES
from kamlib.plan.action_list import NOW
from kamlib.report.index.board import MONEY
from kamlib.report.index.calls import next_actions
from kamlib.report.index.summary import Summary
from kamlib.report.index.summary_facts import Tables, by_account, event_of, names, ours, stakes, waits_for
from kamlib.report.round_trip import write_csv
from kamlib.report.text import is_missing
from kamlib.study.model import Study
from kamlib.study.run_tables import SCHEMA

CUSTOMERS = ("customer_id", "name", "state", "p_stopped", "tier", "action", "owner", "due")
"""Columns of customers.csv; docs/files.md says what they hold."""
_AT_A_DAY = ("overdue",)


def write_handed_on(folder: Path, study: Study, tables: Tables, told: Summary) -> None:
    """Write report.json and customers.csv beside the index.

    Parameters
    ----------
    folder : of the report.
    study, tables : as for `kamlib.report.index.summary.summary`.
    told : what that found.
    """
    written = json.dumps(as_json(study, tables, told), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "report.json").write_text(written + "\n", encoding="utf-8", newline="\n")
    write_csv(folder / "customers.csv", customers(tables))


def customers(tables: Tables) -> pd.DataFrame:
    """A row for each customer with a state, by id: what a CRM keeps of it. Missing where it is not known.

    Returns
    -------
    DataFrame
        customer_id, name, state, p_stopped, tier (the cell of the KAISM matrix), action, owner and due of its next action. Empty where no state is on record.
    """
    if waits_for(tables, states=("customer_id", "state")):
        return pd.DataFrame(columns=list(CUSTOMERS))
    rows = tables["states"][["customer_id", "state"]].sort_values("customer_id", ignore_index=True)
    found = {
        "name": names(tables),
        "p_stopped": by_account(tables, "churn", "p_stopped"),
        "tier": by_account(tables, "kaism", "cell"),
    }
    for name, values in found.items():
        rows[name] = rows["customer_id"].map(values)
    return rows.merge(next_actions(tables), on="customer_id", how="left")[list(CUSTOMERS)]


def as_json(study: Study, tables: Tables, told: Summary) -> dict[str, Any]:
    """What the index says, as plain values: None is what is not known.

    Returns
    -------
    dict
        study, title, as_of, currency, schema; answer (question, text, waits), warnings (text, a_year, sure, owner, page, days), and figures: name,
        value, unit (*customers*, *share*, *points*, *actions*, *hours*, *weeks*, or the currency), period in words, as_of, and the table of the run that
        the value comes from.
    """
    return {
        "study": study.name,
        "title": study.title,
        "as_of": study.as_of.isoformat(),
        "currency": study.currency,
        "schema": SCHEMA,
        "answer": [{"question": one.label, "text": one.value, "waits": one.waits} for one in told.answer],
        "warnings": [
            {"text": one.text, "a_year": one.money, "sure": one.sure, "owner": one.owner, "page": one.href, "days": one.days}
            for one in told.warnings
        ],
        "figures": [*_of_the_answer(study, {name: table for name, table in tables.items() if table is not None}), *_of_the_board(study, tables)],
    }  # fmt: skip


def _figure(study: Study, name: str, value: Any, unit: str, period: str, table: str, day: Any = None) -> dict[str, Any]:
    number = None if is_missing(value) else float(value)
    on = study.as_of if day is None else pd.Timestamp(day).date()
    return {"name": name, "value": number, "unit": unit, "period": period, "as_of": on.isoformat(), "table": table}


def _of_the_answer(study: Study, tables: Tables) -> list[dict[str, Any]]:
    event, days, money = event_of(tables), f"{study.churn.horizon_days} days", study.currency
    years, made = (
        f"{span_years(study.churn.horizon_days, study.value.days):g} years",
        list[tuple[str, Any, str, str, str]](),
    )
    if not waits_for(tables, scores=("customer_id", "key")):
        made.append(("key_accounts", tables["scores"]["key"].astype(bool).sum(), "customers", "on the day", "scores"))
    if not waits_for(tables, facts=("revenue_12m", "as_of")):
        total = at_last_date(tables["facts"])["revenue_12m"].sum(min_count=1)
        made.append(("revenue", total, money, "12 months", "facts"))
    if not waits_for(tables, churn=("customer_id", event)):
        churn = tables["churn"][ours(tables, tables["churn"])]
        made.append((f"losses_expected_by_{event}", churn[event].sum(min_count=1), "customers", days, "churn"))
    if not waits_for(tables, value=("customer_id", "stake", "stake_horizon")):
        soon, whole = stakes(tables)
        made.append(("at_stake_within_the_horizon", soon, money, days, "value"))
        made.append(("at_stake", whole, money, years, "value"))
    if not waits_for(tables, cash_scenarios=("scenario", "lowest", "lowest_week", "gap")):
        for row in tables["cash_scenarios"].to_dict("records"):
            for name, unit in (("lowest", money), ("gap", money), ("lowest_week", "weeks")):
                made.append((f"cash_{name}_{row['scenario']}", row[name], unit, "26 weeks", "cash_scenarios"))
    if not waits_for(tables, action_list=("fate", "hours", "gain")):
        now = tables["action_list"][tables["action_list"]["fate"] == NOW]
        made.append(("actions_this_week", len(now), "actions", "a week", "action_list"))
        made.append(("hours_this_week", now["hours"].sum(), "hours", "a week", "action_list"))
        gain = now["gain"].sum(min_count=1)
        made.append(("gain_expected_of_this_week", gain, money, years, "action_list"))
    return [_figure(study, *one) for one in made]


def _of_the_board(study: Study, tables: Tables) -> list[dict[str, Any]]:
    if waits_for(tables, scoreboard=("measure", "as_of", "now")):
        return []
    units = dict.fromkeys(SHARES, "share") | dict.fromkeys(MONEY, study.currency) | {"nps": "points"}
    found = []
    for row in tables["scoreboard"].to_dict("records"):
        name = str(row["measure"])
        period = "on the day" if name in _AT_A_DAY else "12 months"
        found.append(_figure(study, name, row["now"], units.get(name, "customers"), period, "scoreboard", row["as_of"]))
    return found
