"""The site: `make docs` builds it with the root of the project as its source, so every page is written once and lies
where it belongs: README.md, CONTRIBUTING.md, CHANGELOG.md, the notebooks with their committed outputs. Pages that are read off the code
are made here: docs/api, docs/methods, docs/messages.md and docs/run_tables.md.
"""

from __future__ import annotations

import inspect
import re
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs.from_code.messages import messages_page  # noqa: E402
from docs.from_code.methods import method_pages  # noqa: E402
from kamlib.run.notebook.steps import notebook_steps  # noqa: E402
from kamlib.study.dictionary import dictionary  # noqa: E402
from kamlib.study.run_tables import run_tables  # noqa: E402

project, author, project_copyright = "kam", "The kam authors", "2026, The kam authors"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_nb"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**", "notebooks/*.ipynb", "data/sample/README.md", "bench/RESULTS.md"]
exclude_patterns = [".*", "**/.*", "build", "dist", "docs/_build", "kam*", "reports", "tests"]
default_role = "code"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_param = napoleon_use_rtype = False  # the words for a type are prose, no names to look up
suppress_warnings = ["ref.python"]  # a type of a signature that two packages offer
maximum_signature_line_length = 88
myst_heading_anchors = 3
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, Any] = {}  # the default loads two scripts from the network
html_theme = "furo"
html_title = "kam"
html_static_path = ["static"]
html_css_files = ["kam.css"]
templates_path = ["templates"]
html_additional_pages = {"index": "start.html"}  # the folder opens at its index.html, which leads to docs/index.html
html_copy_source = False


def packages() -> dict[str, list[str]]:
    """Every package of the kit with the names that it offers."""
    tops = [import_module(path.parent.name) for path in sorted(ROOT.glob("kam*/__init__.py"))]
    found = [top.__name__ for top in tops if top.__name__ != "kamlib"]
    found += [m.name for top in tops for m in walk_packages(top.__path__, top.__name__ + ".") if m.ispkg]
    return {name: sorted(import_module(name).__all__) for name in sorted(found)}


def _page(package: str, names: list[str]) -> str:
    parts = [package + "\n" + "=" * len(package), f".. automodule:: {package}"]
    for name in names:
        value = getattr(import_module(package), name)
        if inspect.isclass(value):  # the fields of a named tuple stand in its own words
            left_out = ", ".join(getattr(value, "_fields", ()))
            parts.append(f".. autoclass:: {package}.{name}\n   :members:\n   :exclude-members: {left_out}")
        else:
            parts.append(f".. autofunction:: {package}.{name}")
    return "\n\n".join(parts) + "\n"


def _run_tables() -> str:
    """The page of the tables that a run keeps, by the notebook that makes them."""
    words = dictionary(run_tables())
    parts = [
        "# Tables of a run\n\nA run keeps each of these as `tables/<name>.parquet` beside its report. A code has its values, where it "
        "has any, beside it in `<name>_values` (JSON). Unknown is missing, never zero; a share lies between 0 and 1."
    ]
    made = {step: step.makes for step in notebook_steps()}
    places = [
        (step.title, f"Made by [{step.path.name}](../notebooks/{step.path.name})", names)
        for step, names in made.items()
    ]
    alone = [name for name in run_tables() if not any(name in names for names in made.values())]
    places.append(
        ("What earlier reports promised", "Made when the report is published, from the reports that stand then", alone)
    )
    for title, by, names in places:
        parts.append(f"## {title}\n\n{by}.")
        for name in names:
            table = run_tables()[name]
            rows = words.loc[words["table"] == name, ["column", "type", "unit", "meaning"]].values.tolist()
            lines = [
                "| " + " | ".join(row) + " |" for row in [["column", "type", "unit", "meaning"], ["---"] * 4, *rows]
            ]
            key = f", named by {', '.join(f'`{one}`' for one in table.key)}" if table.key else ""
            parts.append(f"### {name}\n\nA row is {table.row}{key}.\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def write_pages(app: Sphinx) -> None:
    """The pages that are made from the code, written only where they changed; pages of what is gone are removed."""
    docs = ROOT / "docs"
    pages = {docs / "api" / f"{name}.rst": _page(name, names) for name, names in packages().items()}
    pages |= {docs / "methods" / f"{name}.md": text for name, text in method_pages().items()}
    for folder in (docs / "api", docs / "methods"):
        folder.mkdir(exist_ok=True)
        for path in set(folder.iterdir()) - set(pages):
            path.unlink()
    for path, text in {**pages, docs / "messages.md": messages_page(), docs / "run_tables.md": _run_tables()}.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def describe_parameters(app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]) -> None:
    """What stands behind a parameter's colon is its description, no type, where nothing stands below or it has five words or more."""
    prose = r"^(\w[\w, ]*) : (.+$(?!\n +\S)|(?:\S+ ){4}.+$)"
    lines[:] = re.sub(prose, r"\1\n    \2", "\n".join(lines), flags=re.M).split("\n")


def in_the_dark(app: Sphinx, tree: nodes.document) -> None:
    """A picture that was taken in the dark, too, is shown by the theme that the reader has."""
    for image in list(tree.findall(nodes.image)):
        dark = image["uri"].replace(".png", "_dark.png")
        if (ROOT / "docs" / "pictures" / Path(dark).name).exists():
            other = image.copy()
            other["uri"] = dark
            image["classes"], other["classes"] = ["only-light"], ["only-dark"]
            image.parent.insert(image.parent.index(image) + 1, other)


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", write_pages)
    app.connect("doctree-read", in_the_dark, priority=400)  # before the pictures are collected
    app.connect("autodoc-process-docstring", describe_parameters, priority=400)  # before napoleon reads them
