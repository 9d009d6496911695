"""The engine of a study. Oracle: mistakes made by hand."""

from __future__ import annotations

import pytest
import yaml
from pydantic import ValidationError

from kamlib.errors import InputError
from kamlib.study.model import Study
from kamlib.study.sources import Engine


def test_memory_of_an_engine_has_a_unit():
    assert Engine(memory="1.5GB").memory == "1.5GB"
    with pytest.raises(ValidationError, match="memory"):
        Engine(memory="1500")


def _study_on(folder, engine, orders):
    tree = {
        "name": "engines",
        "title": "Engines",
        "as_of": "2026-06-30",
        "engine": engine,
        "sources": {"orders": orders},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(tree))
    return Study.read(folder / "study.yaml")


@pytest.mark.parametrize(
    "url", ["mysql://x", "postgresql://kam:secret@host/db", "spark:", "http://x", "local[0]", "DuckDB"]
)
def test_an_engine_that_is_none_or_shows_a_password_is_refused(tmp_path, url):
    with pytest.raises(InputError, match=r"expected|password") as told:
        _study_on(tmp_path, {"url": url}, {"table": "x"})
    assert "secret" not in str(told.value)


def test_orders_of_an_engine_are_a_table_of_it(tmp_path):
    with pytest.raises(InputError, match=r"sources\.orders: expected table"):
        _study_on(tmp_path, {"url": "postgresql://kam@host/db"}, {"files": "orders.parquet"})
    with pytest.raises(InputError, match=r"sources\.orders: expected url beside table"):
        _study_on(tmp_path, {}, {"table": "lines"})
    with pytest.raises(InputError, match=r"spill: expected a folder that every machine of the cluster reaches"):
        _study_on(tmp_path, {"url": "spark://host:7077"}, {"files": "s3a://bucket/orders"})
