"""Where a study has its playbook. Oracle: small files written by hand."""

from __future__ import annotations

import pytest

from kamlib.errors import InputError
from kamlib.study.model import Study

STUDY = "name: t\ntitle: T\nas_of: 2026-06-30\nsources: {orders: {files: o.csv}}\n"


def read(folder, study: str = "", values=None, **files: str) -> Study:
    for name, text in ({"study": STUDY + study} | files).items():
        (folder / f"{name}.yaml").write_text(text)
    return Study.read(folder / "study.yaml", values=values)


def test_the_playbook_is_the_one_that_is_named_else_that_beside_the_study_else_the_kits(tmp_path):
    assert read(tmp_path).playbook_path is None and read(tmp_path).playbook.hours_a_week == 8
    study = read(tmp_path, playbook="hours_a_week: 5\n")
    assert study.playbook.hours_a_week == 5 and study.playbook_path == tmp_path / "playbook.yaml"
    named = read(tmp_path, "playbook: other.yaml\n", other="hours_a_week: 6\n")
    assert named.playbook.hours_a_week == 6 and named.playbook_path.name == "other.yaml"
    inside = read(tmp_path, "playbook: {hours_a_week: 7}\n")
    assert inside.playbook.hours_a_week == 7 and inside.playbook_path is None


def test_a_parameter_may_name_another_file_or_move_one_value(tmp_path):
    files = {"playbook": "hours_a_week: 5\n", "other": "hours_a_week: 6\n"}
    assert read(tmp_path, values={"playbook": "other.yaml"}, **files).playbook.hours_a_week == 6
    moved = read(tmp_path, values={"playbook.hours_a_week": 4}, **files)
    assert moved.playbook.hours_a_week == 4 and moved.playbook.tiers


def test_a_study_written_with_all_its_values_reads_as_an_equal_one_anywhere(tmp_path):
    study = read(tmp_path, playbook="hours_of: {M01: 0}\n")
    (tmp_path / "o.csv").write_text("x\n")
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "study.yaml").write_text(study.to_yaml())
    again = Study.read(tmp_path / "far" / "study.yaml")
    assert again.playbook.hours_of == {"M01": 0} and again.fingerprint() == study.fingerprint()


def test_mistakes_are_told_by_the_lines_of_the_playbook(tmp_path):
    with pytest.raises(InputError) as told:
        read(tmp_path, playbook="hours_a_week: many\ntiers:\n  invst: {hours: 1}\nprecedence: [tier]\n")
    assert told.value.file == tmp_path / "playbook.yaml"
    lines = str(told.value)
    assert "line 1: hours_a_week: expected a number; found 'many'" in lines
    assert "line 3: tiers.invst" in lines and "did you mean 'invest'" in lines
    assert "line 4: precedence: expected each rule once" in lines


@pytest.mark.parametrize("text", ["!!python/object/apply:os.system ['true']\n", "- a\n", "a: [\n"])
def test_what_is_no_playbook_is_refused_and_nothing_in_it_runs(tmp_path, text):
    with pytest.raises(InputError, match="playbook"):
        read(tmp_path, playbook=text)


def test_a_playbook_that_is_named_and_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match="no playbook"):
        read(tmp_path, "playbook: gone.yaml\n")


def test_offers_of_the_old_section_are_still_read_and_come_first(tmp_path):
    offer = "{cause: any, offer: a call, cost: 9}"
    old = read(tmp_path, f"winback: {{control_share: 0.5, offers: [{offer}]}}\n")
    assert old.win_back.offers[0].cost == 9 and old.win_back.control_share == 0.5
    new = read(tmp_path, playbook=f"win_back: {{offers: [{offer}]}}\n")
    assert new.win_back.offers[0].cost == 9 and new.win_back.control_share == 0.3
