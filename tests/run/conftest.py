"""Ten clients with half a year of order lines, and one batch of them beside a broken study and the sample."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

_TEN = """\
name: ten
title: Ten clients
as_of: 2026Q2
sources:
  orders: {files: orders.csv}
scoring:
  criteria:
    - {name: turnover, source: facts, column: revenue, group: revenue, worst: 0, best: 5000, weight: 70}
    - {name: growth, source: facts, group: development, worst: -0.5, best: 0.5, weight: 30}
"""


@pytest.fixture(scope="session")
def ten_batch(once: Callable[[str, Callable[[Path], object]], Path], sample_report: Path) -> Path:
    """A folder with the study ``ten/study.yaml``, the batch ``all.yaml``, its ``entries.json`` and its reports in ``out``.

    The first study of the batch is broken; the last one is the sample, whose report stands already. The last one of
    the ten clients has a negative sum in 2026Q2.
    """
    from kamlib.run.batch import run_batch
    from kamlib.run.store import SAMPLE

    lines = [
        f"o{client}-{month},{client:05d},2026-{month:02d}-{3 * client:02d},{-900 if (client, month) == (10, 6) else 100 + client}"
        for client in range(1, 11)
        for month in range(1, 7)
        if client % month != 1
    ]

    def make(folder: Path) -> None:
        (folder / "ten").mkdir()
        (folder / "ten" / "orders.csv").write_text("order_id,account_id,date,amount\n" + "\n".join(lines) + "\n")
        (folder / "ten" / "study.yaml").write_text(_TEN)
        (folder / "south").mkdir()
        (folder / "south" / "study.yaml").write_text("name: south\n")
        studies = ["south/study.yaml", "ten/study.yaml", str(SAMPLE)]
        (folder / "all.yaml").write_text(json.dumps({"studies": [{"study": study} for study in studies]}))
        shutil.copytree(sample_report.parent, folder / "out" / "sample")
        entries = run_batch(folder / "all.yaml", out=folder / "out")
        (folder / "entries.json").write_text(json.dumps(entries))

    return once("ten_batch", make)
