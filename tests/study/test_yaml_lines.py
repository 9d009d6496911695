"""YAML with lines. Oracle: the line numbers counted by hand in small files."""

import pytest

from kamlib.errors import InputError
from kamlib.study.yaml_lines import load, value


def read(tmp_path, text):
    path = tmp_path / "a.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, "study file", "Mend it.")[0]


def test_days_and_the_words_on_and_off_stay_text(tmp_path):
    found = read(tmp_path, "day: 2026-02-30\nrule: off\nother: yes\nnumber: 5\nshare: 0.5\nnothing:\nid: '007'\n")
    assert found == {
        "day": "2026-02-30",
        "rule": "off",
        "other": "yes",
        "number": 5,
        "share": 0.5,
        "nothing": None,
        "id": "007",
    }


def test_a_byte_order_mark_of_windows_editors_is_no_part_of_the_first_key(tmp_path):
    assert read(tmp_path, b"\xef\xbb\xbfname: x\n") == {"name": "x"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "no valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "no valid YAML"),
        ("a: 1\nb: !!python/object/apply:os.system ['exit 1']\n", 2, "no valid YAML"),
        ("a: 1\nb: !!python/name:os.system\n", 2, "no valid YAML"),
        ("? [a, b]\n: 1\n", 1, "no valid YAML"),
        ("a: 1\nb: 2\nc: \x07\n", 3, "special characters are not allowed"),
        ("- a\n- b\n", 1, "holds no keys"),
        ("just words\n", 1, "holds no keys"),
        ("", 1, "holds no keys"),
        ("# only a remark\n", 1, "holds no keys"),
    ],
)
def test_what_is_no_plain_mapping_is_refused_with_its_line(tmp_path, text, line, words):
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path, text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("a: 1\n\tb: 2\n", "Indent by blanks, not by tabs."),
        ("a: b: c\n", "put text that holds ': ' in quotes."),
        ("a: *b\n", "begins with * or & in quotes."),
        ("a: %b\n", "begins with such a mark in quotes."),
        ("a: !b c\n", "put text that begins with ! in quotes."),
        ("a: [1\n", "Check indents, quotes and brackets there"),
    ],
)
def test_a_fault_of_yaml_ends_with_what_to_do(tmp_path, text, remedy):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert remedy in str(caught.value) and str(caught.value).endswith(caught.value.remedy)


def test_a_table_that_is_given_as_a_study_file_is_told_from_one_with_a_fault(tmp_path):
    """Larger than anybody writes a study: it is not read at all."""
    for name, content in (("o.csv", b"a;b\n1;2\n"), ("o.xlsx", b"PK\x03\x04\xff"), ("big.csv", b"a,b\n" * 2_500_000)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=f"propose a study from it: kam init .*{name}"):
            load(tmp_path / name, "study file", "Mend it.")
    (tmp_path / "big.yaml").write_bytes(b"a: b\n" * 2_000_000)
    with pytest.raises(InputError, match=r"larger than 2 MB, so it is hardly one. Mend it\.$"):
        load(tmp_path / "big.yaml", "study file", "Mend it.")


def test_the_same_key_in_two_mappings_and_an_overridden_merge_are_no_repetition(tmp_path):
    assert read(tmp_path, "a: {x: 1}\nb: {x: 2}\n") == {"a": {"x": 1}, "b": {"x": 2}}
    assert read(tmp_path, "a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\n")["b"] == {"x": 3, "y": 2}


def test_a_file_in_another_encoding_is_named_as_such(tmp_path):
    for encoding in ("cp1251", "utf-16"):
        with pytest.raises(InputError, match=r"a\.yaml: the study file is not UTF-8.*Save it as UTF-8"):
            read(tmp_path, "title: Клиенты".encode(encoding))


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.yaml: no study file\. Mend it\."):
        load(tmp_path / "none.yaml", "study file", "Mend it.")
    with pytest.raises(InputError, match=r"a folder, and no study file\. Mend it\.$"):
        load(tmp_path, "study file", "Mend it.")
    (tmp_path / "acme.yaml").write_text("a: 1\n")
    with pytest.raises(InputError, match=r"a folder, and no study file\. Give the file in it: .*acme\.yaml$"):
        load(tmp_path, "study file", "Mend it.")


def test_aliases_that_grow_without_end_do_no_harm(tmp_path):
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    assert len(read(tmp_path, bomb)) == 30
    assert "a" in read(tmp_path, "a: &a [*a]\n")


@pytest.mark.slow
def test_nesting_without_end_is_refused(tmp_path):
    with pytest.raises(InputError, match="nested too deeply"):
        read(tmp_path, "a: " + "[" * 1500 + "]" * 1500)


def test_a_value_alone_is_read_as_in_a_file():
    assert [value(text) for text in ("90", "0.5", "off", "2026-02-30", "[a, 1]", "", "null", "'007'")] == [
        90,
        0.5,
        "off",
        "2026-02-30",
        ["a", 1],
        None,
        None,
        "007",
    ]
    for bad in ("[1", "!!python/name:os.system", "a: b: c"):
        with pytest.raises(InputError, match="no YAML"):
            value(bad)
