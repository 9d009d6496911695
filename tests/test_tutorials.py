"""What the pages tell to type gives what they show: their commands run in a clean folder. `python -m docs.tutorials` writes them anew."""

from __future__ import annotations

import ast
import io
import json
import re
import smtplib
import zipfile
from difflib import unified_diff

import pytest
import yaml

from docs import tutorials
from kamlib.study.model import Study

PYTHON = [
    pytest.param(block, id=f"{page.name} {number}")
    for page in sorted(tutorials.ROOT.glob("docs/**/*.md"))
    for number, block in enumerate(re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.M | re.S))
]
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
    came = tutorials.alike(tutorials.played(told, tmp_path))
    assert "\n".join(unified_diff(tutorials.alike(told), came, lineterm="", n=0)) == ""


def test_a_page_that_shows_something_else_is_noticed(tmp_path):
    page = "```{code-block} text\n:caption: a.txt\n\none\n```\n\n```console\n$ cat a.txt\ntwo\n```\n"
    assert tutorials.played(page, tmp_path) == page.replace("two", "one")


def test_only_seconds_the_order_of_steps_and_the_folder_may_differ(tmp_path):
    here, there = ("01_cleaning … s\n02_scoring … s\nend", "02_scoring … s\n01_cleaning … s\nend")
    assert tutorials.alike(here) == tutorials.alike(there) != tutorials.alike(here.replace("end", "End"))
    (tmp_path / "where.py").write_text("import os\nprint('02_scoring      12.5 s')\nprint(os.getcwd())\n")
    assert tutorials.run("python where.py", tmp_path) == "02_scoring … s\n…"


@pytest.mark.parametrize("block", YAML)
def test_every_piece_of_a_study_that_a_page_shows_is_a_right_one(block):
    tree = yaml.safe_load(f"sources:\n{block}" if block.startswith("  ") else block)
    base = {"name": "shown", "title": "Shown", "as_of": "2026Q2"}
    sources = {"orders": {"files": "orders.csv"}} | tree.pop("sources", {})
    assert Study.model_validate(base | tree | {"sources": sources})


@pytest.mark.parametrize("block", PYTHON)
def test_python_that_a_page_shows_is_right_and_takes_what_there_is(block):
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.ImportFrom) and not str(node.module).startswith("airflow"):
            exec(ast.unparse(node), {})


def test_the_mail_holds_the_answers_and_the_whole_report(tmp_path, monkeypatch):
    page = (tutorials.ROOT / "docs" / "howto" / "mail.md").read_text(encoding="utf-8")
    folder = tmp_path / "reports" / "sample" / "2026Q2"
    folder.mkdir(parents=True)
    answers = [{"question": "Who carries us", "text": "27 key accounts bring 50 % of revenue."}]
    (folder / "report.json").write_text(json.dumps({"title": "Ours", "as_of": "2026-06-30", "answer": answers}))
    (folder / "index.html").write_text("<p>the first page</p>")
    sent = []

    class Server:
        def __init__(self, host):
            self.host = host

        def __enter__(self):
            return self

        def __exit__(self, *gone):
            return None

        def send_message(self, mail):
            sent.append((self.host, mail))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(smtplib, "SMTP", Server)
    exec(compile(re.search(r"```python\n(.+?)```", page, re.S)[1], "mail.md", "exec"), {})
    ((host, mail),) = sent
    assert (host, mail["Subject"]) == ("mail.example.com", "Ours, 2026-06-30")
    body, packed = mail.iter_parts()
    assert body.get_content().strip() == "Who carries us: 27 key accounts bring 50 % of revenue."
    with zipfile.ZipFile(io.BytesIO(packed.get_content())) as whole:
        assert {"index.html", "report.json"} <= set(whole.namelist())
