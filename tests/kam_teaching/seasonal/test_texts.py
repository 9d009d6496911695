"""The README of the garden wholesaler: each column of each file has its words."""

from __future__ import annotations

from kam_teaching.seasonal import seasonal_readme, seasonal_tables


def test_every_file_and_column_stands_in_the_readme():
    tables = seasonal_tables()
    text = seasonal_readme(tables, 2026)
    for name, table in tables.items():
        part = text.split(f"### {name}.csv\n\n{len(table):,} rows;")[1].split("### ")[0]
        assert all(f"\n| {column} |" in part for column in table.columns)
    assert "invoices" not in text and "46 with it, 25 without" in text
