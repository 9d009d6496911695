"""Every page in a real browser: from the file system, with no network, on a phone, by keyboard, in light and dark."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

KINDS = [
    "index",
    "waiting",
    "02_scoring",
    "01_cleaning",
    "shelf",
    "customers",
    "digest",
    "report",
    "dossier",
    "bare",
    "handover",
    "prospect",
    "dossiers",
]

# Contrast of each text with the colour behind it, by WCAG 2.2; a list of what is too faint.
FAINT = """() => {
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                       return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const parse = s => (s.match(/[\\d.]+/g) || []).map(Number);
  const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
                        if (c.length === 3 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    if (!walk.currentNode.data.trim()) continue;
    const e = walk.currentNode.parentElement, style = getComputedStyle(e), size = parseFloat(style.fontSize);
    const [a, b] = [light(parse(style.color)), light(behind(e))].sort((x, y) => y - x);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) found.push(walk.currentNode.data.trim().slice(0, 40));
  }
  return found;
}"""


@pytest.fixture
def opened(chromium, pages):
    """Open a page by kind; what it asked the network for and what it complained about."""
    contexts = []

    def open_page(kind: str, *, width: int = 1280):
        context = chromium.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        tab = context.new_page()
        tab.asked, tab.complaints, tab.stopped = [], [], []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.on("requestfailed", lambda request: tab.stopped.append((request.url, request.failure)))
        tab.on("console", lambda message: tab.complaints.append(message.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.on("dialog", lambda dialog: (tab.complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        tab.goto(pages[kind].as_uri())
        return tab

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_opens_from_the_file_system_with_no_network_and_no_complaint(opened, pages, kind):
    tab = opened(kind)
    assert [url for url in tab.asked if not url.startswith("data:")] == [pages[kind].as_uri()]
    assert tab.complaints == []
    assert tab.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_is_wider_than_the_screen(opened, kind):
    tab = opened(kind)
    for width in (320, 360, 768, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_stands_out_from_what_is_behind_it(opened, kind):
    tab = opened(kind)
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        assert tab.evaluate(FAINT) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_tab_leads_past_the_head_to_the_content(opened, kind):
    tab = opened(kind)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().top >= 0")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "content"


def test_a_wide_table_scrolls_in_its_own_box(opened):
    tab = opened("02_scoring", width=360)
    box = tab.locator(".scroll").first
    assert box.evaluate("e => e.scrollWidth > e.clientWidth")
    box.focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_timeout(400)
    assert box.evaluate("e => e.scrollLeft > 0")


def test_a_hostile_name_is_read_as_it_is_written(opened):
    tab = opened("index")
    accounts = tab.get_by_role("region", name="Key accounts, best first")
    assert accounts.get_by_role("rowheader", name="<img src=x onerror=alert(1)> & Söhne").count() == 1


def test_the_policy_of_the_page_stops_what_is_put_into_it(opened):
    """Even a script or picture that got in could neither run nor load."""
    tab = opened("index")
    tab.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"https://localhost:9/a.png\" onerror=\"window.bad=1\">')"
    )
    tab.evaluate(
        "{ const s = document.createElement('script'); s.textContent = 'window.bad = 2'; document.body.append(s); }"
    )
    tab.wait_for_timeout(200)
    assert tab.evaluate("window.bad") is None
    assert tab.stopped == [("https://localhost:9/a.png", "csp")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_printed_page_shows_the_content_and_no_navigation(opened, kind):
    tab = opened(kind)
    tab.emulate_media(media="print")
    assert tab.locator("main h1, header h1").first.is_visible()
    assert tab.locator("nav:visible").count() == 0
