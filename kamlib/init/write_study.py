"""A draft as the text of a study file: every line that was proposed says whether it is sure, and if not, why."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import yaml

from kamlib.init.dialect import Marked
from kamlib.init.draft import Draft, SourceDraft
from kamlib.study import database_url
from kamlib.study.dictionary import INPUTS

_WIDTH = 34  # where the comments begin, if the values are short


def text(draft: Draft, folder: Path) -> str:
    """The study file.

    Parameters
    ----------
    draft : what is proposed.
    folder : where the file will lie; the files of the study are named from there.
    """
    doubts = len(draft.doubts)
    lines = [
        "# A study, proposed by kam init from the files. Look at every line that says unsure, mend it, then run:",
        "#   kam check study.yaml",
        "# " + {0: "No line is unsure.", 1: "One line is unsure."}.get(doubts, f"{doubts} lines are unsure."),
        "",
        *[_line(0, key, marked) for key, marked in draft.head.items()],
        "# year_begins: 7                  # month in which your fiscal year begins; write a quarter of it FY2026Q3",
        "",
        "# Where each table lies and what its columns are called there (ours: yours).",
        "sources:",
    ]
    for source in draft.sources.values():
        lines += _source(source, folder)
    if draft.unused:
        lines += ["", "# Not in the study:"]
        lines += [f"#   {comment(label)}: {comment(why, 400)}" for label, why in draft.unused.items()]
    lines += ["", "cleaning:", *[_line(2, key, marked) for key, marked in draft.cleaning.items()]]
    lines += [
        "  # not_goods: ^(POST|TEST.*)$    # products that are no goods: carriage, fees, tests",
        "  # key: [order_id, line]         # columns that name an order line; lines that repeat it are set aside",
        "  # highest_price: 5000           # a price above it is marked as absurd",
        "  most_rows: 0.5                  # the study stops when more than this share of lines is set aside",
        "  most_amount: 0.5",
        "",
        "# Who is key: no points at worst, all at best; weights say how much that step is worth and sum to 100. On the",
        "# curve log each doubling is worth the same. Opinions should not weigh more than 40 of 100.",
        "# unsure: anchors and weights were proposed from your tables once. What makes a customer key is for you to",
        "# decide; then they stay, so that a new customer never changes the score of another.",
    ]
    if draft.criteria.doubt:
        lines.append(f"# unsure: {comment(draft.criteria.doubt, 600)}")
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
        "# What no table holds, for the parts on cost and cash:",
        "# money: {fixed_costs: 480000, opening_cash: 1200000, hour: 55}   # a month; today; an hour of your people",
        "# Whether the fixed costs pay those hours already; until you say so the page on risk shows both:",
        "#   hours_in_fixed: true",
        "# For the path of cash: days until goods are paid, the rate of VAT (0: none), what the bank lends at once:",
        "#   supplier_days: 30, vat: 0.2, credit_line: 500000",
        "# How a year of losses is drawn (0: customers of one industry stop independently):",
        "# risk: {correlation: 0.1, draws: 10000}",
    ]
    return "\n".join(lines) + "\n"


def scalar(value: Any) -> str:
    """A value on one line of YAML, whatever stands in it."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(scalar, value)) + "]"
    style = '"' if isinstance(value, str) and not re.fullmatch(r"[^\W\d_][\w .%-]*[\w%.]|\w|\d{4}Q\d", value) else None
    made = yaml.safe_dump(value, default_style=style, allow_unicode=True, width=1 << 30, default_flow_style=True)
    return made.removesuffix("\n").removesuffix("\n...").replace("\n", " ")


def comment(words: str, most: int = 120) -> str:
    """Words that can stand in a comment: on one line, of letters that a file of YAML may hold."""
    plain = " ".join("".join(c if c.isprintable() and c not in "\ufeff" else " " for c in words).split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _line(indent: int, key: str, marked: Marked) -> str:
    """``key: value   # sure``, or why it is not."""
    left = f"{' ' * indent}{key}: {scalar(marked.value)}"
    said = f"unsure: {marked.doubt}" if marked.doubt else "sure"
    said += f" ({marked.note})" if marked.note else ""
    return f"{left:<{_WIDTH}}  # {comment(said, 400)}"


def _source(source: SourceDraft, folder: Path) -> list[str]:
    said = f"unsure: {source.doubt}" if source.doubt else "sure"
    lines = [
        f"  {source.table}:".ljust(_WIDTH)
        + f"  # {comment(f'{said}; {source.rows:,} rows, {INPUTS[source.table].row} each')}"
    ]
    if (first := source.pieces[0]).url is not None:
        lines += [f"    url: {scalar(_placed(first.url, folder))}", f"    table: {scalar(first.table)}"]
    else:
        files = dict.fromkeys(_named(piece.file, folder) for piece in source.pieces if piece.file)
        lines += ["    files:", *[f"      - {scalar(file)}" for file in files]]
    if source.part:
        lines.append(_line(4, "part", source.part))
    lines += ["    columns:", *_columns(source)]
    for why, names in _by_reason(source).items():
        lines.append(f"      # not used, {comment(why)}: {comment(', '.join(names), 300)}")
    if source.values:
        lines.append("    values:")
        for name, meant in source.values.items():
            pairs = ", ".join(f"{scalar(word)}: {scalar(choice)}" for word, choice in meant.items())
            lines.append(f"      {name}: {{{pairs}}}".ljust(_WIDTH) + "  # sure (your words: ours)")
    if source.dialect:
        lines += ["    dialect:", *[_line(6, key, marked) for key, marked in source.dialect.items()]]
    return lines


def _columns(source: SourceDraft) -> list[str]:
    """Our columns and the user's, and what is needed and was not found."""
    lines = []
    for column in INPUTS[source.table].columns:
        if column.name in source.found.columns:
            choice = source.found.columns[column.name]
            lines.append(_line(6, column.name, Marked(choice.theirs, "; ".join(choice.doubts))))
        elif column.name in source.found.missing:
            lines.append(
                f"      # {column.name}: ?               # unsure: needed, and no column was found for it: {column.meaning}"
            )
        elif column.name == "amount" and source.table == "orders":
            lines.append("      # amount is not given: it is quantity * price, exactly")
    return lines


def _by_reason(source: SourceDraft) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for name, why in source.found.unused.items():
        if source.part is None or name != source.part.value:
            made.setdefault(why, []).append(name)
    return made


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
