"""A whole study: its notebooks in the order of what they need, its pages, and its report moved into place.

A report is built beside its place and moved there whole: a reader never sees half of it, and a failed run leaves the
last good one and a log.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import kamlib
from kamlib.errors import InputError
from kamlib.run.steps import FOLDER, Step, StepError, notebook_steps, stop_kernels
from kamlib.run.store import PACKAGES, Run, write_whole
from kamlib.study.model import Study
from kamlib.study.periods import period_label
from kamlib.study.run_tables import SCHEMA


def run_study(
    study: str | Path,
    *,
    as_of: str | None = None,
    out: str | Path = "reports",
    values: Mapping[str, Any] | None = None,
    progress: Callable[[str, float], None] = lambda step, seconds: None,
) -> Path:
    """Run every notebook of a study and publish the report.

    Parameters
    ----------
    study, as_of, values : as in `Run.open`.
    out : folder of all reports; this one comes to ``<out>/<study>/<period>/``.
    progress : called with the name and the seconds of each step that ended.

    Returns
    -------
    Path
        The report's index.html.

    Raises
    ------
    InputError, StepError
        The place of the report is left as it was; a StepError leaves ``<period>.log`` beside it.
    """
    plan = notebook_steps()
    loaded = Study.read(study, as_of=as_of, values=dict(values or {}))
    if not loaded.scoring.criteria:
        raise InputError(
            "scoring.criteria is missing, and only you can say who is key",
            file=study,
            remedy="Add criteria with their anchors and weights, as in the study of the sample.",
        )
    label = period_label(loaded.as_of)
    home = Path(out).resolve() / loaded.name
    log = home / f"{label}.log"
    if word := older_schema(home / label):
        progress(word, 0.0)
    with _beside(home, label) as building:
        run = Run.open(str(study), as_of, str(building / label), values)
        try:
            seconds = _run_all(run, plan, progress)
            began = time.perf_counter()
            _publish(run, plan, seconds, home)
            progress("report", time.perf_counter() - began)
        except StepError as error:
            log.write_text(f"{error}\n\n{error.trace}\n", encoding="utf-8")
            error.log = log
            raise
        _replace(home / label, run.folder, building / "previous")
    log.unlink(missing_ok=True)
    return home / label / "index.html"


@contextmanager
def _beside(home: Path, label: str) -> Iterator[Path]:
    """A folder in `home` to build a report in; gone afterwards, and `home` too if nothing else came into it."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        building = tempfile.TemporaryDirectory(prefix=f".{label}-", dir=home)
    except OSError as error:
        raise unwritable(home, error) from None
    try:
        with building as folder:
            yield Path(folder)
    finally:
        with suppress(OSError):
            home.rmdir()


def _replace(final: Path, made: Path, previous: Path) -> None:
    """Move the folder `made` to `final`, and what stands there to `previous`; of two runs at once the later one stays."""
    while True:
        with suppress(FileNotFoundError):
            final.rename(previous)
        try:
            made.rename(final)
            return
        except OSError:
            if not final.exists():
                with suppress(FileNotFoundError):
                    previous.rename(final)
                raise
            previous = previous.with_name(f"{previous.name}-again")


def unwritable(folder: Path, error: OSError) -> InputError:
    """The error for a folder that reports can't be written to."""
    return InputError(
        "the report can't be written there", file=folder, found=error.strerror, remedy="Give another folder by --out."
    )


def is_done(
    study: str | Path, *, as_of: str | None, out: str | Path, values: Mapping[str, Any] | None = None
) -> Path | None:
    """The report's index where it stands already for these inputs, parameters and code; else None."""
    with tempfile.TemporaryDirectory() as scratch:
        run = Run.open(str(study), as_of, scratch, values)
        final = Path(out).resolve() / run.study.name / period_label(run.as_of)
        with suppress(FileNotFoundError, json.JSONDecodeError, KeyError):
            if json.loads((final / "run.json").read_text())["key"] == _key(run) and (final / "index.html").exists():
                return final / "index.html"
    return None


def older_schema(report: Path) -> str:
    """A word where a report stands whose tables are of an older schema: it is made anew."""
    try:
        schema = json.loads((report / "run.json").read_text(encoding="utf-8")).get("schema", 1)
    except (OSError, ValueError, AttributeError):
        return ""
    return "" if schema == SCHEMA else f"made anew, for its tables were of schema {schema}"


def _run_all(run: Run, plan: list[Step], progress: Callable[[str, float], None]) -> dict[str, float]:
    """Run the steps, two at a time where none waits for the other; seconds by step."""
    seconds: dict[str, float] = {}
    made: set[str] = set()
    waiting = list(plan)
    assert run.key  # hash the inputs once, before kernels ask for them

    def timed(step: Step) -> tuple[Step, float]:
        began = time.perf_counter()
        run.execute(step)
        return step, time.perf_counter() - began

    with ThreadPoolExecutor(max_workers=2) as pool:
        going: set[Future[tuple[Step, float]]] = set()
        try:
            while waiting or going:
                for step in [s for s in waiting if made.issuperset(s.needs)]:
                    waiting.remove(step)
                    going.add(pool.submit(timed, step))
                done, going = wait(going, return_when=FIRST_COMPLETED)
                for future in done:
                    step, took = future.result()
                    seconds[step.name] = took
                    made.update(step.makes)
                    progress(step.name, took)
        except BaseException:  # a Ctrl-C too: nothing may run on, or be waited for
            while going:
                stop_kernels()
                for future in going:
                    future.cancel()
                going = wait(going, timeout=0.2).not_done
            raise
    return seconds


def _publish(run: Run, plan: list[Step], seconds: dict[str, float], home: Path) -> None:
    """Pages, index and run.json of a finished run; `home` holds the reports of the study before it."""
    from kamlib.report import html
    from kamlib.report.since_last import since

    parts = [(step.title, f"{step.name}.html", step.question) for step in sorted(plan, key=lambda step: step.name)]
    links = [("Summary", "index.html"), *((title, href) for title, href, _ in parts)]
    for step in plan:
        html.page(run.folder / "notebooks" / step.path.name, run.folder / f"{step.name}.html", step.title, links)
    tables = {name: run.load(name) for step in plan for name in step.makes if name not in ("orders", "quarantine")}
    html.index(
        run.folder / "index.html",
        study=run.study,
        as_of=run.as_of,
        tables=tables,
        parts=parts,
        record=run.record(),
        since=since(home, run.study, tables),
    )
    record = {
        "kam": kamlib.__version__,
        "schema": SCHEMA,
        "key": _key(run),
        "study": run.study.name,
        "as_of": run.as_of.isoformat(),
        "values": dict(run.values),
        "parameters": run.study.model_dump(mode="json"),
        "inputs": run.inputs,
        "versions": {name: version(name) for name in PACKAGES},
        "seconds": {name: round(took, 2) for name, took in seconds.items()},
    }
    write_whole(run.folder / "run.json", json.dumps(record, indent=1))
    (run.folder / "inputs.json").unlink()


def _key(run: Run) -> str:
    """What a report depends on: the key of its tables, the notebooks, and what the kit holds beside its code: templates, words, formats."""
    digest = hashlib.sha256(run.key.encode())
    data = [
        path for path in Path(kamlib.__file__).parent.rglob("*.*") if path.suffix in (".j2", ".css", ".js", ".yaml")
    ]
    for path in sorted([*FOLDER.glob("*.ipynb"), *data]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
