"""The names and patterns of files in a study, and the files that they stand for."""

from __future__ import annotations

from pathlib import Path

from kamlib.errors import InputError
from kamlib.study.sources import Source, database_url


def matching(folder: Path, name: str) -> list[Path]:
    """The paths that a name stands for: itself, or sorted all that a pattern with ``*`` fits where no file is called so.

    Parameters
    ----------
    folder : where `name` starts, unless it is absolute.

    Raises
    ------
    InputError
        If ``**`` stands beside other signs, or at the end: what it means there depends on the Python.
    """
    if "*" not in name or _there(folder / name):
        return [folder / name]
    *folders, file = Path(name).parts
    if "**" in file or any("**" in part and part != "**" for part in folders):
        remedy = "Write ** alone between slashes, for folders: exports/**/*.csv."
        raise InputError("no valid pattern of files", found=name, remedy=remedy)
    root, pattern = Path(Path(name).anchor or folder), name.removeprefix(Path(name).anchor)
    try:
        return sorted(root.glob(pattern))
    except OSError as error:
        remedy = "Begin the pattern at a folder that is yours and stays as it is."
        raise InputError(
            "the pattern can't be followed", found=f"{name[:200]}: {error.strerror}", remedy=remedy
        ) from None


def _there(path: Path) -> bool:
    """Whether a file is called so; no file has a name that is too long."""
    try:
        return path.is_file()
    except OSError:
        return False


def paths(table: str, source: Source, folder: Path) -> list[Path]:
    """The files of a source, each once: patterns resolved and sorted; a database is its file, and the log beside it.

    Those of the heads are not among them: see `Source.pieces`.

    Parameters
    ----------
    table : its name, for messages.
    folder : where relative paths start.

    Raises
    ------
    InputError
        If a file is missing or a pattern matches none.
    """
    if source.url is not None:
        return database_url.files(source.url, folder)
    found: list[Path] = []
    for name in source.files:
        files = [path for path in matching(folder, name) if _there(path)]
        if not files:
            raise _no_file(table, name, folder)
        found += files
    return list(dict.fromkeys(found))


def _no_file(table: str, name: str, folder: Path) -> InputError:
    place: Path | str = folder / name
    remedy = "Mend sources in the study file."
    if "://" in name:
        place, remedy = name, "Download it first: only files on this machine are read."
    elif max(map(len, Path(name).parts), default=0) > 255:
        place, remedy = f"{name[:60]}…", "Mend sources in the study file: no file has so long a name."
    elif Path(place).is_dir():
        remedy = "This is a folder: name the files in it, e.g. with *.csv."
    return InputError(f"no file for the table {table!r}", file=place, remedy=remedy)
