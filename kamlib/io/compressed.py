"""Compressed files: ``lines.csv.gz``, and a ``.zip`` that holds one file, as the file that is in it."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from kamlib.errors import InputError, some

KINDS = (".gz", ".zip")


def plain(path: Path, scratch: Path) -> Path:
    """The file itself, or what is in it where it is compressed, as a file in a folder of `scratch`.

    Raises
    ------
    InputError
        If an archive holds none or several files, or is broken or locked.
    """
    if path.suffix.lower() not in KINDS or not path.is_file():
        return path
    folder = scratch / uuid4().hex
    folder.mkdir(parents=True)
    try:
        with _content(path) as (name, content):
            target = folder / name
            with target.open("wb") as out:
                shutil.copyfileobj(content, out)
    except (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(
            "the compressed file can't be read",
            file=path.name,
            found=str(error) or type(error).__name__,
            remedy="Unpack it, and name the file itself in sources.",
        ) from None
    return target


@contextmanager
def _content(path: Path) -> Iterator[tuple[str, Any]]:
    """The name of the file that is in it, and its bytes; what systems add beside the files of an archive is none."""
    if path.suffix.lower() == ".gz":
        with gzip.open(path) as content:
            yield path.stem, content
        return
    with zipfile.ZipFile(path) as archive:
        files = [one for one in archive.infolist() if not one.is_dir() and not _added(one.filename)]
        if len(files) != 1:
            raise InputError(
                f"the archive holds {len(files) or 'no'} files",
                file=path.name,
                found=some([one.filename for one in files]) if files else None,
                remedy="Unpack it, and name the files in sources; only an archive of one file is read as that file.",
            )
        with archive.open(files[0]) as content:
            yield PurePosixPath(files[0].filename.replace("\\", "/")).name, content


def _added(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[0] == "__MACOSX" or path.name.startswith(".") or path.name in ("Thumbs.db", "desktop.ini")
