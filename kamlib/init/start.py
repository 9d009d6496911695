"""`kam init`: files in, the proposal of a study out, tried on the files before it is written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kamlib.errors import InputError
from kamlib.init import again, drafting, inputs, write_study
from kamlib.init.draft import Draft
from kamlib.init.inputs import Piece
from kamlib.init.tables import related
from kamlib.init.yaml_text import comment
from kamlib.io import readers
from kamlib.study.file_patterns import matching
from kamlib.study.yaml_lines import load, value


@dataclass(frozen=True)
class Started:
    """A study that was proposed and written.

    Attributes
    ----------
    path : of the study file.
    draft : what stands in it.
    refused : why the study can't be run yet, or None where its order lines were read.
    """

    path: Path
    draft: Draft
    refused: str | None


def propose_study(files: Sequence[str | Path], out: Path, *, name: str | None = None, force: bool = False) -> Started:
    """Look into files, propose a study, try it on them, and write it.

    Parameters
    ----------
    files : CSV, Excel or Parquet, with ``*`` all that fit; URLs of databases, of which every table is looked into.
    out : where the study file goes.
    name : of the study; None: after the file, or the folder of several.
    force : replace a file that is there.

    Raises
    ------
    InputError
        If `out` is there already, or can't be written, or none of the files holds order lines.
    """
    if out.exists() and not force:
        raise InputError(
            "the study file is there already", file=out, remedy="Name another by --out, or replace it by --force."
        )
    if not out.parent.is_dir():
        raise InputError("no such folder", file=out.parent, remedy="Make it, or name another by --out.")
    given = [one for file in files for one in _given(str(file))]
    if not given:
        raise InputError("no file is given", remedy="Name the files of your order lines, or a study by --from.")
    with _pieces(given) as (found, unread, scratch):
        made, refused = drafting.tried(drafting.drafted(found, _called(given, name), unread), scratch)
    return _written(made, refused, out)


def start(
    files: Sequence[str | Path], out: Path, *, name: str | None = None, force: bool = False, since: Path | None = None
) -> Started:
    """`propose_study`, or `propose_again` where `since` is a study that was mended.

    Raises
    ------
    InputError
        As these; and if files are given beside a study.
    """
    if since is None:
        return propose_study(files, out, name=name, force=force)
    if files:
        found = ", ".join(map(str, files))
        raise InputError("--from takes the files that the study names", found=found, remedy="Give no files beside it.")
    return propose_again(since)


def propose_again(study: Path) -> Started:
    """Propose a study anew from the files that it names, but for what a person changed in it, and write it in its place.

    What was changed is told by comparing it with what is proposed without it. The file as it was stays beside it, with
    ``.before`` in its name.

    Parameters
    ----------
    study : a study file that `propose_study` wrote.

    Raises
    ------
    InputError
        If it is missing or no YAML, or none of its files holds order lines.
    """
    mine, _ = load(study, "study file", "Name the study that kam init wrote.")
    folder = study.resolve().parent
    with _pieces(again.files(mine, folder)) as (found, unread, scratch):
        first, _ = drafting.tried(drafting.drafted(found, str(mine.get("name", folder.name)), unread), scratch)
        before = value(write_study.text(first, folder))
        mended = again.with_columns(found, mine, before)
        made = again.with_changes(drafting.drafted(mended, str(mine.get("name", folder.name)), unread), mine, before)
        made, refused = drafting.tried(made, scratch)
    study.with_suffix(f".before{study.suffix}").write_bytes(study.read_bytes())
    return _written(made, refused, study)


@contextmanager
def _pieces(given: Sequence[Path | str]) -> Iterator[tuple[list[Piece], dict[str, str], Path]]:
    """What is given in pieces, why something is none, and a folder that lives as long as they do."""
    with tempfile.TemporaryDirectory(prefix="kam-") as folder:
        con = readers.engine()
        found, unread = inputs.look(con, given, Path(folder))
        if not found:
            raise InputError("none of the files can be read", found="; ".join(unread.values()))
        try:
            yield related(con, found), unread, Path(folder)
        finally:
            con.disconnect()


def _written(made: Draft, refused: str | None, out: Path) -> Started:
    try:
        out.write_text(write_study.text(made, out.parent), encoding="utf-8")
    except OSError as error:
        raise InputError("the study file can't be written", file=out, found=error.strerror) from None
    return Started(out, made, refused)


def _given(file: str) -> Sequence[Path | str]:
    """The files that a name or pattern stands for; a name that fits none stays, to be told, and so does a URL."""
    if "://" in file:
        return [file]
    path = Path(file)
    return [path] if path.exists() else matching(Path(), file) or [path]


def _called(given: Sequence[Path | str], name: str | None) -> str:
    if name:
        return name
    first = given[0]
    if isinstance(first, str):
        return Path(first.partition("?")[0].rpartition("/")[2]).stem
    return first.stem if len(given) == 1 else first.resolve().parent.name


def summary(started: Started) -> list[str]:
    """What was proposed, in lines for a terminal: tables, what is unsure, what is not used, what to do next."""
    made = started.draft
    lines = [f"{'table':<14}{'rows':>12}  files"]
    for source in made.sources.values():
        files = ", ".join(dict.fromkeys(comment(piece.label, 60) for piece in source.pieces))
        lines.append(f"{source.table:<14}{source.rows:>12,}  {comment(files, 200)}")
    for title, said in (
        ("you decide", made.questions),
        ("not used", [f"{label}: {why}" for label, why in made.unused.items()]),
    ):
        lines += ["", f"{title}:", *[f"  {comment(one, 300)}" for one in said]] if said else []
    lines += ["", f"study: {started.path}"]
    if started.refused:
        lines.append(f"It can't be run yet: {started.refused}")
    if made.questions:
        lines.append(f"next: open {started.path}, decide the values that begin with ?, then: kam check {started.path}")
    else:
        lines.append(f"next: kam check {started.path}")
    return lines
