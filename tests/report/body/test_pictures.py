"""Drawings of a page: known shapes alone pass, with the words of their image. Oracle: what was put in by hand."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from kamlib.report.body import sanitise_body

HEAD = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:l='http://www.w3.org/1999/xlink' viewBox='0 0 396 100' width='634' height='160'"


def page_with(inside: str, more: str = "", alt: str = "Sales fall") -> BeautifulSoup:
    source = (
        f"{HEAD}{more}>{inside}</svg>".replace("%", "%25")
        .replace("#", "%23")
        .replace("&", "&amp;")
        .replace('"', "&quot;")
    )
    html = sanitise_body(f'<h1>T</h1><p>a</p><img alt="{alt}" src="data:image/svg+xml,{source}">', title="T").html
    return BeautifulSoup(html, "html.parser")


def test_a_drawing_stands_in_the_page_with_the_words_of_its_image_as_its_name():
    soup = page_with(
        "<g fill='#0072b2'><circle cx='1' cy='-2.5' r='.3'><title>A &lt;b&gt;, 5 %</title></circle></g><text x='1' y='2'>5 % #1</text>"
    )
    (drawing,) = soup.select("figure > svg")
    assert drawing.attrs == {"viewbox": "0 0 396 100", "width": "634", "role": "img", "aria-label": "Sales fall"}
    assert drawing.circle.attrs == {"cx": "1", "cy": "-2.5", "r": ".3"} and drawing.g["fill"] == "#0072b2"
    assert drawing.title.get_text() == "A <b>, 5 %" and drawing.find("text").get_text() == "5 % #1"
    assert not soup.find("img")


def test_words_of_an_image_that_try_to_leave_their_attribute_stay_in_it():
    soup = page_with("<path d='M0 0H1'/>", alt="&#39; onload=&#39;alert(1) &quot;&gt;&lt;script&gt;")
    assert soup.svg["aria-label"] == "' onload='alert(1) \"><script>" and not soup.find("script")
    assert set(soup.svg.attrs) == {"viewbox", "width", "role", "aria-label"}


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<style>*{fill:red}</style>",
        "<a l:href='javascript:alert(1)'><text>a</text></a>",
        "<image l:href='https://e.com/a.png'/>",
        "<use l:href='https://e.com/a.svg#x'/>",
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml' onload='alert(1)'/></foreignObject>",
        "<animate attributeName='href' values='javascript:alert(1)'/>",
        "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    ],
)
def test_nothing_passes_but_shapes_text_and_names(inside):
    soup = page_with(f"{inside}<path d='M0 0H1'/>")
    assert [part.name for part in soup.svg.find_all(True)] == ["path"]
    assert "alert" not in str(soup) and "e.com" not in str(soup)


@pytest.mark.parametrize(
    "value",
    [
        "onclick='alert(1)'", "style='fill:url(https://e.com)'", "fill='url(https://e.com/a#b)'", "fill='red'", "class='top'", "id='content'",
        "d='M0 0H1;'", "transform='matrix(1 0 0 1 9 9)'", "filter='url(#a)'", "href='https://e.com'", "stroke-width='calc(1px)'",
    ],
)  # fmt: skip
def test_of_a_shape_pass_known_values_alone(value):
    assert page_with(f"<path {value}/>").path.attrs == {}
    assert set(page_with("<path d='M0 0'/>", f" {value}").svg.attrs) == {"viewbox", "width", "role", "aria-label"}


@pytest.mark.parametrize(
    "source",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'><path></svg>",
        "<svg><path d='M0 0'/></svg>",
        "<svg xmlns='http://www.w3.org/1999/xhtml'/>",
        "<svg xmlns='http://www.w3.org/2000/svg'><!DOCTYPE x [<!ENTITY a 'b'>]></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><?xml-stylesheet href='https://e.com/a.css'?></svg>",
    ],
)
def test_what_is_no_drawing_of_ours_is_not_in_the_page(source):
    soup = BeautifulSoup(
        sanitise_body(f'<p>a</p><img alt="x" src="data:image/svg+xml,{source}">', title="T").html, "html.parser"
    )
    assert not soup.find(["img", "svg", "figure"]) and soup.p.get_text() == "a"
