"""Where the kit's notebooks and its sample lie, and where a notebook that is opened by hand keeps its draft."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

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


def _ours(folder: Path) -> bool:
    installed = folder.is_relative_to(PACKAGE)
    another = hasattr(os, "getuid") and folder.stat().st_uid != os.getuid()
    return not installed and not another and os.access(folder, os.W_OK)
