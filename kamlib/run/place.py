"""The place of a report: it is built beside it and moved there whole, so that a reader never sees half of it.

What a run leaves that was killed is cleared by the next one of the same study.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from kamlib.errors import InputError

LOCK, KILLED, PREVIOUS = "lock", "killed", "previous"
SETTLED = 60.0  # seconds after which a folder without a lock is one that a killed run left
REMEDIES = {
    errno.EFBIG: "Raise the limit of a file's size (ulimit -f), or give another folder by --out.",
    errno.ENOSPC: "Free some space there, or give another folder by --out.",
    errno.EDQUOT: "Free some space there, or give another folder by --out.",
    errno.EMFILE: "Raise the limit of open files (ulimit -n) to 256 or more.",
    errno.ENFILE: "Close other programs: the system has no more open files to give.",
}


@contextmanager
def beside(home: Path, label: str) -> Iterator[Path]:
    """A folder in `home` to build the report `label` in; gone afterwards, and `home` too if nothing else came into it.

    Where a run of this report was killed, the folder is the one that it left, with its half report in ``killed``.

    Raises
    ------
    InputError
        If `home` can't be written to.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        building, lock = next(_left(home, label), None) or _new(home, label)
        shutil.rmtree(building / PREVIOUS, ignore_errors=True)
        if (building / label).exists():
            shutil.rmtree(building / KILLED, ignore_errors=True)
            (building / label).rename(building / KILLED)
    except OSError as error:
        raise unwritable(home, error) from None
    try:
        yield building
    finally:
        _remove(building, lock)
        with suppress(OSError):
            home.rmdir()


def clear(home: Path) -> None:
    """Remove what killed runs left in `home`."""
    for left, lock in _left(home, "*"):
        _remove(left, lock)


def _remove(building: Path, lock: FileLock) -> None:
    """Remove a folder; all that is in it before its lock is given up, so that no other run takes it for one that was left."""
    for part in building.glob("*"):
        shutil.rmtree(part, ignore_errors=True)
    lock.release()
    shutil.rmtree(building, ignore_errors=True)


def _new(home: Path, label: str) -> tuple[Path, FileLock]:
    while True:
        building = home / f".{label}-{secrets.token_hex(4)}"
        building.mkdir()
        lock = FileLock(building / LOCK)
        with suppress(Timeout):
            lock.acquire(timeout=0)
            return building, lock


def _left(home: Path, label: str) -> Iterator[tuple[Path, FileLock]]:
    """The folders that killed runs left, each with its lock taken; a report that one had moved away is put back."""
    for left in sorted(home.glob(f".{label}-*")):
        young = not (left / LOCK).exists() and time.time() - left.stat().st_mtime < SETTLED
        if young or not left.is_dir():
            continue
        lock = FileLock(left / LOCK)
        with suppress(Timeout):
            lock.acquire(timeout=0)
            final = home / left.name[1:].rpartition("-")[0]
            if (left / PREVIOUS).is_dir() and not final.exists():
                (left / PREVIOUS).rename(final)
            yield left, lock


def put(made: Path, final: Path, previous: Path) -> None:
    """Move the folder `made` to `final`, and what stands there to `previous`; of two runs at once the later one stays.

    Where the system can exchange two folders, there is no moment without a report; elsewhere a very short one.
    """
    if final.exists() and _exchange(made, final):
        made.rename(previous)
        return
    while True:
        with suppress(FileNotFoundError):
            final.rename(previous)
        try:
            made.rename(final)
            return
        except OSError:
            if not final.exists():
                with suppress(FileNotFoundError):
                    previous.rename(final)
                raise
            previous = previous.with_name(f"{previous.name}-again")


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places at once; False where the system or the file system can't."""
    if sys.platform == "win32":
        return False
    system = ctypes.CDLL(None)
    first, second, swap = os.fsencode(one), os.fsencode(other), 2  # RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS
    if hasattr(system, "renameat2"):
        here = -100  # AT_FDCWD
        return bool(system.renameat2(here, first, here, second, swap) == 0)
    if hasattr(system, "renamex_np"):
        return bool(system.renamex_np(first, second, swap) == 0)
    return False


def unwritable(folder: Path, error: OSError) -> InputError:
    """The error for a folder that reports can't be written to, or for a file that can't be read."""
    at = Path(os.fsdecode(error.filename)) if error.filename else folder
    known = REMEDIES.get(error.errno or 0)
    if known is None and not at.is_relative_to(folder) and not folder.is_relative_to(at):
        return InputError("it can't be read", file=at, found=error.strerror, remedy="Mend the file, or its rights.")
    remedy = known or "Give another folder by --out."
    return InputError("the report can't be written there", file=folder, found=error.strerror, remedy=remedy)


def shelve(out: Path) -> None:
    """Write the pages of the shelf of all reports; of several processes at once the last one tells what all have made."""
    from kamlib.report.whole import shelf_pages
    from kamlib.run.tables import write_whole

    told: dict[Path, str] | None = None
    while (pages := shelf_pages(out)) != told:  # another one has come since
        for path, text in pages.items():
            if os.access(path.parent, os.W_OK):  # a study's folder may be another one's
                write_whole(path, text)
        told = pages
