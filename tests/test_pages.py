"""The pages of README, docs and guides: links lead somewhere, pictures have words and are small, words are spelt right."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlparse

import pytest

from docs.pictures import PICTURES, PLACE

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "data" / "sample" / "README.md"])
MADE = {"messages.md", "run_tables.md", "methods"}  # `make docs` writes them, and its -W follows their links
PAGES = [page for page in PAGES if not MADE & {page.name, page.parent.name}]


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for link in re.findall(r"(?<!`)\]\(([^)\s]+)\)", prose(page)):
        place, _, anchor = link.partition("#")
        if ":" in place:
            address = urlparse(place)
            assert address.scheme == "https" and "." in address.netloc, link
        else:
            file = (page.parent / place).resolve() if place else page
            assert file.exists() or MADE & {file.name, file.parent.name}, link
            assert not anchor or file.suffix != ".md" or anchor in anchors(file), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_picture_has_words_and_is_small(page):
    for words, place in re.findall(r"!\[(.*?)\]\((.+?)\)", prose(page)):
        assert len(words) >= 30, place
        assert (page.parent / place).stat().st_size <= 150_000, place


def test_every_picture_is_on_a_page():
    shown = {Path(place).name for page in PAGES for place in re.findall(r"!\[.*?\]\((.+?)\)", prose(page))}
    assert {path.name for path in (ROOT / "docs").rglob("*.png") if "_build" not in path.parts} == shown


@pytest.mark.slow
def test_words_are_spelt_right(tmp_path):
    pytest.importorskip("codespell_lib")
    for book in ROOT.glob("notebooks/*.ipynb"):
        cells = json.loads(book.read_text(encoding="utf-8"))["cells"]
        told = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        (tmp_path / f"{book.stem}.md").write_text(told, encoding="utf-8")
    places = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "kamlib", "kam_teaching", "bench", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "codespell_lib", *places], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_each_picture_is_taken_at_a_heading_that_there_is():
    for name, (_, heading) in PICTURES.items():
        if heading:
            cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
            told = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
            assert re.search(rf"^#+ {re.escape(heading)}$", told, re.M), heading
    taken = {f"{name}{end}.png" for name in PICTURES for end in ("", "_dark")}
    assert taken == {path.name for path in PLACE.glob("*.png")}
