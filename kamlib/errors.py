"""The error that a user can mend: what is wrong, where, what was found and what to do; and that of a notebook which failed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path

from kamlib.passwords import hidden


class InputError(ValueError):
    """Something the user gave can't be used; the message is complete, needs no traceback and shows no password.

    Parameters
    ----------
    problem : str
        What is wrong, naming the parameter, column or key.
    file, line, column :
        Where it stands, as far as known; `line` counts from 1, the header included.
    found :
        What was found there.
    remedy : str
        What to do.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        column: str | None = None,
        found: object = None,
        remedy: str | None = None,
    ) -> None:
        self.problem, self.file, self.line, self.column, self.found, self.remedy = (
            problem,
            file,
            line,
            column,
            found,
            remedy,
        )
        where = ", ".join(
            part
            for part in (
                str(file) if file is not None else "",
                f"line {line}" if line is not None else "",
                f"column {column!r}" if column is not None else "",
            )
            if part
        )
        text = f"{where}: {problem}" if where else problem
        if found is not None:
            quoted = isinstance(found, str) and not ("'" in found and found.isprintable())
            text += f"; found {found!r}" if quoted else f"; found {found}"
        end = "\n" if "\n" in problem else ". "  # below a list
        super().__init__(hidden(f"{text}{end}{remedy}" if remedy else text))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the message, and no lines of code, for the mistake is in none of them."""
        return [wrapped(f"{type(self).__name__}: {self}", 100)]


class StepError(RuntimeError):
    """A notebook failed for a reason that is not the user's input: names the notebook, the cell and the cause.

    `log` is the file with the details, once a run wrote one.
    """

    log: Path | None = None

    def __init__(self, notebook: str, cell: int | None, cause: str, trace: str = "") -> None:
        self.notebook, self.cell, self.cause, self.trace = notebook, cell, hidden(cause), hidden(trace)
        where = f"{notebook}, cell {cell}" if cell is not None else notebook
        super().__init__(f"{where}: {self.cause}")


def short(text: str, most: int = 40) -> str:
    """A cell as an example: of one that is longer than so many characters, its beginning and its end."""
    end = most // 2
    return text if len(text) <= most else f"{text[: most - end - 1].rstrip()}…{text[-end:].lstrip()}"


def some(values: Iterable[object], most: int = 5) -> str:
    """The first few offenders in words, long ones `short`: ``'a', 'b' and 3 more``."""
    items = list(values)
    shown = ", ".join(repr(short(item, 60)) if isinstance(item, str) else str(item) for item in items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"


def wrapped(text: str, width: int = 80) -> str:
    """A text in lines of at most so many columns for a terminal; a word that is longer, such as a path, stays whole."""
    lines = []
    for line in text.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(
            line.strip(),
            width,
            initial_indent=indent,
            subsequent_indent=f"{indent}  ",
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines)
