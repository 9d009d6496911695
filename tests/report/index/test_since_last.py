"""What the report says of the one before it. Oracle: two customers whose places are worked out by hand."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from kamlib.report.html import index
from kamlib.report.index.since_last import since
from kamlib.scoring.scores import contributions, members, score
from kamlib.study.run_tables import SCHEMA
from kamlib.study.settings.sections import Scoring


def rules(x: int) -> Scoring:
    criteria = [
        {"name": name, "source": "facts", "group": "revenue", "worst": 0, "best": 100, "weight": weight}
        for name, weight in (("x", x), ("y", 100 - x))
    ]
    return Scoring.model_validate({"criteria": criteria, "top_least": 1, "top_most": 1})


@pytest.fixture
def of(study):
    """``of(weight of x, day, A=(x, y), …)``: a study and the tables that its run would hold."""

    def make(weight, day, **rows):
        here = study.model_copy(update={"scoring": rules(weight), "as_of": day})
        values = (
            pd.DataFrame.from_dict(rows, orient="index", columns=["x", "y"]).rename_axis("customer_id").astype(float)
        )
        table = score(values, here.scoring.criteria)
        parts = contributions(values, here.scoring.criteria)
        facts = pd.DataFrame(
            {"customer_id": list(rows), "as_of": pd.Timestamp(day), "revenue": 1.0, "revenue_12m": 1.0}
        )
        return here, {"scores": members(table, here.scoring), "contributions": parts, "facts": facts}

    return make


@pytest.fixture
def publish(tmp_path):
    def write(made, folder, record=None):
        study, tables = made
        (tmp_path / folder / "tables").mkdir(parents=True)
        for name, table in tables.items():
            table.to_parquet(tmp_path / folder / "tables" / f"{name}.parquet")
        kept = {"schema": SCHEMA, "as_of": study.as_of.isoformat(), "parameters": study.model_dump(mode="json")}
        (tmp_path / folder / "run.json").write_text(json.dumps(kept) if record is None else record)

    return write


SPRING, SUMMER, AUTUMN = date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)


def test_the_latest_report_of_an_earlier_day_is_compared_and_data_are_blamed(of, publish, tmp_path):
    publish(of(50, SPRING, A=(0, 0), B=(9, 9)), "2026Q1")
    publish(of(50, SUMMER, A=(100, 60), B=(50, 50)), "2026Q2")
    publish(of(50, AUTUMN, A=(0, 60), B=(50, 50)), "2026Q3")  # this very report, as it stood
    found = since(tmp_path, *of(50, AUTUMN, A=(0, 60), B=(50, 50)))
    assert (found.period, found.href, found.refused) == ("2026Q2", "../2026Q2/index.html", "")
    assert found.changes.set_index("customer_id")["change"].to_dict() == {"B": "came in", "A": "left"}
    assert set(found.changes["cause"]) == {"data"}
    assert found.changes.set_index("customer_id")["why"].to_dict() == {
        "A": "its score moved by -49.5 points by data, most by x (-49.5)",
        "B": "its score hardly moved (+0.0): others fell behind",
    }


def test_the_report_before_is_called_by_the_year_of_the_study(of, publish, tmp_path):
    publish(of(50, SUMMER, A=(1, 2), B=(2, 3)), "FY2026Q4")
    study, tables = of(50, AUTUMN, A=(1, 2), B=(2, 3))
    found = since(tmp_path, study.model_copy(update={"year_begins": 7}), tables)
    assert (found.period, found.href) == ("FY2026Q4", "../FY2026Q4/index.html")


def test_of_the_same_day_a_report_with_other_weights_is_compared_and_the_weights_are_blamed(of, publish, tmp_path):
    publish(of(40, AUTUMN, A=(100, 0), B=(0, 100)), "2026Q3")
    found = since(tmp_path, *of(60, AUTUMN, A=(100, 0), B=(0, 100)))
    assert found.changes.set_index("customer_id")["change"].to_dict() == {"A": "came in", "B": "left"}
    assert set(found.changes["cause"]) == {"criteria"}


def test_the_first_report_and_later_ones_are_compared_with_nothing(of, publish, tmp_path):
    made = of(50, SUMMER, A=(1, 2), B=(2, 3))
    assert since(tmp_path, *made) is None
    publish(of(50, AUTUMN, A=(1, 2), B=(2, 3)), "2026Q3")
    publish(of(50, SPRING, A=(1, 2), B=(2, 3)), ".2026Q1-being-built")
    publish(of(50, SPRING, A=(1, 2), B=(2, 3)), "half", record='{"as_of": "2026-0')
    assert since(tmp_path, *made) is None


def test_a_report_of_another_version_is_named_and_not_compared(of, publish, tmp_path):
    study, tables = of(50, SUMMER, A=(1, 2), B=(2, 3))
    publish((study, tables | {"scores": tables["scores"].drop(columns="knock_out")}), "2026Q2")
    found = since(tmp_path, *of(50, AUTUMN, A=(1, 2), B=(2, 3)))
    assert found.period == "2026Q2" and "another version of the kit (KeyError)" in found.refused


def test_a_report_of_an_older_schema_is_named_and_not_compared(of, publish, tmp_path):
    publish(
        of(50, SUMMER, A=(1, 2), B=(2, 3)), "2026Q2", record='{"as_of": "2026-06-30", "parameters": {"scoring": {}}}'
    )
    found = since(tmp_path, *of(50, AUTUMN, A=(1, 2), B=(2, 3)))
    assert found.period == "2026Q2" and found.changes.empty
    assert found.refused == "its tables are of schema 1, not 4: run it again to compare"


def test_the_page_names_who_came_and_left_with_the_names_made_harmless(
    of, publish, tmp_path, study, tables, record, hostile
):
    publish(of(50, SUMMER, **{"001": (100, 60), "002": (50, 50)}), "2026Q2")
    here, made = of(50, AUTUMN, **{"001": (0, 60), "002": (50, 50)})
    found = since(tmp_path, here, made | {"accounts": tables["accounts"]})
    assert set(found.changes["name"]) == {hostile, "Two"}
    more = {"study": study, "as_of": AUTUMN, "parts": [], "record": record}
    index(tmp_path / "index.html", tables=tables, since=found, **more)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Since the report of 2026Q2" in page and "came in" in page and "<script>alert" not in page
    index(tmp_path / "without.html", tables=tables, **more)
    assert "Since the report" not in (tmp_path / "without.html").read_text(encoding="utf-8")
    assert np.isfinite(found.changes["score_now"].astype(float)).all()
