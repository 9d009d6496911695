"""Notebooks as steps: what each needs and makes, and their order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kamlib.errors import InputError, some
from kamlib.run.places import NOTEBOOKS
from kamlib.run.rests import digest


@dataclass(frozen=True)
class Step:
    """One notebook of the study: its file, short title, the question it opens with, the tables it needs and makes, its code,
    and a hash of all that is written in it.
    """

    path: Path
    title: str
    question: str
    needs: tuple[str, ...]
    makes: tuple[str, ...]
    code: str = ""
    content: str = ""

    @property
    def name(self) -> str:
        return self.path.stem


def notebook_steps(folder: Path = NOTEBOOKS) -> list[Step]:
    """The numbered notebooks of `folder`, each after those that make what it needs, else in reading order.

    Raises
    ------
    InputError
        If there are none, a notebook declares nothing, a needed table is made by none, or they wait for each other.
    """
    found = [_step(path, path.stat().st_mtime_ns) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]
    if not found:
        raise InputError("no notebooks of the study", file=folder, remedy="Install kam again.")
    made = {table for step in found for table in step.makes}
    if missing := sorted({table for step in found for table in step.needs} - made):
        raise InputError(f"no notebook makes {some(missing)}", file=folder)
    ordered: list[Step] = []
    ready: set[str] = set()
    while len(ordered) < len(found):
        step = next((s for s in found if s not in ordered and ready.issuperset(s.needs)), None)
        if step is None:
            waiting = [s.name for s in found if s not in ordered]
            raise InputError(f"the notebooks {some(waiting)} wait for each other", file=folder)
        ordered.append(step)
        ready.update(step.makes)
    return ordered


def maker(table: str) -> Step | None:
    """The notebook of the kit that makes a table."""
    return next((step for step in notebook_steps() if table in step.makes), None)


@cache
def _step(path: Path, changed: int) -> Step:
    try:
        book = json.loads(path.read_bytes())
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in book["cells"]]
    except (ValueError, KeyError, TypeError):
        raise InputError("no valid notebook", file=path, remedy="Open it in JupyterLab and save it again.") from None
    declared = book.get("metadata", {}).get("kam")
    if not declared:
        raise InputError(
            "the notebook does not declare what it needs and makes", file=path, remedy="Add `kam` to its metadata."
        )
    question = next((text.splitlines()[0].lstrip("# ") for _, text in cells if text.startswith("# ")), "")
    code = "\n".join(text for kind, text in cells if kind == "code")
    written = digest(json.dumps([declared, cells], sort_keys=True))
    return Step(path, declared["title"], question, tuple(declared["needs"]), tuple(declared["makes"]), code, written)
