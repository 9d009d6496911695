"""The names and patterns of files in a study, and the files that they stand for."""

from __future__ import annotations

from pathlib import Path

from kamlib.errors import InputError


def matching(folder: Path, name: str) -> list[Path]:
    """The paths that a name stands for: itself, or sorted all that a pattern with ``*`` fits.

    Parameters
    ----------
    folder : where `name` starts, unless it is absolute.

    Raises
    ------
    InputError
        If ``**`` stands beside other signs, or at the end: what it means there depends on the Python.
    """
    if "*" not in name:
        return [folder / name]
    *folders, file = Path(name).parts
    if "**" in file or any("**" in part and part != "**" for part in folders):
        remedy = "Write ** alone between slashes, for folders: exports/**/*.csv."
        raise InputError("no valid pattern of files", found=name, remedy=remedy)
    root, pattern = Path(Path(name).anchor or folder), name.removeprefix(Path(name).anchor)
    return sorted(root.glob(pattern))
