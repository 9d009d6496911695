"""Spelling. Oracle: the keys that the classes of the study declare, read by eye."""

import pytest

from kamlib.study.mistakes.spelling import keys_at, near
from kamlib.study.model import Study


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("amuont", "amount"),
        ("Amount", "amount"),
        ("account-id", "account_id"),
        ("account id", "account_id"),
        ("acount_id", "account_id"),
    ],
)
def test_a_misspelt_word_is_told_from_those_that_are_known(word, meant):
    assert near(word, ["order_id", "account_id", "amount", "date"]) == f"; did you mean {meant!r}?"


@pytest.mark.parametrize("word", ["colour", "x", "", "Сумма"])
def test_a_word_that_is_like_none_gets_no_proposal(word):
    assert near(word, ["order_id", "account_id", "amount", "date"]) == ""


@pytest.mark.parametrize(
    ("path", "some", "not_there"),
    [
        ([], {"name", "as_of", "churn", "sources"}, "horizon_days"),
        (["churn"], {"horizon_days", "seed"}, "name"),
        (["sources", "orders"], {"files", "columns", "from", "dialect"}, "from_"),
        (["sources", "orders", 1, "dialect"], {"decimal", "date_format"}, "files"),
        (["sources", "orders", "heads"], {"files", "key"}, "columns"),
        (["scoring", "criteria", 0], {"worst", "weight"}, "scale"),
        (["rfm", "segments", 3], {"name", "r", "f", "m"}, "window_months"),
    ],
)
def test_the_keys_at_a_path_are_those_of_the_part_there_as_a_file_writes_them(path, some, not_there):
    found = set(keys_at(Study, path))
    assert some <= found and not_there not in found
