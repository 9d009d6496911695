"""How much of the parts a reader sees before opening anything, on the sample as committed. Oracle: Chromium's own measure."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("0*.ipynb"))
SCREEN = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def parts(tmp_path_factory) -> dict[str, Path]:
    """Each committed notebook as a page, by name."""
    from kamlib.report.html import page

    folder = tmp_path_factory.mktemp("parts")
    links = [(path.stem, f"{path.stem}.html") for path in NOTEBOOKS]
    for path in NOTEBOOKS:
        page(path, folder / f"{path.stem}.html", path.stem, links)
    return {path.stem: folder / f"{path.stem}.html" for path in NOTEBOOKS}


@pytest.fixture(scope="module")
def tab(chromium):
    context = chromium.new_context(bypass_csp=True, viewport=SCREEN)  # for axe
    yield context.new_page()
    context.close()


def test_the_parts_01_to_05_take_at_most_45_screens_and_9000_words(tab, parts):
    screens, words = {}, {}
    for name in sorted(parts)[:5]:
        tab.goto(parts[name].as_uri())
        screens[name] = tab.evaluate("document.documentElement.scrollHeight") / SCREEN["height"]
        tab.evaluate(
            "document.querySelectorAll('figure').forEach(figure => figure.remove())"
        )  # letters of pictures are no prose
        words[name] = len(tab.locator("main").inner_text().split())
    assert sum(screens.values()) <= 45, screens
    assert sum(words.values()) <= 9000, words


def test_a_part_shows_at_most_8_figures_before_anything_is_opened(tab, parts):
    for name, path in parts.items():
        tab.goto(path.as_uri())
        shown = tab.evaluate("[...document.querySelectorAll('figure')].filter(one => one.checkVisibility()).length")
        assert 0 < shown <= 8, name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_conclusion_begins_on_the_first_screen(tab, parts, path):
    tab.goto(parts[path.stem].as_uri())
    for width in (1280, 390):
        tab.set_viewport_size({**SCREEN, "width": width})
        said = tab.locator("#conclusion + *")
        assert said.bounding_box()["y"] < SCREEN["height"] * 0.8
    tab.set_viewport_size(SCREEN)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_axe_finds_nothing_in_a_part_with_all_of_it_open(tab, parts, path):
    from axe_playwright_python.sync_playwright import Axe

    tab.goto(parts[path.stem].as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    found = Axe().run(tab).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_on_paper_no_table_is_wider_than_the_page_and_no_text_squeezed_to_a_few_letters_a_line(tab, parts, path):
    tab.set_viewport_size({"width": 673, "height": 900})  # A4 less its margins
    tab.emulate_media(media="print")
    tab.goto(parts[path.stem].as_uri())
    boxes, squeezed = (
        "[...document.querySelectorAll('.scroll')].filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 2)",
        "[...document.querySelectorAll('td')].filter(e => e.checkVisibility() && e.innerText.length > 12 && e.clientWidth < 45)",
    )
    assert tab.evaluate(f"{boxes}.map(e => e.ariaLabel)") == []
    assert tab.evaluate(f"{squeezed}.map(e => e.innerText)") == []
    tab.emulate_media(media="screen")
    tab.set_viewport_size(SCREEN)
