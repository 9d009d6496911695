"""The URL of a database in the study file: the files it names, and what the environment adds to it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

from kamlib.errors import InputError
from kamlib.passwords import shows

_LOGS = {"sqlite": "-wal", "duckdb": ".wal"}  # beside the file, what was written last


def files(url: str, folder: Path) -> list[Path]:
    """The files that a database is: the file itself, and the log beside it; none where it is a server.

    Parameters
    ----------
    url : `Source.url`; a path is relative to `folder`, or absolute where no such file is there.

    Raises
    ------
    InputError
        If there is no such file.
    """
    scheme, _, place = expand(url)[0].partition("://")
    if scheme not in _LOGS:
        return []
    for path in (folder / place.removeprefix("/"), Path(place)):
        if path.is_file():
            log = path.with_name(path.name + _LOGS[scheme])
            return [path, log] if log.is_file() else [path]
    raise InputError("no such database", file=folder / place.removeprefix("/"), remedy="Mend sources.*.url.")


def expand(url: str) -> tuple[str, list[str]]:
    """The URL with what the environment holds, and that by itself, so that it can be kept out of messages."""
    secrets: list[str] = []

    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise InputError(
                f"the environment has no {match[1]}, which a url of the study names", remedy="Set it first."
            )
        secrets.append(os.environ[match[1]])
        return quote(secrets[-1], safe="") if url.startswith("postgresql") else secrets[-1]

    return re.sub(r"\$\{(\w+)\}", value, url), secrets


def refuse_password(url: str) -> None:
    """Raise where a URL shows a password."""
    if shows(url):
        raise ValueError("url: a password has no place in a file; write ${NAME} and set NAME in the environment")
