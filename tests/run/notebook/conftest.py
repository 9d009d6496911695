"""Small notebooks made by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest


@pytest.fixture(scope="session")
def notebook() -> Callable[..., Path]:
    """``notebook(path, "cell", "cell", parameters="...", kam={...})``: a notebook with a cell of parameters before its cells."""

    def make(
        path: Path, *cells: str, parameters: str | None = "number = 1\ntext = 'a'", kam: dict | None = None
    ) -> Path:
        book = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        )
        if kam is not None:
            book.metadata["kam"] = {"title": path.stem, **kam}
        if parameters is not None:
            book.cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
        book.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
        nbformat.write(book, path)
        return path

    return make
