"""What goes wrong around a run: each fault ends with one message that names the place and the cause, and the last report is whole."""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.kernel
MAIN = [sys.executable, "-c", "from kamlib.cli import main; main()"]


def ran(folder: Path, *words: str, limit: Callable[[], None] | None = None) -> tuple[int, str]:
    """Exit status of the command line, and what it complained, which must be no traceback."""
    done = subprocess.run([*MAIN, *words], cwd=folder, capture_output=True, text=True, preexec_fn=limit, timeout=300)
    said = "\n".join(line for line in done.stderr.splitlines() if not re.match(r"\d\d_\w+ +[\d.]+ s", line))
    assert "Traceback" not in said
    return done.returncode, said


@pytest.fixture
def ten(ten_batch: Path, tmp_path: Path) -> Path:
    """The study of ten clients with its report of 2026Q2."""
    for name in ("ten", "out"):
        shutil.copytree(ten_batch / name, tmp_path / name, ignore=shutil.ignore_patterns("sample"))
    return tmp_path


def pages(report: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in report.glob("*.html")}


def limited(kind: int, most: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (most, most))


FAULTS = {
    "files of 40 KB at most": (limited(resource.RLIMIT_FSIZE, 40_000), 2, ("out/ten", "File too large", "ulimit -f")),
    "32 open files": (limited(resource.RLIMIT_NOFILE, 32), 2, ("too few open files", "ulimit -n 256")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_limit_of_the_system_is_told_and_the_last_report_stays(ten, fault):
    limit, expected, words = FAULTS[fault]
    before = pages(ten / "out" / "ten" / "2026Q2")
    (ten / "ten" / "orders.csv").write_text((ten / "ten" / "orders.csv").read_text() + "x,00001,2026-06-01,5\n")
    status, said = ran(ten, "run", "ten/study.yaml", "--out", "out", limit=limit)
    assert status == expected
    assert len(said.splitlines()) == 1 and all(word in said for word in words), said
    assert pages(ten / "out" / "ten" / "2026Q2") == before
    assert [path.name for path in (ten / "out" / "ten").glob(".*")] == []


def kernels(of: int) -> list[int]:
    """The kernels of a command: its grandchildren."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended meanwhile
            continue
    return [pid for pid, parent in parents.items() if parents.get(parent) == of]


def test_a_notebook_that_the_system_ends_for_want_of_memory_is_told_so(ten):
    before = pages(ten / "out" / "ten" / "2026Q2")
    (ten / "ten" / "orders.csv").write_text((ten / "ten" / "orders.csv").read_text() + "x,00001,2026-06-01,5\n")
    process = subprocess.Popen(
        [*MAIN, "run", "ten/study.yaml", "--out", "out"],
        cwd=ten,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list((ten / "out").glob("ten/.*/2026Q2/tables")) and process.poll() is None:
        time.sleep(0.05)
    os.kill(kernels(process.pid)[0], signal.SIGKILL)  # as the system does
    said = process.communicate(timeout=60)[1].splitlines()
    assert process.returncode == 1
    assert said[-1].startswith("kam: 01_cleaning.ipynb: ") and "most often memory ran out" in said[-1], said
    assert pages(ten / "out" / "ten" / "2026Q2") == before
    assert [path.name for path in (ten / "out" / "ten").glob(".*")] == []


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 300 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", disk]).returncode:
        pytest.skip("no file system can be mounted here")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_told_and_nothing_half_made_is_left_on_it(ten, small_disk):
    status, said = ran(ten, "run", "ten/study.yaml", "--out", str(small_disk))
    assert status == 2
    assert said == (
        f"kam: {small_disk}/ten: the report can't be written there; found 'No space left on device'. "
        "Free some space there, or give another folder by --out."
    )
    assert list(small_disk.iterdir()) == []


def test_a_folder_that_takes_nothing_is_told(ten):
    status, said = ran(ten, "run", "ten/study.yaml", "--out", "/sys/kam")
    assert status == 2 and said.startswith("kam: /sys/kam/ten: the report can't be written there; found ")
    status, said = ran(ten, "run", "ten/study.yaml", "--out", "ten/orders.csv")
    assert status == 2 and "orders.csv/ten: the report can't be written there; found 'Not a directory'" in said


def test_an_input_that_vanishes_or_grows_during_the_run_is_told(ten):
    """A run that cleans begins; as soon as its hidden folder is there, the file goes, or grows."""
    orders = ten / "ten" / "orders.csv"
    for change, words in (
        (
            lambda: orders.open("a").write("y,00001,2026-06-01,5\n"),
            "the input files, or the kit, changed during the run",
        ),
        (orders.unlink, "orders.csv"),
    ):
        process = subprocess.Popen(
            [*MAIN, "run", "ten/study.yaml", "--out", "new"], cwd=ten, stderr=subprocess.PIPE, text=True
        )
        while not list((ten / "new").glob("ten/.*/2026Q2/tables")) and process.poll() is None:
            time.sleep(0.01)
        change()
        said = process.communicate(timeout=300)[1]
        assert process.returncode == 2 and words in said.splitlines()[-1], said
        assert list((ten / "new").rglob("*")) == []


@pytest.mark.server
def test_a_run_on_a_server_ends_well_and_a_connection_that_is_cut_is_told(ten, postgres):
    import psycopg

    lines = [line for line in (ten / "ten" / "orders.csv").read_text().splitlines()[1:] if "-02-30" not in line]
    with psycopg.connect(postgres, autocommit=True) as base:
        base.execute("CREATE TABLE cut_orders (order_id text, account_id text, date date, amount numeric)")
        with base.cursor() as cursor:
            cursor.executemany("INSERT INTO cut_orders VALUES (%s, %s, %s, %s)", [line.split(",") for line in lines])
        host = postgres.partition("host=")[2]
        study = (ten / "ten" / "study.yaml").read_text()
        url = f"postgresql://kam@/postgres?host={host}"
        (ten / "ten" / "study.yaml").write_text(
            study.replace("{files: orders.csv}", "{table: cut_orders}") + f'engine: {{url: "{url}"}}\n'
        )
        assert ran(ten, "run", "ten/study.yaml", "--out", "whole")[0] == 0
        process = subprocess.Popen(
            [*MAIN, "run", "ten/study.yaml", "--out", "new"], cwd=ten, stderr=subprocess.PIPE, text=True
        )
        while process.poll() is None:
            base.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            time.sleep(0.05)
        said = process.communicate()[1]
        base.execute("DROP TABLE cut_orders")
    assert process.returncode in (1, 2)
    assert re.match(rf"kam: ({re.escape(url)}|cut_orders): .*; found '.*(terminating|closed)", said.splitlines()[-1]), (
        said
    )
    assert list((ten / "new").rglob("*")) == []


def test_the_same_inputs_give_the_same_bytes_but_for_the_times(ten, ten_batch):
    """Every page and table, of the batch's study and of its copy elsewhere; the notebooks without the folder of the study and the
    times of their cells, run.json without its seconds.
    """
    assert ran(ten, "run", "ten/study.yaml", "--out", "other")[0] == 0
    one, other = ten / "out" / "ten" / "2026Q2", ten / "other" / "ten" / "2026Q2"
    names = {str(path.relative_to(one)) for path in one.rglob("*") if path.is_file()}
    assert names == {str(path.relative_to(other)) for path in other.rglob("*") if path.is_file()}
    timed = r'"(start_time|end_time|(iopub|shell)[\w.]+)": "[^"]*"|"duration": [\d.e-]+|"\d\d_\w+": [\d.]+'
    different = [name for name in sorted(names) if (one / name).read_bytes() != (other / name).read_bytes()]
    assert {Path(name).suffix for name in different} <= {".ipynb", ".json"}, different
    for name in different:
        places = ((one, ten_batch), (other, ten))
        first, second = (re.sub(timed, "", (at / name).read_text()).replace(str(home), "") for at, home in places)
        assert first == second, name


@pytest.mark.proof
def test_forty_studies_in_a_batch_take_no_more_of_the_machine_than_ten(ten):
    """Memory, descriptors, threads of the batch and temporary files after the tenth report and after the fortieth."""
    for number in range(40):
        shutil.copytree(ten / "ten", ten / "units" / f"u{number:02d}")
        study = ten / "units" / f"u{number:02d}" / "study.yaml"
        study.write_text(study.read_text().replace("name: ten", f"name: u{number:02d}"))
    (ten / "all.yaml").write_text("studies: [{study: 'units/*/study.yaml'}]")
    temporary = ten / "tmp"
    temporary.mkdir()
    process = subprocess.Popen(
        [*MAIN, "batch", "all.yaml", "--out", "many"],
        cwd=ten,
        env=os.environ | {"TMPDIR": str(temporary)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    own, seen = Path("/proc") / str(process.pid), {}
    while process.poll() is None:
        done = len(list((ten / "many").glob("*/2026Q2/run.json")))
        try:
            status = dict(line.split(":", 1) for line in (own / "status").read_text().splitlines())
            open_files = len(list((own / "fd").iterdir()))
        except OSError:
            break
        now = (int(status["VmRSS"].split()[0]), open_files, int(status["Threads"]), len(list(temporary.iterdir())))
        seen.setdefault(done, []).append(now)
        time.sleep(0.2)
    assert process.wait() == 0
    ten_, forty = (
        [
            max(values)
            for values in zip(*(n for done, now in seen.items() if low <= done < high for n in now), strict=True)
        ]
        for low, high in ((8, 12), (36, 40))
    )
    print("memory in KB, open files, threads, temporary files:", ten_, forty)
    assert forty[0] < 1.15 * ten_[0]
    assert all(late <= early + 3 for early, late in zip(ten_[1:], forty[1:], strict=True))
