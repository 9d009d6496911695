"""A folder to work in: a study that runs, its files, the notebooks, and a README of ten lines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from kamlib.errors import InputError
from kamlib.run.places import NOTEBOOKS, SAMPLE
from kamlib.study.playbook_file import NAME as PLAYBOOK

README = """\
# {name}

- `study.yaml`: what is read and what counts. Now it is that of the sample, with its files in `data/`.
- `playbook.yaml`: what to do with whom: strategy by tier, moves, offers, hours.
- `kam init FILE…` writes one for your own files: `kam init my/*.csv --out study.yaml --force`.
- `kam check study.yaml` says what was read, and what was set aside.
- `kam run study.yaml` makes the report: `reports/<study>/<period>/index.html`. `kam open` shows it.
- `jupyter lab notebooks`: the same step by step. Move a parameter, run the cells again; tables that still fit come from the report.
- What you change in the notebooks changes no report: `kam run` takes those of the kit.
- `kam --help` lists the rest.
"""


def new_workspace(folder: Path) -> Path:
    """Make a workspace.

    Parameters
    ----------
    folder : it must not exist, or be empty.

    Returns
    -------
    Path
        The study file in it, which runs as it is: it is the sample's.

    Raises
    ------
    InputError
        If the folder holds something, or can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError("the folder is not empty", file=folder, remedy="Give a new one.")
        (folder / "notebooks").mkdir()
        (folder / "data").mkdir()
        (folder / "README.md").write_text(README.format(name=folder.resolve().name), encoding="utf-8")
        for path in sorted(SAMPLE.parent.glob("*.csv")):
            shutil.copy(path, folder / "data" / path.name)
        study = SAMPLE.read_text(encoding="utf-8").replace("files: ", "files: data/")
        (folder / "study.yaml").write_text(study, encoding="utf-8")
        shutil.copy(SAMPLE.parent / PLAYBOOK, folder / PLAYBOOK)
        for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
            _copy(path, folder / "notebooks" / path.name)
    except OSError as error:
        raise InputError("no workspace can be made there", file=folder, found=error.strerror) from None
    return folder / "study.yaml"


def _copy(notebook: Path, to: Path) -> None:
    """Copy a notebook that opens the study of the workspace, and was not run yet."""
    book = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
        if "parameters" in cell["metadata"].get("tags", ()):
            own = [line.replace("study = None", 'study = "../study.yaml"') for line in cell["source"]]
            cell["source"] = own
    to.write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
