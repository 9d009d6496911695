"""What is so now for a study: what its files hold, which kept table or page still fits, and why another does not."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kamlib.run.notebook.code import code_of, speaking_code
from kamlib.run.notebook.steps import Step, maker
from kamlib.run.rests import Rests, values_at
from kamlib.run.tables import Tables, file_hash, write_whole
from kamlib.study.model import Study


@dataclass(frozen=True)
class Present:
    """A study, and the folders of tables that are looked into, the first one first."""

    study: Study
    memory: Path
    shelves: tuple[Tables, ...]

    @cached_property
    def inputs(self) -> list[dict[str, Any]]:
        return inputs(self.study, self.memory)

    @cached_property
    def _values(self) -> dict[str, Any]:
        return self.study.values()

    def rests(
        self, step: Step | None, keys: Collection[str], tables: Mapping[str, str], *, page: bool = False
    ) -> Rests:
        """What a table that `step` makes rests on, or its page, where values at `keys` and `tables` were read."""
        read_inputs = any(key.startswith(("sources", "identity")) for key in keys)
        code, content = (step.code, step.content) if step else ("", "")
        found: dict[str, str] = {}
        for row in self.inputs if read_inputs else ():  # files of two folders may have one name
            place = f"{row['table']} {row['file']}"
            found[place] = found.get(place, "") + row["sha256"]
        return Rests(
            code=code_of(code) + (speaking_code() if page else ""),
            notebook=content,
            values=values_at(self._values, keys),
            inputs=found,
            tables=dict(tables),
        )

    def kept(self, name: str, known: dict[str, Tables | None] | None = None) -> Tables | None:
        """The folder that holds a table which fits; none that rests, by way of others, on itself. `known` holds what was found on the way."""
        known = {} if known is None else known
        if name not in known:
            known[name] = None  # as long as it is looked for
            step, found = maker(name), ((shelf, shelf.rests(name)) for shelf in self.shelves)
            fits = (shelf for shelf, rests in found if rests and not self.misfit(rests, step, known=known))
            known[name] = next(fits, None)
        return known[name]

    def misfit(
        self, rests: Rests, step: Step | None, *, page: bool = False, known: dict[str, Tables | None] | None = None
    ) -> str:
        """In what the present is another than what a table or a page rests on, in words; empty where in nothing."""
        known = {} if known is None else known
        tables = {name: kept.content(name) for name in rests.tables if (kept := self.kept(name, known))}
        return rests.against(self.rests(step, rests.values.keys(), tables, page=page))

    def why_not(self, name: str) -> str:
        """Why the tables `name` that are kept do not fit, in words; empty where none is kept."""
        found = (rests for shelf in self.shelves if (rests := shelf.rests(name)))
        return next((self.misfit(rests, maker(name), known={name: None}) for rests in found), "")


def inputs(study: Study, memory: Path) -> list[dict[str, Any]]:
    """Every input of a study: table, file, bytes, sha256; a table on a server has rows instead of bytes.

    Parameters
    ----------
    study : its sources and its review file.
    memory : a file that keeps the hashes; one of a server is worked out anew: see `databases.content`.
    """
    known: dict[str, Any] = {}
    with suppress(FileNotFoundError, json.JSONDecodeError):
        known = json.loads(memory.read_text())
    rows, fresh = [], {}
    files = [(table, path) for table in study.sources for path in study.paths(table)]
    if review := study.review():
        files.append(("identity.review", review))
    for table, path in files:
        stat = path.stat()
        stamp = f"{path} {stat.st_size} {stat.st_mtime_ns}"
        fresh[stamp] = known.get(stamp) or file_hash(path)
        rows.append({"table": table, "file": path.name, "bytes": stat.st_size, "sha256": fresh[stamp]})
    write_whole(memory, json.dumps(fresh))
    for table, source in study.pieces():
        if table == "orders" and not study.embedded:
            from kamlib.io import engines

            there = study.placed(table, source)
            rows.append({"table": table, "file": source.place, **engines.content(study.engine, there)})
        elif source.url is not None and not study.paths_of(table, source):
            from kamlib.io.databases import content

            rows.append({"table": table, "file": source.place, **content(source)})
    return rows
