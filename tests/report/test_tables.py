"""Tables: values written as asked, names that can do no harm, reasons in words."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.report import words
from kamlib.report.tables import cells, table
from kamlib.report.words import catalogue as words_of
from kamlib.stats.reasons import waiting
from kamlib.study import run_tables
from kamlib.study.run_tables import column

FRAME = pd.DataFrame(
    {
        "customer_id": ["00123", "<b>x</b>"],
        "p_silent": [0.1234, np.nan],
        "orders": pd.array([1000, None], dtype="Int64"),
        "left_over": [Decimal("12.3451"), Decimal("-1")],
        "key": [True, False],
        "day": [pd.Timestamp("2026-01-31"), pd.NaT],
    }
)


def test_a_table_is_rounded_escaped_and_says_unknown(shown):
    table(FRAME, "Accounts & <more>")
    page = BeautifulSoup(shown[0]["text/html"], "html.parser")
    rows = [[cell.get_text() for cell in row.find_all(["td", "th"])] for row in page.find_all("tr")]
    assert rows == [
        ["customer id", "P(no order)", "orders", "left over", "key", "day"],
        ["00123", "12%", "1,000", "12.35", "yes", "2026-01-31"],
        ["<b>x</b>", "unknown", "unknown", "-1.00", "no", "unknown"],
    ]
    assert page.find("caption").get_text() == "Accounts & <more>"
    assert not page.find("b")


def test_numbers_stand_right_and_texts_left(shown):
    table(FRAME)
    page = BeautifulSoup(shown[0]["text/html"], "html.parser")
    sides = [cell["style"].split()[-1] for cell in page.find("tr").find_all("th")]
    assert sides == ["left", "right", "right", "right", "left", "left"]


def test_a_bound_among_numbers_stands_right_as_they_do(shown):
    table(pd.DataFrame({"days": [13.0, "> 180", None], "id": ["00123", "> 180", "7"]}))
    page = BeautifulSoup(shown[0]["text/html"], "html.parser")
    assert [cell["style"].split()[-1] for cell in page.find("tr").find_all("th")] == ["right", "left"]


def test_a_text_of_the_data_is_never_taken_for_a_code(shown):
    told = [code for code, words in words_of().items() if "{" not in words]
    table(pd.DataFrame({"trait": "industry", "value": told, "segment": told}), most=len(told))
    assert all(shown[0]["text/plain"].count(code) >= 2 for code in told)


def test_the_plain_text_of_a_table_lines_up(shown):
    table(pd.DataFrame({"name": ["a", "bbb"], "n": [1, 1000]}))
    assert shown[0]["text/plain"] == "name      n\na         1\nbbb   1,000"


def test_long_tables_say_how_much_they_leave_out(shown):
    table(pd.DataFrame({"n": range(1040)}), most=10)
    assert shown[0]["text/plain"].endswith("and 1,030 more rows")
    assert "and 1,030 more rows" in shown[0]["text/html"]


def test_a_named_index_and_two_rows_of_heads_are_shown(shown):
    cross = pd.crosstab(pd.Series(["A", "B"], name="abc"), pd.Series(["X", "Y"], name="xyz"))
    table(cross)
    assert shown[0]["text/plain"].splitlines()[0].split() == ["abc", "X", "Y"]
    wide = pd.DataFrame({("money", "sum"): [1.0], ("money", "share"): [0.5]})
    table(wide)
    assert "money / sum" in shown[1]["text/plain"]


def test_an_empty_table_is_a_head_and_says_none(shown):
    table(FRAME.head(0))
    assert shown[0]["text/plain"].splitlines()[1:] == ["none"] and "<small>none</small>" in shown[0]["text/html"]


def test_a_format_for_a_column_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="p_loss"):
        table(FRAME, p_loss=".0%")


def test_the_table_given_is_not_changed(shown):
    before = FRAME.copy(deep=True)
    table(FRAME, p_silent=".0%")
    pd.testing.assert_frame_equal(FRAME, before)


def test_a_table_without_rows_says_what_it_waits_for(shown, monkeypatch):
    monkeypatch.setattr(words, "catalogue", lambda: {"no_quarter": "No quarter in {days} days."})
    table(waiting(["quarter", "lost"], "no_quarter", days=180)[["lost"]], "Losses")
    assert shown == [{"text/markdown": "No quarter in 180 days.", "text/plain": "No quarter in 180 days."}]


def test_reasons_of_a_table_are_shown_in_words(shown, monkeypatch):
    monkeypatch.setattr(words, "catalogue", lambda: {"quiet": "quiet for {days} days"})
    table(pd.DataFrame({"reason": ["quiet", ""], "reason_values": ['{"days": 7}', "{}"], "n": [1, 2]}), "Why")
    assert shown[0]["text/plain"].splitlines()[1:3] == ["reason            n", "quiet for 7 days  1"]


#: formats that notebooks once typed, by column
TYPED = {
    ",.0f": "money revenue revenue_12m margin_12m contribution cost_to_serve net_revenue largest_account average_order margin_a_year "
    "returned_margin stake remaining_value second_value expected_return worth cost mean median mean_error aic "
    "silence_days gap_median median_day median_age lines customers losses lost smallest largest came expected order_days_a_year",
    "+,.0f": "change",
    ".0%": "known certainty stale share_moved explained lost_share stayed_share right discount p_silent p_return p_key",
    ".1%": "share share_of_accounts share_of_money share_of_revenue margin_known margin_rate",
    "+.0%": "growth",
    "+.1%": "bias",
    ".0f": "weight source_line",
    ".1f": "score points_revenue points gate need solvency authority rhythm flip_weight",
    ".2f": "alpha slope rank_correlation silhouette ratio",
    ".3f": "penalty brier auc c",
    "+.3f": "difference",
    ",.6g": "worst best",
}


@pytest.mark.parametrize(("spec", "name"), [(spec, name) for spec, names in TYPED.items() for name in names.split()])
def test_the_dictionary_writes_numbers_as_notebooks_once_did(spec, name):
    values = [0.0, 0.4567, 0.99, 1.0, 73.25, 99.96] + ([-0.0049, -12.5] if "+" in spec else [])
    _, rows, right = cells(pd.DataFrame({name: values}))
    assert right == [True]
    assert [row[0] for row in rows] == [re.sub(r"^-(?=[0.]*%?$)", "", format(value, spec)) for value in values]


ENTRIES = yaml.safe_load(Path(run_tables.__file__).with_suffix(".yaml").read_text(encoding="utf-8"))["columns"]
NAMES = [name for section in ENTRIES.values() for name in section if "(" not in name]
NUMBERS = st.one_of(st.floats(-1e9, 1e9), st.integers(-(10**9), 10**9), st.decimals(-(10**9), 10**9, allow_nan=False))


@given(st.sampled_from(NAMES), st.lists(NUMBERS, min_size=1, max_size=3))
def test_a_column_of_the_dictionary_never_shows_more_than_its_digits(name, values):
    written, values = column(name).format, pd.Series(values, dtype=object)
    for shown in (row[0] for row in cells(pd.DataFrame({name: values}))[1]):
        whole, _, rest = shown.strip("%+-").replace(",", "").partition(".")
        if written.kind == "figures":
            assert len((whole + rest).partition("e")[0].strip("0")) <= written.digits
        elif column(name).type in ("money", "number", "integer"):
            assert len(rest) <= written.digits


def test_whole_numbers_have_no_decimals_and_are_no_shares():
    _, rows, _ = cells(pd.DataFrame({"score": [4], "lost": [1200], "growth": [3]}))
    assert rows == [["4", "1,200", "3"]]


def test_the_ends_of_an_interval_are_written_as_the_value_before_them():
    frame = pd.DataFrame({"bias": [0.1], "low": [-0.1], "high": [0.3], "score": [7.0], "median": [3.2]})
    assert cells(frame)[1] == [["+10.0%", "-10.0%", "+30.0%", "7.0", "3"]]


def test_a_format_that_is_given_stands_before_the_dictionary():
    assert cells(pd.DataFrame({"p_silent": [0.1234]}), formats={"p_silent": ".3f"})[1] == [["0.123"]]


def test_a_named_index_is_written_by_the_dictionary_too():
    frame = pd.DataFrame({"n": [1]}, index=pd.Index([0.25], name="p_silent"))
    assert cells(frame)[:2] == (["P(no order)", "n"], [["25%", "1"]])


def test_texts_and_what_is_missing_need_no_format():
    assert cells(pd.DataFrame({"value": ["blue", None], "money": [np.nan, np.inf]}))[1] == [
        ["blue", "unknown"],
        ["unknown", "infinite"],
    ]


def test_the_cells_of_a_cross_table_are_written_as_what_they_hold():
    cross = pd.DataFrame({"growth": [1234.5], "no date": [0.0]}, index=pd.Index(["A"], name="abc"))
    assert cells(cross, of="money_after")[1] == [["A", "1,234", "0"]]
    assert cells(cross, of="points", formats={"no date": ".0%"})[1] == [["A", "1,234.5", "0%"]]
    with pytest.raises(InputError, match="colour"):
        cells(cross, of="colour")


def test_what_is_no_number_in_a_cross_table_is_written_as_by_its_own_name():
    cross = pd.DataFrame({"measure": ["top_1"], "now": [0.25], "verdict": ["unknown"]})
    assert cells(cross, of="top_1", index=False)[1] == [["share of the largest customer", "25.0%", "not known"]]


def test_a_cross_table_may_say_itself_what_its_cells_hold(shown):
    cross = pd.DataFrame({"A": [1234.56]}, index=["B"])
    cross.attrs["of"] = "money_after"
    table(cross)
    assert shown[0]["text/plain"].split() == ["A", "B", "1,235"]


def test_a_share_that_is_neither_nothing_nor_all_is_not_written_as_such():
    frame = pd.DataFrame(
        {"p_silent": [0.0, 0.001, 0.999, 1.0], "low": [0.0, 0.004, 0.6, 1.0], "share": [0.5, 0.0004, 0.9996, 1.0]}
    )
    _, rows, right = cells(frame)
    assert rows[0] == ["0%", "0%", "50.0%"] and rows[3] == ["100%", "100%", "100.0%"]
    assert rows[1] == ["under 1%", "under 1%", "under 0.1%"] and rows[2] == ["over 99%", "60%", "over 99.9%"]
    assert all(right)


def test_codes_among_the_columns_of_the_dictionary_are_put_into_words():
    frame = pd.DataFrame(
        {"cause": ["nothing_tells", "own"], "slope": ["no_slope", 1.234], "state": "silent", "name": "bids"}
    )
    assert cells(frame)[1] == [["nothing that tells", "none", "silent", "bids"], ["own", "1.23", "silent", "bids"]]
