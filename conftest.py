"""In which order tests and notebooks run, and the markers that say what each starts, which nothing can start without."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

#: fixtures that tests of several packages share, by what they are of
pytest_plugins = [f"tests.fixtures.{name}" for name in ("notebooks", "processes", "sample", "studies", "tables")]
#: what a test may start only under the marker, by programs and modules
STARTS = {
    "kernel": {"ipykernel_launcher", "kamlib.run.notebook.warm", "papermill"},
    "server": {"initdb", "pg_ctl"},
    "jvm": {"spark-submit", "java"},
    "browser": {"node", "chromium"},  # node is playwright's driver
}
#: fixtures that start something or wait for it: their tests get the marker by themselves
STARTERS = {
    "postgres": "server",
    "on_spark": "jvm",
    "chromium": "browser",
    "sample_report": "kernel",
    "ten_batch": "kernel",
}
STARTERS |= dict.fromkeys(("sample_clean", "small_copy", "site"), "slow")
#: the files that take longest, in the order in which the workers take them; then come those with a marker, then the others
FIRST = (
    "run/test_report_of_a_run.py",
    "run/test_publish.py",
    "run/test_kills.py",
    "test_bad_books.py",
    "test_online_retail_ii.py",
    "io/test_engines.py",
    "run/test_batch.py",
    "run/test_opened.py",
)

_running: pytest.Item | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in {STARTERS[name] for name in getattr(item, "fixturenames", ()) if name in STARTERS}:
            item.add_marker(marker)
        if item.path.suffix == ".ipynb":
            item.add_marker("kernel")
    costly = {item.path for item in items if any(map(item.get_closest_marker, (*STARTS, "real", "slow")))}

    def turn(item: pytest.Item) -> int:
        first = (n for n, name in enumerate(FIRST) if item.path.as_posix().endswith(f"tests/{name}"))
        return next(first, len(FIRST) + (item.path not in costly))

    items.sort(key=turn)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    global _running
    _running = item
    try:
        return (yield)
    finally:
        _running = None


@pytest.fixture(scope="session", autouse=True)
def _nothing_starts_without_its_marker() -> Iterator[None]:
    start = subprocess.Popen.__init__

    def told(self: subprocess.Popen, args: Any, *more: Any, **options: Any) -> None:
        words = {Path(os.fsdecode(word)).name for word in (args.split() if isinstance(args, str) else args)}
        for marker, programs in STARTS.items():
            if _running and words & programs and not _running.get_closest_marker(marker):
                pytest.fail(f"starts a {marker}: mark it with @pytest.mark.{marker}, so that make quick leaves it out")
        start(self, args, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", told)
        yield
