"""A folder to work in: all that a study and its notebooks need is in it."""

from __future__ import annotations

import json
import os
import re
import sys

import pytest

from kamlib.errors import InputError
from kamlib.run.places import NOTEBOOKS, SAMPLE
from kamlib.run.workspace import new_workspace
from kamlib.study.model import Study


def test_its_study_is_that_of_the_sample_with_files_of_its_own(tmp_path):
    study = new_workspace(tmp_path / "mine" / "deeper")
    assert study == tmp_path / "mine" / "deeper" / "study.yaml"
    loaded, sample = Study.read(study), Study.read(SAMPLE)
    assert loaded.fingerprint() == sample.fingerprint() and loaded.playbook == sample.playbook
    for table in loaded.sources:
        (path,), (original,) = loaded.paths(table), sample.paths(table)
        assert path.parent == study.parent / "data" and path.read_bytes() == original.read_bytes()


def test_its_notebooks_open_its_study_and_were_not_run_yet(tmp_path):
    folder = new_workspace(tmp_path / "mine").parent / "notebooks"
    assert [path.name for path in sorted(folder.iterdir())] == [
        path.name for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    ]
    for path in folder.iterdir():
        mine, kits = (json.loads((place / path.name).read_text(encoding="utf-8")) for place in (folder, NOTEBOOKS))
        changed = 0
        for cell, original in zip(mine["cells"], kits["cells"], strict=True):
            own, theirs = "".join(cell["source"]), "".join(original["source"])
            if "parameters" in cell["metadata"].get("tags", ()):
                assert re.search(r'^study = "\.\./study\.yaml"', own, re.M)
                own = own.replace('"../study.yaml"', "None")
                changed += 1
            assert own == theirs and not cell.get("outputs") and cell.get("execution_count") is None
        assert changed == 1 and mine["metadata"] == kits["metadata"]
        assert (folder / "../study.yaml").exists()


def test_the_readme_names_the_folder_and_commands_that_there_are(tmp_path):
    from kamlib.cli import app

    readme = (new_workspace(tmp_path / "mine").parent / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# mine\n") and len(readme.splitlines()) <= 12
    known = {command.name or command.callback.__name__ for command in app.registered_commands}
    assert {*re.findall(r"`kam (\w+)", readme)} <= known


@pytest.mark.parametrize("holds", ["a.txt", ".git"])
def test_a_folder_that_holds_something_is_refused_and_left_as_it_was(tmp_path, holds):
    (tmp_path / holds).touch()
    with pytest.raises(InputError, match="the folder is not empty"):
        new_workspace(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [holds]


def test_an_empty_folder_is_taken_and_one_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    assert new_workspace(tmp_path / "empty").exists()
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(InputError, match="no workspace can be made there"):
            new_workspace(folder)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the system's own user may write everywhere")
def test_a_place_without_rights_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="no workspace can be made there; found Permission denied"):
        new_workspace(tmp_path / "mine")
