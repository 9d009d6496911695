"""How much one known order line gives away. Oracle: shares counted by hand."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest

from kamlib.privacy.protection import named_by_one_line, readme


def lines(rows: list[tuple[str, str, str]]) -> ibis.Table:
    table = pd.DataFrame(rows, columns=["account_id", "date", "amount"])
    return (
        ibis.duckdb.connect()
        .create_table("t", ibis.memtable(table))
        .mutate(amount=ibis._.amount.cast("decimal(18,4)"), date=ibis._.date.cast("date"))
    )


def test_the_share_is_of_each_accounts_lines_and_then_over_the_accounts():
    """a: of four lines (two alike) the three that b has not; b: one of two; c: none of one."""
    rows = [("a", "2026-01-01", "5"), ("a", "2026-01-01", "5"), ("a", "2026-01-02", "7"), ("a", "2026-01-03", "9"),
            ("b", "2026-01-03", "9"), ("b", "2026-01-04", "9"), ("c", "2026-01-03", "9")]  # fmt: skip
    assert named_by_one_line(lines(rows)) == pytest.approx((3 / 4 + 1 / 2 + 0) / 3)


def test_without_lines_nothing_is_known():
    assert pd.isna(named_by_one_line(lines([("a", "2026-01-01", "5")]).limit(0)))


def test_the_readme_says_for_whom_it_is_and_the_share():
    text = readme(0.9437)
    assert "for people you trust" in text and "94.4% of the cases" in text and "not anonymous" in text
