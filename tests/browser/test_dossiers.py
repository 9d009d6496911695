"""Pages on single customers in a real browser: two printed sides whatever is in them, and nothing that axe finds. Oracle: Chromium, axe-core."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(chromium):
    context = chromium.new_context(bypass_csp=True)  # axe is put into the page, which lets nothing in
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("kind", ["dossier", "bare"])
def test_a_dossier_prints_on_two_sides_of_a4(tab, pages, kind):
    tab.goto(pages[kind].as_uri())
    printed = tab.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 2
    sizes = {tuple(round(float(n)) for n in box.split()) for box in re.findall(rb"/MediaBox\s*\[([\d. ]+)\]", printed)}
    assert sizes == {(0, 0, 595, 842)}, "points of A4"


@pytest.mark.parametrize("kind", ["dossier", "bare", "handover", "prospect", "dossiers"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(tab, pages, kind, scheme):
    from axe_playwright_python.sync_playwright import Axe

    tab.emulate_media(color_scheme=scheme)
    tab.goto(pages[kind].as_uri())
    found = Axe().run(tab).response["violations"]
    assert [(one["id"], [node["html"][:80] for node in one["nodes"][:3]]) for one in found] == []
