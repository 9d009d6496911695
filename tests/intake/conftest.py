"""A study made of texts: files and the values of its study file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kamlib.study import Study


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[..., Study]:
    """``make_study({"orders.csv": "..."}, cleaning={...})``: every file is the source of the table it is named after.

    Texts are written as UTF-8, bytes as they are. `sources` gives the sources by hand. The limits are lifted, unless
    `cleaning` sets them.
    """

    def make(files: dict[str, str | bytes], **values: Any) -> Study:
        for name, content in files.items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        sources = values.pop("sources", {Path(name).stem: {"files": name} for name in files})
        cleaning = {"most_rows": 1, "most_amount": 1} | values.pop("cleaning", {})
        base = {"name": "test", "title": "Test", "as_of": "2026-06-30"}
        tree = base | values | {"sources": sources, "cleaning": cleaning}
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
        return Study.read(path)

    return make
