"""The file of a batch, and the reports that come of it, before any of them runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kamlib.errors import InputError
from kamlib.run.batch_file import jobs_of, read, refuse_twice


@pytest.fixture
def folder(tmp_path, study_in) -> Path:
    for name, as_of in (("north", "2026Q2"), ("south", "2026-05-15")):
        study_in(tmp_path / "units" / name, name, as_of)
    return tmp_path


def planned(folder: Path, *entries: dict, as_of=(), since=None) -> list[tuple[str, str]]:
    """Study and period of each report, in order."""
    path = folder / "all.yaml"
    path.write_text(json.dumps({"studies": entries}))
    return [(job.entry["study"], job.entry["period"]) for job in jobs_of(read(path), folder, as_of, since)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("studies: []", "studies"),
        ("{", "no valid YAML"),
        ("studies: [{study: a, when: b}]", r"line 1.*when"),
        ("studies:\n- {study: a}\n- {values: {}}", r"line 3.*study"),
        ("studies: [{study: a, as_of: 2026Q1}]", "as_of"),
    ],
)
def test_a_mistake_in_the_batch_file_is_named(tmp_path, text, says):
    (tmp_path / "all.yaml").write_text(text)
    with pytest.raises(InputError, match=f"(?s){says}"):
        read(tmp_path / "all.yaml")


def test_a_missing_batch_file_is_named(tmp_path):
    with pytest.raises(InputError, match="no batch file"):
        read(tmp_path / "none.yaml")


def test_a_pattern_stands_for_each_study_that_fits_it_in_the_order_of_their_names(folder):
    assert planned(folder, {"study": "units/*/study.yaml"}) == [("north", "2026Q2"), ("south", "2026-05-15")]
    assert planned(folder, {"study": str(folder / "units" / "s*" / "study.yaml")}) == [("south", "2026-05-15")]


def test_a_pattern_that_nothing_fits_is_refused(folder):
    with pytest.raises(InputError, match=r"no study file.*Mend the pattern"):
        planned(folder, {"study": "units/*/studie.yaml"})


def test_studies_stay_in_the_order_of_the_file_and_of_each_the_earliest_comes_first(folder):
    south, north = ({"study": f"units/{name}/study.yaml"} for name in ("south", "north"))
    assert planned(folder, south, north | {"as_of": ["2026Q2", "2025Q4", "2026-01-15"]}) == [
        ("south", "2026-05-15"),
        ("north", "2025Q4"),
        ("north", "2026-01-15"),
        ("north", "2026Q2"),
    ]


def test_dates_given_at_the_command_line_stand_for_the_files(folder):
    entry = {"study": "units/*/study.yaml", "as_of": ["2020Q1"]}
    assert planned(folder, entry, as_of=["2026Q1", "2025Q4"]) == [
        ("north", "2025Q4"), ("north", "2026Q1"), ("south", "2025Q4"), ("south", "2026Q1"),
    ]  # fmt: skip


@pytest.mark.parametrize("since", ["2025Q3", "2025-09-30", "2025-07-01"])
def test_since_stands_for_every_quarter_from_then_to_the_day_of_the_study(folder, since):
    north = {"study": "units/north/study.yaml", "as_of": ["2020Q1"]}
    assert [label for _, label in planned(folder, north, since=since)] == ["2025Q3", "2025Q4", "2026Q1", "2026Q2"]


def test_since_counts_back_by_three_months_from_a_day_that_ends_no_quarter(folder):
    south = {"study": "units/south/study.yaml"}
    assert [label for _, label in planned(folder, south, since="2025-08-16")] == [
        "2025-11-15",
        "2026-02-15",
        "2026-05-15",
    ]
    assert planned(folder, south, since="2025-08-15")[0] == ("south", "2025-08-15")


@pytest.mark.parametrize(("since", "says"), [("soon", "--since: expected a day"), ("2026Q3", "before --since")])
def test_a_since_that_is_no_day_or_too_late_is_refused(folder, since, says):
    with pytest.raises(InputError, match=says):
        planned(folder, {"study": "units/north/study.yaml"}, since=since)


@pytest.mark.parametrize("since", [None, "2025Q4"])
def test_a_study_with_a_mistake_is_an_entry_that_says_so_and_stops_no_other(folder, since):
    (folder / "units" / "east").mkdir()
    (folder / "units" / "east" / "study.yaml").write_text("name: east\ncolour: red\n")
    path = folder / "all.yaml"
    path.write_text(json.dumps({"studies": [{"study": "units/*/study.yaml"}, {"study": "nowhere/study.yaml"}]}))
    jobs = jobs_of(read(path), folder, (), since)
    broken = [job.entry for job in jobs if job.loaded is None]
    assert [entry["study"] for entry in broken] == ["east", "nowhere"]
    assert "colour" in broken[0]["cause"] and "no study file" in broken[1]["cause"]
    assert len(jobs) - len(broken) == (2 if since is None else 5)
    refuse_twice(jobs, path)


@pytest.mark.parametrize(
    "entries",
    [
        [{"study": "units/north/study.yaml"}] * 2,
        [{"study": "units/*/study.yaml"}, {"study": "units/north/study.yaml", "values": {"churn.horizon_days": 90}}],
        [{"study": "units/north/study.yaml", "as_of": ["2026Q1", "2026-03-31"]}],
        [{"study": "units/north/study.yaml"}, {"study": "units/south/study.yaml", "as_of": ["2026Q2"], "values": {"name": "north"}}],
    ],
)  # fmt: skip
def test_entries_that_would_take_each_others_place_are_refused_by_name(folder, entries):
    path = folder / "all.yaml"
    path.write_text(json.dumps({"studies": entries}))
    with pytest.raises(
        InputError, match=r"several entries are for the same report: 'north 2026Q[12]'.*Each would take"
    ):
        refuse_twice(jobs_of(read(path), folder, (), None), path)
