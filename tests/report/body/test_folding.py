"""What stands first on a page, what is folded, and that nothing is lost by it. Oracle: pages of a few lines, read by hand."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from kamlib.report.body import answer_first, fold_sections, fold_tables, sanitise_body

NOTEBOOK = (
    "<h1>Who pays?</h1><p>The decision.</p><h2>Data and method</h2><p>Read.</p><h3>Source</h3><p>Books.</p>"
    "<h2>Parameters</h2><p>Two.</p><h2>The list</h2><p>Names.</p><h2>Conclusion</h2><p>Anna pays.</p><ul><li>Bob too.</li></ul>"
    "<h2>Sensitivity: one moved</h2><p>Holds.</p><h2>Limits, and what to ask next</h2><p>Few.</p><h2>Run record</h2><p>0.1</p>"
)


def soup_of(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def body_of(html: str) -> BeautifulSoup:
    return soup_of(sanitise_body(html, title="T").html)


def table(rows: int, *heads: str) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    cells = "".join("<td class='who'>1</td>" if name == "name" else "<td>1</td>" for name in heads)
    lines = f"<tr>{cells}</tr>" * rows
    return f"<table><caption>Numbers</caption><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


PICTURE = "<figure><img src='data:image/png;base64,aGk=' alt='a'></figure>"


def test_the_conclusion_stands_whole_under_the_decision_and_the_rest_keeps_its_order():
    soup = soup_of(NOTEBOOK)
    before = sorted(soup.get_text(" ", strip=True).split())
    answer_first(soup)
    assert [tag.get_text() for tag in soup.find_all(["h1", "h2", "p", "li"])][:6] == [
        *("Who pays?", "The decision.", "Conclusion", "Anna pays.", "Bob too."),
        "Data and method",
    ]
    heads = [tag.get_text() for tag in soup.find_all("h2")]
    assert heads[1:] == [
        *("Data and method", "Parameters", "The list", "Sensitivity: one moved"),
        *("Limits, and what to ask next", "Run record"),
    ]
    assert sorted(soup.get_text(" ", strip=True).split()) == before


@pytest.mark.parametrize("html", ["", "<h1>A</h1><p>b</p>", "<h1>A</h1><h2>Conclusion</h2><p>b</p><h2>B</h2>"])
def test_a_page_without_a_conclusion_or_that_begins_with_it_stays_as_it_is(html):
    soup = soup_of(html)
    answer_first(soup)
    assert str(soup) == html


def test_method_and_record_are_closed_under_their_headings_and_nothing_else_is():
    soup = body_of(NOTEBOOK)
    folds = [(fold["class"], fold.summary.h2.get_text(), fold.has_attr("open")) for fold in soup.find_all("details")]
    assert folds == [
        (["method"], "Data and method", False),
        (["basis"], "Parameters", False),
        (["method"], "Sensitivity: one moved", False),
        (["method"], "Limits, and what to ask next", False),
        (["basis"], "Run record", False),
    ]
    inside = soup.find(id="data-and-method")
    assert inside.get_text(" ", strip=True) == "Read. Source Books."
    assert soup.find("p", string="Names.").find_parent("details") is None


def test_a_link_leads_into_what_is_folded_so_that_a_browser_opens_it():
    body = sanitise_body(NOTEBOOK, title="T")
    soup = soup_of(body.html)
    for name, _, _ in body.contents:
        target = soup.find(id=name)
        assert target.find_parent("summary") is None
    assert [words for _, words, _ in body.contents][:3] == ["Conclusion", "Data and method", "Source"]
    assert soup.find(id="run-record").parent.name == "details"


def test_a_section_whose_heading_is_marked_as_an_appendix_is_folded_down_to_the_next_of_its_level():
    soup = body_of(
        "<h1>A</h1><h2>B</h2><p>b</p><div class='cell celltag_appendix'><h3>C</h3><p>c</p></div><p>d</p><h3>E</h3><p>e</p>"
        "<div class='celltag_appendix'><h2>F</h2></div><p>f</p><h3>G</h3><p>g</p><h2>H</h2><p>h</p>"
    )
    folds = [(fold["class"], fold.div.get_text(" ", strip=True)) for fold in soup.find_all("details")]
    assert folds == [(["appendix"], "c d"), (["appendix"], "f G g")]
    assert not [tag for tag in soup.find_all(["h2", "h3"]) if tag.has_attr("class")]


def test_folds_within_a_folded_section_open_by_themselves():
    soup = soup_of(
        "<h2 id='a' class='appendix'>A</h2><p>a</p><h3 id='b' class='appendix'>B</h3><p>b</p><h2 id='c'>C</h2>"
    )
    fold_sections(soup)
    outer, inner = soup.find_all("details")
    assert inner.find_parent("details") is outer and inner.div.get_text() == "b"
    assert soup.find(id="c").find_parent("details") is None


def test_the_numbers_of_a_picture_are_folded_under_their_caption_and_a_list_of_customers_is_not():
    soup = body_of(
        f"<h1>A</h1><h2>B</h2>{PICTURE}<p>said</p>{table(3, 'year', 'sum')}{table(3, 'rank', 'name')}<h2>C</h2>{table(3, 'year')}"
    )
    (fold,) = soup.find_all("details")
    assert fold["class"] == ["numbers"] and fold.summary.get_text() == "Numbers"
    assert [cell.get_text() for cell in fold.select("th")] == ["year", "sum"]


@pytest.mark.parametrize(("rows", "said"), [(12, []), (13, ["3 more rows"]), (28, ["18 more rows"])])
def test_a_long_table_says_how_many_rows_follow_its_first_ten_and_holds_them_all(rows, said):
    soup = body_of(f"<h1>A</h1><h2>B</h2>{table(rows, 'name')}")
    assert [fold.get_text() for fold in soup.select(".scroll + details.more")] == said
    assert len(soup.select("tbody tr")) == rows


def test_a_table_that_is_folded_already_stays_whole():
    soup = body_of(f"<h1>A</h1><h2>Run record</h2>{PICTURE}{table(30, 'item')}")
    assert [fold["class"] for fold in soup.find_all("details")] == [["basis"]]


def test_a_body_of_nothing_folds_nothing():
    for step in (answer_first, fold_sections, fold_tables):
        soup = soup_of("")
        step(soup)
        assert str(soup) == ""


def test_a_hostile_caption_and_heading_stay_words():
    hostile = "&lt;img src=x onerror=alert(1)&gt; $x^2$ " + "W" * 300
    soup = body_of(
        f"<h1>A</h1><h2>B</h2>{PICTURE}{table(3, 'year').replace('Numbers', hostile)}<div class='celltag_appendix'><h2>{hostile}</h2></div><p>x</p>"
    )
    assert [
        fold.summary.get_text().startswith("<img src=x onerror=alert(1)>") for fold in soup.find_all("details")
    ] == [True] * 2
    assert len(soup.find_all("img")) == 1
