"""The tables of one run of one study: what notebooks open, load from and save to.

A table is kept with a key of all that it depends on; what does not fit is made anew by the notebook that makes it.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import kamlib
from kamlib.errors import InputError
from kamlib.run.steps import ROOT, Step, StepError, execute, notebook_steps
from kamlib.study.model import Study
from kamlib.study.periods import period_label
from kamlib.study.sections import FEWEST

if TYPE_CHECKING:
    import ibis.expr.types as ir

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
        """Every input file: table, file, bytes, sha256. Hashes are kept in the run while size and time stay the same.

        A table on a server has rows instead of bytes, and its hash is worked out anew: see `databases.content`.
        """
        memory = self.folder / "inputs.json"
        known: dict[str, Any] = {}
        with suppress(FileNotFoundError, json.JSONDecodeError):
            known = json.loads(memory.read_text())
        rows, fresh = [], {}
        files = [(table, path) for table in self.study.sources for path in self.study.paths(table)]
        if review := self.study.review():
            files.append(("identity.review", review))
        for table, path in files:
            stat = path.stat()
            stamp = f"{path} {stat.st_size} {stat.st_mtime_ns}"
            fresh[stamp] = known.get(stamp) or _file_hash(path)
            rows.append({"table": table, "file": path.name, "bytes": stat.st_size, "sha256": fresh[stamp]})
        write_whole(memory, json.dumps(fresh))
        for table, source in self.study.sources.items():
            if table == "orders" and not self.study.embedded:
                from kamlib.io import engines

                rows.append(
                    {"table": table, "file": source.place, **engines.content(self.study.engine, self.study.there())}
                )
            elif source.url is not None and not self.study.paths(table):
                from kamlib.io.databases import content

                rows.append({"table": table, "file": source.place, **content(source)})
        return rows

    def save(self, name: str, table: pd.DataFrame | ir.Table) -> None:
        """Keep `table` in the run under `name`, whole or not at all."""
        target = self._file(name)
        if name == "orders" and not self.study.embedded:
            write_whole(target, self.study.engine.url)  # they stay where they lie; `load` asks there
            write_whole(target.with_suffix(".key"), self.key)
            return
        with tempfile.TemporaryDirectory(dir=target.parent) as beside:
            part = Path(beside) / target.name
            if hasattr(table, "to_pandas"):
                table.to_parquet(part)
            else:
                table.to_parquet(part, index=False)
            part.replace(target)
        write_whole(target.with_suffix(".key"), self.key)

    def load(self, *names: str) -> Any:
        """The table of this run that is named, or a list of several; pandas, but `orders` and `quarantine` are Ibis tables that
        stay in the engine.

        Where the run does not hold one for these inputs and parameters, the notebook that makes it is run first.
        """
        tables = [self._load(name) for name in names]
        return tables[0] if len(tables) == 1 else tables

    def _load(self, name: str) -> Any:
        if not self.holds(name):
            maker = next((step for step in notebook_steps() if name in step.makes), None)
            if maker is None:
                raise InputError(f"no notebook makes the table {name!r}")
            print(f"{name} is not in this run yet: running {maker.path.name} first")
            self.execute(maker)
        if name == "orders" and not self.study.embedded:
            from kamlib.intake.pipeline import clean_orders

            return clean_orders(self.study)
        if name in ("orders", "quarantine"):
            from kamlib.io.readers import engine

            settings = self.study.engine
            return engine(settings.spill, memory=settings.memory).read_parquet(self._file(name))
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
                raise InputError("the input files, or the kit, changed during the run", remedy="Run it again.")
            raise StepError(step.path.name, None, f"did not save {', '.join(missing)} as it declares")

    def record(self) -> pd.DataFrame:
        """What this run rests on, for the last cell of a notebook: item and value."""
        rows = {
            "kam": kamlib.__version__,
            **{name: version(name) for name in PACKAGES},
            "study": self.study.name,
            "as of": self.as_of.isoformat(),
            **{f"parameter {key}": str(value) for key, value in self.values.items()},
            **{f"fewest {name}": str(count) for name, count in asdict(FEWEST).items()},
            **{f"input {row['file']}": row["sha256"][:16] for row in self.inputs},
            "run key": self.key,
        }
        return pd.DataFrame({"item": rows.keys(), "value": rows.values()})

    def _file(self, name: str) -> Path:
        return self.folder / "tables" / f"{name}.parquet"


def _file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _code_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(kamlib.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a small file whole or not at all."""
    with tempfile.TemporaryDirectory(dir=path.parent) as beside:
        part = Path(beside) / path.name
        part.write_text(text, encoding="utf-8")
        part.replace(path)
