"""What a run tells while it goes on: a bar with the notebooks that run and the time that is left, or plain lines without a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kamlib.run.batch import Watch
from kamlib.run.notebook.steps import notebook_steps
from kamlib.run.record import seconds_of


class Telling:
    """Lines on standard error, and a bar below them where that is a terminal; `at_once` steps run at a time."""

    def __init__(self, bar: Progress, at_once: int) -> None:
        self._bar, self._at_once = bar, at_once
        self._task = bar.add_task("begins", total=0, left="")
        self._expected: dict[str, float] = {}
        self._running: dict[str, float] = {}
        self._waiting: dict[str, float] = {}

    def expect(self, steps: Mapping[str, float]) -> None:
        """Steps that will come, with the seconds that each is expected to take (0: not known)."""
        self._expected |= steps
        self._waiting |= steps
        self._bar.update(self._task, total=len(self._expected))

    def step(self, name: str, seconds: float | None) -> None:
        """A step that begins (None), or that ended after so many seconds (0: taken over from the report that stood)."""
        self._waiting.pop(name, None)
        if seconds is None:
            self._running[name] = time.monotonic()
        else:
            self._running.pop(name, None)
            self.line(f"{name:<20} {seconds:6.1f} s" if seconds else f"{name:<20} as it was")
        self._show()

    def over(self, beginning: str) -> None:
        """No step whose name begins so comes any more."""
        for steps in (self._waiting, self._running):
            for name in [name for name in steps if name.startswith(beginning)]:
                del steps[name]
        self._show()

    def line(self, text: str) -> None:
        """A line that stays."""
        self._bar.console.print(text, highlight=False, markup=False)

    def _show(self) -> None:
        now = time.monotonic()
        going = sum(max(self._expected.get(name, 0) - (now - began), 0) for name, began in self._running.items())
        left = (going + sum(self._waiting.values())) / self._at_once
        self._bar.update(
            self._task,
            completed=len(self._expected) - len(self._waiting) - len(self._running),
            description=", ".join(self._running) or "report",
            left=f"about {left:.0f} s left" if left >= 1 else "",
        )


def expected(report: Path) -> dict[str, float]:
    """Seconds that each step of a report took last time (0: not known), and the summary's."""
    return dict.fromkeys([*(step.name for step in notebook_steps()), "report"], 0.0) | seconds_of(report)


class BatchTelling(Watch):
    """Tells of each entry of a batch that ended, and with a bar of the notebooks that run."""

    def __init__(self, told: Telling, out: Path) -> None:
        self._told, self._out = told, out

    def planned(self, entries: Sequence[dict[str, Any]]) -> None:
        for entry in entries:
            report = self._out / entry["study"] / entry["period"]
            self._told.expect({f"{_name(entry)} {name}": took for name, took in expected(report).items()})

    def step(self, entry: dict[str, Any], name: str, seconds: float | None) -> None:
        self._told.step(f"{_name(entry)} {name}", seconds)

    def ended(self, entry: dict[str, Any]) -> None:
        cause = f": {entry['cause']}" if entry["cause"] else ""
        self._told.line(f"{entry['status']:<7} {_name(entry)} {entry['seconds']:.1f} s{cause}")
        self._told.over(f"{_name(entry)} ")


def _name(entry: dict[str, Any]) -> str:
    return f"{entry['study']} {entry['as_of']}".strip()


@contextmanager
def telling(at_once: int = 2) -> Iterator[Telling]:
    """Tell of steps while this is open."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    console = Console(stderr=True, soft_wrap=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Telling(bar, at_once)
