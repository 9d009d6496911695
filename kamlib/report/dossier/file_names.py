"""Names of files for any ids: safe on every system, and each id its own."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9])?")
_DEVICES = re.compile(
    r"(?:con|prn|aux|nul|com\d|lpt\d|index)(?:\..*)?", re.I
)  # Windows keeps these for itself, a folder index.html


def file_names(ids: Iterable[str]) -> dict[str, str]:
    """A name for each id, without an ending: the id itself where it is plain, else its letters and a hash of it.

    No name holds a path, ends in a dot, is a device of Windows or differs from another one in case alone. A ``~`` stands before each hash, and in no plain
    id, so that no id can take the name of another.

    Parameters
    ----------
    ids : of customers, as they are counted; hostile ones among them.
    """
    different = dict.fromkeys(map(str, ids))
    folded = Counter(one.lower() for one in different)
    return {one: one if _is_plain(one) and folded[one.lower()] == 1 else _hashed(one) for one in different}


def _is_plain(one: str) -> bool:
    return bool(_PLAIN.fullmatch(one)) and not _DEVICES.fullmatch(one)


def _hashed(one: str) -> str:
    letters = re.sub(r"[^A-Za-z0-9]+", "-", one).strip("-")[:40]
    return f"{letters.lower() or 'id'}~{hashlib.sha256(one.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
