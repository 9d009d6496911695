"""How a session of tests begins, what its workers share, and what every test leaves behind; other fixtures lie in ``fixtures/``."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("kam", deadline=None, derandomize=True, database=None)
settings.load_profile("kam")


def pytest_collection_finish() -> None:
    """Garbage is looked for rarely, and not among what is imported: that took an eighth of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """``once("name", make)``: a folder that `make` fills, once for all workers of the session; the other ones wait."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root

    def folder_of(name: str, make: Callable[[Path], object]) -> Path:
        folder, made, failed = (root / f"{name}{end}" for end in ("", ".made", ".failed"))
        try:
            folder.mkdir()
        except FileExistsError:
            until = time.monotonic() + 900
            while not made.exists():
                if failed.exists() or time.monotonic() > until:
                    pytest.fail(f"{name} could not be made; see the test that first asked for it")
                time.sleep(0.1)
        else:
            try:
                make(folder)
            except BaseException:
                failed.touch()
                raise
            made.touch()
        return folder

    return folder_of


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A notebook that a test opens speaks the language of its study; the next test hears English again."""
    yield
    from kamlib.report import language

    language.speak("en")
