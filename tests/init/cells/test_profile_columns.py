"""What columns hold. Oracle: counted by hand in small tables; one large one whose marks begin late."""

from __future__ import annotations

from datetime import date

import ibis
import pandas as pd
import pytest

from kamlib.init.cells import profile_columns
from kamlib.init.cells.column_contents import merged
from kamlib.init.cells.profile_columns import profile


@pytest.fixture(scope="module")
def found(engine):
    """``found(column=[...])``: the contents of a raw table of texts, or of what pandas makes of the values."""

    def make(**columns):
        table = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
        table["kam:line"] = range(2, len(table) + 2)
        return profile(engine, engine.create_table(ibis.util.gen_name("raw"), table, temp=True))

    return make


def test_rows_values_and_examples_are_counted_without_blanks(found):
    here = found(a=["x", " x ", "", None, "longer"])["a"]
    assert (here.rows, here.filled, here.distinct, here.longest) == (5, 3, 2, 6)
    assert here.examples == ("x", "longer")
    assert not here.days and not here.numbers


def test_numbers_beyond_what_an_engine_counts_with_are_looked_at_like_others(found):
    numbers = found(n=["1e300", "7", "0.5"])["n"].numbers.values()
    assert max(n.whole for n in numbers) == 1  # 1e300 is beyond what is held exactly


def test_day_and_month_are_told_apart_by_the_whole_column(found):
    here = found(d=["03/04/2025", "05/06/2025", "13/04/2025"])["d"].days
    assert (here["%d/%m/%Y"].count, here["%m/%d/%Y"].count) == (3, 2)
    assert (here["%d/%m/%Y"].first, here["%d/%m/%Y"].last) == (date(2025, 4, 3), date(2025, 6, 5))


def test_one_day_that_decides_is_found_below_the_first_rows(found, monkeypatch):
    monkeypatch.setattr(profile_columns, "HEAD", 50)
    here = found(d=["03/04/2025"] * 200 + ["13/04/2025"])["d"].days
    assert (here["%d/%m/%Y"].count, here["%m/%d/%Y"].count) == (201, 200)


def test_in_a_long_table_a_sample_spread_over_all_rows_tells_of_the_numbers(found, monkeypatch):
    monkeypatch.setattr(profile_columns, "HEAD", 50)
    here = found(n=["7"] * 5_000 + ["8,5"] * 5_000)["n"]
    assert (here.rows, here.filled, here.distinct) == (10_000, 10_000, 2)
    assert here.looked < 150
    read = here.read_by((",", ""))
    assert read.count == here.looked
    assert 0.65 < read.whole / read.count < 0.85  # the first 50, and about 50 more, half of them 7


def test_marks_that_begin_below_the_first_rows_are_found(found, monkeypatch):
    monkeypatch.setattr(profile_columns, "HEAD", 50)
    here = found(n=["7"] * 60 + ["1 234,50"] * 10)["n"]
    assert here.read_by((",", " ")).count == 70
    assert here.read_by((",", " ")).high == 1234.5


def test_numbers_are_counted_with_their_signs_and_limits(found):
    here = found(n=["(12,00)", "3,5-", "1.234,56", "none", "8"])["n"]
    read = here.numbers[",", "."]
    assert (read.count, read.whole, read.negative, read.low, read.high) == (4, 2, 2, -12, 1234.56)
    assert here.number_share == 0.8


def test_a_point_that_may_be_either_mark_is_read_in_both_ways(found):
    here = found(n=["1.234", "2.500", "12"])["n"]
    assert here.read_by((".", "")).high == 12
    assert here.read_by((",", ".")).high == 2500


def test_columns_that_have_a_type_already_keep_it(found):
    here = found(d=pd.to_datetime(["2025-01-31", "2025-02-28"]), n=[1.5, 2.0])
    assert here["d"].day_share == 1
    assert here["d"].days[""].last == date(2025, 2, 28)
    assert here["n"].number_share == 1
    assert not here["n"].whole


def test_an_empty_column_and_an_empty_table_hold_nothing(engine, found):
    assert found(a=[None, ""], b=["1", "2"])["a"].filled == 0
    none = profile(
        engine, engine.create_table(ibis.util.gen_name("raw"), schema=ibis.schema({"a": "string"}), temp=True)
    )["a"]
    assert (none.rows, none.filled, none.day_share, none.number_share) == (0, 0, 0, 0)


def test_a_column_that_goes_on_in_another_file_is_decided_by_both(found):
    one, two = found(d=["03/04/2025"], n=["5"])["d"], found(d=["13/04/2025"])["d"]
    here = merged([one, two])
    assert (here.rows, here.days["%d/%m/%Y"].count, here.days["%m/%d/%Y"].count) == (2, 2, 1)
    whole, marks = found(n=["5", "7"])["n"], found(n=["1.234,50"])["n"]
    assert merged([whole, marks]).read_by((",", ".")).count == 3
    assert merged([whole, marks]).read_by((".", "")).count == 2
