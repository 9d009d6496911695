"""How a command of the command line ends that is stopped, or that goes wrong: one line and a status."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from kamlib.errors import wrapped
from kamlib.passwords import hidden

STOPPED = 130
"""The status of a command that a person or the system stopped."""


class Stopped(BaseException):
    """A person or the system stops the command; typer would take a KeyboardInterrupt for itself."""


def stop(number: int, frame: object) -> None:
    """What a signal does."""
    raise Stopped


def end(words: str, status: int) -> NoReturn:
    """Say so, without passwords, and end with this status."""
    told = hidden(f"kam: {words}")
    typer.echo(wrapped(told) if sys.stderr.isatty() else told, err=True)
    sys.exit(status)


@contextmanager
def stopped(words: str) -> Iterator[None]:
    """End with one line where a person or the system stops the command; by then it has cleared what it began."""
    try:
        yield
    except Stopped:
        end(f"stopped; {words}", STOPPED)
