"""One run of one study: its tables, and its notebooks in the order of what they need. The only writer of a run.

A run is built beside its place and moved there whole: a reader never sees half of it, and a failed run leaves the
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
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kamlib
from kamlib.errors import InputError
from kamlib.notebooks import ROOT, Step, StepError, execute, steps, stop_kernels
from kamlib.study import Study, period_label

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

SAMPLE = ROOT / "data" / "sample" / "study.yaml"
PACKAGES = ("duckdb", "ibis-framework", "lifelines", "numpy", "pandas", "papermill", "scikit-learn", "scipy", "seaborn")


@dataclass(frozen=True)
class Run:
    """The tables of one study at one date, in one folder. Notebooks make it by `Run.open`."""

    study: Study
    study_file: Path
    folder: Path
    values: Mapping[str, Any]

    @classmethod
    def open(
        cls,
        study: str | None = None,
        as_of: str | None = None,
        run_dir: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Run:
        """Open a run; without arguments the one of the sample.

        Parameters
        ----------
        study : path of a study file; None: the sample that comes with the kit.
        as_of : day or quarter instead of the study's own.
        run_dir : folder of the run; None: a draft under reports/drafts.
        values : dotted study keys and values that replace the file's; None values are skipped.
        """
        path = Path(study or SAMPLE).resolve()
        given = {key: value for key, value in (values or {}).items() if value is not None}
        loaded = Study.read(path, as_of=as_of, values=given)
        folder = Path(run_dir) if run_dir else ROOT / "reports" / "drafts" / loaded.name / period_label(loaded.as_of)
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        return cls(loaded, path, folder.resolve(), given)

    @property
    def as_of(self) -> date:
        return self.study.as_of

    @cached_property
    def key(self) -> str:
        """What the tables of this run depend on: the study's values, the content of every input, the kit's code."""
        parts = [self.study.fingerprint(), _code_hash(), *(f"{row['table']} {row['sha256']}" for row in self.inputs)]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]

    @cached_property
    def inputs(self) -> list[dict[str, Any]]:
        """Every input file: table, file, bytes, sha256. Hashes are kept in the run while size and time stay the same."""
        memory = self.folder / "inputs.json"
        known: dict[str, Any] = {}
        with suppress(FileNotFoundError, json.JSONDecodeError):
            known = json.loads(memory.read_text())
        rows, fresh = [], {}
        for table in self.study.sources:
            for path in self.study.paths(table):
                stat = path.stat()
                stamp = f"{path} {stat.st_size} {stat.st_mtime_ns}"
                fresh[stamp] = known.get(stamp) or _file_hash(path)
                rows.append({"table": table, "file": path.name, "bytes": stat.st_size, "sha256": fresh[stamp]})
        _write(memory, json.dumps(fresh))
        return rows

    def save(self, name: str, table: pd.DataFrame | ir.Table) -> None:
        """Keep `table` in the run under `name`, whole or not at all."""
        target = self._file(name)
        with tempfile.TemporaryDirectory(dir=target.parent) as beside:
            part = Path(beside) / target.name
            if hasattr(table, "to_pandas"):
                table.to_parquet(part)
            else:
                table.to_parquet(part, index=False)
            part.replace(target)
        _write(target.with_suffix(".key"), self.key)

    def load(self, name: str) -> Any:
        """The table `name` of this run: pandas, but `orders` and `quarantine` as Ibis tables that stay in the engine.

        Where the run does not hold it for these inputs and parameters, the notebook that makes it is run first.
        """
        if not self.holds(name):
            maker = next((step for step in steps() if name in step.makes), None)
            if maker is None:
                raise InputError(f"no notebook makes the table {name!r}")
            print(f"{name} is not in this run yet: running {maker.path.name} first")
            self.execute(maker)
        if name in ("orders", "quarantine"):
            from kamlib.intake.readers import engine

            return engine().read_parquet(self._file(name))
        import pandas as pd

        return pd.read_parquet(self._file(name))

    def holds(self, name: str) -> bool:
        """Whether the run has the table, made from these inputs and parameters by this code."""
        mark = self._file(name).with_suffix(".key")
        return mark.exists() and self._file(name).exists() and mark.read_text() == self.key

    def execute(self, step: Step) -> None:
        """Run one notebook of the study into this run, and see that it made what it declares."""
        with tempfile.TemporaryDirectory() as folder:
            study_file = Path(folder) / "study.yaml"  # as it was read: the user's file may be edited meanwhile
            study_file.write_text(self.study.to_yaml(), encoding="utf-8")
            given = {"study": str(study_file), "as_of": self.as_of.isoformat(), "run_dir": str(self.folder)}
            execute(step.path, self.folder / "notebooks" / step.path.name, given)
        if missing := [name for name in step.makes if not self.holds(name)]:
            if Run(self.study, self.study_file, self.folder, self.values).key != self.key:
                raise InputError("the input files changed during the run", remedy="Run it again once they are whole.")
            raise StepError(step.path.name, None, f"did not save {', '.join(missing)} as it declares")

    def record(self) -> pd.DataFrame:
        """What this run rests on, for the last cell of a notebook: item and value."""
        import pandas as pd

        rows = {
            "kam": kamlib.__version__,
            **{name: version(name) for name in PACKAGES},
            "study": self.study.name,
            "as of": self.as_of.isoformat(),
            **{f"parameter {key}": str(value) for key, value in self.values.items()},
            **{f"input {row['file']}": row["sha256"][:16] for row in self.inputs},
            "run key": self.key,
        }
        return pd.DataFrame({"item": rows.keys(), "value": rows.values()})

    def _file(self, name: str) -> Path:
        return self.folder / "tables" / f"{name}.parquet"


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
    plan = steps()
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
    with _beside(home, label) as building:
        run = Run.open(str(study), as_of, str(building / label), values)
        try:
            seconds = _run_all(run, plan, progress)
            began = time.perf_counter()
            _publish(run, plan, seconds)
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
            if json.loads((final / "run.json").read_text())["key"] == run.key and (final / "index.html").exists():
                return final / "index.html"
    return None


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


def _publish(run: Run, plan: list[Step], seconds: dict[str, float]) -> None:
    """Pages, index and run.json of a finished run."""
    from kamlib.report import html

    parts = [(step.title, f"{step.name}.html", step.question) for step in sorted(plan, key=lambda step: step.name)]
    links = [("Summary", "index.html"), *((title, href) for title, href, _ in parts)]
    for step in plan:
        html.page(run.folder / "notebooks" / step.path.name, run.folder / f"{step.name}.html", step.title, links)
    tables = {name: run.load(name) for step in plan for name in step.makes if name not in ("orders", "quarantine")}
    html.index(
        run.folder / "index.html", study=run.study, as_of=run.as_of, tables=tables, parts=parts, record=run.record()
    )
    record = {
        "kam": kamlib.__version__,
        "key": run.key,
        "study": run.study.name,
        "as_of": run.as_of.isoformat(),
        "values": dict(run.values),
        "parameters": run.study.model_dump(mode="json"),
        "inputs": run.inputs,
        "versions": {name: version(name) for name in PACKAGES},
        "seconds": {name: round(took, 2) for name, took in seconds.items()},
    }
    _write(run.folder / "run.json", json.dumps(record, indent=1))
    (run.folder / "inputs.json").unlink()


def _file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _code_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(kamlib.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _write(path: Path, text: str) -> None:
    """Write a small file whole or not at all."""
    with tempfile.TemporaryDirectory(dir=path.parent) as beside:
        part = Path(beside) / path.name
        part.write_text(text, encoding="utf-8")
        part.replace(path)
