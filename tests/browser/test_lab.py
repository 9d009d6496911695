"""A student's first quarter of an hour in JupyterLab: the notebook to start from, an exercise, a mistake, a notebook of the study."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest

from kam_teaching.exercises import make_course
from kamlib.run.workspace import new_workspace

pytestmark = [pytest.mark.browser, pytest.mark.kernel]
ANSWER = 'copies = lines["line_id"].duplicated().sum()'
MISTAKE = 'from kamlib.run import Run\nRun.open(None, None, None, {"unit": "firm"})'


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab of its own and its folder: the notebooks of a workspace, with the exercises."""
    home = tmp_path_factory.mktemp("class")
    books = new_workspace(home / "work").parent / "notebooks"
    make_course(books / "exercises")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = {name: str(home / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}  # fmt: skip
    options = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
    ]
    options += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], cwd=books, env=os.environ | places, stdout=log, stderr=log)  # fmt: skip
    try:
        for _ in range(600):
            assert server.poll() is None, (home / "log").read_text()
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5)
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/lab/tree", books
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def opened(lab, chromium):
    """``opened("07_measures.ipynb")``: a notebook in a tab, its kernel and all its cells there."""
    address, books = lab
    tabs = []

    def open_(name):
        cells = [cell for cell in nbformat.read(books / name, as_version=4).cells if cell.cell_type == "code"]
        tab = chromium.new_page(viewport={"width": 1280, "height": 900})
        tabs.append(tab)
        tab.add_locator_handler(tab.locator(".jp-Dialog").first, _answer)
        tab.goto(f"{address}/{name}?reset")
        tab.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=120_000)
        tab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=120_000)
        tab.locator(".jp-CodeCell").nth(len(cells) - 1).wait_for(timeout=120_000, state="attached")
        return tab

    yield open_
    for tab in tabs:
        tab.close()


def test_the_start_runs_cell_by_cell_and_shows_what_a_check_says(opened):
    tab = opened("exercises/0_start.ipynb")
    tab.locator(".jp-MarkdownCell a", has_text="1_clean").or_(tab.locator("a", has_text="clean")).first.wait_for()
    for place in range(tab.locator(".jp-CodeCell").count()):
        put(tab, place, None)
    said = tab.locator(".jp-OutputArea-output [role=status]")
    said.wait_for(timeout=120_000)
    assert "✘ Not yet. The cell above is still empty" in said.inner_text()
    assert not tab.locator(".jp-OutputArea-output[data-mime-type*=error]").count()


def test_an_exercise_is_read_answered_and_found_right_and_a_mistake_shows_its_message_alone(opened):
    tab = opened("exercises/1_clean.ipynb")
    put(tab, 0, None)
    put(tab, 1, ANSWER)
    put(tab, 2, None)
    said = tab.locator(".jp-OutputArea-output [role=status]")
    said.wait_for(timeout=120_000)
    assert said.inner_text().startswith("✔ Right.")
    put(tab, 1, MISTAKE)
    error = tab.locator(".jp-OutputArea-output[data-mime-type*=error], .jp-OutputArea-output[data-mime-type*=stderr]")
    error.wait_for(timeout=120_000)
    text = error.inner_text()
    assert text.startswith("InputError: ") and "firm" in text and "Traceback" not in text and text.count("\n") < 8


def test_a_notebook_of_the_study_opens_folded_and_a_wrong_parameter_is_told_what_it_takes(opened):
    tab = opened("07_measures.ipynb")
    given, *others = tab.locator(".jp-CodeCell").all()[:3]
    assert not given.locator(".jp-InputPlaceholder").count()
    assert all(cell.locator(".jp-InputPlaceholder").count() for cell in others)
    put(
        tab,
        0,
        'study = "../study.yaml"\nas_of = None\nrun_dir = None\nquarters = 2\nleave_out = []\nmost = 15\nfits = 0.25',
    )
    for _ in range(2):
        tab.keyboard.press("Shift+Enter")
    error = tab.locator(".jp-OutputArea-output[data-mime-type*=error], .jp-OutputArea-output[data-mime-type*=stderr]")
    error.wait_for(timeout=120_000)
    assert error.inner_text().startswith(
        "InputError: the parameter quarters can't be that; found 2. It takes 5 or more"
    )
    assert error.inner_text().count("\n") < 4


def _answer(dialog):
    """A busy server is asked about, such as a file that was saved late: go on, and let the log of the test say so."""
    print("JupyterLab asks:", " ".join(dialog.inner_text().split()))
    dialog.locator(".jp-Dialog-footer .jp-mod-accept").click()


def put(tab, place, code):
    """Write `code` into the code cell at a place, None: leave it as it is; and run it."""
    from playwright.sync_api import expect

    cell = tab.locator(".jp-CodeCell").nth(place)
    cell.locator(".cm-content").click()
    if code is not None:
        tab.keyboard.press("Control+A")
        tab.keyboard.insert_text(code)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    for _ in range(5):  # a page that is still busy with its start swallows keys
        tab.keyboard.press("Shift+Enter")
        try:
            expect(prompt).not_to_have_text(before, timeout=15_000)
            return
        except AssertionError:
            cell.locator(".cm-content").click()
    raise AssertionError(f"the code cell {place} does not run")
