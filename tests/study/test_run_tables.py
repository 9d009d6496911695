"""The tables that a run keeps. Oracle: the Parquet files of a run of the sample, and entries typed here by hand."""

import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyarrow.types as pt
import pytest
import yaml

from kamlib.errors import InputError
from kamlib.run.notebook.steps import notebook_steps
from kamlib.study import run_tables as module
from kamlib.study.columns import Format
from kamlib.study.dictionary import INPUTS, dictionary
from kamlib.study.run_tables import KINDS, column, columns, run_tables

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "kamlib" / "study" / "run_tables.yaml"
ENTRIES = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
MADE = sorted({table for step in notebook_steps() for table in step.makes} | {"said"})  # the run itself makes this one
#: what the sample doesn't have: it gives margins, so that costs are not asked for and revenue stands behind them
NOT_IN_SAMPLE = {("orders", "cost"), ("orders", "discount"), ("profiles", "revenue_a_year")}
#: what a study's first report has no rows for: there is no report before it
AFTER_THE_FIRST = {"said"}
UNITS = {
    *("", "study currency", "share", "days", "day", "count", "place", "points"),
    *("units", "persons", "points 1-10", "hours"),  # of the inputs
}
FITS = {
    "text": (pt.is_string, pt.is_large_string),
    "date": (pt.is_date, pt.is_timestamp),
    "money": (pt.is_decimal, pt.is_floating),
    "number": (pt.is_floating, pt.is_integer),
    "integer": (pt.is_integer, pt.is_floating),  # counts that may be unknown are kept as floats
    "flag": (pt.is_boolean,),
}


def kept(name, report):
    return report / "tables" / f"{name}.parquet"


def test_the_dictionary_has_the_tables_that_a_run_makes():
    assert sorted(run_tables()) == MADE


@pytest.mark.kernel
@pytest.mark.parametrize("name", MADE)
def test_no_table_of_a_run_names_accounts_without_their_customers(name, sample_report):
    found = set(pq.read_schema(kept(name, sample_report)).names)
    assert "customer_id" in found or not {"account_id", "member_id"} & found
    assert name in INPUTS or "account_id" not in found, "what is derived speaks of customers"


@pytest.mark.kernel
@pytest.mark.parametrize("name", MADE)
def test_every_column_of_a_table_is_in_the_dictionary_and_every_entry_in_the_table(name, sample_report):
    table = run_tables()[name]
    codes = {f"{one.name}_values" for one in table.columns if one.format.kind == "code"}
    found = set(pq.read_schema(kept(name, sample_report)).names)
    assert found - codes == set(table.names) - {one for of, one in NOT_IN_SAMPLE if of == name}


@pytest.mark.kernel
@pytest.mark.parametrize("name", MADE)
def test_values_are_of_the_type_and_within_the_limits_of_the_dictionary(name, sample_report):
    rows = pq.read_table(kept(name, sample_report))
    for one in run_tables()[name].columns:
        if one.name not in rows.column_names or rows[one.name].null_count == len(rows):
            continue
        assert any(fits(rows.schema.field(one.name).type) for fits in FITS[one.type]), one
        values = rows[one.name].to_pandas().dropna()
        if one.type == "integer":
            assert (values.astype(float) % 1 == 0).all(), one
        for limit, sign in ((one.low, 1), (one.high, -1)):
            assert limit is None or (sign * (values - limit) > -1e-9).all(), one


@pytest.mark.kernel
@pytest.mark.parametrize("name", [name for name in MADE if run_tables()[name].key])
def test_the_key_of_a_table_names_a_row(name, sample_report):
    key = list(run_tables()[name].key)
    rows = pd.read_parquet(kept(name, sample_report), columns=key)
    assert bool(len(rows)) == (name not in AFTER_THE_FIRST) and not rows.duplicated().any()


def test_every_entry_is_whole_and_its_unit_is_one_of_a_few():
    words = dictionary(run_tables())
    assert not words.duplicated(["table", "column"]).any()
    assert set(words["unit"]) <= UNITS and {unit for _, unit in KINDS.values()} <= UNITS
    assert words["meaning"].str.fullmatch(r".{2,}[^.\s]").all()
    assert all(one.format.kind in KINDS for table in run_tables().values() for one in table.columns)


def test_a_name_stands_once_in_the_dictionary():
    tree = {key.value: value for key, value in yaml.compose(SOURCE.read_text(encoding="utf-8")).value}
    names = [name.value for _, section in tree["columns"].value for name, _ in section.value]
    assert len(names) > 150 and sorted(names) == sorted(set(names))


def test_a_column_that_is_in_no_table_of_a_run_is_on_a_page():
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "kamlib").rglob("*.py"))
    code += "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob("*.ipynb"))
    listed = {name for table in run_tables().values() for name in table.names}
    names = [name for section in ENTRIES["columns"].values() for name in section]
    assert not [n for n in names if n not in listed and not re.search(rf"""["' .]{n}\b""", code)]


@pytest.mark.parametrize(
    ("name", "kind", "unit"),
    [
        ("revenue_6m_year_ago", "money", "study currency"),
        ("margin_known_12m", "share", "share"),
        ("order_days_prev_12m", "count", "count"),
        ("points_reputation", "points", "points"),
        ("in_maintenance", "share", "share"),
        ("horizontal_low", "points", "points"),
        ("score_before", "points", "points"),
        ("returned_margin", "money", "study currency"),
        ("wallet", "money", "study currency"),
        ("hours", "number", "hours"),
    ],
)
def test_a_column_of_a_family_is_written_as_that_which_it_is_made_of(name, kind, unit):
    assert (column(name).name, column(name).format.kind, column(name).unit) == (name, kind, unit)


@pytest.mark.parametrize("name", ["colour", "colour_12m", "_12m", "low_colour", "A", "52", "('money', 'sum')"])
def test_what_is_not_in_the_dictionary_is_not_guessed(name):
    assert column(name) is None


def test_the_meaning_of_a_window_tells_the_window():
    assert column("returns_24m").meaning.endswith("of the last 24 months")
    assert column("revenue_prev_6m").meaning.endswith("of the 6 months before those")


def test_the_ends_of_an_interval_are_as_the_column_before_them():
    loss, low, high = columns(["p_silent", "low", "high"])
    assert (low.name, low.format, low.unit, high.format) == ("low", loss.format, "share", Format("share"))
    assert columns(["difference", "low"])[1].format == Format("number", 3, signed=True)
    assert columns(["colour", "low"])[1].format == columns(["high"])[0].format == Format("interval", 2)


def test_a_table_may_mean_something_else_by_a_name():
    assert run_tables()["crosstabs"].column("value").type == "text"
    assert run_tables()["changes"].column("change").type == "text"
    assert run_tables()["orders"].column("price").format == Format("money", 2)


def test_a_table_with_a_column_that_the_dictionary_does_not_have_is_refused(monkeypatch):
    tables = {"moods": {"row": "a mood", "key": "customer_id", "columns": "customer_id colour"}}
    monkeypatch.setattr(module, "_source", lambda: ENTRIES | {"tables": tables})
    with pytest.raises(InputError, match=r"moods has .* found 'colour'"):
        run_tables.__wrapped__()
