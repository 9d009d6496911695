"""Debian's chromium, and one page of each kind to open in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.browser.small_report import written


@pytest.fixture(scope="session")
def chromium():
    """A browser; where there is none the tests are skipped."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, headless=True, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory) -> dict[str, Path]:
    """File of each kind of page, by name: a small report with hostile and long names."""
    return written(tmp_path_factory.mktemp("report"))
