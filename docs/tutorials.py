"""Pages that show what to type and what comes: played in a clean folder, and written anew with what came.

In a page a fence ```` ```console ```` holds commands after `$ `, each followed by what it prints; a fence
```` ```{code-block} LANGUAGE ```` with `:caption: NAME` is a file of that name. `python -m docs.tutorials` writes the outputs of all pages anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: the pages, each played in a folder of its own
PAGES = (ROOT / "docs" / "tour.md", ROOT / "docs" / "own_data.md", ROOT / "docs" / "own_notebook.md")
FENCE = re.compile(r"^```(\{code-block\} \w+|console)\n(.*?)^```$", re.M | re.S)
STEP = re.compile(r"^(\d\d_\w+|report) +(?:\d+\.\d s|… s)$", re.M)  # how long a step takes differs by machine


def run(command: str, folder: Path) -> str:
    """What a command prints in this folder, errors and output as they come."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    given = os.environ | {"PATH": path, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=given, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return STEP.sub(r"\1 … s", told.stdout.replace(str(folder), "…")).rstrip()


def played(text: str, folder: Path) -> str:
    """The page with what came of its commands, after its files were written to the folder."""

    def play(fence: re.Match[str]) -> str:
        kind, body = fence.groups()
        if kind == "console":
            commands = re.findall(r"^\$ (.+)$", body, re.M)
            body = "".join(
                f"$ {command}\n" + "".join(f"{line.rstrip()}\n" for line in run(command, folder).splitlines())
                for command in commands
            )
        else:
            name, _, content = body.partition("\n")
            path = folder / name.removeprefix(":caption: ")
            path.write_text(content.lstrip("\n"), encoding="utf-8")
        return f"```{kind}\n{body}```"

    return FENCE.sub(play, text)


def alike(text: str) -> list[str]:
    """The lines of a page; steps that ran side by side, which may end in any order, stand by name."""
    lines, steps = [], []
    for line in text.splitlines():
        if STEP.match(line):
            steps.append(line)
        else:
            lines += [*sorted(steps), line]
            steps = []
    return lines + sorted(steps)


def main() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            page.write_text(played(text, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
