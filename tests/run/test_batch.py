"""Several studies and quarters: one that fails does not stop the others, a second start does only what is left."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from pathlib import Path

import pytest

from kamlib import cli
from kamlib.errors import InputError, StepError
from kamlib.run import batch
from kamlib.run.batch import Watch, run_batch
from kamlib.run.places import SAMPLE
from kamlib.study.model import Study


@pytest.fixture
def folder(kit, tmp_path, study_in, monkeypatch) -> Path:
    """Two studies and a batch of them in units/, with the kit of four steps that need no kernel."""
    monkeypatch.setattr("kamlib.run.schedule.show_parameters", lambda book, parameters: None)
    for name in ("north", "south"):
        study_in(tmp_path / "units" / name, name)
    write(tmp_path / "all.yaml", {"study": "units/*/study.yaml"})
    return tmp_path


def write(path: Path, *entries: dict) -> Path:
    path.write_text(json.dumps({"studies": entries}))
    return path


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
    assert sorted(told) == ["failed", "kept", "kept"]


def test_each_report_is_made_once_told_in_the_page_and_in_batch_json_and_then_kept(folder, kit):
    entries = run_batch(folder / "all.yaml", out=folder / "out", as_of=["2026Q1", "2026Q2"])
    assert [(entry["study"], entry["period"], entry["status"], entry["href"]) for entry in entries] == [
        (study, label, "done", f"{study}/{label}/index.html") for study in ("north", "south") for label in ("2026Q1", "2026Q2")
    ]  # fmt: skip
    told = json.loads((folder / "out" / "batch.json").read_text())
    assert told == entries
    assert set(told[0]) == {"study", "title", "as_of", "period", "status", "href", "cause", "seconds", "language"}
    page = (folder / "out" / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{entry["href"]}"' in page for entry in entries)
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["batch.json", "index.html", "north", "south"]
    assert sorted(path.name for path in (folder / "out" / "north").iterdir()) == ["2026Q1", "2026Q2", "index.html"]

    kit.done.clear()
    again = run_batch(folder / "all.yaml", out=folder / "out", as_of=["2026Q1", "2026Q2", "2025Q4"])
    assert [entry["status"] for entry in again] == ["done"] * 6, "what is later is held against the new one"
    assert len(kit.done) == 8, "but only the new one's notebooks run"
    again = run_batch(folder / "all.yaml", out=folder / "out", as_of=["2026Q1", "2026Q2", "2025Q4"])
    assert [entry["status"] for entry in again] == ["kept"] * 6


def test_a_fault_of_the_kit_in_one_study_does_not_stop_the_others(folder, kit, monkeypatch):
    run = kit.execute

    def fails(now, place, step, **options):
        if now.study.name == "north" and step.name == "02_second":
            raise ArithmeticError("planted")
        run(now, place, step, **options)

    monkeypatch.setattr(kit, "execute", fails)
    first, second = run_batch(folder / "all.yaml", out=folder / "out")
    assert (first["status"], first["cause"], first["href"]) == ("failed", "ArithmeticError: planted", None)
    assert second["status"] == "done" and not (folder / "out" / "north").exists()
    monkeypatch.setattr(kit, "execute", run)
    assert [entry["status"] for entry in run_batch(folder / "all.yaml", out=folder / "out")] == ["done", "kept"]


def test_a_failed_step_and_a_refused_input_say_their_cause_alone(folder, kit, monkeypatch):
    def fails(now, place, step, **options):
        raise StepError("01_first.ipynb", 2, "planted") if now.study.name == "north" else InputError("too few")

    monkeypatch.setattr(kit, "execute", fails)
    entries = run_batch(folder / "all.yaml", out=folder / "out")
    assert [entry["cause"] for entry in entries] == ["01_first.ipynb, cell 2: planted", "too few"]
    assert "planted" in (folder / "out" / "north" / "2026Q2.log").read_text()


def test_duplicates_are_refused_before_anything_runs_or_is_written(folder, kit):
    write(folder / "all.yaml", {"study": "units/*/study.yaml"}, {"study": "units/north/study.yaml"})
    with pytest.raises(InputError, match="several entries are for the same report: 'north 2026Q2'"):
        run_batch(folder / "all.yaml", out=folder / "out")
    assert kit.done == [] and not (folder / "out").exists()


def test_a_report_is_finished_after_the_one_before_it_of_the_same_study(folder, kit, monkeypatch):
    """Its summary compares with the reports that stand. All steps of the later one are over before the last of the earlier one."""
    finished, ended, over = [], [], threading.Event()
    run, summarise = kit.execute, batch.run_study.__globals__["_summarise"]

    def slow_before(now, place, step, **options):
        if now.study.as_of.month == 3 and step.name == "04_fourth":
            assert over.wait(20), "the steps of both run at the same time"
            time.sleep(0.3)
        run(now, place, step, **options)
        if now.study.as_of.month == 6:
            ended.append(step.name)
            if len(ended) == 4:
                over.set()

    def noted(building, values, home):
        finished.append((building.present.study.period, (home / "2026Q1" / "index.html").exists()))
        return summarise(building, values, home)

    monkeypatch.setattr(kit, "execute", slow_before)
    monkeypatch.setattr("kamlib.run.publish._summarise", noted)
    write(folder / "all.yaml", {"study": "units/north/study.yaml", "as_of": ["2026Q2", "2026Q1"]})
    run_batch(folder / "all.yaml", out=folder / "out", jobs=2)
    assert finished == [("2026Q1", False), ("2026Q2", True)]


def test_a_report_whose_forerunner_failed_is_made_all_the_same(folder, kit, monkeypatch):
    run = kit.execute

    def fails(now, place, step, **options):
        if now.study.as_of.month == 3:
            raise StepError("01_first.ipynb", 2, "planted")
        run(now, place, step, **options)

    monkeypatch.setattr(kit, "execute", fails)
    write(folder / "all.yaml", {"study": "units/north/study.yaml", "as_of": ["2026Q1", "2026Q2"]})
    entries = run_batch(folder / "all.yaml", out=folder / "out", jobs=1)
    assert [entry["status"] for entry in entries] == ["failed", "done"]


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_relative_folder_is_that_of_the_start_and_the_process_never_leaves_it(folder, kit, monkeypatch, jobs):
    monkeypatch.chdir(folder)
    changed = []
    monkeypatch.setattr(os, "chdir", lambda place: changed.append(place))
    entries = run_batch("all.yaml", out="out/deeper", jobs=jobs)
    assert [entry["status"] for entry in entries] == ["done", "done"] and changed == []
    assert (folder / "out" / "deeper" / "north" / "2026Q2" / "index.html").exists()


def test_a_batch_that_is_stopped_leaves_what_is_finished_and_calls_nothing_failed(folder, kit, monkeypatch):
    """The first study is done; a Ctrl-C comes while the second one is in a step."""
    ended, there = [], threading.Event()

    class Heard(Watch):
        def ended(self, entry):
            ended.append((entry["study"], entry["status"]))

    def pause(name: str) -> None:
        if name == "b" and ended:
            there.set()
            while not stopped.is_set():
                stopped.wait(0.1)
            raise StepError("02_second.ipynb", None, "its kernel was ended")

    stopped = threading.Event()
    monkeypatch.setattr("kamlib.run.schedule.stop_kernels", lambda *_: stopped.set())
    wait = batch.wait

    def pressed(going, timeout):
        if there.is_set():
            raise KeyboardInterrupt
        return wait(going, timeout=timeout)

    kit.pause = pause
    monkeypatch.setattr(batch, "wait", pressed)
    with pytest.raises(KeyboardInterrupt):
        run_batch(folder / "all.yaml", out=folder / "out", jobs=1, watch=Heard())
    assert ended == [("north", "done")]
    assert [entry["status"] for entry in json.loads((folder / "out" / "batch.json").read_text())] == ["done"]
    assert (folder / "out" / "north" / "2026Q2" / "index.html").exists() and not (folder / "out" / "south").exists()


def test_the_watch_hears_of_all_entries_then_of_each_step_and_of_each_end(folder, kit):
    heard: list[tuple] = []

    class Heard(Watch):
        def planned(self, entries):
            heard.append(("planned", len(entries)))

        def step(self, entry, name, seconds):
            heard.append((entry["study"], name, seconds is None))

        def ended(self, entry):
            heard.append((entry["study"], entry["status"]))

    run_batch(folder / "all.yaml", out=folder / "out", watch=Heard())
    assert heard[0] == ("planned", 2)
    for study in ("north", "south"):
        own = [words[1:] for words in heard if words[0] == study]
        assert own[-1] == ("done",) and own[-2] == ("report", False)
        assert [name for name, begins in own[:-1] if begins] and len(own) == 4 * 2 + 2


def test_the_sample_is_named_in_the_batch_by_its_full_path(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(batch, "is_done", lambda study, as_of, **_: asked.append((study, as_of)) or tmp_path.resolve() / "index.html")  # fmt: skip
    write(tmp_path / "all.yaml", {"study": str(SAMPLE), "as_of": ["2025Q4"]})
    run_batch(tmp_path / "all.yaml", as_of=["2026Q1", "2026Q2"], out=tmp_path)
    assert sorted(set(asked)) == [(SAMPLE, "2026Q1"), (SAMPLE, "2026Q2")]


def test_each_study_reads_the_dates_by_its_own_year_and_one_that_is_unsure_fails_alone(tmp_path, monkeypatch):
    folders = []

    def stands(study, *, as_of, out, values):
        folders.append(Study.read(study, as_of=as_of, values=values).period)
        return out.resolve() / "sample" / folders[-1] / "index.html"

    monkeypatch.setattr(batch, "is_done", stands)
    text = f"studies: [{{study: {SAMPLE}}}, {{study: {SAMPLE}, values: {{year_begins: 7}}}}]"
    (tmp_path / "all.yaml").write_text(text)
    entries = run_batch(tmp_path / "all.yaml", as_of=["2026Q1", "2025-12-31"], out=tmp_path)
    assert [(entry["period"], entry["status"]) for entry in entries] == [
        ("2025Q4", "kept"),
        ("2026Q1", "kept"),
        ("FY2026Q2", "kept"),
        ("2026Q1", "failed"),
    ]
    assert sorted(set(folders)) == ["2025Q4", "2026Q1", "FY2026Q2"]
    assert "FY2026Q1 for the fiscal one, which ends on 2025-09-30" in entries[3]["cause"]
    assert "FY2026Q1 for the fiscal one" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(folder, kit):
    (folder / "out").write_text("a file of the user")
    with pytest.raises(InputError, match="the report can't be written there"):
        run_batch(folder / "all.yaml", out=folder / "out")
    assert kit.done == []


def test_a_beginning_beside_days_is_refused(tmp_path):
    (tmp_path / "all.yaml").write_text(f"studies: [{{study: {SAMPLE}}}]")
    with pytest.raises(InputError, match="--since and --as-of are given; found '2025Q1 and 2026Q1'"):
        batch.run_batch(tmp_path / "all.yaml", as_of=["2026Q1"], since="2025Q1", out=tmp_path)
