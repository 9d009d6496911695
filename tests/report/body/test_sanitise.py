"""The body of a page: only what is known passes, and it is in order."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from kamlib.report.body import sanitise_body

ACTS = [
    "<script>alert(1)</script>",
    "<p onclick='alert(1)'>a</p>",
    "<img src='https://e.com/a.png' alt='a'>",
    "<img src=x onerror=alert(1)>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4=' alt='a'>",
    "<a href='javascript:alert(1)'>a</a>",
    "<a href=' JaVaScRiPt:alert(1)'>a</a>",
    "<a href='data:text/html,x'>a</a>",
    "<svg><circle r='1'><title>a</title></circle></svg>",
    "<svg><a xlink:href='javascript:alert(1)'>a</a><script>alert(1)</script></svg>",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<iframe src='https://e.com'></iframe>",
    "<object data='x'></object><embed src='x'>",
    "<style>@import url(https://e.com/a.css)</style>",
    "<link rel=stylesheet href='https://e.com/a.css'>",
    "<meta http-equiv=refresh content='0;url=https://e.com'>",
    "<base href='https://e.com/'>",
    "<form action='https://e.com'><button>a</button></form>",
    "<div style='background:url(https://e.com/a.png)'>a</div>",
    "<!-- <script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?>",
    "<video src='https://e.com/a.mp4' autoplay></video>",
]


def body_of(html: str, title: str = "Title") -> BeautifulSoup:
    return BeautifulSoup(sanitise_body(html, title=title).html, "html.parser")


@pytest.mark.parametrize("html", ACTS)
def test_nothing_that_acts_or_loads_passes(html):
    soup = body_of(html)
    text = str(soup)
    assert "script" not in text.lower().replace("javascript", "") or "<script" not in text.lower()
    assert not soup.find(
        ["script", "iframe", "object", "embed", "style", "link", "meta", "base", "form", "svg", "math", "video"]
    )
    for tag in soup.find_all(True):
        assert not [key for key in tag.attrs if key.startswith("on") or key in ("style", "srcset", "action")]
        assert not str(tag.get("href", "")).lower().strip().startswith(("javascript", "data"))
        assert str(tag.get("src", "data:image/png;base64,")).startswith("data:image/png;base64,")


def test_a_picture_keeps_its_text_and_one_without_gets_the_heading_above():
    soup = body_of(
        "<h1>T</h1><h2>Revenue by month</h2><img src='data:image/png;base64,aGk=' alt='It &lt;falls&gt; \"fast\"'>"
        "<img src='data:image/png;base64,aGk='>"
    )
    assert [image["alt"] for image in soup.find_all("img")] == ['It <falls> "fast"', "Figure: Revenue by month"]


def test_headings_step_down_one_at_a_time_from_a_single_h1():
    body = sanitise_body("<h1>A</h1><h4>B</h4><h2>C</h2><h1>D</h1><h6>E</h6><h2>C</h2>", title="unused")
    soup = BeautifulSoup(body.html, "html.parser")
    found = [(tag.name, tag["id"]) for tag in soup.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])]
    assert found == [("h1", "a"), ("h2", "b"), ("h2", "c"), ("h2", "d"), ("h3", "e"), ("h2", "c-2")]
    assert body.title == "A"
    assert body.contents == [("b", "B", 2), ("c", "C", 2), ("d", "D", 2), ("e", "E", 3), ("c-2", "C", 2)]


def test_a_body_without_a_first_heading_gets_the_title():
    assert body_of("<h2>B</h2><p>x</p>", title="<b>T</b>").h1.get_text() == "<b>T</b>"


def test_every_table_stands_in_a_box_that_the_keyboard_can_scroll():
    soup = body_of(
        "<h2>Who</h2><table><tr><td>1</td></tr></table><table><caption>Names</caption><tr><td>a</td></tr></table>"
    )
    boxes = soup.find_all("div", class_="scroll")
    assert [(box["tabindex"], box["role"], box["aria-label"]) for box in boxes] == [
        ("0", "region", "Table: Who"),
        ("0", "region", "Names"),
    ]
    assert [box.find("table") is not None for box in boxes] == [True, True]


def test_two_tables_of_one_name_are_told_apart_by_a_screen_reader():
    table = "<table><caption>The same</caption><tr><td>1</td></tr></table>"
    boxes = body_of(f"<h1>A</h1>{table * 3}").select(".scroll")
    assert [box["aria-label"] for box in boxes] == ["The same", "The same (2)", "The same (3)"]


def test_a_head_without_words_is_no_head():
    soup = body_of(
        "<table><thead><tr><th scope='col'> </th><th scope='col'>n</th></tr></thead><tbody><tr><td>a</td><td>1</td></tr></tbody></table>"
    )
    assert [(cell.name, cell.get("scope")) for cell in soup.select("thead tr > *")] == [("td", None), ("th", "col")]


def test_columns_of_numbers_stand_right_in_tables_that_pandas_wrote():
    soup = body_of(
        "<table><thead><tr><th></th><th>name</th><th>n</th></tr></thead><tbody><tr><th>0</th><td>a</td><td>1,000.5</td></tr>"
        "<tr><th>1</th><td>2</td><td>NaN</td></tr></tbody></table>"
    )
    assert [cell.get_text() for cell in soup.find_all(class_="num")] == ["", "n", "0", "1,000.5", "1", "NaN"]
    assert [cell["scope"] for cell in soup.find_all("th")] == ["col", "col", "row", "row"], "the corner heads nothing"


def test_the_side_that_our_own_tables_ask_for_is_kept():
    soup = body_of(
        '<table><tbody><tr><td style="text-align: right">1</td><td style="text-align: left">2</td></tr></tbody></table>'
    )
    assert [cell.get_text() for cell in soup.find_all(class_="num")] == ["1"]


def test_links_to_sources_and_to_parts_stay():
    soup = body_of(
        "<a href='https://doi.org/1'>a</a><a href='02_scoring.html#who'>b</a><a href='#c'>c</a><a href='../x'>d</a>"
    )
    assert [a.get("href") for a in soup.find_all("a")] == ["https://doi.org/1", "02_scoring.html#who", "#c", None]
