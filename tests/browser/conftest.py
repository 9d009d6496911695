"""Debian's chromium, and one page of each kind to open in it, made from a small run with hostile and long names."""

from __future__ import annotations

import datetime as dt
import shutil
from base64 import b64encode
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat import v4

NAMES = ["<img src=x onerror=alert(1)> & Söhne", "Extraordinarily" * 8, "Ромашка", "[a](javascript:b) | *c*", None]


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
    """File of each kind of page, by name."""
    from kamlib.report.html import batch_page, index, page
    from kamlib.study.model import Study

    folder = tmp_path_factory.mktemp("report")
    links = [
        ("Summary", "index.html"),
        ("What came in, and what was set aside", "01_cleaning.html"),
        ("Who", "02_scoring.html"),
    ]
    study = Study(name="demo", title="Nuts & " + "Bolts" * 20, as_of="2026Q3", sources={"orders": {"files": "o.csv"}})
    more = {
        "study": study,
        "as_of": dt.date(2026, 9, 30),
        "parts": [(*link, "Why?") for link in links[1:]],
        "record": _record(),
    }
    index(folder / "index.html", tables=_tables(), **more)
    index(folder / "waiting.html", tables={}, **more)
    page(_notebook(folder / "02_scoring.ipynb"), folder / "02_scoring.html", "Who", links)
    page(_notebook(folder / "plain.ipynb", prose=False), folder / "01_cleaning.html", "Data", links)
    entry = {
        "study": "x",
        "title": NAMES[1],
        "as_of": "2026Q3",
        "period": "2026Q3",
        "cause": None,
        "href": "index.html",
        "seconds": 1.0,
    }
    batch_page(
        folder / "batch.html",
        [
            {**entry, "status": "done"},
            {**entry, "status": "failed", "cause": NAMES[0], "href": None},
            {**entry, "status": "kept"},
        ],
    )
    return {path.stem: path for path in folder.glob("*.html")}


def _record() -> pd.DataFrame:
    return pd.DataFrame({"item": ["kam", "input orders.csv"], "value": ["0.1.0", "9f2c1d8a77aa0102" * 4]})


def _tables() -> dict[str, pd.DataFrame]:
    ids = [f"{i:03d}" for i in range(len(NAMES))]
    money = np.array([50e3, 30e3, 15e3, 5e3, 1e3])
    facts = pd.DataFrame(
        {"customer_id": ids, "as_of": pd.Timestamp("2026-09-30"), "order_days": 5, "silence_days": 9.0}
    )
    facts = facts.assign(revenue=money, revenue_12m=money, margin=money / 4)
    scores = pd.DataFrame(
        {"customer_id": ids, "score": [90.0, 80, 70, 60, 50], "rank": range(1, 6), "key": True, "p_key": 0.8}
    )
    return {
        "facts": facts,
        "scores": scores,
        "accounts": pd.DataFrame({"customer_id": ids, "account_id": ids, "name": NAMES}),
        "churn": pd.DataFrame({"customer_id": ids, "p_silent": [0, 0.3, 0.6, 1, np.nan], "method": "cox"}),
        "value": pd.DataFrame({"customer_id": ids, "stake": money / 9}),
        "kaism": pd.DataFrame({"customer_id": ids, "cell": "opportunistic"}),
        "abcxyz": pd.DataFrame({"customer_id": ids, "cell": "AX", "uncertain": False}),
    }


def _notebook(path: Path, *, prose: bool = True) -> Path:
    """An executed notebook with a figure, sentences, a wide table and text."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from kamlib.report.figures.style import png
    from kamlib.report.text import fill

    _, ax = plt.subplots()
    ax.plot([1, 2, 3])
    picture = b64encode(png(ax)).decode()
    plt.close("all")
    wide = pd.DataFrame({f"column {i}": NAMES for i in range(12)})
    outputs = [
        v4.new_output(
            "display_data", data={"image/png": picture}, metadata={"image/png": {"alt": "A line", "width": 760}}
        ),
        v4.new_output("display_data", data={"text/markdown": fill("**{a}** and {b}", a=NAMES[0], b=NAMES[1])}),
        v4.new_output("display_data", data={"text/html": wide._repr_html_()}),
        v4.new_output("stream", name="stdout", text="x" * 400),
    ]
    head = [
        v4.new_markdown_cell(
            f"# Who pays?\n\n{'word ' * 80}\n\n## Why\n\n### A `detail`\n\n> said\n\n[source](https://doi.org/10/1)"
        )
    ]
    node = v4.new_notebook(cells=[*(head if prose else []), v4.new_code_cell("1", execution_count=1, outputs=outputs)])
    nbformat.write(node, path)
    return path
