"""The figures of a published report in a real browser: legible on a phone, no label on another, in light and dark. Oracle: Chromium, axe-core."""

from __future__ import annotations

import pytest

from kamlib.run.notebook.steps import notebook_steps

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PARTS = sorted(step.name for step in notebook_steps())
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]

# Of every drawing: texts smaller than 9 px, texts that lie on each other or beyond the drawing, texts too faint for the page.
SEEN = """() => {
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                       return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const parse = s => s.match(/[\\d.]+/g).map(Number).slice(0, 3);
  const paper = light(parse(getComputedStyle(document.body).backgroundColor));
  const found = {drawings: 0, small: [], on: [], out: [], faint: []};
  for (const svg of document.querySelectorAll("figure > svg")) {
    const frame = svg.getBoundingClientRect(), scale = frame.width / svg.viewBox.baseVal.width;
    const texts = [...svg.querySelectorAll("text")].map(e => ({words: e.textContent, box: e.getBoundingClientRect(),
      size: parseFloat(getComputedStyle(e).fontSize) * scale, ink: light(parse(getComputedStyle(e).fill)),
      own: !!e.closest(".own"), turned: /rotate\\((?!-?90 )/.test(e.getAttribute("transform") || "")}));
    found.drawings += 1;
    texts.forEach((a, place) => {
      if (a.size < 9) found.small.push([a.words, a.size]);
      if (a.box.left < frame.left - 8 || a.box.right > frame.right + 8 || a.box.top < frame.top - 4 || a.box.bottom > frame.bottom + 4) found.out.push(a.words);
      const [x, y] = [a.ink, paper].sort((x, y) => y - x);
      if (!a.own && (x + 0.05) / (y + 0.05) < 4.5) found.faint.push(a.words);
      for (const b of texts.slice(place + 1)) {
        const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const up = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (across > 2 && up > 0.35 * a.size && !(a.turned && b.turned)) found.on.push([a.words, b.words]);
      }
    });
  }
  return found;
}"""


@pytest.fixture(scope="module")
def tab(chromium):
    context = chromium.new_context(bypass_csp=True)  # for axe
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_read_on_a_screen_and_a_phone_in_light_and_dark(tab, sample_report, name):
    from axe_playwright_python.sync_playwright import Axe

    asked, complaints = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    page = sample_report / f"{name}.html"
    tab.goto(page.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    for width, scheme in LOOKS:
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme=scheme)
        found = tab.evaluate(SEEN)
        assert found.pop("drawings") == page.read_text(encoding="utf-8").count("<figure>") > 0
        assert found == {"small": [], "on": [], "out": [], "faint": []}, (width, scheme)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        faults = Axe().run(tab).response["violations"]
        assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in faults] == [], (width, scheme)
    assert [url for url in asked if not url.startswith("data:")] == [page.as_uri()]
    assert complaints == []


def test_names_that_nobody_expects_are_read_as_they_are_written_and_lie_on_nothing(tab, pages):
    complaints = []
    tab.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
    tab.goto(pages["02_scoring"].as_uri())
    for width, scheme in LOOKS:
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme=scheme)
        found = tab.evaluate(SEEN)
        assert found.pop("drawings") == 6
        assert found == {"small": [], "on": [], "out": [], "faint": []}, (width, scheme)
    told = tab.locator("figure > svg text").all_text_contents()
    for words in ("<img src=x", "$x^2$", "[a](javascript:b)"):
        assert any(words in text for text in told), words
    assert tab.locator("figure img").count() == 0 and complaints == []


def test_a_page_weighs_at_most_600_kilobytes_all_of_them_three_megabytes_and_the_workbook_two(sample_report):
    weights = {path.name: path.stat().st_size for path in sample_report.glob("*.html")}
    assert {name for name, weight in weights.items() if weight > 600_000} == set()
    assert sum(weights.values()) <= 3_000_000
    assert (sample_report / "accounts.xlsx").stat().st_size <= 2_000_000


def test_a_point_tells_its_name_and_the_text_of_a_figure_can_be_found(tab, sample_report):
    tab.goto((sample_report / "02_scoring.html").as_uri())
    named = tab.locator("figure circle > title")
    assert named.count() > 20 and all(name.strip() for name in named.all_text_contents())
    assert tab.locator("figure > svg text").first.evaluate(
        "e => { const range = document.createRange(); range.selectNodeContents(e); return range.toString(); }"
    )


def test_on_paper_a_figure_is_light_and_fits(tab, sample_report):
    tab.set_viewport_size({"width": 673, "height": 900})  # A4 less its margins
    tab.emulate_media(media="print", color_scheme="dark")
    tab.goto((sample_report / "06_risk.html").as_uri())
    inks = tab.evaluate(
        "[...new Set([...document.querySelectorAll('figure text')].map(e => getComputedStyle(e).fill))]"
    )
    assert "rgb(31, 41, 51)" in inks  # the ink of light pages
    wide = "Math.max(...[...document.querySelectorAll('figure > svg')].map(e => e.getBoundingClientRect().right))"
    assert tab.evaluate(wide) <= 673
    tab.emulate_media(media="screen", color_scheme="light")
