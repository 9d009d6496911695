"""The report in one file. Oracle: a report of two pages typed here."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from kamlib.report.whole.one_file import write_one_file

INDEX = """<title>Nuts</title><body><header class="top"><h1>Nuts</h1></header><main>
<section aria-labelledby="answer"><h2 id="answer">The answer</h2><a href="01_a.html#why">why</a> <a href="dossiers/K.html">Acme</a></section>
<ol class="cards"><li><a href="01_a.html">Part</a></li><li><a href="dossiers/index.html">Dossiers</a></li></ol></main></body>"""
PART = """<body><main><article><h1>Part</h1><h2 id="why">Why</h2><a href="#why">here</a> <a href="index.html">up</a> <a href="https://doi.org/1">doi</a>
<a href="customers.html#c1">Acme</a><svg><g id="g" clip-path="url(#clip)"></g></svg>
<div class="scroll"><table><thead><tr><th>order id</th><th>amount</th></tr></thead><tbody><tr><td>O-17</td><td>5</td></tr></tbody></table></div>
<details class="more"><summary>9 more rows</summary></details>
<div class="scroll"><table><thead><tr><th>name</th></tr></thead><tbody><tr><td>Acme</td></tr></tbody></table></div></article></main></body>"""


@pytest.fixture
def page(tmp_path) -> BeautifulSoup:
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "01_a.html").write_text(PART)
    made = write_one_file(tmp_path)
    assert made == tmp_path / "report.html" and not list(tmp_path.glob(".*"))
    return BeautifulSoup(made.read_text(encoding="utf-8"), "html.parser")


def test_every_link_within_is_an_anchor_that_is_there_and_what_leads_elsewhere_in_the_report_is_none(page):
    hrefs = [a["href"] for a in page.select("main a")]
    assert hrefs == ["#01_a-why", "#01_a", "#01_a-why", "#index", "https://doi.org/1"]
    assert all(page.find(id=href[1:]) for href in hrefs if href.startswith("#"))
    assert page.main.get_text().count("Acme") == 3, "the name stays where its link goes"


def test_ids_are_told_apart_by_their_page_with_all_that_refers_to_them(page):
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(set(ids)) == len(ids)
    assert page.section["aria-labelledby"] == "index-answer"
    assert page.find(id="01_a-g")["clip-path"] == "url(#01_a-clip)"


def test_one_heading_is_the_first_and_those_of_parts_stand_below_it(page):
    assert [tag.name for tag in page.find_all(["h1", "h2", "h3"])] == ["h1", "h2", "h2", "h3"]


def test_no_table_of_order_lines_is_inside_and_that_is_said(page):
    text = page.main.get_text()
    assert "O-17" not in text and "9 more rows" not in text and len(page.select("table")) == 1
    assert "A table of lines, contacts or notes stands in the report, not in this file." in text
