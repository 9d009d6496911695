"""A folder of tables: a table is there once what it rests on lies beside it, and its content is what counts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import ibis
import pandas as pd
import pytest

from kamlib.run import tables as module
from kamlib.run.rests import Rests
from kamlib.run.tables import Tables, file_hash, write_whole

RESTS = Rests("code", "book", {"unit": '"group"'}, {}, {"facts": "t1"})
TABLE = pd.DataFrame({"customer_id": ["00123", "K.01"], "day": pd.to_datetime(["2026-01-01", None]), "x": [1.5, None]})


@pytest.fixture
def shelf(tmp_path) -> Tables:
    return Tables(tmp_path / "tables")


def test_a_table_comes_back_as_it_was_with_what_it_rests_on(shelf):
    shelf.save("states", TABLE, RESTS)
    pd.testing.assert_frame_equal(shelf.read("states"), TABLE)
    assert shelf.rests("states") == RESTS
    assert shelf.content("states") == hashlib.sha256(shelf.path("states").read_bytes()).hexdigest()
    assert sorted(path.name for path in shelf.folder.iterdir()) == ["states.json", "states.parquet"]


def test_a_table_of_the_engine_is_kept_without_pandas(shelf):
    shelf.save("orders", ibis.memtable(TABLE[["customer_id", "x"]]), RESTS)
    pd.testing.assert_frame_equal(shelf.read("orders"), TABLE[["customer_id", "x"]], check_dtype=False)


def test_its_content_is_that_of_the_table_and_not_of_what_it_rests_on(shelf, tmp_path):
    shelf.save("states", TABLE, RESTS)
    other = Tables(tmp_path / "other")
    other.save("states", TABLE.copy(), replace(RESTS, code="another"))
    assert other.content("states") == shelf.content("states")
    other.save("states", TABLE.assign(x=2.0), RESTS)
    assert other.content("states") != shelf.content("states")


def test_nothing_is_there_before_it_is_whole(shelf):
    assert (shelf.rests("states"), shelf.content("states")) == (None, ""), "no folder yet"
    shelf.save("states", TABLE, RESTS)
    shelf.path("states").unlink()
    assert (shelf.rests("states"), shelf.content("states")) == (None, ""), "a mark without its table"
    shelf.save("states", TABLE, RESTS)
    shelf.mark("states").write_text('{"sha256": "half')
    assert (shelf.rests("states"), shelf.content("states")) == (None, ""), "half a mark"


def test_what_another_kit_kept_in_another_shape_fits_nothing(shelf):
    shelf.save("states", TABLE, RESTS)
    mark = json.loads(shelf.mark("states").read_text())
    for other in ({"rests": mark["rests"] | {"machine": "m1"}}, {"rests": {"code": "code"}}, {"rests": "text"}, {}):
        shelf.mark("states").write_text(json.dumps({"sha256": mark["sha256"]} | other))
        assert shelf.rests("states") is None


class Torn(pd.DataFrame):
    """A table whose file can't be written to its end."""

    def to_parquet(self, path, **options):
        path.write_bytes(b"half")
        raise OSError("planted")


def test_a_table_that_cannot_be_written_leaves_the_one_before_and_no_scraps(shelf):
    shelf.save("states", TABLE, RESTS)
    with pytest.raises(OSError, match="planted"):
        shelf.save("states", Torn(), replace(RESTS, code="new"))
    pd.testing.assert_frame_equal(shelf.read("states"), TABLE)
    assert shelf.rests("states") == RESTS
    assert len(list(shelf.folder.iterdir())) == 2


def test_a_new_table_is_never_taken_for_the_old_one_though_the_run_is_killed_between_it_and_its_mark(
    shelf, monkeypatch
):
    shelf.save("states", TABLE, RESTS)

    def killed(path, text):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "write_whole", killed)
    with pytest.raises(KeyboardInterrupt):
        shelf.save("states", TABLE.assign(x=2.0), replace(RESTS, values={"unit": '"account"'}))
    assert shelf.rests("states") is None


def test_a_link_is_another_content_for_another_place_or_ground(shelf):
    contents = set()
    for url, rests in (("local/a", RESTS), ("local/b", RESTS), ("local/b", replace(RESTS, code="x"))):
        shelf.save_link("orders", url, rests)
        assert shelf.path("orders").read_text() == url and shelf.rests("orders") == rests
        contents.add(shelf.content("orders"))
    assert len(contents) == 3


def test_a_small_file_is_written_whole_or_not_at_all(tmp_path):
    write_whole(tmp_path / "a.json", "one")
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "a.json", "two \udc80")
    assert (tmp_path / "a.json").read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert file_hash(tmp_path / "a.json") == hashlib.sha256(b"one").hexdigest()


def test_the_mark_is_a_json_that_a_person_can_read(shelf):
    shelf.save("states", TABLE, RESTS)
    assert json.loads(shelf.mark("states").read_text())["rests"]["values"] == {"unit": '"group"'}
