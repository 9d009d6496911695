"""Lines that came twice. Oracle: files of a few lines, compared by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.intake.overlapping_files import possible, shared_days
from kamlib.intake.pipeline import collect
from kamlib.study.sources import Source

HEAD = "order_id,account_id,date,amount\n"


@pytest.mark.slow
def test_two_files_that_overlap_keep_one_copy_of_each_line(make_study, kept):
    """The first file ends with A, A, B of 2 January; the second begins with A, A, A, C: two copies, k-th to k-th."""
    first = HEAD + "0,a,2026-01-01,1\nA,a,2026-01-02,2\nA,a,2026-01-02,2\nB,a,2026-01-02,4\n"
    second = HEAD + "A,a,2026-01-02,2\nA,a,2026-01-02,2\nA,a,2026-01-02,2\nC,a,2026-01-02,8\nD,a,2026-01-03,16\n"
    files = {"y1.csv": first, "y2.csv": second}
    for order in (["y1.csv", "y2.csv"], ["y2.csv", "y1.csv"]):
        clean = collect(make_study(files, sources={"orders": {"files": order}}))
        assert kept(clean) == ["0", "A", "A", "A", "B", "C", "D"]
        found = clean.quarantine.to_pandas()
        assert found["source_file"].tolist() == ["y2.csv", "y2.csv"]
        assert set(found["reason"]) == {"overlap"}


@pytest.mark.slow
def test_the_part_column_is_left_out_of_the_comparison(make_study, lines, reasons):
    text = "order_id,account_id,date,amount,sheet\nA,a,2026-01-02,2,one\nA,a,2026-01-02,2,one\nA,a,2026-01-02,2,two\n"
    clean = collect(make_study({"orders.csv": text}, sources={"orders": {"files": "orders.csv", "part": "sheet"}}))
    assert reasons(clean) == {4: "overlap"}
    assert "overlap" in set(clean.ledger["rule"]) and lines(clean, "overlap")["matched_rows"] == 1


def test_repeated_lines_of_one_file_are_no_copies(make_study, kept):
    clean = collect(make_study({"orders.csv": HEAD + "A,a,2026-01-02,2\n" * 3}))
    assert kept(clean) == ["A"] * 3


def test_shared_days_are_those_of_at_least_two_parts():
    spans = pd.DataFrame(
        {
            "first": pd.to_datetime(["2026-01-01", "2026-01-05", "2026-01-08", "2026-03-01"]),
            "last": pd.to_datetime(["2026-01-10", "2026-01-07", "2026-01-12", "2026-03-02"]),
        }
    )
    found = [(first.day, last.day) for first, last in shared_days(spans)]
    assert found == [(5, 7), (8, 10)]


@pytest.mark.parametrize(
    ("source", "files", "answer"),
    [
        ({}, 1, False),
        ({}, 2, True),
        ({"part": "sheet"}, 1, True),
        ({"dialect": {"sheet": "2025"}}, 1, False),
        ({"dialect": {"sheet": ["2025"]}}, 1, False),
        ({"dialect": {"sheet": ["2025", "2026"]}}, 1, True),
    ],
)
def test_only_what_has_two_parts_can_overlap(source, files, answer):
    assert possible([Source(files="a.xlsx", **source)], files) == answer


@pytest.mark.slow
def test_a_second_export_of_the_same_days_counts_once_however_it_is_written(make_study, kept):
    """20.00 for 20, a time of day, one more column, blanks: the case of `overlap-written-otherwise`."""
    first = "order_id,account_id,date,amount,product\n1,a,2026-04-29,10,p\n2,a,2026-04-30,20,p\n3,b,2026-04-30,30,q\n"
    for second in (
        "order_id,account_id,date,amount,product\n2,a,2026-04-30,20.00,p\n3,b,2026-04-30,30.00,q\n4,b,2026-05-01,40,q\n",
        "order_id,account_id,date,amount,product\n2,a,2026-04-30 09:15,20,p\n3,b,2026-04-30,30,q\n4,b,2026-05-01,40,q\n",
        "order_id,account_id,date,amount,product,x\n2,a,2026-04-30,20,p,1\n3, b ,2026-04-30,30,q,\n4,b,2026-05-01,40,q,2\n",
        "order_id,product,account_id,amount,date\n2,p,a,20,2026-04-30\n3,q,b,30,2026-04-30\n4,q,b,40,2026-05-01\n",
    ):
        clean = collect(
            make_study({"m4.csv": first, "m5.csv": second}, sources={"orders": {"files": ["m4.csv", "m5.csv"]}})
        )
        assert kept(clean) == ["1", "2", "3", "4"]


@pytest.mark.slow
def test_lines_that_differ_in_what_makes_an_order_line_are_no_copies(make_study, kept):
    first = "order_id,account_id,date,amount,product,quantity\n2,a,2026-04-30,20,p,2\n"
    for n, other in enumerate(
        (
            "3,a,2026-04-30,20,p,2",
            "2,b,2026-04-30,20,p,2",
            "2,a,2026-04-30,21,p,2",
            "2,a,2026-04-30,20,q,2",
            "2,a,2026-04-30,20,p,3",
        )
    ):
        files = {f"a{n}.csv": first, f"b{n}.csv": first.splitlines()[0] + f"\n{other}\n"}
        assert len(kept(collect(make_study(files, sources={"orders": {"files": list(files)}})))) == 2


@pytest.mark.slow
def test_without_order_ids_two_shops_that_sell_the_same_are_no_copies(make_study, lines):
    """Only the whole line as it stands says that it came twice."""
    text = "account_id,date,amount,shop\nwalk-in,2026-04-30,20,{}\n"
    for shops, kept in (("NS", 2), ("NN", 1)):
        files = {f"{place}{shop}{shops}.csv": text.format(shop) for place, shop in enumerate(shops)}
        assert lines(collect(make_study(files, sources={"orders": {"files": list(files)}})), "kept")["rows"] == kept
