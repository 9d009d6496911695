"""Kernels: forked warm or started in the ordinary way, kept in sight, and ended with the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from kamlib.errors import InputError, StepError
from kamlib.run.notebook import kernels
from kamlib.run.notebook.execute import execute
from kamlib.run.notebook.kernels import cool_down, stop_kernels, warm_up

ROOT = Path(__file__).resolve().parents[3]
FORKS = pytest.mark.skipif(not kernels.FORKS, reason="kernels are forked on Linux only")
PATIENCE = 120.0
CHANNELS = """\
from pathlib import Path
from ipykernel import get_connection_info
told = get_connection_info(unpack=True)
names = {f"{told['ip']}-{number}" for kind, number in told.items() if kind.endswith("_port")}
bound = {line.split()[-1] for line in Path("/proc/net/unix").read_text().splitlines()}
print(len(names), names <= bound)
"""
TELLS = "import os\nopen({0!r}, 'w').write(str(os.getpid()))"
SLEEPS = "import time\ntime.sleep(600)"


@pytest.fixture
def warm() -> Iterator[None]:
    warm_up()
    yield
    cool_down()


def alive(pid: str) -> bool:
    try:
        return Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def told(path: Path) -> str:
    """The pid that a kernel wrote down, once it has."""
    until = time.monotonic() + PATIENCE
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < until, "the kernel did not begin"
        time.sleep(0.05)
    return path.read_text()


def gone(pid: str, within: float = 3.0) -> bool:
    until = time.monotonic() + within
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(pid)


@FORKS
@pytest.mark.kernel
def test_forked_kernels_have_their_own_environment_folder_and_parameters_and_are_gone_afterwards(
    notebook, tmp_path, warm, monkeypatch
):
    """Two at a time, each forked of the same process, in which everything is imported already."""
    monkeypatch.setenv("OF_THE_RUN", "heard")
    end, ends = kernels._Child.end, []
    monkeypatch.setattr(kernels._Child, "end", lambda self, status: (ends.append(status), end(self, status)))
    cell = (
        "import os, sys\n"
        "print(text, os.getcwd(), os.environ['KAM_STEP'], os.environ['OF_THE_RUN'], os.getppid(), 'kamlib.facts' in sys.modules)\n"
        "_ = open(f'{text}.pid', 'w').write(str(os.getpid()))"
    )
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        notebook(tmp_path / name / "a.ipynb", cell)

    def run(name: str) -> str:
        out = tmp_path / name / "out.ipynb"
        execute(tmp_path / name / "a.ipynb", out, {"text": name}, f"step {name}")
        (stream,) = nbformat.read(out, as_version=4).cells[-1].outputs
        return stream.text

    with ThreadPoolExecutor(2) as pool:
        texts = list(pool.map(run, ("one", "other")))
    forked_of = kernels._warm._process.pid
    assert texts == [f"{name} {tmp_path / name} step {name} heard {forked_of} True\n" for name in ("one", "other")]
    assert all(gone((tmp_path / name / f"{name}.pid").read_text()) for name in ("one", "other"))
    assert not kernels._RUNNING and not kernels._warm.kernels
    assert ends == [0, 0], "no library stumbles over the threads that a fork does not have"


@FORKS
@pytest.mark.kernel
def test_a_forked_kernel_that_is_killed_or_exits_is_a_failed_step_and_the_next_one_runs(notebook, tmp_path, warm):
    for end in ("os.kill(os.getpid(), 9)", "os._exit(3)"):
        with pytest.raises(StepError, match=r"dies\.ipynb"):
            execute(notebook(tmp_path / "dies.ipynb", f"import os\n{end}"), tmp_path / "out.ipynb", {})
    execute(notebook(tmp_path / "lives.ipynb", "x = number"), tmp_path / "lives.out.ipynb", {"number": 3})
    assert not kernels._RUNNING


@pytest.mark.kernel
@pytest.mark.parametrize("forked", [pytest.param(True, marks=FORKS), False])
def test_notebooks_that_run_can_be_stopped_those_of_one_folder_or_all(notebook, tmp_path, forked):
    book = notebook(tmp_path / "long.ipynb", TELLS.format("x").replace("'x'", "text"), SLEEPS)
    if forked:
        warm_up()
    try:
        with ThreadPoolExecutor(2) as pool:
            going = {}
            for name in ("one", "other"):
                (tmp_path / name).mkdir()
                given = {"text": str(tmp_path / name / "pid")}
                going[name] = pool.submit(execute, book, tmp_path / name / "out.ipynb", given)
            try:
                pids = {name: told(tmp_path / name / "pid") for name in going}
                stop_kernels(tmp_path / "one")
                with pytest.raises(StepError, match=r"long\.ipynb"):
                    going["one"].result(PATIENCE)
                assert gone(pids["one"]) and alive(pids["other"]) and not going["other"].done()
            finally:
                stop_kernels()  # else the pool waits until they have slept
            with pytest.raises(StepError, match=r"long\.ipynb"):
                going["other"].result(PATIENCE)
            assert gone(pids["other"])
    finally:
        cool_down()


@FORKS
@pytest.mark.kernel
def test_the_five_channels_of_a_kernel_have_names_of_their_own_and_no_ports_which_another_process_might_take(
    notebook, tmp_path
):
    """The system's list of names."""
    execute(notebook(tmp_path / "listens.ipynb", CHANNELS), tmp_path / "out.ipynb", {})
    (stream,) = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[-1].outputs
    assert stream.text == "5 True\n"


@FORKS
@pytest.mark.kernel
def test_a_process_that_is_killed_leaves_no_kernel(notebook, tmp_path):
    """kill -9 of the run: nothing of it can clear up; the warm process sees the end of its input."""
    book = notebook(tmp_path / "long.ipynb", TELLS.format(str(tmp_path / "pid")), SLEEPS)
    script = tmp_path / "run.py"
    script.write_text(
        textwrap.dedent(f"""
        from pathlib import Path
        from kamlib.run.notebook.execute import execute
        from kamlib.run.notebook.kernels import warm_up
        warm_up()
        execute(Path({str(book)!r}), Path({str(tmp_path / "out.ipynb")!r}), {{}})
        """)
    )
    with subprocess.Popen([sys.executable, str(script)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}) as run:
        try:
            pid = told(tmp_path / "pid")
            parent = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[1]
            assert alive(pid) and alive(parent) and parent != str(run.pid)
        finally:
            run.send_signal(signal.SIGKILL)
    assert gone(pid) and gone(parent)


@FORKS
@pytest.mark.kernel
def test_where_the_warm_process_ends_kernels_start_in_the_ordinary_way(notebook, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(kernels.sys, "executable", "/bin/false")
        warm_up()
    began = time.monotonic()
    try:
        for name in ("a", "b"):  # also the one that asks next
            execute(notebook(tmp_path / f"{name}.ipynb"), tmp_path / f"out_{name}.ipynb", {})
    finally:
        cool_down()
    assert time.monotonic() - began < kernels.START / 2
    assert (tmp_path / "out_a.ipynb").exists() and (tmp_path / "out_b.ipynb").exists()


def test_a_process_is_seen_by_its_status(monkeypatch):
    """What jupyter_client asks of a process, of one that the warm process has told of."""
    signals = []
    monkeypatch.setattr(os, "kill", lambda pid, number: signals.append((pid, number)))
    child = kernels._Child(123)
    assert child.poll() is None and not child.ready.is_set()
    child.terminate()
    child.kill()
    child.end(-9)
    assert (child.poll(), child.wait(), child.ready.is_set()) == (-9, -9, True)
    child.kill()
    assert signals == [(123, signal.SIGTERM), (123, signal.SIGKILL)], "its number may be another's by now"


def test_without_a_warm_process_there_is_nothing_to_cool_down():
    cool_down()
    assert kernels._warm is None


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
@pytest.mark.parametrize(
    ("own", "most", "raised"),
    [(64, 4096, (kernels.FILES, 4096)), (64, -1, (kernels.FILES, -1)), (4096, 4096, None), (-1, -1, None)],
)
def test_the_limit_of_open_files_is_raised_where_it_is_too_low(monkeypatch, own, most, raised):
    import resource

    asked = []
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (own, most))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, limits: asked.append(limits))
    kernels._enough_files()
    assert asked == ([raised] if raised else [])


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit")
def test_too_few_open_files_are_refused_before_anything_starts(monkeypatch):
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda kind: (64, 128))
    with pytest.raises(InputError, match=r"too few open files; found 64\. Raise it: ulimit -n 256"):
        warm_up()
    assert kernels._warm is None
