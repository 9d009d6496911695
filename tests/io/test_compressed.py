"""Compressed files. Oracle: the same file as it was before."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from kamlib.errors import InputError
from kamlib.io import compressed

LINES = b"order_id,account_id\n00123,K.01\n"


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # the same bytes at any time
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "inside"),
    [
        ("x.csv.gz", gzip.compress(LINES, mtime=0), "x.csv"),
        ("x.TSV.GZ", gzip.compress(LINES, mtime=0), "x.TSV"),
        ("x.zip", zipped({"lines.csv": LINES}), "lines.csv"),
        ("x.csv.zip", zipped({"2026/lines.txt": LINES}), "lines.txt"),
        ("x.zip", zipped({"../../lines.csv": LINES}), "lines.csv"),
        (
            "x.zip",
            zipped({"a/": b"", "a/lines.csv": LINES, "__MACOSX/a/._lines.csv": b"x", "a/.DS_Store": b"x"}),
            "lines.csv",
        ),
        ("x.csv", LINES, "x.csv"),
    ],
)
def test_what_is_in_it_is_read(tmp_path, name, content, inside):
    (tmp_path / name).write_bytes(content)
    found = compressed.plain(tmp_path / name, tmp_path / "scratch")
    assert (found.name, found.read_bytes()) == (inside, LINES)
    assert found.is_relative_to(tmp_path)


def test_an_archive_of_several_files_names_them(tmp_path):
    (tmp_path / "x.zip").write_bytes(zipped({"jan.csv": LINES, "feb.csv": LINES}))
    with pytest.raises(
        InputError, match=r"x\.zip: the archive holds 2 files; found 'jan\.csv', 'feb\.csv'\. Unpack it"
    ):
        compressed.plain(tmp_path / "x.zip", tmp_path / "scratch")
    (tmp_path / "x.zip").write_bytes(zipped({}))
    with pytest.raises(InputError, match=r"holds no files\. Unpack"):
        compressed.plain(tmp_path / "x.zip", tmp_path / "scratch")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv.gz", LINES), ("x.csv.gz", gzip.compress(LINES, mtime=0)[:-9]), ("x.zip", LINES),
        ("x.zip", zipped({"a.csv": LINES * 99}).replace(b"\x4b\xcc", b"\x00\x00")[:60]),
    ],
)  # fmt: skip
def test_a_broken_one_is_an_error_with_its_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=rf"^{name}: the compressed file can't be read; found .*Unpack it"):
        compressed.plain(tmp_path / name, tmp_path / "scratch")


@pytest.mark.parametrize("name", ["orders.csv.gz", "orders.zip"])
def test_order_lines_come_the_same_out_of_a_compressed_file(read, name):
    content = gzip.compress(LINES, mtime=0) if name.endswith("gz") else zipped({"o.csv": LINES})
    rows = read({name: content}, added=True)
    assert rows[["order_id", "account_id", "kam:file", "kam:line"]].values.tolist() == [["00123", "K.01", name, 2]]
