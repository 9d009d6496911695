"""The reports that stand, and what they promised. Oracle: tables by hand."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from kamlib.report.published import COLUMNS, promises, published, read_for
from kamlib.stats.reasons import waits_for
from kamlib.study.run_tables import SCHEMA

SPRING, SUMMER = date(2026, 3, 31), date(2026, 6, 30)
CHANCES = pd.DataFrame({"customer_id": ["00123", "b"], "p_silent": [0.2, 0.4], "method": "model"})
CHANCES = CHANCES.assign(p_stopped=[0.1, None], method_stopped="untested")


@pytest.fixture
def publish(tmp_path):
    """``publish(folder, day, schema, horizon, table=…)``: a report with its tables; the folder of all."""

    def write(folder, day=SPRING, schema=SCHEMA, horizon=180, **tables):
        (tmp_path / folder / "tables").mkdir(parents=True)
        for name, table in ({"churn": CHANCES} | tables).items():
            table.to_parquet(tmp_path / folder / "tables" / f"{name}.parquet")
        kept = {"schema": schema, "as_of": day.isoformat(), "parameters": {"churn": {"horizon_days": horizon}}}
        (tmp_path / folder / "run.json").write_text(json.dumps(kept | {"key": f"key of {folder}"}))
        return tmp_path

    return write


@pytest.fixture
def now(study):
    return study.model_copy(update={"as_of": SUMMER})


def test_both_chances_are_read_where_they_are_known_with_ids_as_they_are(publish, now):
    found = promises(publish("2026Q1"), now)
    assert found.columns.tolist() == COLUMNS
    assert found[["customer_id", "event", "chance", "method"]].to_numpy().tolist() == [
        ["00123", "silent", 0.2, "model"],
        ["b", "silent", 0.4, "model"],
        ["00123", "stopped", 0.1, "untested"],
    ]
    assert found["as_of"].unique().tolist() == [pd.Timestamp(SPRING)]


def test_returns_money_and_the_list_are_read_where_the_report_has_them(publish, now):
    """Who is still followed has its return in P(no order) already."""
    winback = pd.DataFrame({"customer_id": ["b", "gone"], "p_return": [0.6, 0.05], "method": ["model", "rates"]})
    value = pd.DataFrame({"customer_id": ["00123", "b"], "value_horizon": [70.0, None]})
    scores = pd.DataFrame({"customer_id": ["00123", "b"], "key": [True, False]})
    found = promises(publish("2026Q1", winback=winback, value=value, scores=scores), now)
    more = found[~found["event"].isin(["silent", "stopped"])].fillna("")
    assert more[["customer_id", "event", "chance", "money", "method"]].to_numpy().tolist() == [
        ["gone", "returned", 0.05, "", "rates"],
        ["00123", "value", "", 70.0, ""],
        ["00123", "key", "", "", ""],
    ]


@pytest.mark.parametrize(
    "other", [{"day": SUMMER}, {"schema": 1}, {"horizon": 90}, {"churn": CHANCES.drop(columns="p_silent")}]
)
def test_a_report_of_the_same_day_of_another_kit_or_another_horizon_promises_nothing(publish, now, other):
    assert waits_for(promises(publish("other", **other), now)).code == "no_report_before"


def test_a_folder_without_a_record_and_one_being_built_are_passed_over(publish, now, tmp_path):
    publish(".building")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{")
    assert waits_for(promises(tmp_path, now)).code == "no_report_before" and published(tmp_path) == []


def test_of_two_reports_of_one_day_the_later_name_counts(publish, now):
    publish("2026Q1", churn=CHANCES.assign(p_silent=0.9))
    found = promises(publish("2026Q1b"), now)
    assert found.loc[found["event"] == "silent", "chance"].tolist() == [0.2, 0.4]


def test_a_report_is_held_against_those_of_earlier_days_by_what_they_depend_on(publish, now):
    publish("2026Q2", day=SUMMER)
    assert read_for(publish("2026Q1"), now) == {"2026Q1": "key of 2026Q1"}
