"""The URL of a database. Oracle: the files that lie there, and urllib's reading of what was put in."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest

from kamlib.errors import InputError
from kamlib.study.sources.database_url import expand, files


@pytest.mark.parametrize(("scheme", "log"), [("sqlite", "shop.db-wal"), ("duckdb", "shop.db.wal")])
def test_a_database_file_goes_with_the_log_of_its_last_rows(tmp_path, scheme, log):
    (tmp_path / "shop.db").touch()
    assert files(f"{scheme}:///shop.db", tmp_path) == [tmp_path / "shop.db"]
    (tmp_path / log).touch()
    assert files(f"{scheme}:///shop.db", tmp_path) == [tmp_path / "shop.db", tmp_path / log]
    assert files(f"{scheme}:///{tmp_path}/shop.db", tmp_path / "elsewhere")[0] == tmp_path / "shop.db"


def test_a_server_is_no_file(tmp_path):
    assert files("postgresql://host/shop", tmp_path) == []


def test_a_file_that_is_not_there_is_named_where_it_was_looked_for(tmp_path):
    with pytest.raises(InputError, match=r"data/shop\.db: no such database"):
        files("sqlite:///data/shop.db", tmp_path)


def test_a_secret_of_any_letters_stays_one_part_of_the_url_of_a_server(monkeypatch):
    monkeypatch.setenv("SHOP_SECRET", "p@ss/w:rd?1%")
    url, secrets = expand("postgresql://me:${SHOP_SECRET}@host/shop")
    assert secrets == ["p@ss/w:rd?1%"]
    assert (urlsplit(url).hostname, urlsplit(url).path) == ("host", "/shop")
    assert unquote(urlsplit(url).password) == "p@ss/w:rd?1%"


def test_the_path_of_a_file_may_come_from_the_environment_as_it_is(monkeypatch, tmp_path):
    (tmp_path / "two words.db").touch()
    monkeypatch.setenv("SHOP_FILE", "two words.db")
    assert expand("sqlite:///${SHOP_FILE}") == ("sqlite:///two words.db", ["two words.db"])
    assert files("sqlite:///${SHOP_FILE}", tmp_path) == [tmp_path / "two words.db"]


def test_a_name_that_the_environment_lacks_is_told(monkeypatch):
    monkeypatch.delenv("SHOP_SECRET", raising=False)
    with pytest.raises(InputError, match=r"the environment has no SHOP_SECRET, which a url of the study names"):
        expand("postgresql://me:${SHOP_SECRET}@host/shop")
