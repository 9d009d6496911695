"""Several studies and quarters: one that fails does not stop the others, a second start does only what is left."""

from __future__ import annotations

import json
import re
import sys

import pytest

from kamlib import cli
from kamlib.errors import InputError
from kamlib.run import batch
from kamlib.run.store import SAMPLE


def test_a_broken_study_is_named_the_others_are_published_and_a_second_start_keeps_them(ten_batch, monkeypatch, capsys):
    entries = json.loads((ten_batch / "entries.json").read_text())
    assert [entry["status"] for entry in entries] == ["failed", "done", "kept"]
    assert "line 1" in entries[0]["cause"]
    page = (ten_batch / "out" / "index.html").read_text(encoding="utf-8")
    for entry in entries[1:]:
        assert f'href="{entry["href"]}"' in page
        assert (ten_batch / "out" / entry["href"]).exists()

    monkeypatch.setattr(sys, "argv", ["kam", "batch", str(ten_batch / "all.yaml"), "--out", str(ten_batch / "out")])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1, "one study failed"
    told = re.findall(r"^(done|kept|failed) ", capsys.readouterr().err, re.M)
    assert told == ["failed", "kept", "kept"]


def test_a_fault_of_the_kit_in_one_study_does_not_stop_the_others(tmp_path, monkeypatch):
    (tmp_path / "all.yaml").write_text(f"studies: [{{study: {SAMPLE}, as_of: [2026Q1, 2026Q2]}}]")

    def fails_first(study, as_of, out, values):
        if as_of == "2026Q1":
            raise ArithmeticError("planted")
        return out.resolve() / "sample" / "2026Q2" / "index.html"

    monkeypatch.setattr(batch, "is_done", lambda *_, **__: None)
    monkeypatch.setattr(batch, "run_study", fails_first)
    first, second = batch.run_batch(tmp_path / "all.yaml", out=tmp_path / "out")
    assert (first["status"], first["cause"]) == ("failed", "ArithmeticError: planted")
    assert second["status"] == "done"


def test_dates_given_at_the_command_line_stand_for_the_files(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        batch, "is_done", lambda study, as_of, **_: asked.append(as_of) or tmp_path.resolve() / "index.html"
    )
    (tmp_path / "all.yaml").write_text(f"studies: [{{study: {SAMPLE}, as_of: [2025Q4]}}]")
    batch.run_batch(tmp_path / "all.yaml", as_of=["2026Q1", "2026Q2"], out=tmp_path)
    assert asked == ["2026Q1", "2026Q2"]


@pytest.mark.parametrize(
    ("text", "says"), [("studies: []", "studies"), ("{", "no valid YAML"), ("studies: [{study: a, when: b}]", "when")]
)
def test_a_mistake_in_the_batch_file_is_named(tmp_path, text, says):
    (tmp_path / "all.yaml").write_text(text)
    with pytest.raises(InputError, match=says):
        batch.run_batch(tmp_path / "all.yaml", out=tmp_path)


def test_a_missing_batch_file_is_named(tmp_path):
    with pytest.raises(InputError, match="no batch file"):
        batch.run_batch(tmp_path / "none.yaml", out=tmp_path)
