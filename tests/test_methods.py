"""The pages on methods name functions and tests that there are, for every part, and say where a method comes from."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from docs.from_code.methods import function_of, method_pages, methods

ROOT = Path(__file__).resolve().parents[1]
EVERY = [one for part in methods().values() for one in part]


@pytest.mark.parametrize("method", EVERY, ids=lambda method: method["method"])
def test_a_method_has_a_function_that_says_what_it_is_and_a_test_that_there_is(method):
    assert inspect.getdoc(function_of(method))
    file, _, test = method["test"].partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert test in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(method["trap"].split()) >= 8


def test_each_part_has_a_page_with_its_methods():
    parts = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    pages = method_pages()
    assert sorted(pages) == parts
    for stem, text in pages.items():
        assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [
            one["method"] for one in methods()[stem[:2]]
        ]
        assert text.count("**Trap.**") == text.count("**Held by**") == len(methods()[stem[:2]])


def test_most_methods_name_a_source():
    sources = sum(text.count("**Source.**") for text in method_pages().values())
    assert sources >= len(EVERY) / 2
