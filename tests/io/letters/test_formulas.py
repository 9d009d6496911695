"""What a spreadsheet would run. Oracle: the signs that OWASP's page on CSV injection lists, and their full-width twins."""

from __future__ import annotations

import pytest

from kamlib.io.letters.formulas import guarded


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(begins):
    assert guarded(f"{begins}1+1") == f"'{begins}1+1"


@pytest.mark.parametrize("text", ["", "Acme = Söhne", "1-2", "'=1", " =1"])
def test_any_other_text_stays_as_it_is(text):
    assert guarded(text) == text


def test_more_beginnings_may_be_named():
    assert guarded("00123", ("0",)) == "'00123" and guarded("123", ("0",)) == "123"
