"""Run every notebook on the sample in place and keep its outputs, without what differs from run to run; JupyterLab folds its code."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"


def refresh(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=CRITICAL"],
    ).execute()
    notebook.metadata = {
        "kam": notebook.metadata["kam"],
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", ()):
            cell.metadata["jupyter"] = {"source_hidden": True}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    if named := [Path(name) for name in sys.argv[1:]]:
        books = named
    else:
        from kamlib.run.notebook.steps import notebook_steps

        numbered = [step.path for step in notebook_steps()]
        books = [*numbered, *sorted(set(FOLDER.glob("*.ipynb")) - set(numbered))]
    for path in books:
        print(path.name, flush=True)
        refresh(path)
