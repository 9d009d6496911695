"""A study that a person has mended, proposed again: what was changed stays, the rest follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kamlib.init import match_columns
from kamlib.init.cells import Marked
from kamlib.init.draft import Draft, SourceDraft
from kamlib.init.inputs import Piece
from kamlib.init.match_columns import Choice
from kamlib.study.questions import MARK

Tree = dict[str, Any]
_PROPOSED = ("columns", "dialect")  # of a source; where anything else was changed the person's stands as it is
_SECTIONS = ("sources", "cleaning", "scoring", "proposed")


def files(mine: Tree, folder: Path) -> list[Path | str]:
    """The files and databases that a study names, those of heads among them."""
    made: list[Path | str] = []
    for several in mine.get("sources", {}).values():
        for source in several if isinstance(several, list) else [several]:
            for one in (source, source.get("heads") or {}):
                made += [source["url"]] if source.get("url") else []
                made += [folder / name for name in _bare(_list(one.get("files")))]
    return list(dict.fromkeys(made))


def with_columns(pieces: Sequence[Piece], mine: Tree, before: Tree) -> list[Piece]:
    """The pieces, of order lines those that a person named columns of: these are proven, and the others follow."""
    mended = _mended(_one(mine, "orders").get("columns", {}), _one(before, "orders").get("columns", {}))
    made = []
    for piece in pieces:
        own = {ours: theirs for ours, theirs in mended.items() if theirs in piece.contents}
        proof = replace(piece.proof, surely={**piece.proof.surely, **own})
        proposals = match_columns.propose(piece.contents, piece.called, proof) if own else piece.proposals
        made.append(replace(piece, proof=proof, proposals=proposals))
    return made


def with_changes(draft: Draft, mine: Tree, before: Tree) -> Draft:
    """A draft in which everything that a person changed stands as it is.

    Parameters
    ----------
    draft : proposed from the pieces of `with_columns`.
    mine, before : the values of the study as they stand in its file, and as they were proposed.
    """
    head = {
        key: marked if mine.get(key) == before.get(key) else Marked(mine.get(key)) for key, marked in draft.head.items()
    }
    tables, kept = {}, {}
    for name, tree in mine.get("sources", {}).items():
        found, was = draft.sources.get(name), before.get("sources", {}).get(name)
        if found is None or was is None or not _alike(tree, was):
            kept[name] = tree
        tables[name] = found if found is None or not isinstance(tree, dict) else _source(found, tree, was or {})
    cleaning = _section(draft.cleaning, mine.get("cleaning") or {}, before.get("cleaning") or {})
    old, new = (tree.get("scoring") or {} for tree in (before, mine))
    criteria = draft.criteria if new.get("criteria") == old.get("criteria") else Marked(tuple(new.get("criteria", ())))
    more = {key: value for key, value in mine.items() if key not in (*_SECTIONS, *draft.head)}
    return replace(
        draft,
        head=head,
        sources={name: source for name, source in tables.items() if source is not None},
        cleaning=cleaning,
        criteria=criteria,
        kept={"sources": kept, "scoring": {k: v for k, v in new.items() if k != "criteria"}, "more": more},
    )


def _source(found: SourceDraft, tree: Tree, was: Tree) -> SourceDraft:
    columns = dict(found.found.columns)
    old, new = was.get("columns", {}), tree.get("columns", {})
    for ours, theirs in _mended(new, old).items():
        columns[ours] = replace(
            columns.get(ours, Choice(theirs, 1.0)), theirs=theirs, question="", doubts=(), others=()
        )
    for ours in old.keys() - new.keys():
        columns.pop(ours, None)
    missing = tuple(ours for ours in found.found.missing if ours not in columns)
    dialect = _section(found.dialect, tree.get("dialect") or {}, was.get("dialect") or {})
    answered = found.question if _list(tree.get("files")) == _list(was.get("files")) else ""
    return replace(
        found, found=replace(found.found, columns=columns, missing=missing), dialect=dialect, question=answered
    )


def _section(found: Mapping[str, Marked], mine: Tree, before: Tree) -> dict[str, Marked]:
    """The values of a section: what was changed, taken out or added by a person, and what is proposed of the rest."""
    made = {key: marked for key, marked in found.items() if key in mine or key not in before}
    return made | {key: Marked(value) for key, value in mine.items() if value != before.get(key)}


def _mended(mine: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    return {ours: theirs for ours, theirs in mine.items() if theirs != before.get(ours)}


def _alike(mine: Any, before: Any) -> bool:
    """Whether two sources of a table are the same but for their columns, dialect and questions."""
    if not isinstance(mine, dict) or not isinstance(before, dict):
        return bool(mine == before)
    rest = [{k: v for k, v in tree.items() if k not in (*_PROPOSED, "files")} for tree in (mine, before)]
    return rest[0] == rest[1] and _bare(_list(mine.get("files"))) == _bare(_list(before.get("files")))


def _one(tree: Tree, table: str) -> Tree:
    found = tree.get("sources", {}).get(table)
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _bare(names: Sequence[str]) -> list[str]:
    return [name.removeprefix(MARK) for name in names]
