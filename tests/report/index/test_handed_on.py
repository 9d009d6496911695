"""What other programs read: plain values with unit and period, and a file that no spreadsheet runs."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from kamlib.report.index.handed_on import CUSTOMERS, as_json, customers, write_handed_on
from kamlib.report.index.summary import summary

DOCS = Path(__file__).parents[3] / "docs" / "files.md"


@pytest.fixture
def whole(tables, hostile) -> dict[str, pd.DataFrame]:
    """Three with a state, of whom one has a chance and an action; the names are hostile."""
    accounts = tables["accounts"].assign(name=[hostile, "=1+1", "@x", None, "A branch"])
    churn = pd.DataFrame({"customer_id": ["002"], "p_stopped": [0.25]})
    listed = pd.DataFrame(
        {"customer_id": ["002"], "action": ["-call"], "owner": ["M1"], "due": pd.Timestamp("2026-10-05")}
    )
    listed = listed.assign(fate="this_week", hours=1.5, gain=float("nan"))
    states = pd.DataFrame({"customer_id": ["003", "002", "001"], "state": ["lost", "active", "silent"]})
    board = pd.DataFrame(
        {"measure": ["nrr", "overdue", "nps"], "as_of": pd.Timestamp("2026-06-30"), "now": [0.95, 7.5, None]}
    )
    return {
        **tables,
        "accounts": accounts,
        "churn": churn,
        "action_list": listed,
        "states": states,
        "scoreboard": board,
    }


def test_a_row_for_each_customer_says_what_is_known_and_nothing_else(whole):
    found = customers(whole).set_index("customer_id")
    assert found.index.tolist() == ["001", "002", "003"]
    told = found.loc["002", ["name", "state", "p_stopped", "tier", "action", "owner"]]
    assert told.tolist() == ["=1+1", "active", 0.25, "development", "-call", "M1"]
    assert found.loc["001", ["p_stopped", "action", "due"]].isna().all() and found.loc["001", "tier"] == "invest"


def test_no_name_of_the_file_is_a_formula_and_each_comes_back_as_it_was(whole, study, tmp_path, hostile):
    write_handed_on(tmp_path, study, whole, summary(study, whole))
    text = (tmp_path / "customers.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    assert tuple(rows[0]) == CUSTOMERS
    assert [row[1] for row in rows[1:]] == [hostile, "'=1+1", "'@x"]
    assert rows[2][2:] == ["active", "0.25", "development", "'-call", "M1", "2026-10-05"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_each_figure_has_a_value_or_null_with_unit_period_day_and_table(whole, study, tmp_path):
    write_handed_on(tmp_path, study, whole, summary(study, whole))
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    figures = {
        (one["name"], one["as_of"]): (one["value"], one["unit"], one["period"], one["table"])
        for one in found["figures"]
    }
    assert figures["revenue", "2026-09-30"] == (100e3, "EUR", "12 months", "facts")
    assert figures["losses_expected_by_p_stopped", "2026-09-30"] == (0.25, "customers", "180 days", "churn")
    assert figures["at_stake", "2026-09-30"] == (8000.0, "EUR", "3 years", "value")
    assert figures["hours_this_week", "2026-09-30"] == (1.5, "hours", "a week", "action_list")
    assert figures["gain_expected_of_this_week", "2026-09-30"][0] is None
    assert figures["nrr", "2026-06-30"] == (0.95, "share", "12 months", "scoreboard")
    assert figures["overdue", "2026-06-30"] == (7.5, "EUR", "on the day", "scoreboard")
    assert figures["nps", "2026-06-30"][:2] == (None, "points")
    assert len(figures) == len(found["figures"]), "a name stands once a day"


def test_the_sentences_are_those_of_the_index(whole, study):
    found = as_json(study, whole, summary(study, whole))
    assert [one["question"] for one in found["answer"]][2] == "Whom we lose next" and len(found["answer"]) == 5
    assert all(bool(one["text"]) != bool(one["waits"]) for one in found["answer"])


def test_a_run_that_holds_nothing_leaves_both_files_without_a_figure(study, tmp_path):
    write_handed_on(tmp_path, study, {}, summary(study, {}))
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["figures"] == []
    assert (tmp_path / "customers.csv").read_text(encoding="utf-8-sig").strip() == ",".join(CUSTOMERS)


def test_each_column_stands_in_the_page_on_files():
    told = DOCS.read_text(encoding="utf-8").partition("## What other programs read")[2]
    assert tuple(re.findall(r"(?m)^\| `(\w+)` \|", told)) == CUSTOMERS
