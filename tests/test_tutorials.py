"""What the pages tell to type gives what they show: their commands run in a clean folder. `python -m docs.tutorials` writes them anew."""

from __future__ import annotations

import re

import pytest
import yaml

from docs import tutorials
from kamlib.study.model import Study

YAML = [
    pytest.param(block, id=f"{page.name} {number}")
    for page in sorted(tutorials.ROOT.glob("docs/**/*.md"))
    for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", page.read_text("utf-8"), re.M | re.S))
    if not block.startswith(("studies:", 'currency: "?"'))  # a batch file; lines of a study that ask
]


@pytest.mark.kernel
@pytest.mark.parametrize("page", tutorials.PAGES, ids=lambda page: page.stem)
def test_what_is_typed_gives_what_is_shown(page, tmp_path):
    told = page.read_text(encoding="utf-8")
    assert len(re.findall(r"^\$ ", told, re.M)) >= 1
    assert tutorials.alike(tutorials.played(told, tmp_path)) == tutorials.alike(told)


def test_a_page_that_shows_something_else_is_noticed(tmp_path):
    page = "```{code-block} text\n:caption: a.txt\n\none\n```\n\n```console\n$ cat a.txt\ntwo\n```\n"
    assert tutorials.played(page, tmp_path) == page.replace("two", "one")


def test_only_the_order_of_steps_may_differ():
    here, there = ("01_cleaning … s\n02_scoring … s\nend", "02_scoring … s\n01_cleaning … s\nend")
    assert tutorials.alike(here) == tutorials.alike(there) != tutorials.alike(here.replace("end", "End"))
    assert tutorials.run("echo '02_scoring      12.5 s'; pwd", tutorials.ROOT) == "02_scoring … s\n…"


@pytest.mark.parametrize("block", YAML)
def test_every_piece_of_a_study_that_a_page_shows_is_a_right_one(block):
    tree = yaml.safe_load(f"sources:\n{block}" if block.startswith("  ") else block)
    base = {"name": "shown", "title": "Shown", "as_of": "2026Q2"}
    sources = {"orders": {"files": "orders.csv"}} | tree.pop("sources", {})
    assert Study.model_validate(base | tree | {"sources": sources})
