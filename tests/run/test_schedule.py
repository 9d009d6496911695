"""The order of the notebooks, and what is taken over. The steps are four in words (see conftest), without a kernel."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from kamlib.errors import StepError
from kamlib.run import schedule
from kamlib.run.present import Present
from kamlib.run.schedule import Building, Workers
from kamlib.run.tables import Tables
from kamlib.study.model import Study

PATIENCE = 20.0  # seconds


@pytest.fixture(autouse=True)
def _shown(monkeypatch):
    monkeypatch.setattr(schedule, "show_parameters", lambda book, parameters: None)


@pytest.fixture
def building(kit, small, tmp_path) -> Callable[..., Building]:
    """``building("name", earlier=[...], values={...})``: a report that is to be built in ``<name>``."""

    def make(name: str, earlier=(), values=None) -> Building:
        folder = tmp_path / name
        folder.mkdir()
        now = Present(Study.read(small, values=values), tmp_path / f"{name}.json", (Tables(folder / "tables"),))
        return Building(now, small, folder, [one.folder for one in earlier], kit.steps)

    return make


def built(one: Building, jobs: int = 2) -> list[tuple[str, float | None]]:
    told: list[tuple[str, float | None]] = []
    with Workers(jobs) as workers:
        one.run(workers, lambda name, seconds: told.append((name[:2], seconds)), lambda: None)
    return told


def test_every_step_runs_once_after_what_it_needs_and_is_told_when_it_begins_and_when_it_ends(kit, building, holdings):
    one = building("one")
    told = built(one)
    begins = [name for name, seconds in told if seconds is None]
    assert sorted(begins) == sorted(kit.done) == ["01", "02", "03", "04"]
    assert begins.index("01") < begins.index("02") < begins.index("03") and begins.index("01") < begins.index("04")
    ends = {name: seconds for name, seconds in told if seconds is not None}
    assert all(seconds > 0 for seconds in ends.values()) and len(ends) == 4
    assert {name[:2] for name in one.seconds} == {*ends}
    assert [*holdings(one.folder)] == ["a", "b", "c", "d"]
    assert sorted(path.stem for path in one.folder.glob("*.html")) == [step.name for step in kit.steps]
    assert one.links[0] == ("Summary", "index.html") and one.links[-1] == ("04_fourth", "04_fourth.html")


def test_a_step_begins_as_soon_as_its_table_is_there_though_the_notebook_that_makes_it_goes_on(kit, building):
    began = threading.Event()

    def pause(name: str) -> None:
        if name == "b":
            began.set()
        if name == "01_first":  # it has saved its table, and waits for the step that needs it
            assert began.wait(PATIENCE), "02 waited for the end of 01"

    kit.pause = pause
    built(building("one"))
    assert began.is_set()


def test_the_summary_is_made_once_when_all_tables_are_there_beside_the_last_pages(kit, building, holdings):
    one, made = building("one"), threading.Event()
    seen = []

    def pause(name: str) -> None:
        if name == kit.steps[-1].name:  # it has saved its table, and its page goes on
            assert made.wait(PATIENCE), "the summary waited for the last page"

    def summarise() -> str:
        seen.append(sorted(holdings(one.folder)))
        made.set()
        return "summary"

    kit.pause = pause
    with Workers(2) as workers:
        assert one.run(workers, lambda name, seconds: None, summarise) == "summary"
    assert seen == [["a", "b", "c", "d"]]


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_so_many_run_at_a_time_and_not_more(kit, building, jobs):
    now, most, lock, met = 0, 0, threading.Lock(), threading.Event()
    kit.change("02", needs=())
    kit.change("03", needs=())
    kit.change("04", needs=())
    run = kit.execute

    def counted(*args, **options):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now >= jobs:
                met.set()
        assert met.wait(PATIENCE), "so many could have run"
        run(*args, **options)
        with lock:
            now -= 1

    kit.execute = counted
    built(building("one"), jobs)
    assert most == jobs


def test_a_step_that_fails_ends_the_report_and_none_begins_after_it(kit, building):
    def fails(name: str) -> None:
        if name == "b":
            raise StepError("02_second.ipynb", 3, "ValueError: planted")

    kit.pause = fails
    with pytest.raises(StepError, match=r"02_second\.ipynb, cell 3: ValueError: planted"):
        built(building("one"))
    assert "03" not in kit.done


def test_of_what_runs_beside_a_step_that_fails_only_the_kernels_of_this_report_are_ended(kit, building, monkeypatch):
    ended, stopped = threading.Event(), []

    def stop(folder=None):
        stopped.append(folder)
        ended.set()

    monkeypatch.setattr(schedule, "stop_kernels", stop)
    running = threading.Barrier(2)

    def pause(name: str) -> None:
        if name in ("b", "d"):
            running.wait(PATIENCE)
        if name == "b":
            raise StepError("02_second.ipynb", 3, "ValueError: planted")
        if name == "d":
            assert ended.wait(PATIENCE)
            raise StepError("04_fourth.ipynb", None, "its kernel was ended")

    kit.pause = pause
    one = building("one")
    with pytest.raises(StepError, match=r"02_second\.ipynb, cell 3"):
        built(one)
    assert set(stopped) == {one.folder}


def test_a_report_that_fails_does_not_wait_for_the_steps_of_others_that_have_the_workers(kit, building):
    """A step of another study takes the only worker before the one of this report that still stands in the queue."""
    go, others = threading.Event(), []
    with Workers(1) as workers:
        queue = workers.pool._work_queue

        def pause(name: str) -> None:
            if name == "a":
                others.append(workers.pool.submit(go.wait, PATIENCE))
            if name == "01_first":
                until = time.monotonic() + PATIENCE
                while queue.qsize() < 3 and time.monotonic() < until:  # the other's, 02 and 04
                    time.sleep(0.01)
                raise StepError("01_first.ipynb", 1, "ValueError: planted")

        kit.pause = pause
        try:
            with pytest.raises(StepError, match="planted"):
                building("one").run(workers, lambda *_: None, lambda: None)
            assert not others[0].done()
        finally:
            go.set()


def test_a_table_that_its_notebook_did_not_make_is_told_and_not_waited_for(kit, building):
    kit.change("01", makes=())
    with pytest.raises(StepError, match=r"02_second\.ipynb: the tables that it needs were not made"):
        built(building("one"))


@pytest.mark.parametrize("when", ["between", "in a kernel", "as it is ended"])
def test_a_run_that_is_stopped_ends_as_by_ctrl_c_and_no_step_is_said_to_have_failed(kit, building, when):
    with Workers() as workers:

        def pause(name: str) -> None:
            if name == "b":
                workers.stop()
            if name == "b" and when == "in a kernel":
                raise StepError("02_second.ipynb", None, "the kernel died")
            if name == "02_second" and when == "as it is ended":
                time.sleep(4 * schedule.LOOK)

        kit.pause = pause
        with pytest.raises(KeyboardInterrupt):
            building("one").run(workers, lambda *_: None, lambda: None)


def test_a_second_report_takes_all_from_the_first_and_holds_the_same(kit, building, holdings):
    one = building("one")
    built(one)
    kit.done.clear()
    two = building("two", [one])
    told = built(two)
    assert kit.done == [] and sorted(told) == [(name, 0.0) for name in ("01", "02", "03", "04")]
    assert holdings(two.folder) == holdings(one.folder)
    assert {path.name for path in (two.folder / "notebooks").iterdir()} == {path.name for path in (one.folder / "notebooks").iterdir()}  # fmt: skip
    assert len(list(two.folder.glob("*.html"))) == 4, "pages are written anew, with the links of this report"


@pytest.mark.parametrize(
    ("values", "anew"),
    [
        ({"clustering.seed": 7}, ["04"]),
        ({"rfm.classes": 3}, ["03"]),
        ({"churn.horizon_days": 90}, ["02", "03"]),
        ({"title": "Other"}, []),
        ({"cleaning.most_rows": 0.5}, ["01"]),  # a comes out the same, so that what was made of it fits
    ],
)
def test_after_one_value_changed_only_the_steps_that_read_it_and_those_on_them_run(
    kit, building, holdings, values, anew
):
    one = building("one")
    built(one)
    kit.done.clear()
    two = building("two", [one], values)
    built(two)
    assert sorted(kit.done) == anew
    whole = building("whole", [], values)
    built(whole)
    assert holdings(two.folder) == holdings(whole.folder), "as if nothing had been taken over"


def test_a_page_that_read_more_than_its_tables_is_made_anew_with_them(kit, building, monkeypatch):
    """The words and colours of the kit make pages and no tables."""
    one = building("one")
    built(one)
    kit.done.clear()
    monkeypatch.setattr("kamlib.run.present.speaking_code", lambda: "other words")
    built(building("two", [one]))
    assert sorted(kit.done) == ["01", "02", "03", "04"]


@pytest.mark.parametrize(
    "lost", ["tables/b.parquet", "tables/b.json", "notebooks/02_second.json", "notebooks/02_second.ipynb"]
)
def test_a_step_of_which_something_is_lost_is_run_and_what_is_on_it_stays(kit, building, lost):
    one = building("one")
    built(one)
    kit.done.clear()
    (one.folder / lost).unlink()
    built(building("two", [one]))
    assert kit.done == ["02"]


def test_each_step_is_taken_from_the_first_report_where_it_fits(kit, building, holdings):
    """The half report of a killed run comes first, then the one that stands."""
    values = {"churn.horizon_days": 90}
    standing = building("standing")
    built(standing)
    killed = building("killed", [], values)

    def dies(name: str) -> None:
        if name == "c":
            raise StepError("03_third.ipynb", None, "killed")

    kit.pause = dies
    with pytest.raises(StepError):
        built(killed)
    kit.pause = lambda name: None
    kit.done.clear()
    two = building("two", [killed, standing], values)
    built(two)
    assert kit.done == ["03"], (
        "01 and 02 are the killed run's; 04 that of the report that stands, where it was not yet done"
    )
    assert "90" in holdings(two.folder)["b"]


def test_a_page_that_another_kit_kept_in_another_shape_is_made_anew(kit, building):
    one = building("one")
    built(one)
    for path in (one.folder / "notebooks" / "04_fourth.json", one.folder / "notebooks" / "03_third.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | {"machine": "m1"}))
    kit.done.clear()
    built(building("two", [one]))
    assert sorted(kit.done) == ["03", "04"]


def test_what_is_made_anew_beside_a_report_leaves_the_report_as_it_was(kit, building, holdings):
    one = building("one")
    built(one)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in one.folder.rglob("*") if path.is_file()}
    built(building("two", [one], {"churn.horizon_days": 90}))
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before


def test_a_report_on_another_disk_is_taken_over_by_copies(kit, building, holdings, monkeypatch):
    one = building("one")
    built(one)
    kit.done.clear()

    def far(source, target):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", far)
    two = building("two", [one])
    built(two)
    assert kit.done == [] and holdings(two.folder) == holdings(one.folder)


def test_two_studies_share_the_workers_and_hold_what_each_holds_alone(kit, building, holdings):
    one, other = building("one"), building("other", [], {"churn.horizon_days": 90})
    with Workers(2) as workers, ThreadPoolExecutor(2) as studies:
        for going in [studies.submit(report.run, workers, lambda *_: None, lambda: None) for report in (one, other)]:
            going.result()
    assert holdings(one.folder)["b"] != holdings(other.folder)["b"]
    assert sorted(kit.done) == sorted(["01", "02", "03", "04"] * 2)
