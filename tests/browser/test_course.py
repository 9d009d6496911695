"""What a trainer prints: each exercise on one sheet of A4, each slide on a page. Oracle: Chromium."""

from __future__ import annotations

import re

import pytest

from kam_teaching.exercises import make_course

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trainer")
    make_course(folder, with_answers=True)
    return folder


@pytest.mark.parametrize("name", ["sheets", "slides"])
def test_each_exercise_and_each_slide_is_one_printed_page(chromium, course, name):
    tab = chromium.new_page()
    tab.goto((course / f"{name}.html").as_uri())
    printed = tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == tab.locator("section").count() >= 8
    tab.close()
