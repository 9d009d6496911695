"""The cells of the notebooks in one plain process, without kernels: ``python cells.py TREE RUN_DIR``.

Prints JSON: by notebook, in the order of what they need, the seconds of each code cell, and the tables that it saves. It runs the
code of another commit as well, and so imports nothing but what every commit has.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import warnings
from pathlib import Path


def main(tree: Path, run_dir: str) -> None:
    """Run the notebooks of `tree` into the folder `run_dir`."""
    sys.path.insert(0, str(tree))
    os.chdir(tree / "notebooks")
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    warnings.simplefilter("ignore")
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    found = {}
    for name, cells in _books(tree / "notebooks"):
        shell.reset(new_session=False)
        found[name] = []
        for source, given in cells:
            code = f"{source}\nrun_dir = {run_dir!r}" if given else source
            began = time.perf_counter()
            with capture_output() as said:
                done = shell.run_cell(code)
            if not done.success:
                raise SystemExit(f"{name}: {said.stdout[-2000:]}")
            found[name].append(
                {"seconds": time.perf_counter() - began, "saves": re.findall(r'run\.save\("?(\w+)', source)}
            )
    print(json.dumps(found))


def _books(folder: Path) -> list[tuple[str, list[tuple[str, bool]]]]:
    """Name and code cells (with whether one is that of the parameters), each notebook after those that make what it needs."""
    waiting, ready, ordered = [], set(), []
    for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
        book = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
        cells = [("".join(cell["source"]), "parameters" in cell["metadata"].get("tags", ())) for cell in code]
        waiting.append((path.stem, book["metadata"]["kam"], cells))
    while waiting:
        first = next(one for one in waiting if ready.issuperset(one[1]["needs"]))
        waiting.remove(first)
        ready |= set(first[1]["makes"])
        ordered.append((first[0], first[2]))
    return ordered


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
