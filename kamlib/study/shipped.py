"""The words and tables that the kit brings along as YAML files beside its code."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""That of libyaml, a tenth of the time, where PyYAML was built with it."""


@cache
def shipped(path: Path) -> Any:
    """What a YAML file of the kit holds; read once, so not to be changed."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
