"""The file of a playbook: where a study has it, and its values, checked by its own lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kamlib.study.mistakes import checked
from kamlib.study.settings.playbook import Playbook
from kamlib.study.yaml_lines import load

NAME = "playbook.yaml"


def put_into(raw: dict[Any, Any], study: Path, given: dict[str, Any]) -> Path | None:
    """Put the values of the playbook's file into those of a study, in place; what is given is left in the place of no file.

    Parameters
    ----------
    raw : keys and values of the study.
    study : path of its file; a playbook is found from its folder.
    given : dotted keys and values that replace the file's; a file that is given as `playbook` is taken out.

    Returns
    -------
    Path of the file: that which is named, else `NAME` where it lies beside the study; None where the study holds a playbook itself,
    or has none.

    Raises
    ------
    InputError
        If the file is missing or is no YAML, or holds mistakes: all of them, each with its line.
    """
    named = given.pop("playbook") if isinstance(given.get("playbook"), str) else raw.get("playbook")
    if not isinstance(named, str) and (named is not None or not (study.parent / NAME).is_file()):
        return None
    path = (study.parent / (named or NAME)).resolve()
    values, tree = load(
        path, "playbook", "Mend the key playbook of the study, or start from the one that kam sample writes."
    )
    checked(Playbook, values, tree, file=path, what="playbook")
    raw["playbook"] = values
    return path
