"""A table of one's own becomes clean order lines to the row and the cent, or an error names what stands in the way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from kamlib.churn.losses import loss_episodes
from kamlib.errors import InputError
from kamlib.facts import account_days, account_facts, account_months, customer_states, next_orders, orders
from kamlib.facts.blocks import past_blocks
from kamlib.facts.order_lines import COLUMNS, check_lines
from kamlib.measures.trade_claims import first_years
from kamlib.segments.crosstabs import line_sums

DAY = date(2026, 6, 30)
NAMES = {"account_id": "Kunde", "date": "Tag", "amount": "Netto"}
CLEAN = [("00123", date(2026, 1, 1), Decimal("0.1")), ("124", date(2026, 2, 1), Decimal("-2.5"))]


@pytest.fixture
def frame():
    days = pd.to_datetime(["2026-01-01 23:30", "2026-02-01 00:00"])
    return pd.DataFrame({"Kunde": ["00123", "124"], "Tag": days, "Netto": [0.1, -2.5], "Notiz": [{}, []]})


def rows(lines):
    found = lines.order_by("date").to_pyarrow().to_pylist()
    return [(row["customer_id"], row["date"], row["amount"]) for row in found]


def test_a_pandas_frame_gives_texts_days_and_exact_money(frame):
    lines = orders(frame, **NAMES)
    assert lines.columns == COLUMNS and rows(lines) == CLEAN
    assert lines.margin.isnull().all().execute() and lines.amount.type().scale == 4


@pytest.mark.parametrize("words", [pa.string(), pa.large_string(), pa.string_view()], ids=str)
def test_an_arrow_table_gives_the_same_whatever_its_kind_of_text(frame, words):
    table = pa.Table.from_pandas(frame[["Kunde", "Tag", "Netto"]])
    table = table.set_column(0, "Kunde", pa.array(frame["Kunde"].tolist(), words))
    assert rows(orders(table, **NAMES)) == CLEAN


def test_any_frame_that_speaks_arrow_gives_the_same(frame):
    class Other:
        columns = ("Kunde", "Tag", "Netto")

        def __arrow_c_stream__(self, requested_schema=None):
            return pa.Table.from_pandas(frame[list(self.columns)]).__arrow_c_stream__(requested_schema)

    assert rows(orders(Other(), **NAMES)) == CLEAN


def test_a_polars_frame_gives_the_same_also_with_categories(frame):
    pl = pytest.importorskip("polars")
    table = pl.from_pandas(frame[["Kunde", "Tag", "Netto"]]).with_columns(pl.col("Kunde").cast(pl.Categorical))
    assert rows(orders(table, **NAMES)) == CLEAN


def test_an_ibis_table_stays_in_its_engine(frame):
    con = ibis.duckdb.connect()
    lines = orders(con.create_table("own", frame[["Kunde", "Tag", "Netto"]]), **NAMES)
    assert lines.get_backend() is con and rows(lines) == CLEAN


def test_whole_numbers_are_ids_without_a_point_and_categories_are_their_values(frame):
    for ids in ([12346.0, 7.0], [12346, 7], pd.Categorical([12346, 7]), pd.array([12346, 7], "Int64")):
        assert [row[0] for row in rows(orders(frame.assign(Kunde=ids), **NAMES))] == ["12346", "7"]


def test_a_time_of_a_frame_is_of_the_day_that_its_own_clock_showed(frame):
    for zone in ("America/New_York", "Asia/Tokyo"):
        assert rows(orders(frame.assign(Tag=frame["Tag"].dt.tz_localize(zone)), **NAMES)) == CLEAN
    own = ibis.memtable(pa.table({"Kunde": ["a"], "Tag": pa.array([0], pa.timestamp("us", "UTC")), "Netto": [1]}))
    with pytest.raises(InputError, match="time zone") as error:
        orders(own, **NAMES)
    assert error.value.column == "Tag"


def test_columns_of_our_names_are_taken_and_the_margin_is_what_the_cost_leaves(frame):
    given = frame.assign(order_id=[1, 2], cost=[0.04, 1], margin=[None, 7.0], customer_id="head")
    found = orders(given, **NAMES).order_by("date").to_pandas()
    assert found["margin"].tolist() == [Decimal("0.06"), 7] and found["order_id"].tolist() == ["1", "2"]
    assert set(found["customer_id"]) == {"head"} and found["account_id"].tolist() == ["00123", "124"]
    assert orders(given, **NAMES, margin="cost").margin.sum().execute() == Decimal("1.04")


def test_a_margin_that_is_wholly_missing_is_missing_and_never_zero(frame):
    for margin in (None, np.nan):
        facts = account_facts(orders(frame.assign(margin=margin), **NAMES), DAY)
        assert facts[["margin", "margin_12m"]].isna().all(axis=None) and (facts["margin_known"] == 0).all()


@pytest.mark.parametrize(
    ("change", "column", "says"),
    [
        ({"Kunde": ["a", None]}, "Kunde", "1 of 2 rows have no 'account_id'"),
        ({"Kunde": [" ", ""]}, "Kunde", "2 of 2 rows"),
        ({"Kunde": [True, False]}, "Kunde", "needs texts or whole numbers"),
        ({"Tag": ["01.02.2026", "02.01.2026"]}, "Tag", "needs days or times.*to_datetime"),
        ({"Tag": [20260101, 20260102]}, "Tag", "needs days or times"),
        ({"Tag": pd.to_datetime(["2026-01-01", None])}, "Tag", "1 of 2 rows have no 'date'"),
        ({"Tag": None}, "Tag", "2 of 2 rows have no 'date'"),
        ({"Tag": pd.period_range("2026-01", periods=2, freq="M")}, "Tag", "can't be read"),
        ({"Netto": [1.0, np.nan]}, "Netto", "1 of 2 rows have no 'amount'"),
        ({"Netto": [1.0, np.inf]}, "Netto", "1 of 2 rows have no 'amount'"),
        ({"Netto": ["1,5", "2"]}, "Netto", "needs numbers.*to_numeric"),
        ({"Netto": [1, "2"]}, "Netto", "can't be read"),
    ],
)
def test_a_column_that_does_not_hold_what_it_should_is_named(frame, change, column, says):
    with pytest.raises(InputError, match=says) as error:
        orders(frame.assign(**change), **NAMES)
    assert error.value.column == column


def test_a_missing_column_is_named_with_those_that_are_there(frame):
    with pytest.raises(InputError, match=r"no such column, for 'amount'.*'Kunde', 'Tag'.*amount=\.\.\.") as error:
        orders(frame.drop(columns="Netto"), **NAMES)
    assert error.value.column == "Netto"
    with pytest.raises(InputError, match="for 'manager'"):
        orders(frame, **NAMES, manager="Betreuer")


def test_a_name_that_stands_twice_is_refused_and_another_pair_is_let_be(frame):
    with pytest.raises(InputError, match="stands twice"):
        orders(pd.concat([frame, frame["Netto"]], axis=1), **NAMES)
    assert rows(orders(pd.concat([frame, frame["Notiz"]], axis=1), **NAMES)) == CLEAN


def test_numbers_name_columns_too(frame):
    assert rows(orders(frame.set_axis(range(4), axis=1), account_id="0", date="1", amount="2")) == CLEAN


def test_a_frame_without_rows_and_what_is_no_frame_are_refused(frame):
    with pytest.raises(InputError, match="no order lines"):
        orders(frame.head(0), **NAMES)
    with pytest.raises(InputError, match=r"pandas or polars frame.*list"):
        orders([1, 2], **NAMES)


CALLS = {
    "account_facts": account_facts,
    "account_months": account_months,
    "account_days": account_days,
    "next_orders": lambda lines, day: next_orders(lines, day, day),
    "past_blocks": lambda lines, day: past_blocks(lines, day, horizon_days=90),
    "loss_episodes": loss_episodes,
    "line_sums": line_sums,
    "first_years": first_years,
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_everything_that_takes_order_lines_names_what_is_wrong_with_them(call, frame):
    lines = orders(frame, **NAMES)
    wrong = {
        "customer_id": lines.rename(Kunde="customer_id"),
        "date": lines.mutate(date=lines.date.cast("timestamp")),
        "amount": lines.mutate(amount=lines.amount.cast("float64")),
        None: frame,
    }
    for column, table in wrong.items():
        with pytest.raises(InputError, match=r"kamlib\.facts\.orders") as error:
            call(table, DAY)
        assert error.value.column == column


def test_lines_without_a_margin_are_told_so(frame):
    lines = orders(frame, **NAMES)
    with pytest.raises(InputError, match="lack a column") as error:
        account_facts(lines.drop("margin"), DAY)
    assert error.value.column == "margin"
    check_lines(lines, *COLUMNS)


def test_facts_that_lack_what_a_state_is_made_of_are_named(frame):
    facts = account_facts(orders(frame, **NAMES), DAY)
    with pytest.raises(InputError, match="no 'gaps'"):
        customer_states(facts.drop(columns="gaps"))
