"""The place of a report: never half of it, never none of it, and nothing left of runs that were killed."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kamlib.run import place
from kamlib.run.place import KILLED, LOCK, PREVIOUS, beside, clear, put, unwritable

LABEL = "2026Q2"


def report(folder: Path, words: str, files: int = 1) -> Path:
    folder.mkdir(parents=True)
    for number in range(files):
        (folder / f"{number}.html").write_text(words)
    return folder


def said(folder: Path) -> str:
    return (folder / "0.html").read_text()


def left(home: Path, name: str, **holds: str) -> Path:
    """What a killed run left: its lock, and reports by the names of their folders."""
    building = home / f".{name}"
    building.mkdir(parents=True)
    (building / LOCK).touch()
    for folder, words in holds.items():
        report(building / folder, words)
    return building


@contextmanager
def another_process(building: Path) -> Iterator[subprocess.Popen]:
    """Another run that holds the lock of a folder and goes on."""
    code = (
        "import sys, time; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire(); print('held', flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(building / LOCK)], stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout.readline() == b"held\n"
            yield other
        finally:
            other.kill()


def test_the_folder_beside_is_gone_afterwards_and_the_home_too_where_nothing_came_into_it(tmp_path):
    home = tmp_path / "reports" / "small"
    with beside(home, LABEL) as building:
        assert building.parent == home and building.name.startswith(f".{LABEL}-")
        report(building / LABEL, "new")
    assert not home.exists() and home.parent.exists()
    home.mkdir()
    (home / "a.log").touch()
    with pytest.raises(KeyboardInterrupt), beside(home, LABEL) as building:
        raise KeyboardInterrupt
    assert [path.name for path in home.iterdir()] == ["a.log"]


def test_two_runs_of_one_report_at_once_have_a_folder_each(tmp_path):
    with beside(tmp_path / "home", LABEL) as one, beside(tmp_path / "home", LABEL) as other:
        assert one != other
        clear(tmp_path / "home")
        assert one.is_dir() and other.is_dir(), "both live"


def test_the_folder_of_a_killed_run_is_taken_on_with_its_half_report(tmp_path):
    building = left(tmp_path, f"{LABEL}-0", **{LABEL: "half", KILLED: "older half", PREVIOUS: "replaced"})
    report(tmp_path / LABEL, "good")
    with beside(tmp_path, LABEL) as folder:
        assert folder == building
        assert said(folder / KILLED) == "half", "the last one, not the one before it"
        assert not (folder / LABEL).exists() and not (folder / PREVIOUS).exists()
        put(report(folder / LABEL, "new"), tmp_path / LABEL, folder / PREVIOUS)
    assert said(tmp_path / LABEL) == "new"
    assert [path.name for path in tmp_path.iterdir()] == [LABEL]


def test_a_run_that_was_killed_before_it_began_anew_keeps_what_the_one_before_it_had(tmp_path):
    left(tmp_path, f"{LABEL}-0", **{KILLED: "half"})
    with beside(tmp_path, LABEL) as folder:
        assert said(folder / KILLED) == "half"


def test_only_the_folder_of_the_same_report_is_taken_on(tmp_path):
    other = left(tmp_path, "2026Q1-0", **{"2026Q1": "half"})
    with beside(tmp_path, LABEL) as folder:
        assert folder != other and not (folder / KILLED).exists()
        assert other.exists()


def test_what_dead_runs_left_is_cleared_but_not_the_folder_of_one_that_lives(tmp_path):
    living, dead = left(tmp_path, "2026Q1-1", **{"2026Q1": "a"}), left(tmp_path, f"{LABEL}-2", **{LABEL: "b"})
    report(tmp_path / LABEL, "good")
    (tmp_path / ".note").write_text("the user's own")
    with another_process(living) as other:
        clear(tmp_path)
        assert living.exists() and not dead.exists()
        with beside(tmp_path, "2026Q1") as folder:
            assert folder != living, "nor is it taken on"
        other.send_signal(signal.SIGKILL)
        other.wait()
        clear(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".note", LABEL]


def test_a_folder_that_has_no_lock_yet_is_left_alone_for_a_minute(tmp_path):
    new = tmp_path / f".{LABEL}-3"
    new.mkdir()
    clear(tmp_path)
    assert new.exists(), "another run has just made it"
    hour_ago = new.stat().st_mtime - 3600
    os.utime(new, (hour_ago, hour_ago))
    clear(tmp_path)
    assert not new.exists()


@pytest.mark.parametrize("stands", [False, True])
def test_a_report_that_a_killed_run_had_moved_away_is_put_back_where_none_stands(tmp_path, stands):
    left(tmp_path, f"{LABEL}-4", **{PREVIOUS: "old"})
    if stands:
        report(tmp_path / LABEL, "new")
    clear(tmp_path)
    assert said(tmp_path / LABEL) == ("new" if stands else "old")
    assert [path.name for path in tmp_path.iterdir()] == [LABEL]


def test_a_run_that_is_over_is_not_taken_for_a_killed_one_while_it_clears_its_folder(tmp_path, monkeypatch):
    taken, remove = [], place.shutil.rmtree

    def looked_into(folder, **options):
        if Path(folder).name == LABEL:  # as long as there is a half report to take over
            taken.extend(path for path, lock in place._left(tmp_path, LABEL) if not lock.release())
        remove(folder, **options)

    monkeypatch.setattr(place.shutil, "rmtree", looked_into)
    (tmp_path / "a.log").touch()
    with beside(tmp_path, LABEL) as building:
        report(building / LABEL, "half")
    assert taken == [] and [path.name for path in tmp_path.iterdir()] == ["a.log"]


def look(final: Path, until: threading.Event, seen: set[object]) -> None:
    while not until.is_set():
        try:
            seen.add((final / "0.html").read_text())
        except OSError as error:
            seen.add(error.strerror)


@pytest.mark.skipif(not sys.platform.startswith(("linux", "darwin")), reason="the system exchanges no folders")
def test_who_looks_all_the_time_always_finds_a_report(tmp_path):
    final = report(tmp_path / LABEL, "0")
    (tmp_path / "building").mkdir()
    if not place._exchange(report(tmp_path / "x", "x"), report(tmp_path / "y", "y")):
        pytest.skip("this file system exchanges no folders")
    until, seen = threading.Event(), set()
    watch = threading.Thread(target=look, args=(final, until, seen))
    watch.start()
    for number in range(1, 200):
        put(report(tmp_path / "building" / LABEL, str(number)), final, tmp_path / "building" / f"previous-{number}")
    until.set()
    watch.join()
    assert said(final) == "199" and seen <= {str(number) for number in range(200)}
    assert len(seen) > 1, "the look went on while reports came"


@pytest.fixture(params=[True, False], ids=["exchange", "one after the other"])
def either(request, monkeypatch) -> bool:
    """With the exchange of folders, and on systems that have none."""
    if not request.param:
        monkeypatch.setattr(place, "_exchange", lambda one, other: False)
    return request.param


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("stands", [False, True])
def test_a_new_report_takes_the_place_and_the_last_one_is_moved_away(tmp_path, stands):
    if stands:
        report(tmp_path / LABEL, "old")
    put(report(tmp_path / "made", "new"), tmp_path / LABEL, tmp_path / "previous")
    assert said(tmp_path / LABEL) == "new" and not (tmp_path / "made").exists()
    assert (tmp_path / "previous").exists() == stands
    assert not stands or said(tmp_path / "previous") == "old"


@pytest.mark.usefixtures("either")
def test_a_report_that_cannot_be_put_in_place_leaves_the_last_one(tmp_path):
    report(tmp_path / LABEL, "old")
    with pytest.raises(OSError):
        put(tmp_path / "nothing", tmp_path / LABEL, tmp_path / "previous")
    assert said(tmp_path / LABEL) == "old"


def test_of_two_runs_that_end_together_the_later_one_stays_whole(tmp_path, monkeypatch):
    """The other run is put into the place just after this one cleared it."""
    monkeypatch.setattr(place, "_exchange", lambda one, other: False)
    final, made = report(tmp_path / LABEL, "old"), report(tmp_path / "building" / LABEL, "new")
    rename, others = Path.rename, ["other"]

    def renamed(self, target):
        moved = rename(self, target)
        if self == final and others:
            report(final, others.pop())
        return moved

    monkeypatch.setattr(Path, "rename", renamed)
    put(made, final, tmp_path / "building" / "previous")
    assert said(final) == "new"
    assert sorted(path.read_text() for path in (tmp_path / "building").rglob("0.html")) == ["old", "other"]


@pytest.mark.parametrize(
    ("number", "at", "problem", "remedy"),
    [
        (errno.EACCES, "", "the report can't be written there", "Give another folder by --out."),
        (errno.EROFS, "2026Q2/index.html", "the report can't be written there", "Give another folder by --out."),
        (errno.ENOTDIR, "..", "the report can't be written there", "Give another folder by --out."),
        (errno.ENOSPC, "2026Q2/run.json", "the report can't be written there", "Free some space there"),
        (errno.EDQUOT, "/elsewhere/x", "the report can't be written there", "Free some space there"),
        (errno.EMFILE, None, "the report can't be written there", "ulimit -n"),
        (errno.ENFILE, None, "the report can't be written there", "no more open files"),
        (errno.EIO, None, "the report can't be written there", "Give another folder by --out."),
        (errno.EACCES, "/data/orders.csv", "it can't be read", "Mend the file, or its rights."),
        (errno.EACCES, b"/data/orders.csv", "it can't be read", "Mend the file, or its rights."),
    ],
)
def test_an_error_of_the_system_says_where_and_what_to_do(tmp_path, number, at, problem, remedy):
    home = tmp_path / "small"
    file = at if at is None or isinstance(at, bytes) else str((home / at).resolve())
    told = unwritable(home, OSError(number, os.strerror(number), file))
    assert told.problem == problem and remedy in told.remedy and told.found == os.strerror(number)
    assert told.file == (Path("/data/orders.csv") if problem == "it can't be read" else home)


def test_a_home_that_cannot_be_made_is_said_to_be_unwritable(tmp_path):
    (tmp_path / "reports").write_text("a file of the user")
    with (
        pytest.raises(place.InputError, match="the report can't be written there"),
        beside(tmp_path / "reports", LABEL),
    ):
        pass
