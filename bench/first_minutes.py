"""What a person waits for first: ``kam check`` of the sample against an earlier kam, and ``kam init`` of long files.

``python -m bench.first_minutes 100000`` makes shorter files. Every run is a process of its own, imports and all.
"""

from __future__ import annotations

import gzip
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb

from bench.earlier import BEFORE_HOUSE, ROOT, tree

LINES, TURNS = 1_500_000, 5
_KAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from kamlib.cli import main; main()"
_ROWS = """
CREATE TABLE rows AS SELECT 'S' || i // 3 AS "Order no", 'K' || hash(i // 3, 5) % 20000 AS "Customer",
    DATE '2021-01-01' + CAST(i * 2000 // {lines} AS INTEGER) AS "Date", 'P' || hash(i, 4) % 2999 AS "Article",
    1 + hash(i, 3) % 40 AS "Quantity", CAST(hash(i, 4) % 50000 * 0.01 AS DECIMAL(9, 2)) AS "Price",
    CAST("Quantity" * "Price" AS DECIMAL(12, 2)) AS "Amount", 'EUR' AS "Currency", i FROM range({lines}) AS lines(i)
"""
_COLUMNS = '"Order no", "Customer", "Date", "Article", "Quantity", "Price", "Amount", "Currency"'
_COMMAS = """"Order no", "Customer", strftime("Date", '%d.%m.%Y') AS "Date", "Article", "Quantity",
    replace(CAST("Price" AS VARCHAR), '.', ',') AS "Price", replace(CAST("Amount" AS VARCHAR), '.', ',') AS "Amount", "Currency\""""
_REPORT = """
SELECT text AS "Customer / order", day AS "Date", amount AS "Amount" FROM (
    SELECT 'Firm ' || "Customer" AS text, NULL AS day, sum("Amount") AS amount, "Customer" AS firm, -1 AS i FROM rows GROUP BY ALL
    UNION ALL SELECT "Order no", strftime("Date", '%d.%m.%Y'), "Amount", "Customer", i FROM rows
) ORDER BY firm, i
"""
FILES = {
    "one CSV file": {"lines.csv": f"SELECT {_COLUMNS} FROM rows ORDER BY i"},
    "semicolons and decimal commas": {"commas.csv": f"SELECT {_COMMAS} FROM rows ORDER BY i"},
    "the first, packed": {"lines.csv.gz": ""},
    "two files": {
        "early.csv": f"SELECT {_COLUMNS} FROM rows WHERE i < {{lines}} // 2 ORDER BY i",
        "late.csv": f"SELECT {_COLUMNS} FROM rows WHERE i >= {{lines}} // 2 ORDER BY i",
    },
    "order heads and their lines": {
        "heads.csv": 'SELECT DISTINCT "Order no", "Customer", "Date" FROM rows',
        "items.csv": 'SELECT "Order no", "Article", "Quantity", "Price", "Currency" FROM rows ORDER BY i',
    },
    "a report in groups": {"report.csv": _REPORT},
}


def section(lines: int = LINES, turns: int = TURNS) -> str:
    """Seconds and processor seconds: of `turns` runs of each check in turns the medians, of one of each init."""
    with tree() as earlier:
        runs = [
            (
                _run(ROOT, ROOT, "check", "data/sample/study.yaml"),
                _run(earlier, earlier, "check", "data/sample/study.yaml"),
            )
            for _ in range(turns)
        ]
    now, then = ([median(figure) for figure in zip(*side, strict=True)] for side in zip(*runs, strict=True))
    ratios = sorted(one[1] / other[1] for one, other in runs)
    told = [
        "## The first minutes",
        "",
        f"`kam check` of the sample, this kam and that of {BEFORE_HOUSE}, each on its own of some 101,700 order lines: medians of {turns} runs in turns.",
        "",
        "| | seconds | processor seconds |",
        "|---|---:|---:|",
        f"| now | {now[0]:.1f} | {now[1]:.2f} |",
        f"| {BEFORE_HOUSE} | {then[0]:.1f} | {then[1]:.2f} |",
        "",
        f"It takes {now[1] / then[1]:.2f} times the processor time (turn by turn {ratios[0]:.2f} to {ratios[-1]:.2f}).",
        "",
        f"`kam init` of {lines:,} order lines, one run each:",
        "",
        "| | MB | seconds | processor seconds |",
        "|---|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory(prefix="kam-bench-") as folder:
        place = Path(folder)
        _make(place, lines)
        for words, files in FILES.items():
            size = sum((place / name).stat().st_size for name in files) / 1e6
            seconds, processor = _run(ROOT, place, "init", *files, "--out", "study.yaml", "--force")
            told.append(f"| {words} | {size:,.0f} | {seconds:.1f} | {processor:.1f} |")
    return "\n".join(told)


def _make(folder: Path, lines: int) -> None:
    con = duckdb.connect()
    con.execute(_ROWS.format(lines=lines))
    for name, query in ((name, query) for files in FILES.values() for name, query in files.items() if query):
        delimiter = ";" if name in ("commas.csv", "report.csv") else ","
        con.execute(f"COPY ({query.format(lines=lines)}) TO '{folder / name}' (HEADER, DELIMITER '{delimiter}')")
    with (
        (folder / "lines.csv").open("rb") as plain,
        gzip.open(folder / "lines.csv.gz", "wb", compresslevel=1) as packed,
    ):
        shutil.copyfileobj(plain, packed)


def _run(code: Path, folder: Path, *words: str) -> tuple[float, float]:
    """Seconds and processor seconds of a command by the code of a tree, in a folder."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", _KAM, str(code), *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"kam {' '.join(words)} failed: {done.stderr}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    print(section(*map(int, sys.argv[1:])))
