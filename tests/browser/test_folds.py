"""What is folded on a page, in a real browser: closed on the screen, opened by a click, a key or a link, on paper what belongs there."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(chromium, pages):
    context = chromium.new_context(bypass_csp=True, viewport={"width": 1280, "height": 800})  # for axe
    tab = context.new_page()
    tab.goto(pages["02_scoring"].as_uri())
    yield tab
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_answer_stands_on_the_first_screen_if_the_decision_is_short(tab, width):
    tab.set_viewport_size({"width": width, "height": 800})
    tab.evaluate("document.querySelector('h1 + p').textContent = 'Whom to call?'")
    assert tab.get_by_text("Anna pays.").bounding_box()["y"] < 400


def test_method_record_and_appendix_are_closed_and_keep_their_headings(tab):
    assert tab.locator("article > details[open]").count() == 0
    named = tab.locator("article > details:not(.more, .numbers) > summary").get_by_role("heading", level=2)
    assert named.all_inner_texts() == [
        "Data and method",
        "<img src=x onerror=alert(1)> & Söhne",
        "Limits",
        "Run record",
    ]
    assert not tab.locator("#run-record").is_visible()
    tab.locator("summary", has_text="Run record").focus()
    tab.keyboard.press("Enter")
    assert tab.locator("#run-record").is_visible()


@pytest.mark.parametrize("href", ["#run-record", "#where-from"])
def test_a_link_to_what_is_folded_opens_it_and_leaves_its_heading_in_sight(tab, href):
    tab.locator(f".contents a[href='{href}']").click()
    tab.wait_for_timeout(100)
    fold = tab.locator(f"details:has({href})")
    assert fold.get_attribute("open") is not None
    assert fold.locator("h2, h3").last.bounding_box()["y"] >= 0
    assert tab.locator(href).bounding_box()["y"] < 700


def test_an_address_that_ends_in_a_folded_section_opens_it(chromium, pages):
    tab = chromium.new_page()
    tab.goto(pages["02_scoring"].as_uri() + "#limits")
    assert tab.locator("#limits").is_visible()
    tab.close()


def test_a_long_table_shows_ten_rows_and_the_rest_at_a_key(tab):
    rows = tab.locator(".scroll:has(+ .more) tbody tr")
    assert rows.count() == 30 and rows.locator("visible=true").count() == 10
    tab.get_by_text("20 more rows").focus()
    tab.keyboard.press("Enter")
    assert rows.locator("visible=true").count() == 30


def test_on_paper_stand_method_limits_and_all_rows_and_neither_record_nor_appendix(tab):
    tab.emulate_media(media="print")
    assert tab.locator("#data-and-method").is_visible() and tab.locator("#limits").is_visible()
    assert tab.locator(".scroll:has(+ .more) tbody tr").locator("visible=true").count() == 30
    for away in ("details.basis", "details.appendix", "details.more", "details.numbers"):
        assert not tab.locator(away).first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("opened", [False, True])
def test_axe_finds_nothing_in_what_is_folded(tab, scheme, opened):
    from axe_playwright_python.sync_playwright import Axe

    tab.emulate_media(color_scheme=scheme)
    tab.evaluate("open => document.querySelectorAll('details').forEach(fold => { fold.open = open; })", opened)
    found = Axe().run(tab).response["violations"]
    assert [(one["id"], [node["html"][:80] for node in one["nodes"][:3]]) for one in found] == []
