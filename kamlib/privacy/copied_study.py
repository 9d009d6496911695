"""Where each file of a study goes in a copy of the study, and the study file that finds them there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import yaml

from kamlib.errors import InputError, some
from kamlib.privacy.person import REVIEW, Person
from kamlib.study.file_patterns import matching
from kamlib.study.model import Study
from kamlib.study.playbook_file import NAME
from kamlib.study.sources import Source, database_url

_ELSEWHERE = "elsewhere"


def copies(study: Study, out: Path) -> list[tuple[str, Source, Path, Path]]:
    """Each file of each table, and of the review: where its copy goes in `out`, as it lies below the study's folder."""
    made, places = [], _places(study)
    pieces = [*study.pieces(), *([(REVIEW, Source(files=[study.identity.review]))] if study.identity.review else [])]
    for table, source in pieces:
        for name in () if source.url else source.files:
            fixed = _fixed(study.folder, name)
            for path in matching(study.folder, name):
                if path.is_file():
                    made.append((table, source, path, out / places[name] / _plain(path).relative_to(fixed)))
    return made


def write(study: Study, person: Person, path: Path) -> None:
    """Write the study file of a copy, and its playbook: as they stand, with its files where they are now and without the person.

    A file of a database is not copied and named where it is.

    Raises
    ------
    InputError
        If a file is called by the person.
    """
    text, places = study.path.read_bytes().decode("utf-8"), _places(study)
    if called := [name for name in places if person.in_text(name)]:
        raise InputError(
            "a file is called by the person",
            file=study.path.name,
            found=some(called),
            remedy="Rename the file, mend the study, and erase again.",
        )
    tree = yaml.compose(text, yaml.SafeLoader)
    there = {(node.start_mark.index, node.end_mark.index): (key, node.value) for key, node in _scalars(tree)}
    for (start, end), (key, value) in sorted(there.items(), reverse=True):
        new = value
        if key == "playbook":
            new = NAME
        elif key in ("files", "review") and value in places:
            inside = _plain(study.folder / value).relative_to(_fixed(study.folder, value))
            new = (places[value] / inside).as_posix()
        elif key == "url" and (found := _base(value, study.folder)):
            new = found
        if new != value:
            text = f"{text[:start]}{json.dumps(new, ensure_ascii=False)}{text[end:]}"
    texts = {path: text}
    if study.playbook_path:
        texts[path.with_name(NAME)] = study.playbook_path.read_bytes().decode("utf-8")
    for place, told in texts.items():
        lines = (person.without(line) for line in told.split("\n"))
        place.write_bytes("\n".join(lines).encode("utf-8"))


def _places(study: Study) -> dict[str, Path]:
    """By each name or pattern of files in the study: the folder of a copy in which its fixed part is."""
    names = [name for _, source in study.pieces() if not source.url for name in source.files]
    made: dict[str, Path] = {}
    outside: dict[Path, Path] = {}
    for name in [*names, *([study.identity.review] if study.identity.review else [])]:
        fixed = _fixed(study.folder, name)
        if fixed.is_relative_to(study.folder):
            made[name] = fixed.relative_to(study.folder)
        else:
            made[name] = outside.setdefault(fixed, Path(_ELSEWHERE, str(len(outside) + 1)))
    return made


def _fixed(folder: Path, name: str) -> Path:
    """The folder of a file, or of a pattern as far as it holds no star."""
    parts = Path(name).parts
    stars = [at for at, part in enumerate(parts) if "*" in part]
    return _plain(folder / Path(*parts[: stars[0] if stars else -1]))


def _plain(path: Path) -> Path:
    """Without ``..``; links are not followed, so that a file stays where the study looks for it."""
    return Path(os.path.normpath(path))


def _base(url: str, folder: Path) -> str | None:
    """The URL of a file that is a database, from everywhere; None for a server, and where the environment says the place."""
    scheme = url.partition("://")[0]
    if "${" in url or not (found := database_url.files(url, folder) if "://" in url else []):
        return None
    return f"{scheme}:///{found[0].resolve().as_posix()}"


def _scalars(node: yaml.Node | None, key: str = "") -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Every plain value with the key it stands below."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _scalars(value, str(name.value))
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _scalars(value, key)
    elif isinstance(node, yaml.ScalarNode):
        yield key, node
