"""A folder of tables, each beside what it rests on; a table is there once that is."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kamlib.run.rests import Rests, digest

if TYPE_CHECKING:
    import ibis.expr.types as ir

IN_ENGINE = ("orders", "quarantine")  # lines, which stay in the engine


@dataclass(frozen=True)
class Tables:
    """The tables in the folder `folder`, which need not exist yet."""

    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def rests(self, name: str) -> Rests | None:
        """What a table rests on, or None where it is not there, or not as this kit keeps it."""
        return Rests.kept(self._mark(name).get("rests"))

    def content(self, name: str) -> str:
        """A hash of what a table holds; empty where it is not there."""
        content: str = self._mark(name).get("sha256", "")
        return content

    def _mark(self, name: str) -> dict[str, Any]:
        try:
            mark: dict[str, Any] = json.loads(self.mark(name).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return mark if self.path(name).exists() else {}

    def mark(self, name: str) -> Path:
        """The file beside a table that says what it rests on."""
        return self.folder / f"{name}.json"

    def names(self) -> set[str]:
        """All that are there."""
        return {mark.stem for mark in self.folder.glob("*.json")}

    def read(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.path(name))

    def save(self, name: str, table: pd.DataFrame | ir.Table, rests: Rests) -> None:
        """Keep a table, whole or not at all; lines from files in their order there, so that the same inputs give the same bytes."""

        def write(path: Path) -> None:
            if isinstance(table, pd.DataFrame):
                table.to_parquet(path, index=False)
            else:
                place = [name for name in ("table", "source_file", "source_line") if name in table.columns]
                (table.order_by(place) if place else table).to_parquet(path)

        self._keep(name, write, rests)

    def save_link(self, name: str, url: str, rests: Rests) -> None:
        """Keep where a table lies that stays in its engine."""
        self._keep(name, lambda path: path.write_text(url, encoding="utf-8"), rests, of=digest(url + rests.key))

    def _keep(self, name: str, write: Callable[[Path], object], rests: Rests, of: str = "") -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".") as beside:
            part = Path(beside) / self.path(name).name
            write(part)
            content = of or file_hash(part)
            self.mark(name).unlink(missing_ok=True)  # a new table is never there beside the mark of the old one
            part.replace(self.path(name))
        mark = {"sha256": content, "rests": json.loads(rests.text())}
        write_whole(self.mark(name), json.dumps(mark, indent=1, sort_keys=True))


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a small file whole or not at all."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as beside:
        part = Path(beside) / path.name
        part.write_text(text, encoding="utf-8")
        part.replace(path)
