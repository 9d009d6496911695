"""Pages stand alone, are safe with any name, and can be read by everyone."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from base64 import b64encode
from itertools import pairwise

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from nbformat import v4

from kamlib.errors import InputError
from kamlib.report.html import index, page

LINKS = [
    ("Summary", "index.html"),
    ("Data <b>", "01_cleaning.html"),
    ("Who", "02_scoring.html"),
    ("Loss", "05_churn.html"),
]


@pytest.fixture(params=["page", "index", "waiting"])
def made(request, tmp_path, executed, outputs, study, tables, record, hostile):
    """Each page in turn: the file and its soup."""
    out = tmp_path / "out" / ("02_scoring.html" if request.param == "page" else "index.html")
    if request.param == "page":
        page(executed(*outputs), out, hostile, LINKS)
    else:
        held = tables if request.param == "index" else {}
        index(
            out,
            study=study,
            as_of=dt.date(2026, 9, 30),
            tables=held,
            parts=[(*link, "Why?") for link in LINKS[1:]],
            record=record,
        )
    return BeautifulSoup(out.read_text(encoding="utf-8"), "html.parser")


def test_a_page_loads_nothing_and_runs_nothing_but_the_script_that_its_policy_knows(made):
    policy = made.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    scripts = [tag.get_text() for tag in made.find_all("script")]
    hashes = [b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert len(scripts) == 1 and len(scripts[0].encode()) <= 6_000
    assert f"script-src 'sha256-{hashes[0]}';" in policy and policy.startswith("default-src 'none'; ")
    assert not made.find(["iframe", "object", "embed", "form", "audio", "video", "base"])
    for tag in made.find_all(True):
        assert not [key for key in tag.attrs if key.startswith("on")]
        for key in ("src", "srcset", "data", "poster", "background"):
            assert str(tag.get(key, "data:")).startswith("data:")
        if tag.name == "link":
            assert tag["href"] == "data:,"
        assert not str(tag.get("href", "")).lower().startswith(("javascript", "data:text"))
    assert not re.search(r"url\(|@import|@font-face", made.find("style").get_text())


def test_a_page_has_a_language_a_title_and_a_skip_link_that_leads_to_its_content(made):
    assert made.html["lang"] == "en"
    assert made.title.get_text().strip()
    first = made.body.find("a")
    assert first["class"] == ["skip"]
    assert made.find(id=first["href"].removeprefix("#")).name == "main"
    assert made.find("meta", attrs={"name": "viewport"})


def test_headings_are_in_order_and_every_id_is_its_own(made):
    levels = [int(tag.name[1]) for tag in made.find_all(re.compile("^h[1-6]$"))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(now - before <= 1 for before, now in pairwise(levels))
    ids = [tag["id"] for tag in made.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for tag in made.find_all(attrs={"aria-labelledby": True}):
        assert tag["aria-labelledby"] in ids
    for link in made.find_all("a", href=re.compile("^#")):
        assert link["href"][1:] in ids


def test_pictures_have_words_and_tables_can_be_scrolled_by_keyboard(made):
    for image in made.find_all("img"):
        assert image["alt"].strip()
    for table in made.find_all("table"):
        box = table.find_parent(class_="scroll")
        assert box["tabindex"] == "0"
        assert box["aria-label"].strip()


def test_a_notebook_page_shows_prose_and_results_but_no_code_and_no_warning(executed, outputs, tmp_path, hostile):
    out = tmp_path / "02_scoring.html"
    page(executed(*outputs), out, "Who", LINKS)
    soup = BeautifulSoup(out.read_text(encoding="utf-8"), "html.parser")
    text = soup.get_text(" ")
    assert "secret" not in text
    assert "In [" not in text
    assert "1,040 lines <read>" in text
    assert soup.find("img")["alt"] == 'Revenue "falls" <fast>'
    assert soup.find("strong").get_text() == hostile
    assert soup.h1.get_text() == "Who pays?"
    assert [link.get_text() for link in soup.select(".contents a")] == ["Too deep", "Limits"]
    assert soup.find("a", href="https://doi.org/10.1000/1")


def test_a_warning_that_comes_by_chance_moves_no_byte_of_a_page(executed, outputs, tmp_path):
    quiet = [output for output in outputs if output.get("name") != "stderr"]
    for place, shown in (("with", outputs), ("without", quiet)):
        page(executed(*shown), tmp_path / f"{place}.html", "Who", LINKS)
    assert len(quiet) < len(outputs)
    assert (tmp_path / "with.html").read_bytes() == (tmp_path / "without.html").read_bytes()


def test_a_notebook_page_knows_its_place_among_the_parts(executed, outputs, tmp_path):
    out = tmp_path / "02_scoring.html"
    page(executed(*outputs), out, "Who", LINKS)
    soup = BeautifulSoup(out.read_text(encoding="utf-8"), "html.parser")
    assert soup.find(attrs={"aria-current": "page"}).get_text() == "Who"
    assert soup.find("a", rel="prev")["href"] == "01_cleaning.html"
    assert soup.find("a", rel="next")["href"] == "05_churn.html"


def test_cells_tagged_notebook_only_are_left_out(executed, outputs, tmp_path):
    out = tmp_path / "a.html"
    page(executed(*outputs, tags=("notebook-only",)), out, "Who")
    assert "1,040 lines" not in out.read_text(encoding="utf-8")


def test_a_notebook_that_failed_or_was_not_run_gives_no_page(executed, tmp_path):
    boom = v4.new_output("error", ename="KeyError", evalue="'x'", traceback=["boom"])
    with pytest.raises(InputError, match=r"KeyError in cell 2"):
        page(executed(boom), tmp_path / "a.html", "A")
    fresh = tmp_path / "fresh.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1")]), fresh)
    with pytest.raises(InputError, match="not run"):
        page(fresh, tmp_path / "a.html", "A")
    with pytest.raises(InputError, match="no such notebook"):
        page(tmp_path / "none.ipynb", tmp_path / "a.html", "A")
    fresh.write_text("{")
    with pytest.raises(InputError, match="can't be read"):
        page(fresh, tmp_path / "a.html", "A")
    assert not (tmp_path / "a.html").exists()


def test_an_error_that_the_author_expects_is_not_shown(executed, tmp_path):
    boom = v4.new_output("error", ename="KeyError", evalue="'x'", traceback=["boom"])
    page(executed(boom, tags=("raises-exception",)), tmp_path / "a.html", "A")
    assert "boom" not in (tmp_path / "a.html").read_text()


def test_the_same_notebook_gives_the_same_page(executed, outputs, tmp_path):
    source = executed(*outputs)
    for name in ("a", "b"):
        page(source, tmp_path / name / "p.html", "Who", LINKS)
    assert (tmp_path / "a/p.html").read_bytes() == (tmp_path / "b/p.html").read_bytes()


def test_the_summary_lists_key_accounts_best_first_with_names_as_written(study, tables, record, tmp_path, hostile):
    tables["scores"]["contribution"] = [-40.0, np.nan, np.nan, np.nan]
    tables["scores"]["why"] = ["most_points_by", "", "", ""]
    tables["scores"]["why_values"] = ['{"criterion": "x", "value": 5.0, "points": 4.0}', "{}", "{}", "{}"]
    out = tmp_path / "index.html"
    index(
        out,
        study=study,
        as_of=dt.date(2026, 9, 30),
        tables=tables,
        parts=[("Who", "02.html", "Who pays?")],
        record=record,
    )
    soup = BeautifulSoup(out.read_text(encoding="utf-8"), "html.parser")
    rows = [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in soup.find(attrs={"aria-label": "Key accounts, best first"}).select("tbody tr")
    ]
    assert rows == [
        [
            "1",
            f"{hostile} 001",
            "x 5 (4.0 points, its most)",
            "safe (99%)",
            "-€40",
            "50.0%",
            "invest",
            "—",
            "10%",
            "€2,000",
            "—",
        ],
        ["2", "004", "", "likely (61%)", "unknown", "5.0%", "unknown: ask", "—", "unknown", "unknown", "—"],
    ]
    assert soup.h1.get_text() == "Nuts & <b>Bolts</b>"
    assert soup.select_one(".cards a")["href"] == "02.html"
    assert soup.select_one(".cards span").get_text() == "Who pays?"
    assert "input <o>.csv" in soup.find(class_="record").get_text()


def test_no_amount_is_printed_finer_than_the_chance_it_comes_from(study, tables, record, tmp_path):
    """Worth 400,000 at two in a million: "under 1%" and "under €4K", not "€1"; a chance is never printed as none."""
    tables["churn"]["p_silent"] = [2e-6, 0.5, 0.0]
    tables["scores"]["key"] = True
    tables["value"]["remaining_value"] = [400e3, 5e3]
    more = {"as_of": dt.date(2026, 9, 30), "tables": tables, "parts": [], "record": record}
    index(tmp_path / "index.html", study=study, **more)
    soup = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    rows = [
        [cell.get_text(strip=True) for cell in row.find_all("td")][-3:-1]
        for row in soup.select("#accounts ~ div tbody tr")
    ]
    assert rows[0] == ["under 1%", "under €4K"]
    assert ["50%", "€6,000"] in rows
    assert ["under 1%", "unknown"] in rows


def test_the_summary_says_which_quarter_it_is_and_when_a_fiscal_year_begins(study, record, tmp_path):
    more = {"as_of": dt.date(2026, 9, 30), "tables": {}, "parts": [], "record": record}
    said = {}
    for begins in (1, 7, 3):
        index(tmp_path / "index.html", study=study.model_copy(update={"year_begins": begins}), **more)
        soup = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
        said[begins] = soup.title.get_text(), soup.find(class_="asof").get_text().partition(" · ")[0]
    assert said[1] == ("Nuts & <b>Bolts</b> · 2026Q3", "As of 30 September 2026 (2026Q3)")
    assert said[7] == (
        "Nuts & <b>Bolts</b> · FY2027Q1",
        "As of 30 September 2026 (FY2027Q1, the fiscal year begins in July)",
    )
    assert said[3] == ("Nuts & <b>Bolts</b> · 2026-09-30", "As of 30 September 2026")


def test_every_column_of_the_list_is_explained_below_it(study, tables, record, tmp_path):
    more = {"as_of": dt.date(2026, 9, 30), "tables": tables, "parts": [], "record": record}
    index(tmp_path / "index.html", study=study, **more)
    soup = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    heads = {head.get_text() for head in soup.select("#accounts ~ div thead th")}
    told = {term.get_text() for term in soup.select(".legend dt")}
    assert heads - told == {"Rank", "Customer", "Share of revenue in the last 12 months"}, "these say it themselves"
    assert told <= heads


def test_a_summary_of_nothing_says_of_each_block_what_it_waits_for(study, record, tmp_path):
    index(tmp_path / "index.html", study=study, as_of=dt.date(2026, 9, 30), tables={}, parts=[], record=record)
    soup = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    said = {head["id"]: head.parent.get_text(" ", strip=True) for head in soup.select("main h2")}
    assert said["answer"].count("waits for the table") == 5
    assert said["warnings"] == "Warnings Nothing is beyond its limit, as far as the tables of this run tell."
    waits = {"board": "scoreboard", "promised": "scorecard", "accounts": "scores", "calls": "action_list"}
    assert all(f"waits for the table {table}" in said[block] for block, table in waits.items())
