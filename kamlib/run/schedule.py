"""The notebooks of a study in the order of what they need, so many at a time; what still fits of the last report is taken over."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeVar

from kamlib.errors import StepError
from kamlib.run.execute_step import execute_step
from kamlib.run.notebook.execute import show_parameters
from kamlib.run.notebook.kernels import cool_down, stop_kernels, warm_up
from kamlib.run.notebook.steps import Step
from kamlib.run.present import Present
from kamlib.run.rests import Rests
from kamlib.run.tables import Tables

T = TypeVar("T")
LOOK = 0.05  # seconds between two looks for tables that came


class Workers:
    """So many notebooks at a time, of one study or of several at once; three fill two cores, as one of them often waits."""

    def __init__(self, jobs: int = 3) -> None:
        self.pool = ThreadPoolExecutor(max_workers=jobs)
        self.stopped = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.pool.shutdown()
        cool_down()

    def stop(self) -> None:
        """End all kernels, and let no step begin any more."""
        self.stopped.set()
        self.pool.shutdown(wait=False, cancel_futures=True)
        stop_kernels()


@dataclass(frozen=True)
class Building:
    """A report that is being built in `folder`, for the study of `present`; of `earlier` ones is taken over what still fits."""

    present: Present
    study_file: Path
    folder: Path
    earlier: Sequence[Path]
    plan: Sequence[Step]
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def links(self) -> list[tuple[str, str]]:
        """Title and page of each part, in reading order."""
        from kamlib.report.words import word

        steps = sorted(self.plan, key=lambda step: step.name)
        return [(word("page_summary"), "index.html"), *((step.title, f"{step.name}.html") for step in steps)]

    def run(self, workers: Workers, told: Callable[[str, float | None], None], summarise: Callable[[], T]) -> T:
        """Run every step as soon as the tables that it needs are there, though their notebook still goes on.

        `told` is called with the name of each step that begins, and again with its seconds when it ended (0: taken over);
        `summarise` once all tables are there, beside the pages that still go on: what it gives is returned.
        """
        tables = Tables(self.folder / "tables")
        waiting = sorted(self.plan, key=self._ahead, reverse=True)
        made = {name for step in self.plan for name in step.makes}
        going: dict[Future[float], Step] = {}
        summary: list[T] = []
        try:
            while waiting or going:
                there = tables.names()
                for step in [step for step in waiting if there.issuperset(step.needs)]:
                    waiting.remove(step)
                    going[workers.pool.submit(self._step, step, told)] = step
                if not going:
                    raise StepError(waiting[0].path.name, None, "the tables that it needs were not made")
                if not summary and there >= made:
                    summary.append(summarise())
                for future in wait(going, timeout=LOOK, return_when=FIRST_COMPLETED).done:
                    step = going.pop(future)
                    self.seconds[step.name] = future.result()
                    told(step.name, self.seconds[step.name])
                if workers.stopped.is_set():
                    raise KeyboardInterrupt
            return summary[0] if summary else summarise()
        except BaseException:  # a Ctrl-C too: nothing may run on, or be waited for
            running = [future for future in going if not future.cancel()]
            while wait(running, timeout=LOOK).not_done:
                stop_kernels(self.folder)  # those of other studies of a batch go on
            if workers.stopped.is_set():  # else the step whose kernel was ended would be said to have failed
                raise KeyboardInterrupt from None
            raise

    def _ahead(self, step: Step) -> int:
        """How much code waits for a step, its own and that of those which need its tables: the most goes first."""
        return len(step.code) + max((self._ahead(s) for s in self.plan if {*s.needs} & {*step.makes}), default=0)

    def _step(self, step: Step, told: Callable[[str, float | None], None]) -> float:
        if any(self._taken_over(step, report) for report in self.earlier):
            return 0.0
        told(step.name, None)
        warm_up()
        began = time.perf_counter()
        execute_step(self.present, self.folder, step, published=True)
        book = self.folder / "notebooks" / step.path.name
        shown = {"study": str(self.study_file), "as_of": self.present.study.as_of.isoformat(), "run_dir": None}
        show_parameters(book, shown)
        self._page(step)
        return time.perf_counter() - began

    def _taken_over(self, step: Step, report: Path) -> bool:
        """Take a step from an earlier report, where all that its page rests on is still the same."""
        page = Path("notebooks") / f"{step.name}.json"
        made = [Path("notebooks") / step.path.name, *(Path("tables") / f"{name}.parquet" for name in step.makes)]
        marks = [page, *(Path("tables") / f"{name}.json" for name in step.makes)]
        if not all((report / file).exists() for file in (*made, *marks)):
            return False
        rests = Rests.kept(json.loads((report / page).read_text(encoding="utf-8")))
        if rests is None or self.present.misfit(rests, step, page=True):
            return False
        for file in (*made, *marks):  # what says that a table is there comes last
            (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(report / file, self.folder / file)
            except OSError:
                shutil.copy2(report / file, self.folder / file)
        self._page(step)
        return True

    def _page(self, step: Step) -> None:
        from kamlib.report import html
        from kamlib.report.language import speaking

        with speaking(self.present.study.language):  # in a thread of the pool nobody has said it
            html.page(
                self.folder / "notebooks" / step.path.name, self.folder / f"{step.name}.html", step.title, self.links
            )
