"""What closes a page: what it rests on, item by item. Oracle: the things themselves."""

from __future__ import annotations

import json
from importlib.metadata import version

import kamlib
from kamlib.run.record import parameters, record, seconds_of
from kamlib.run.rests import Rests
from kamlib.study.model import Study


def test_the_record_tells_versions_the_day_parameters_inputs_and_tables(small):
    rests = Rests(
        "c0de", "book", {"unit": "x"}, {"orders orders.csv": "a" * 64}, {"states": "c" * 64, "facts": "b" * 64}
    )
    rows = record(Study.read(small), {"churn.horizon_days": 90}, rests)
    told = dict(zip(rows["item"], rows["value"], strict=True))
    assert len(told) == len(rows), "each item once"
    assert told["kam"] == kamlib.__version__ and told["pandas"] == version("pandas")
    assert (told["study"], told["as of"], told["parameter churn.horizon_days"]) == ("small", "2026-06-30", "90")
    assert told["input orders.csv"] == "a" * 16
    assert [item for item in told if item.startswith("table ")] == ["table facts", "table states"]
    assert told["code of the kit"] == "c0de"
    assert all(isinstance(value, str) for value in told.values())


def test_seconds_are_those_of_the_first_report_that_tells_them(tmp_path):
    for name, text in (
        ("none", None),
        ("half", '{"secon'),
        ("old", '{"key": 1}'),
        ("told", json.dumps({"seconds": {"01": 2.0}})),
    ):
        (tmp_path / name).mkdir()
        if text:
            (tmp_path / name / "run.json").write_text(text)
    assert seconds_of(*(tmp_path / name for name in ("none", "half", "old", "told"))) == {"01": 2.0}
    assert seconds_of() == seconds_of(tmp_path / "none") == {}


def test_parameters_are_told_with_value_and_default_and_marked_by_who_set_another(small):
    """The defaults are those that the reference of the study file prints: a horizon of 180 days, customers by group."""
    study = Study.read(small, values={"churn.horizon_days": "90"})
    told = parameters(
        study,
        ["unit", "churn.horizon_days", "scoring.threshold", "value.discount"],
        {"most": (3, 15), "trait": ("size", "size")},
        ["churn.horizon_days"],
    )
    assert told.to_numpy().tolist() == [
        ["unit", study.unit, "group", "" if study.unit == "group" else "by the study"],
        ["churn.horizon_days", "90", "180", "set here"],
        ["scoring.threshold", "none", "none", ""],
        ["value.discount", "0.12", "0.12", ""],
        ["most", "3", "15", "set here"],
        ["trait", "size", "size", ""],
    ]
