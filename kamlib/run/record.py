"""What a page or a report rests on, as a table that closes it: versions, parameters, inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

import kamlib
from kamlib.run.notebook.code import PACKAGES
from kamlib.run.rests import Rests
from kamlib.study.model import Study
from kamlib.study.sections import FEWEST


def record(study: Study, values: Mapping[str, Any], rests: Rests) -> pd.DataFrame:
    """Item and value: versions, study and day, parameters given, the fewest rows that count, hashes of inputs, tables, code."""
    rows = {
        "kam": kamlib.__version__,
        **{name: version(name) for name in PACKAGES},
        "study": study.name,
        "as of": study.as_of.isoformat(),
        **{f"parameter {key}": str(value) for key, value in values.items()},
        **{f"fewest {name}": str(count) for name, count in asdict(FEWEST).items()},
        **{f"input {name.partition(' ')[2]}": sha256[:16] for name, sha256 in rests.inputs.items()},
        **{f"table {name}": sha256[:16] for name, sha256 in sorted(rests.tables.items())},
        "code of the kit": rests.code,
    }
    return pd.DataFrame({"item": rows.keys(), "value": rows.values()})


def seconds_of(*reports: Path) -> dict[str, float]:
    """How long each step of a report took; of the first of `reports` that says so."""
    for report in reports:
        with suppress(OSError, ValueError, KeyError):
            seconds: dict[str, float] = json.loads((report / "run.json").read_text(encoding="utf-8"))["seconds"]
            return seconds
    return {}
