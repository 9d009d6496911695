"""One list of order lines, made by hand, that files of several languages and dialects hold, and the command line that reads them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from kamlib import cli
from kamlib.init import inputs
from kamlib.init.draft import SourceDraft
from kamlib.init.tables import draft_sources, related
from kamlib.io import readers


def _amount(i: int) -> Decimal:
    return Decimal((i * 7919) % 350_000 + 105) / 100 * (-1 if i % 29 == 0 else 1)


# (order, account, day, amount): 180 lines of two years, four in five days later than the twelfth of a month
LINES = [
    (f"{5000 + i}", f"{101 + i % 13:05d}", date(2024, 1, 9) + timedelta(days=4 * i + i % 3), _amount(i))
    for i in range(1, 181)
]
TOTAL = sum((line[3] for line in LINES), Decimal())


@pytest.fixture(scope="session")
def rows() -> Callable[..., list[list[str]]]:
    """``rows("%d.%m.%Y", money, ...)``: the lines as cells: order, account, day, amount, and what `more` gives for a line's number."""

    def make(day: str, money: Callable[[Decimal], str], *more: Callable[[int], str]) -> list[list[str]]:
        return [
            [order, account, when.strftime(day), money(amount), *[extra(i) for extra in more]]
            for i, (order, account, when, amount) in enumerate(LINES)
        ]

    return make


@pytest.fixture(scope="session")
def lines() -> list[tuple[str, str, date, Decimal]]:
    """The lines that every file holds."""
    return LINES


@pytest.fixture(scope="session")
def write() -> Callable[..., None]:
    """Writes cells as a text file in a dialect, with lines above the header and below the end."""

    def make(
        path: Path,
        header: list[str],
        lines: list[list[str]],
        *,
        mark=",",
        encoding="utf-8",
        above=(),
        below=(),
        end="\n",
    ):
        def cell(text: str) -> str:
            return '"' + text.replace('"', '""') + '"' if any(c in text for c in (mark, '"', "\n")) else text

        made = [mark.join(map(cell, line)) for line in (*above, header, *lines, *below)]
        path.write_bytes((end.join(made) + end).encode(encoding))

    return make


@pytest.fixture
def kam(tmp_path, monkeypatch, capsys):
    """Runs the command line in a folder of its own: (exit status, printed, complained)."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kam", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


@pytest.fixture
def agrees(kam):
    """Whether `kam check` keeps so many order lines of so much money, and nothing is set aside besides `aside` rows."""

    def check(rows: int = len(LINES), total: Decimal = TOTAL, aside: int = 0, currency: str = "EUR") -> None:
        status, out, err = kam("check", "study.yaml", "--set", f"currency={currency}")
        assert status == 0, err
        came, kept = (re.search(rf"^  {what} +(.+)$", out, re.M)[1].split() for what in ("came in", "kept"))
        assert kept == [f"{rows:,}", f"{total:,.2f}"]
        assert came[0] == f"{rows + aside:,}"

    return check


@pytest.fixture
def drafted(tmp_path, monkeypatch):
    """``drafted(name=text, ...)``: the sources that CSV files of these names and contents are proposed for, and the unused."""
    monkeypatch.chdir(tmp_path)
    con = readers.engine()

    def make(**files: str) -> tuple[dict[str, SourceDraft], dict[str, str]]:
        for name, content in files.items():
            Path(f"{name}.csv").write_text(content, encoding="utf-8")
        found, unread = inputs.look(con, [Path(f"{name}.csv") for name in files], tmp_path / "scratch")
        assert not unread
        return draft_sources(related(con, found))

    yield make
    con.disconnect()
