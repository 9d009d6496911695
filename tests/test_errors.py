"""What a user reads when something can't be used. Oracle: the rule that it says where, what, found and remedy."""

import pickle

import numpy as np
import pytest

from kamlib.errors import InputError, short, some, wrapped


def test_message_says_where_what_was_found_and_what_to_do():
    error = InputError("no such day", file="a.csv", line=7, column="date", found="31.02.", remedy="Mend the row.")
    assert str(error) == "a.csv, line 7, column 'date': no such day; found '31.02.'. Mend the row."


def test_the_remedy_of_several_mistakes_stands_below_their_list():
    assert str(InputError("2 mistakes\n  line 1: a\n  line 2: b", remedy="Mend both.")) == (
        "2 mistakes\n  line 1: a\n  line 2: b\nMend both."
    )


def test_parts_that_are_unknown_are_left_out_of_the_message():
    assert str(InputError("no order line")) == "no order line"
    assert str(InputError("too small", found=3)) == "too small; found 3"
    assert str(InputError("unknown key", line=2)) == "line 2: unknown key"


def test_found_zero_and_found_empty_text_are_still_told():
    assert str(InputError("too small", found=0)) == "too small; found 0"
    assert str(InputError("no name", found="")) == "no name; found ''"


def test_offenders_are_not_quoted_twice():
    assert str(InputError("unknown", found=some(["a", "b"]))) == "unknown; found 'a', 'b'"


def test_control_characters_found_in_a_file_do_not_reach_the_terminal():
    assert "\x1b" not in str(InputError("bad", found="\x1b[31m'red'"))


def test_five_offenders_are_named_and_the_rest_counted():
    assert some(["a", "b"]) == "'a', 'b'"
    assert some("abcde") == "'a', 'b', 'c', 'd', 'e'"
    assert some("abcdefgh") == "'a', 'b', 'c', 'd', 'e' and 3 more"
    assert some(iter("abc"), most=1) == "'a' and 2 more"


def test_numbers_among_offenders_read_as_numbers():
    assert some(np.array([1.5, 2.0])) == "1.5, 2.0"


def test_it_is_a_value_error_that_crosses_processes_unchanged():
    error = InputError("bad", file="x.csv", line=3, column="c", found="y", remedy="Do this.")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert (again.problem, again.file, again.line, again.column, again.found, again.remedy) == (
        "bad",
        "x.csv",
        3,
        "c",
        "y",
        "Do this.",
    )
    with pytest.raises(ValueError, match="bad"):
        raise again


def test_a_message_is_wrapped_between_words_and_nothing_of_it_is_lost():
    path = "/a/" + "long/" * 20 + "study.yaml"
    text = f"kam: {path}: 2 mistakes in the study\n  line 3: " + "word " * 30 + "end\n  line 4: short"
    lines = wrapped(text).splitlines()
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
    assert all(len(line) <= 80 for line in lines if path not in line)
    assert lines[-1] == "  line 4: short" and lines[-2].startswith("    word")


def test_a_notebook_shows_the_message_and_no_line_of_code():
    """IPython prefers what the exception itself has to show (`_render_traceback_`) to lines of code."""
    from IPython.core.interactiveshell import InteractiveShell

    shown: list[str] = []
    shell = InteractiveShell()
    shell._showtraceback = lambda kind, error, lines: shown.extend(lines)
    shell.run_cell("from kamlib.errors import InputError\ndef inner():\n    raise InputError('no such unit', found='firm', remedy='Choose group or account.')\ninner()")  # fmt: skip
    assert shown == ["InputError: no such unit; found 'firm'. Choose group or account."]


def test_a_long_cell_is_cut_in_its_middle_and_a_short_one_stays():
    assert short("x" * 40) == "x" * 40
    assert short("Sale of goods and services 17 of 03.01.2024 12:00:00") == "Sale of goods and s…03.01.2024 12:00:00"
    assert len(short("word " * 100, 60)) <= 60
    assert some(["a", "b" * 100]) == f"'a', '{'b' * 29}…{'b' * 30}'"
