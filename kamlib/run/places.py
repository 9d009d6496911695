"""Where the kit's notebooks and its sample lie, where reports do, and where a notebook that is opened by hand keeps its draft."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from glob import escape
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from kamlib.errors import InputError
from kamlib.report.published import files
from kamlib.study.model import Study
from kamlib.study.run_tables import SCHEMA

PACKAGE = Path(__file__).resolve().parents[1]
KIT = PACKAGE / "kit" if (PACKAGE / "kit").is_dir() else PACKAGE.parent  # installed from a wheel, or a clone
NOTEBOOKS = KIT / "notebooks"
SAMPLE = KIT / "data" / "sample" / "study.yaml"


def reports_here() -> Path:
    """The folder of reports of a notebook that is opened by hand: ``reports`` beside the folder ``notebooks`` it lies in, else
    beside itself; the user's own cache where that is the installed package, another user's folder, or can't be written to.
    """
    here = Path.cwd().resolve()
    home = here.parent if here.name == "notebooks" else here
    return home / "reports" if _ours(home) else user_cache_path("kam") / "reports"


def place_of(study: str | Path, as_of: str | None, out: str | Path, values: Mapping[str, Any]) -> Path:
    """The folder of the report of a study."""
    loaded = Study.read(study, as_of=as_of, values=dict(values))
    return Path(out).resolve() / loaded.name / loaded.period


def last_report(out: str | Path, study: str | Path | None = None) -> Path:
    """The index of the report that was made last, of all or of one study.

    Raises
    ------
    InputError
        If there is none.
    """
    folder, name = Path(out).resolve(), escape(Study.read(study).name) if study else "*"
    made = [path for path in files(folder, f"{name}/*/run.json") if path.parent.parent.name != "drafts"]
    if not made:
        raise InputError(
            "no report there", file=out, remedy="Make one: kam run study.yaml, or name its folder by --out."
        )
    return max(made, key=lambda path: path.stat().st_mtime_ns).parent / "index.html"


def older_schema(report: Path) -> str:
    """A word where a report stands whose tables are of an older schema: it is made anew."""
    try:
        schema = json.loads((report / "run.json").read_text(encoding="utf-8")).get("schema", 1)
    except (OSError, ValueError, AttributeError):
        return ""
    return "" if schema == SCHEMA else f"made anew, for its tables were of schema {schema}"


def _ours(folder: Path) -> bool:
    installed = folder.is_relative_to(PACKAGE)
    another = hasattr(os, "getuid") and folder.stat().st_uid != os.getuid()
    return not installed and not another and os.access(folder, os.W_OK)
