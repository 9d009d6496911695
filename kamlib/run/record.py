"""What a page or a report rests on, as a table that closes it: versions, parameters, inputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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
from kamlib.study.settings.sections import FEWEST


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


def parameters(
    study: Study, keys: Iterable[str], own: Mapping[str, tuple[Any, Any]], given: Iterable[str] = ()
) -> pd.DataFrame:
    """What may be moved on a page, with its value here and the default of the kit, and who says otherwise: this page or the study.

    Parameters
    ----------
    study : as it was read, with what the notebook gave.
    keys : dotted keys of the study that the notebook may give.
    own : value and default of parameters that the page alone has (`kamlib.run.notebook.parameters.own`).
    given : dotted keys of the study that the page gave a value of its own.

    Returns
    -------
    DataFrame, a row a parameter
        parameter, value, default, differs ('set here', 'by the study', or '' where it is the default).
    """
    pairs = {key: (_at(study, key), _at(Study.model_fields, key)) for key in keys} | dict(own)
    told = {name: ["none" if value is None else str(value) for value in pair] for name, pair in pairs.items()}
    here = {*given, *own}
    rows = [
        (name, value, default, "" if value == default else "set here" if name in here else "by the study")
        for name, (value, default) in told.items()
    ]
    return pd.DataFrame(rows, columns=["parameter", "value", "default", "differs"])


def _at(tree: Any, key: str) -> Any:
    """The value at a dotted key of a study, or by the fields of a study its default."""
    first, *rest = key.split(".")
    found = tree[first].get_default(call_default_factory=True) if isinstance(tree, dict) else getattr(tree, first)
    return _at(found, rest[0]) if rest else found


def seconds_of(*reports: Path) -> dict[str, float]:
    """How long each step of a report took; of the first of `reports` that says so."""
    for report in reports:
        with suppress(OSError, ValueError, KeyError):
            seconds: dict[str, float] = json.loads((report / "run.json").read_text(encoding="utf-8"))["seconds"]
            return seconds
    return {}
