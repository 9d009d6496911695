"""The page on messages names each that the code can say, with its remedy; what is raised in fact is on it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from docs.from_code.messages import GAP, HELP, messages, messages_page
from kamlib import facts, segments
from kamlib.errors import InputError
from kamlib.privacy import anonymise
from kamlib.run import batch
from kamlib.run.workspace import new_workspace
from kamlib.study.model import Study

ROOT = Path(__file__).resolve().parents[1]
#: what passes on the message of another error, which is on the page by itself
PASSED_ON = {"kamlib.io.readers", "kamlib.run.batch", "kamlib.run.notebook.execute", "kamlib.study.yaml_lines", "kamlib.init.inputs"}  # fmt: skip


def test_each_place_that_refuses_has_its_message_on_the_page():
    told = {(one.module, one.line) for one in messages()}
    found = [
        (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), node.lineno)
        for top in ("kamlib", "kam_teaching")
        for path in (ROOT / top).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InputError"
    ]
    silent = [place for place in found if place not in told]
    assert len(found) > 200
    assert {module for module, _ in silent} <= PASSED_ON and len(silent) == len({module for module, _ in silent})


def test_every_part_of_the_kit_that_refuses_has_a_part_of_the_page():
    page = messages_page()
    told = yaml.safe_load(HELP.read_text(encoding="utf-8"))["packages"]
    assert {".".join(one.module.split(".")[:2]) for one in messages()} == set(told)
    assert re.findall(r"^## (.+)$", page, re.M) == list(told.values())
    assert page.count("\n| ") >= len({(one.module.split(".")[1:2] or [""], one.text)[1] for one in messages()})


def test_the_words_by_hand_are_of_messages_that_there_are():
    helped = yaml.safe_load(HELP.read_text(encoding="utf-8"))
    for package in helped["packages"].keys() & helped.keys():
        there = {one.text for one in messages() if one.module.startswith(package)}
        assert not set(helped[package]) - there
    assert len(helped.keys() & helped["packages"].keys()) >= 5


def in_words(text: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in GAP.split(text)), re.S)


LINES = pd.DataFrame({"Customer": ["A", None], "Day": pd.to_datetime(["2026-01-01", "2026-02-01"]), "Net": [1.0, 2.0]})
MISTAKES = {
    "study that is not there": lambda here: Study.read(here / "none.yaml"),
    "study that holds no keys": lambda here: Study.read(here / "text.yaml"),
    "study with a wrong value": lambda here: Study.read(here / "wrong.yaml"),
    "study with a question": lambda here: Study.read(here / "asks.yaml"),
    "study for a batch": lambda here: batch.read(here / "wrong.yaml"),
    "folder that is not empty": new_workspace,
    "customer that is missing": lambda here: facts.orders(LINES, account_id="Customer", date="Day", amount="Net"),
    "column that is missing": lambda here: facts.orders(LINES, account_id="Client", date="Day", amount="Net"),
    "method that there is not": lambda here: segments.abc_classes(LINES.assign(customer_id=["a", "b"]), "Net", method="x"),
    "place of a copy that holds something": lambda here: anonymise(Study.read(here / "right.yaml"), here),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_that_is_made_is_answered_by_a_message_of_the_page(name, tmp_path):
    head = "name: a\ntitle: A\nas_of: 2026Q2\n"
    (tmp_path / "text.yaml").write_text("orders")
    (tmp_path / "wrong.yaml").write_text(head + "sources: {orders: {files: o.csv}}\nchurn: {horizon_days: many}\n")
    (tmp_path / "asks.yaml").write_text(head + 'currency: "?"\nsources: {orders: {files: o.csv}}\n')
    (tmp_path / "right.yaml").write_text(head + "sources: {orders: {files: o.csv}}\n")
    with pytest.raises(InputError) as raised:
        MISTAKES[name](tmp_path)
    assert [one for one in messages() if in_words(one.text).fullmatch(raised.value.problem)], raised.value.problem


def test_a_remedy_is_told_beside_its_own_message():
    by_text = {one.text: one.remedy for one in messages()}
    assert by_text["no order line in the file"] == "Check sources.orders."
    assert by_text["an account beside itself"] == "Delete the line."
    assert by_text["contradictory decisions"] == "Change one of them."
