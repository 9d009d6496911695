"""Many studies and quarters in one go: one report each, a page that links them, and ``batch.json``."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from kamlib.errors import InputError, StepError
from kamlib.passwords import hidden
from kamlib.run.batch_file import Job, jobs_of, read, refuse_twice
from kamlib.run.place import clear, shelve, unwritable
from kamlib.run.places import older_schema
from kamlib.run.publish import is_done, run_study
from kamlib.run.schedule import LOOK, Workers
from kamlib.run.tables import write_whole


class Watch:
    """Hears what a batch does, from several threads; this one says nothing."""

    def planned(self, entries: Sequence[dict[str, Any]]) -> None:
        """All entries, before the first begins."""

    def step(self, entry: dict[str, Any], name: str, seconds: float | None) -> None:
        """A step of an entry that begins (None), or that ended after so many seconds (0: taken over)."""

    def ended(self, entry: dict[str, Any]) -> None:
        """An entry with its status."""


def run_batch(
    path: str | Path,
    *,
    as_of: Sequence[str] = (),
    since: str | None = None,
    out: str | Path = "reports",
    jobs: int | None = None,
    watch: Watch | None = None,
) -> list[dict[str, Any]]:
    """Run every study of a batch file at each of its dates; what stands already for the same inputs is kept.

    Parameters
    ----------
    path : a batch file; paths of studies in it are relative to it.
    as_of : dates for all studies, instead of the file's.
    since : a day or quarter; each study is run for every quarter from then to its own day, the earliest first.
    out : folder of all reports; ``index.html`` in it links them, ``batch.json`` lists them.
    jobs : how many notebooks run at a time; None: one for each core.
    watch : hears what begins and ends.

    Returns
    -------
    list of dict
        study, title, as_of, period, status ('done', 'kept' or 'failed'), href or None, cause or None, seconds. A study that
        fails does not stop the others.

    Raises
    ------
    InputError
        If the file is wrong, `since` is given beside `as_of`, two entries are for the same study and period, or `out` can't be written to.
    """
    if since and as_of:
        raise InputError("--since and --as-of are given", found=f"{since} and {', '.join(as_of)}", remedy="Give one.")
    path, out = Path(path).resolve(), Path(out).resolve()
    todo = jobs_of(read(path), path.parent, as_of, since)
    refuse_twice(todo, path)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from None
    watch = watch or Watch()
    watch.planned([job.entry for job in todo])
    telling = threading.Lock()

    def one(job: Job, before: Job | None) -> None:
        try:
            _run(job, before, out, workers, watch)
        finally:
            job.over.set()
        with telling:
            watch.ended(job.entry)
            _told(out, [job.entry for job in todo if "status" in job.entry])

    count = jobs or os.cpu_count() or 1
    last: dict[str, Job] = {}
    with Workers(count) as workers, ThreadPoolExecutor(count) as studies:
        going = set()
        for job in todo:
            name = job.loaded.name if job.loaded else str(job.study)
            going.add(studies.submit(one, job, last.get(name)))
            last[name] = job
        try:
            while going:
                done, going = wait(going, timeout=LOOK)
                for future in done:
                    future.result()
        except BaseException:  # a Ctrl-C too: each report that is being built is left as it stood
            studies.shutdown(wait=False, cancel_futures=True)
            workers.stop()
            raise
    for name in {job.loaded.name for job in todo if job.loaded}:
        clear(out / name)
    return [job.entry for job in todo]


def _run(job: Job, before: Job | None, out: Path, workers: Workers, watch: Watch) -> None:
    began = time.perf_counter()
    entry = job.entry
    try:
        if job.loaded is None:
            raise InputError(entry["cause"])
        assert job.place
        entry["language"] = job.loaded.language
        entry["cause"] = older_schema(out.joinpath(*job.place)) or None
        index = is_done(job.study, as_of=job.as_of, out=out, values=job.values)
        if index and before:  # it rests on the reports before it, which may be made meanwhile
            before.over.wait()
            index = is_done(job.study, as_of=job.as_of, out=out, values=job.values)
        status = "kept" if index else "done"
        index = index or run_study(
            job.study,
            as_of=job.as_of,
            out=out,
            values=job.values,
            workers=workers,
            before=before.over.wait if before else lambda: None,
            progress=lambda name, seconds: watch.step(entry, name, seconds),
        )
        entry |= {"status": status, "href": index.relative_to(out).as_posix()}
    except Exception as error:  # whatever it is, the others go on
        told = isinstance(error, InputError | StepError)
        entry |= {"status": "failed", "cause": str(error) if told else hidden(f"{type(error).__name__}: {error}")}
    entry["seconds"] = time.perf_counter() - began


def _told(out: Path, entries: list[dict[str, Any]]) -> None:
    write_whole(out / "batch.json", json.dumps(entries, indent=1, ensure_ascii=False))
    shelve(out)
