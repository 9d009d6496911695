"""From the solutions, which alone are written, to the notebooks of a course: the students', without an answer, and the trainer's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kam_teaching.exercises import trainer
from kam_teaching.exercises.feedback import NAMES
from kamlib.errors import InputError
from kamlib.run.notebook.steps import notebook_steps

SOLUTIONS = Path(__file__).resolve().parents[1] / "solutions"
FENCE = re.compile(r"^```(\w+)(?: (\w+)(?:: ([^\n]+))?)?\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Cell:
    """A cell of a solution: `kind` is text, code, answer, check or trainer; `names` are those that an answer gives."""

    kind: str
    text: str
    names: tuple[str, ...] = ()

    @property
    def empty(self) -> str:
        """What a student finds in its place."""
        return "\n".join(f"{name} = ...  # yours" for name in self.names) if self.kind == "answer" else self.text


def make_course(folder: Path, *, with_answers: bool = False) -> list[Path]:
    """Write the exercises as notebooks, to be opened in JupyterLab; existing files of these names are replaced.

    Parameters
    ----------
    folder : best ``notebooks/exercises`` of a workspace: the notebook to start from links to those beside the folder.
    with_answers : the trainer's edition: answers and notes, a table of what comes out, slides, and sheets to print.

    Returns
    -------
    list of Path
        What was written, the notebook to start from first.

    Raises
    ------
    InputError
        If `folder` can't be written.
    """
    import nbformat

    try:
        folder.mkdir(parents=True, exist_ok=True)
        books = {f"{path.stem}.ipynb": cells_of(path) for path in solutions()}
        texts = {name: nbformat.writes(_notebook(name[0], cells, with_answers)) + "\n" for name, cells in books.items()}
        if with_answers:
            read = {name: books[f"{number}_{name}.ipynb"] for number, name in enumerate(NAMES, 1)}
            shown = {name: [(cell.kind, cell.text) for cell in cells] for name, cells in read.items()}
            texts |= {
                "answers.md": trainer.answers(),
                "slides.html": trainer.slides(shown),
                "sheets.html": trainer.sheets(shown),
            }
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError("the course can't be written", file=folder, found=error.strerror, remedy="Name a folder you may write in.") from None  # fmt: skip
    return [folder / name for name in texts]


def solutions() -> list[Path]:
    """The files of the solutions in the order of the course, the start first."""
    return sorted(SOLUTIONS.glob("[0-9]_*.md"))


def cells_of(path: Path) -> list[Cell]:
    """The cells of a solution, in order."""
    text = path.read_text(encoding="utf-8").replace("{map}", _map())
    cells, at = [], 0
    for fence in FENCE.finditer(text):
        cells += _prose(text[at : fence.start()])
        language, kind, names, code = fence.groups()
        kind = "trainer" if language == "trainer" else kind or "code"
        cells.append(Cell(kind, code.rstrip("\n"), tuple((names or "").split(", ")) if names else ()))
        at = fence.end()
    return cells + _prose(text[at:])


def _prose(text: str) -> list[Cell]:
    return [Cell("text", part.strip()) for part in re.split(r"^(?=## )", text, flags=re.M) if part.strip()]


def _notebook(number: str, cells: list[Cell], with_answers: bool) -> object:
    import nbformat

    made = []
    for place, cell in enumerate(cells, 1):  # an id is of the place in the solution: the same in both editions
        if cell.kind == "trainer" and not with_answers:
            continue
        prose = {"text": cell.text, "trainer": f"> **For the trainer.** {' '.join(cell.text.split())}"}.get(cell.kind)
        new: Any = nbformat.v4.new_code_cell if prose is None else nbformat.v4.new_markdown_cell
        made.append(new(prose or (cell.text if with_answers else cell.empty), id=f"{number}-{place:02d}"))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.v4.new_notebook(cells=made, metadata=metadata)


def _map() -> str:
    """The notebooks of the study and the exercises side by side, as a table with links."""
    steps = sorted(notebook_steps(), key=lambda step: step.name)
    rows = ["| the study | what it answers | by hand |", "| --- | --- | --- |"]
    for step, path in zip(steps, [path for path in solutions() if path.stem[0] != "0"], strict=True):
        rows.append(f"| [{step.title}](../{step.path.name}) | {step.question} | [{path.stem[2:]}]({path.stem}.ipynb) |")
    return "\n".join(rows)
