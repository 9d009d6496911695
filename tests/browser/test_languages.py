"""Longer words fit too: no page of the sample in Russian or Catalan is wider than its screen. Oracle: Chromium's own measure."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("code", ["ru", "ca"])
def test_no_page_is_wider_than_its_screen(code, sample_pages, tmp_path, chromium):
    pages = sample_pages(tmp_path, code)
    tab = chromium.new_page()
    for width in (390, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        for path in pages:
            tab.goto(path.as_uri())
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, (path.name, width)
    tab.close()
