"""The whole way: the faults planted in the sample, files that break, and the clean tables' shape."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamlib.entities import groups
from kamlib.errors import InputError
from kamlib.intake import cleaning
from kamlib.intake.pipeline import Clean, collect
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
ORDERS = "order_id,account_id,date,amount\n1,a,2026-01-01,1\n"


@pytest.fixture(scope="module")
def sample(sample_clean) -> Clean:
    return sample_clean


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    return pd.read_csv(SAMPLE / "truth" / "dirty.csv")


@pytest.mark.slow
def test_every_planted_fault_is_found_with_its_reason_and_no_clean_line_is_touched(sample, planted):
    rules = set(sample.ledger.loc[sample.ledger["action"] == "set_aside", "rule"])
    expected = planted[planted["reason"].isin(rules)]
    assert len(expected) > 200
    found = sample.quarantine.to_pandas()
    assert sorted(zip(found["source_file"], found["source_line"], found["reason"], strict=True)) == sorted(
        zip(expected["file"], expected["line"], expected["reason"], strict=True)
    )


def test_every_planted_mark_is_found(sample, planted):
    marks = set(sample.ledger.loc[(sample.ledger["table"] == "orders") & (sample.ledger["action"] == "mark"), "rule"])
    expected = planted.loc[planted["file"] == "orders.csv"].set_index("line")["reason"]
    expected = expected.replace("cancellation_above_zero", "cancellation")  # what it is once it is repaired
    expected = expected[expected.isin(marks)]
    kept = sample.orders.select("source_line", "mark").to_pandas().dropna().set_index("source_line")["mark"]
    assert kept.to_dict() == expected.to_dict() and len(expected) > 1000


@pytest.mark.parametrize(
    ("rule", "besides"),
    [
        ("cancelled_pair", []),
        ("zero_price", []),
        ("currency_spelling", []),
        ("cancellation_above_zero", []),
        ("return_without_purchase", []),
        ("cancellation_without_order", ["return_without_purchase"]),  # of goods never bought there is no order either
        ("unknown_account", ["repeated_header"]),  # which names an account that is not there
    ],
)
def test_every_rule_that_keeps_a_line_counts_what_was_planted(sample, planted, rule, besides):
    ledger = sample.ledger[sample.ledger["table"] == "orders"].set_index("rule")
    assert ledger.loc[rule, "matched_rows"] == planted["reason"].isin([rule, *besides]).sum() > 0


def test_pairs_are_worth_nothing_and_repairs_take_away_what_was_written_twice_over(sample, planted):
    """A credit note over 10 without its minus adds 10 instead of taking 10 away: the repair takes away 20."""
    ledger = sample.ledger[sample.ledger["table"] == "orders"].set_index("rule")
    assert ledger.loc["cancelled_pair", "matched_amount"] == 0
    lines = planted.loc[planted["reason"] == "cancellation_above_zero", "line"]
    written = pd.read_csv(SAMPLE / "orders.csv", dtype=str)["amount"].iloc[lines - 2].map(Decimal).sum()
    repair = ledger.loc["cancellation_above_zero"]
    assert (repair["matched_amount"], repair["amount"], repair["rows"]) == (written, 2 * written, 0)


def test_knots_of_parents_are_marked_in_the_ledger_of_the_accounts(sample, planted):
    ledger = sample.ledger[sample.ledger["table"] == "accounts"].set_index("rule")["matched_rows"]
    knots = Counter(planted.loc[planted["file"] == "accounts.csv", "reason"])
    assert {rule: ledger[rule] for rule in ("own_parent", "parent_circle")} == knots


def test_genuine_repeats_are_kept(sample, planted):
    repeats = planted.loc[planted["reason"] == "genuine_repeat", "line"]
    assert len(repeats) and set(repeats) <= set(sample.orders.source_line.to_pyarrow().to_pylist())


def test_groups_are_the_planted_ones(sample, planted):
    truth = pd.read_csv(SAMPLE / "truth" / "accounts.csv", dtype=str).set_index("account_id")["group_id"]
    found = sample.heads.set_index("account_id")["customer_id"]
    odd = planted.loc[planted["file"] == "accounts.csv", "reason"]
    assert found.index.equals(truth.index) or set(found.index) == set(truth.index)
    differing = (found != truth.reindex(found.index)).sum()
    assert differing <= odd.eq("parent_circle").sum() + odd.eq("own_parent").sum()
    assert any("own parent" in note for note in sample.notes) and any("circle" in note for note in sample.notes)
    proof = groups.double_count(sample.orders).iloc[0]
    assert proof["groups"] > 50 and proof["amount_by_account"] == proof["amount_by_customer"]


def test_clean_orders_have_the_agreed_columns_and_types(sample):
    assert sample.orders.columns == cleaning.ORDER_COLUMNS
    types = {name: str(kind) for name, kind in sample.orders.schema().items()}
    assert types["date"] == "date" and types["quantity"] == "float64" and types["source_line"] == "int64"
    assert types["amount"].startswith("decimal(18, 4") and types["margin"].startswith("decimal(18, 4")
    assert set(sample.tables) == set(INPUTS) - {"orders"}


@pytest.mark.parametrize("name", sorted(set(INPUTS) - {"orders"}))
def test_every_clean_table_keeps_the_rules_of_the_dictionary(name, sample, broken):
    assert broken(name, sample.tables[name]) == []


def test_a_table_that_breaks_the_dictionary_would_be_seen(sample, broken):
    table = sample.tables["surveys"].assign(colour="red", score=99)
    table.loc[0, "date"] = pd.NaT
    assert broken("surveys", table) == ["colour: not in the dictionary", "date: missing", "score: values"]
    twice = pd.concat([sample.tables["invoices"]] * 2)
    assert broken("invoices", twice) == ["('invoice_id',): repeats"]


def test_months_add_up_to_what_came(sample):
    monthly = cleaning.by_month(sample.orders, sample.quarantine)
    ledger = sample.ledger[sample.ledger["table"] == "orders"].set_index("rule")
    sums = monthly.groupby("reason")["rows"].sum()
    assert sums.sum() == ledger.loc["came in", "rows"] and sums["kept"] == ledger.loc["kept", "rows"]
    repaired = ledger.loc[ledger["action"] == "repair", "amount"].sum()
    assert monthly["amount"].dropna().sum() + repaired == ledger.loc["came in", "amount"]
    undated = {"bad_date", "repeated_header", "total_row", "broken_line"}
    assert set(monthly.loc[monthly["month"].isna(), "reason"]) == undated


def test_examples_are_the_first_rows_of_each_reason(sample):
    aside = sample.quarantine.to_pandas()
    found = cleaning.examples(sample.quarantine)
    assert len(found) == aside["reason"].nunique()
    assert found.set_index("reason")["source_line"].to_dict() == aside.groupby("reason")["source_line"].min().to_dict()


@pytest.mark.slow
def test_the_same_files_give_the_same_tables(sample):
    again = collect(Study.read(SAMPLE / "study.yaml"))
    pd.testing.assert_frame_equal(sample.ledger, again.ledger)
    for name, table in sample.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])


def test_a_missing_file_of_any_table_is_named(make_study):
    with pytest.raises(InputError, match=r"gone\.csv.*no file for the table 'notes'"):
        collect(
            make_study(
                {"orders.csv": ORDERS}, sources={"orders": {"files": "orders.csv"}, "notes": {"files": "gone.csv"}}
            )
        )


@pytest.mark.slow
def test_hostile_columns_can_be_mapped(make_study):
    name = 'select"; drop table x --'
    head = '"' + name.replace('"', '""') + "\",account_id,date,amount,'); --,kam:part\n"
    study = make_study(
        {"orders.csv": head + '"x""y",a,2026-01-01,1,p,q\n=1+1,,2026-01-01,1,,\n'},
        sources={"orders": {"files": "orders.csv", "columns": {"order_id": name, "product": "'); --"}}},
    )
    clean = collect(study)
    assert clean.orders.select("order_id", "product").to_pyarrow().to_pylist() == [{"order_id": 'x"y', "product": "p"}]
    assert clean.quarantine.to_pandas()["original"].tolist() == ['"=1+1","","2026-01-01","1","",""']


BYTES = st.one_of(
    st.binary(max_size=200),
    st.text("order_idacountmedate,;\t\n\"'0123456789.-", max_size=200).map(str.encode),
    st.text(max_size=80).map(lambda text: (ORDERS + text).encode("utf-8", "replace")),
    st.binary(max_size=80).map(lambda rest: ORDERS.encode() + rest),
    st.tuples(st.sampled_from(["utf-16", "cp1252", "utf-32"]), st.text('aé,\n1"', max_size=60)).map(
        lambda found: (ORDERS + found[1]).encode(found[0])
    ),
)


BROKEN = {
    "open quote": b'order_id,account_id,date,amount\n"1,a,2026-01-01,1\n',
    "short line": b"order_id,account_id,date,amount\n1,a,2026-01-01,1\n1,a\r\n",
    "two marks": b"\xef\xbb\xbf" * 2 + ORDERS.encode(),
    "long name": ("x" * 300_000 + "," + ORDERS).encode(),
}


@pytest.mark.proof
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BYTES)
def test_whatever_the_bytes_they_end_in_clean_tables_or_a_clear_error(make_study, content):
    ends_well(make_study, content)


@pytest.mark.slow
@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_ends_in_clean_tables_or_a_clear_error(make_study, content):
    ends_well(make_study, content)


def ends_well(make_study, content: bytes) -> None:
    """Rows in = rows kept + rows set aside, or an InputError; never another failure."""
    try:
        clean = collect(make_study({"orders.csv": content}))
    except InputError as error:
        assert str(error)
        return
    ledger = clean.ledger.set_index("rule")["rows"]
    assert ledger["came in"] == clean.orders.count().execute() + clean.quarantine.count().execute()


@pytest.mark.parametrize(("as_of", "told"), [("2026-02-01", False), ("2026-02-02", True)])
def test_records_that_end_long_before_as_of_are_said_to(make_study, as_of, told):
    """The only line is of 1 January: 31 days before 1 February."""
    notes = collect(make_study({"orders.csv": ORDERS}, sources={"orders": {"files": "orders.csv"}}, as_of=as_of)).notes
    assert any("The last order line is of 2026-01-01" in note for note in notes) == told
