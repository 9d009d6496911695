"""Which published reports still hold a person: their pages, notebooks, tables and quarantine looked through."""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kamlib.privacy.person import Person

_PICTURE = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]+")
_TEXTS = (".csv", ".txt", ".log", ".md", ".yaml")


def holding(out: Path, study: str, person: Person) -> dict[Path, int]:
    """The reports of a study, and what stands beside them, that hold the person: how many of their files do.

    Parameters
    ----------
    out : folder of the reports.
    study : the name of the study.

    Returns
    -------
    dict
        By the folder of a report, or by the file that stands outside of one, in the order of their names.
    """
    files = [*out.glob("*.html"), *out.glob("*.json"), *(out / study).rglob("*")]
    found = Counter[Path]()
    for path in files:
        if path.is_file() and any(map(person.in_text, _texts(path))):
            inner = path.relative_to(out).parts
            found[out.joinpath(*inner[:2])] += 1
    return dict(sorted(found.items()))


def _texts(path: Path) -> Iterator[str]:
    """What a file of a report says; of a page with its marks and without them, for an alternative text stands in a mark."""
    kind = path.suffix.lower()
    if kind == ".html":
        page = html.unescape(_PICTURE.sub("", path.read_text("utf-8", "replace")))
        yield from (page, re.sub("<[^<>]*>", " ", page))
    elif kind in (".json", ".ipynb"):
        told = "\n".join(_strings(json.loads(path.read_text("utf-8"))))
        yield from (told, re.sub("<[^<>]*>", " ", told))
    elif kind == ".parquet":
        for column in pq.read_table(path).columns:
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                yield "\n".join(filter(None, column.unique().to_pylist()))
    elif kind == ".xlsx":
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                yield html.unescape(re.sub("<[^<>]*>", " ", book.read(name).decode("utf-8", "replace")))
    elif kind in _TEXTS:
        yield path.read_text("utf-8", "replace")


def _strings(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, list):
        for item in tree:
            yield from _strings(item)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            yield str(key)
            yield from () if key == "image/png" else _strings(value)
