"""The shelf of all reports. Oracle: records and figures typed here."""

from __future__ import annotations

import json
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from kamlib.report.whole.shelf import shelf_pages

TITLE = "<b>North</b>"
LATER = 4_000_000_000  # seconds; after any file of a test


@pytest.fixture
def put(tmp_path):
    """Put a report on the shelf, with revenue of quarters."""

    def report(study: str, period: str, as_of: str, revenue: dict[str, float], title: str = TITLE) -> Path:
        folder = tmp_path / study / period
        folder.mkdir(parents=True)
        made = {"as_of": as_of, "parameters": {"language": "en", "currency": "EUR", "title": title}}
        (folder / "run.json").write_text(json.dumps(made))
        told = [
            {"name": "revenue_12m", "as_of": day, "value": value, "table": "scoreboard"}
            for day, value in revenue.items()
        ]
        told.append({"name": "at_stake", "as_of": as_of, "value": 1.0, "table": "value"})
        (folder / "report.json").write_text(json.dumps({"figures": told}))
        return folder

    return report


def soup(pages: dict[Path, str], path: Path) -> BeautifulSoup:
    return BeautifulSoup(pages[path], "html.parser")


def test_the_newest_report_comes_first_and_each_is_a_link_from_both_pages(put, tmp_path):
    put("north", "2026Q1", "2026-03-31", {"2026-03-31": 1e6})
    put("north", "FY2026Q2", "2026-06-30", {"2026-06-30": 2e6})
    put("east", "2025Q4", "2025-12-31", {"2025-12-31": 3e6}, title="East")
    pages = shelf_pages(tmp_path)
    assert set(pages) == {tmp_path / "index.html", tmp_path / "north" / "index.html", tmp_path / "east" / "index.html"}
    links = [a["href"] for a in soup(pages, tmp_path / "index.html").select("main a")]
    assert links == ["east/index.html", "east/2025Q4/index.html", "north/index.html", "north/FY2026Q2/index.html", "north/2026Q1/index.html"]  # fmt: skip
    own = soup(pages, tmp_path / "north" / "index.html")
    assert [a["href"] for a in own.select("main a")] == ["FY2026Q2/index.html", "2026Q1/index.html"]
    assert own.h1.get_text() == TITLE and not own.h1.find("b")


def test_the_sparkline_joins_the_quarters_of_all_reports_and_the_later_report_has_the_last_word(put, tmp_path):
    put("north", "2026Q1", "2026-03-31", {"2025-12-31": 1e6, "2026-03-31": 2e6})
    put("north", "2026Q2", "2026-06-30", {"2026-03-31": 4e6, "2026-06-30": 3e6})
    titles = [one.get_text() for one in soup(shelf_pages(tmp_path), tmp_path / "index.html").select("svg title")]
    assert titles == ["revenue, 12 months: 2025-12-31 €1M, 2026-03-31 €4M, 2026-06-30 €3M"]


def test_a_row_has_the_figures_of_its_own_day_and_what_is_not_known_is_unknown(put, tmp_path):
    put("north", "2026Q2", "2026-06-30", {"2026-03-31": 4e6, "2026-06-30": 3e6})
    old = put("north", "2026Q1", "2026-03-31", {})
    (old / "report.json").unlink()
    rows = soup(shelf_pages(tmp_path), tmp_path / "index.html").select("tbody tr")
    cells = [[cell.get_text() for cell in row.find_all("td")] for row in rows[1:]]
    assert cells[0][0] == "€3M" and set(cells[0][1:]) == {"unknown", "unknown · unknown"}
    assert set(cells[1]) == {"unknown"}


def test_what_failed_is_named_with_its_cause_until_it_stands(put, tmp_path):
    put("north", "2026Q1", "2026-03-31", {})
    (tmp_path / "north" / "2026Q2.log").write_text("05_churn, cell 7: <x>\n\nTraceback")
    failed = {"study": "south", "title": "South", "period": "soon", "status": "failed", "cause": "line 4:\n mend it"}
    (tmp_path / "batch.json").write_text(json.dumps([failed, {**failed, "study": "north", "period": "2026Q1"}]))
    os.utime(tmp_path / "north" / "2026Q1" / "run.json", (LATER, LATER))
    page = soup(shelf_pages(tmp_path), tmp_path / "index.html")
    told = [[part.get_text() for part in row.find_all(["dt", "dd"])] for row in page.select(".failed .sure > div")]
    assert told == [["north, 2026Q2", "05_churn, cell 7: <x>"], ["South, soon", "line 4:\nmend it"]]
    assert page.find(class_="asof").get_text() == "1 report stands, the newest first. 2 failed."
    assert not soup(shelf_pages(tmp_path), tmp_path / "north" / "index.html").find(string="South, soon")


def test_drafts_hidden_folders_and_broken_records_are_no_reports(put, tmp_path):
    put("drafts", "2026Q2", "2026-06-30", {})
    put("north", ".2026Q2-abc", "2026-06-30", {})
    (put("north", "2026Q1", "2026-03-31", {}) / "run.json").write_text("{")
    page = soup(shelf_pages(tmp_path), tmp_path / "index.html")
    assert page.select("main a") == [] and page.find(class_="asof").get_text().startswith("0 reports stand")


def test_folders_that_other_runs_make_and_take_away_meanwhile_are_passed_over(tmp_path):
    over = threading.Event()

    def others() -> None:
        while not over.is_set():
            for folder in (tmp_path / "north", tmp_path / "tmpx"):
                folder.mkdir()
                (folder / "2026Q2.log").write_text("x")
            for folder in (tmp_path / "north", tmp_path / "tmpx"):
                shutil.rmtree(folder)

    with ThreadPoolExecutor(1) as beside:
        going = beside.submit(others)
        try:
            for _ in range(300):
                assert tmp_path / "index.html" in shelf_pages(tmp_path)
        finally:
            over.set()
        going.result()
