"""Sparklines. Oracle: points by hand, on 90 by 22 with an edge of 3."""

from __future__ import annotations

from bs4 import BeautifulSoup

from kamlib.report.whole.sparkline import sparkline

HOSTILE = "<script>alert(1)</script>"


def drawn(lines, said=None):
    return BeautifulSoup(sparkline(lines, said or {name: [] for name in lines}), "html.parser").svg


def test_the_lowest_value_lies_at_the_lower_edge_and_the_highest_at_the_upper():
    line = drawn({"a": [1.0, 3.0, 2.0]}).polyline
    assert line["points"] == "3.0,19.0 45.0,3.0 87.0,11.0"


def test_the_last_value_of_each_line_is_marked_and_the_second_line_is_dashed_on_the_same_scale():
    made = drawn({"a": [0.0, 4.0], "b": [2.0, 0.0]})
    assert [line.get("stroke-dasharray") for line in made.find_all("polyline")] == [None, "3 2"]
    assert [(dot["cx"], dot["cy"]) for dot in made.find_all("circle")] == [("87.0", "3.0"), ("87.0", "19.0")]
    assert made.find_all("polyline")[1]["points"] == "3.0,11.0 87.0,19.0"


def test_one_value_and_equal_values_are_drawn_too():
    assert drawn({"a": [5.0]}).polyline["points"] == "87.0,19.0"
    assert drawn({"a": [5.0, 5.0]}).polyline["points"] == "3.0,19.0 87.0,19.0"


def test_nothing_is_drawn_of_no_value():
    assert sparkline({"a": []}, {"a": []}) == ""


def test_the_title_tells_every_value_and_no_name_acts():
    made = drawn({HOSTILE: [1.0, 2.0]}, {HOSTILE: [("2026-03-31", "1"), ("2026-06-30", "2")]})
    assert made.title.get_text() == f"{HOSTILE}: 2026-03-31 1, 2026-06-30 2"
    assert made["role"] == "img" and not made.find("script")
