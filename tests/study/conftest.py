"""A study file whose lines are counted by hand, and what reading a broken one says."""

from __future__ import annotations

import pytest

from kamlib.errors import InputError
from kamlib.study.model import Study

_GOOD = """\
name: acme
title: Key accounts of Acme
as_of: 2026Q3
sources:
  orders:
    files: [orders.csv]
    columns:
      order_id: Invoice
      amount: Net
  accounts:
    files: accounts.csv
scoring:
  criteria:
    - {name: revenue_12m, source: facts, group: revenue, worst: 0, best: 100000, weight: 60}
    - name: image
      source: rating
      group: reputation
      worst: 1
      best: 10
      weight: 40
churn:
  horizon_days: 120
"""


@pytest.fixture(scope="session")
def good() -> str:
    """A study file of 22 lines without a mistake."""
    return _GOOD


@pytest.fixture
def write(tmp_path):
    """Writes a study file, with files beside it; gives its path."""

    def make(text=_GOOD, name="study.yaml", files=("orders.csv", "accounts.csv")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        for file in files:
            (path.parent / file).write_text("x\n")
        return path

    return make


@pytest.fixture
def mistake():
    """What the error of reading a broken study file says."""

    def read(path, **more) -> str:
        with pytest.raises(InputError) as caught:
            Study.read(path, **more)
        return str(caught.value)

    return read
