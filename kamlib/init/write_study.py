"""A draft as the text of a study file: every line that was proposed says whether it is sure, and if not, why."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from kamlib.errors import some
from kamlib.init.cells.dialect import Marked, near_day
from kamlib.init.commented import SECTIONS
from kamlib.init.draft import Draft, SourceDraft
from kamlib.init.tables.open_choices import MATTER
from kamlib.init.yaml_text import comment, scalar
from kamlib.study.dictionary import INPUTS
from kamlib.study.questions import MARK
from kamlib.study.sources import database_url

_WIDTH = 34  # where the comments begin, if the values are short


def text(draft: Draft, folder: Path, *, answered: bool = False) -> str:
    """The study file.

    Parameters
    ----------
    draft : what is proposed.
    folder : where the file will lie; the files of the study are named from there.
    answered : as if a person had taken every value that is asked, to try them.
    """
    asked = len(draft.questions)
    told = {0: "No value is in question.", 1: "One value is in question."}.get(
        asked, f"{asked} values are in question."
    )
    lines = [
        "# A study, proposed by kam init from the files. " + told,
        "# A value that begins with ? waits for you: take the ? away where it is right, or write another. Then:",
        "#   kam check study.yaml",
        "# After you changed a line, kam init --from study.yaml proposes the rest anew and keeps what you changed.",
        "",
        "proposed: true                    # take this line away once you looked through the study",
        *[_line(0, key, marked) for key, marked in draft.head.items()],
        "# year_begins: 7                  # month in which your fiscal year begins; write a quarter of it FY2026Q3",
        "",
        "# Where each table lies and what its columns are called there (ours: yours).",
        "sources:",
    ]
    own = draft.kept.get("sources", {})
    for name in dict.fromkeys((*draft.sources, *own)):
        lines += _dumped({name: own[name]}, 2) if name in own else _source(draft.sources[name], folder)
    if draft.unused:
        lines += ["", "# Not in the study:"]
        lines += [f"#   {comment(label)}: {comment(why, 400)}" for label, why in draft.unused.items()]
    lines += ["", "cleaning:", *[_line(2, key, marked) for key, marked in draft.cleaning.items()]]
    lines += [
        "  # not_goods: ^(POST|TEST.*)$    # products that are no goods: carriage, fees, tests",
        "  # key: [order_id, line]         # columns that name an order line; lines that repeat it are set aside",
        "  # highest_price: 5000           # a price above it is marked as absurd",
        *[line for line in _LIMITS if line.split(":")[0].strip() not in draft.cleaning],
        "",
        "# Who is key: no points at worst, all at best; weights say how much that step is worth and sum to 100. On the",
        "# curve log each doubling is worth the same. Opinions should not weigh more than 40 of 100.",
        "# Anchors and weights were proposed from your tables once. What makes a customer key is for you to",
        "# decide; then they stay, so that a new customer never changes the score of another.",
    ]
    if draft.criteria.doubt:
        lines.append(f"# {comment(draft.criteria.doubt, 600)}")
    lines += ["scoring:", "  criteria:"]
    lines += [
        f"    - {{{', '.join(f'{key}: {scalar(value)}' for key, value in one.items())}}}"
        for one in draft.criteria.value
    ]
    lines += [
        "  # top_share: 0.05                # share of the customers that are key; at least top_least: 3, at most top_most: 35",
        "  # patience: 0.01                 # who loses money is not key; for their name, ideas or tests some may stay, up to this",
        "                                   # share of what all customers bring in twelve months (margin less cost to serve)",
        "",
        *_dumped(draft.kept.get("scoring", {}), 2),
        *_dumped(draft.kept.get("more", {}), 0),
        *SECTIONS,
    ]
    made = "\n".join(lines) + "\n"
    return _answered(made) if answered else made


_LIMITS = (
    "  most_rows: 0.5                  # the study stops when more than this share of lines is set aside",
    "  most_amount: 0.5",
)


def _dumped(tree: Mapping[str, Any], indent: int) -> list[str]:
    """Keys and values that a person wrote, as YAML, each below the other."""
    if not tree:
        return []
    made = yaml.safe_dump(dict(tree), allow_unicode=True, sort_keys=False, width=120)
    return [" " * indent + line for line in made.splitlines()]


def _answered(made: str) -> str:
    """The text without its questions; of two values the first, and where there is none one that means nothing."""
    made = re.sub(r'^(currency: )"\?"', r"\1XXX", made, flags=re.M)
    made = re.sub(r'^(as_of: )"\?"', r"\g<1>2100-12-31", made, flags=re.M)
    return re.sub(r'"\? ((?:[^"\\]|\\.)*?)(?: or (?:%[^"]*|[.,]))?"', r'"\1"', made)


def _line(indent: int, key: str, marked: Marked) -> str:
    """``key: value   # why it is asked, or what else is to be said``."""
    left = f"{' ' * indent}{key}: {scalar(_asking(marked))}"
    said = f"{marked.doubt} ({marked.note})" if marked.doubt and marked.note else marked.doubt or marked.note
    return f"{left:<{_WIDTH}}  # {comment(said, 400)}" if said else left


def _asking(marked: Marked) -> Any:
    """A value as it is written: one that is asked begins with ``? ``, a mapping asks in its first word."""
    if not marked.question:
        return marked.value
    if isinstance(marked.value, dict):
        return {key: _first_asking(words) for key, words in marked.value.items()}
    either = f"{marked.value} or {marked.other}" if marked.other else f"{marked.value}"
    return f"{MARK}{either}".strip()


def _first_asking(words: str | list[str]) -> str | list[str]:
    if isinstance(words, str):
        return f"{MARK}{words}"
    return [f"{MARK}{words[0]}", *words[1:]] if words else [MARK.strip()]


def _source(first: SourceDraft, folder: Path) -> list[str]:
    """The lines of a table: its source, or a list of several."""
    said = f"{first.rows + sum(more.rows for more in first.more):,} rows, {INPUTS[first.table].row} each"
    lines = [f"  {first.table}:".ljust(_WIDTH) + f"  # {comment(f'{said}; {first.doubt}' if first.doubt else said)}"]
    if not first.more:
        return lines + _one(first, folder)
    for source in (first, *first.more):
        own = _one(source, folder)
        lines += [f"    - {own[0].strip()}", *[f"  {line}" for line in own[1:]]]
    return lines


def _one(source: SourceDraft, folder: Path) -> list[str]:
    lines, mark = [], MARK if source.question else ""
    piece = source.pieces[0]
    if source.inside:
        lines.append(
            "    from: orders".ljust(_WIDTH) + "  # no file is a table of accounts: each customer by its latest line"
        )
    elif piece.url is not None:
        lines += [f"    url: {scalar(_placed(piece.url, folder))}", f"    table: {scalar(f'{mark}{piece.table}')}"]
    else:
        files = list(dict.fromkeys(_named(piece.file, folder) for piece in source.pieces if piece.file))
        why = f"  # {comment(source.question, 300)}" if mark else ""
        lines += ["    files:", *[f"      - {scalar(mark + file)}{why}" for file in files]]
    if not source.inside:
        lines += _shape(source, folder)
    if source.part:
        lines.append(_line(4, "part", source.part))
    lines += ["    columns:", *_columns(source)]
    for why, names in _by_reason(source).items():
        lines.append(f"      # not used, {comment(why)}: {comment(', '.join(names), 300)}")
    if source.values:
        lines.append("    values:                         # your words: ours")
        for name, meant in source.values.items():
            pairs = ", ".join(f"{scalar(word)}: {scalar(choice)}" for word, choice in meant.items())
            lines.append(f"      {name}: {{{pairs}}}")
    if source.dialect:
        lines += ["    dialect:", *[_line(6, key, marked) for key, marked in source.dialect.items()]]
    return lines


def _shape(source: SourceDraft, folder: Path) -> list[str]:
    """What makes order lines of a file that is no plain table."""
    read, heads = source.pieces[0].source, source.pieces[0].heads
    lines = []
    if read.heads is not None and heads is not None:
        where = f"table: {scalar(heads.table)}" if heads.url else f"files: {scalar(_named(heads.file, folder))}"  # type: ignore[arg-type]
        sheet = f", dialect: {{sheet: {scalar(heads.sheet)}}}" if heads.sheet else ""
        lines.append(f"    heads: {{{where}, key: {_pairs(read.heads.key)}{sheet}}}")
    if read.months:
        lines.append(f"    months: {scalar(read.months)}")
    if read.fill_down:
        lines.append(f"    fill_down: {scalar(read.fill_down)}  # an empty cell has the value above it")
    if read.groups is not None:
        lines.append(f"    groups: {{column: {scalar(read.groups.column)}, as: {scalar(read.groups.as_)}}}")
    return lines


def _columns(source: SourceDraft) -> list[str]:
    """Our columns and the user's; of those that matter, what they hold and what else they may be."""
    lines = []
    own = {"date", "amount"} if source.pieces[0].source.months and not source.inside else set[str]()
    for column in INPUTS[source.table].columns:
        if column.name in own:
            continue
        if column.name in source.found.columns:
            lines.append(_line(6, column.name, _chosen(source, column.name)))
        elif column.name in source.found.missing:
            lines.append(_line(6, column.name, Marked("", f"no column was found for it: {column.meaning}", "", True)))
        elif column.name == "amount" and source.table == "orders":
            less = " * (1 - discount)" if "discount" in source.found.columns else ""
            lines.append(f"      # amount is not given: it is quantity * price{less}, exactly")
        elif column.name == "order_id" and source.table == "orders":
            lines.append("      # order_id is not given: what a customer orders on one day is one order")
    return lines


def _chosen(source: SourceDraft, ours: str) -> Marked:
    choice = source.found.columns[ours]
    if source.table != "orders" or (ours not in (*MATTER, "currency") and not choice.question):
        return Marked(choice.theirs, "; ".join(choice.doubts))
    holds = source.contents[choice.theirs]
    told = f"{holds.distinct:,} values, e.g. {', '.join(map(near_day, holds.examples[:3]))}"
    told += f"; else {some(choice.others, 2)}" if choice.others else ""
    return Marked(choice.theirs, choice.question, told, choice.question != "")


def _by_reason(source: SourceDraft) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for name, why in source.found.unused.items():
        if source.part is None or name != source.part.value:
            made.setdefault(why, []).append(name)
    return made


def _pairs(key: Mapping[str, str]) -> str:
    """The key of lines and heads: one name where both have it."""
    if len(key) == 1 and [*key] == [*key.values()]:
        return scalar(*key)
    return "{" + ", ".join(f"{scalar(one)}: {scalar(other)}" for one, other in key.items()) + "}"


def _named(file: Path, folder: Path) -> str:
    """A file as the study names it: from its folder where it lies on the same drive."""
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return file.resolve().as_posix()


def _placed(url: str, folder: Path) -> str:
    """The URL of a database; a file is named from the folder of the study."""
    scheme = url.partition(":")[0]
    if scheme == "postgresql" or "${" in url:
        return url
    return f"{scheme}:///{_named(database_url.files(url, Path())[0], folder)}"
