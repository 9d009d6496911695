"""Names of files. Oracle: what systems forbid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kamlib.report.dossier.file_names import file_names


def test_a_plain_id_is_its_own_name():
    assert file_names(["K.0442", "00343", "a-b_c"]) == {"K.0442": "K.0442", "00343": "00343", "a-b_c": "a-b_c"}


def test_no_id_leaves_its_folder_or_is_too_long():
    hostile = [
        "../../x",
        "..",
        ".",
        "",
        "/etc/passwd",
        "C:\\x",
        "a" * 300,
        "Ромашка",
        "con",
        "NUL.txt",
        "index",
        "x.",
        "-x",
        "a\0b",
        "a\nb",
        "~x",
        "😀",
    ]
    names = file_names(hostile)
    assert len(set(names.values())) == len(hostile)
    assert all(len(name) <= 60 and name.isascii() and not set(name) & set('/\\:*?"<>|\0\n ') for name in names.values())
    assert not {name.partition("~")[0] for name in names.values() if "~" not in name} & {
        "con",
        "NUL.txt",
        "index",
        ".",
        "..",
    }


def test_ids_that_fold_to_one_name_keep_two():
    names = file_names(["A/1", "A-1", "a 1", "k1", "K1"])
    assert len({name.lower() for name in names.values()}) == 5 and names["A-1"] == "A-1"


def test_no_id_can_take_the_name_of_another():
    taken = file_names(["../x"])["../x"]
    assert len(set(file_names(["../x", taken]).values())) == 2


@given(st.lists(st.text(max_size=80), max_size=20))
def test_any_ids_have_different_names_on_any_system(ids):
    names = list(file_names(ids).values())
    assert len({name.lower() for name in names}) == len(names) == len(set(ids))
    assert all(name and name[-1] not in ". " and len(name) <= 60 for name in names)
