"""The README of the sample. Oracle: the files themselves."""

from __future__ import annotations

from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def test_the_readme_tells_every_column_of_every_file():
    page = (SAMPLE / "README.md").read_text(encoding="utf-8")
    for path in SAMPLE.rglob("*.csv"):
        name = str(path.relative_to(SAMPLE))
        section = page.split(f"### {name}\n")[1].split("\n#")[0]
        rows = sum(1 for _ in path.open(encoding="utf-8")) - 1
        assert f"{rows:,} rows" in section, name
        header = path.open(encoding="utf-8").readline().strip().split(",")
        assert [c for c in header if f"| {c} |" not in section and f"`{c}`" not in section] == [], name
