"""The data dictionary. Oracle: the tables and columns that the design lists, typed here by hand."""

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.tables import INPUTS, check, dictionary

DESIGN = {  # needed columns | optional columns
    "orders": "order_id account_id date amount | margin cost quantity product category currency channel manager",
    "accounts": "account_id | name parent_id industry country region size employees since manager wallet status "
    "contract_end closed_on",
    "ratings": "account_id criterion score | rater date evidence view rival",
    "invoices": "invoice_id account_id issued due amount | paid",
    "interactions": "account_id date kind | promised outcome closed hours cost contact_id referred_account_id lesson",
    "proposals": "proposal_id account_id date value outcome | decided reason rival source single_supplier",
    "surveys": "account_id date kind score | contact_id",
    "contacts": "contact_id account_id role | name work_channel influence support legal_basis keep_until",
    "actions": "account_id action owner due | done cost benefit_kind",
    "notes": "account_id date topic text | source",
}
CHOICES = {
    ("accounts", "status"): {"client", "prospect"},
    ("ratings", "view"): {"ours", "client"},
    ("interactions", "kind"): {"meeting", "call", "visit", "claim", "dispute", "test", "delivery", "referral"},
    ("surveys", "kind"): {"nps", "csat"},
}


def day(*texts):
    return pd.to_datetime(list(texts))


def invoices(**columns):
    table = pd.DataFrame(
        {
            "invoice_id": ["001", "002"],
            "account_id": ["A", "B"],
            "issued": day("2026-01-01", "2026-01-02"),
            "due": day("2026-02-01", "2026-02-02"),
            "amount": [100.0, -20.0],
        }
    )
    return table.assign(**columns)


def accounts(**columns):
    return pd.DataFrame({"account_id": ["A", "A"], "member_id": ["A", "A1"]}).assign(**columns)


@pytest.mark.parametrize("name", DESIGN)
def test_every_table_of_the_design_is_there_with_its_columns(name):
    needed, optional = (part.split() for part in DESIGN[name].split("|"))
    assert set(INPUTS[name].required) == set(needed)
    assert set(INPUTS[name].names) >= set(needed + optional)


def test_there_is_no_table_beyond_the_design():
    assert set(INPUTS) == set(DESIGN)


@pytest.mark.parametrize(("table", "column"), CHOICES)
def test_choices_are_those_of_the_design(table, column):
    assert set(INPUTS[table].column(column).choices) == CHOICES[table, column]


def test_no_column_holds_what_privacy_refuses():
    refused = {"birthday", "birth_date", "age", "sex", "gender", "family", "children", "religion", "health", "hobbies"}
    assert not refused & {column for table in INPUTS.values() for column in table.names}


def test_the_dictionary_has_one_whole_row_for_each_column():
    words = dictionary()
    assert list(zip(words["table"], words["column"], strict=True)) == [
        (table.name, column) for table in INPUTS.values() for column in table.names
    ]
    assert not words.duplicated(["table", "column"]).any()
    assert words["type"].isin(["text", "date", "money", "number", "integer", "flag"]).all()
    assert words["meaning"].str.len().ge(3).all()
    assert words.loc[words["type"].isin(["date", "money", "number", "integer"]), "unit"].ne("").all()


def test_known_at_names_a_date_column_of_the_same_table():
    dated = [(table, column) for table in INPUTS.values() for column in table.columns if column.known_at]
    assert len(dated) > 40
    for table, column in dated:
        assert column.known_at in table.names, (table.name, column.name)
        assert table.column(column.known_at).type == "date", (table.name, column.name)


@pytest.mark.parametrize(
    ("table", "column", "since"),
    [  # methods.md: an invoice paid later is open, a proposal decided later undecided, an action done later not done
        ("invoices", "paid", "paid"),
        ("proposals", "outcome", "decided"),
        ("proposals", "reason", "decided"),
        ("actions", "done", "done"),
        ("interactions", "closed", "closed"),
        ("accounts", "closed_on", "closed_on"),
        ("accounts", "status", None),
        ("accounts", "wallet", None),
        ("accounts", "manager", None),
        ("orders", "manager", "date"),
    ],
)
def test_columns_are_known_from_the_day_that_methods_says(table, column, since):
    assert INPUTS[table].column(column).known_at == since


def test_keys_are_required_columns_of_their_table():
    assert all(set(table.key) <= set(table.required) for table in INPUTS.values())


def test_a_good_table_passes_unchanged_in_content():
    table = invoices(paid=[pd.NaT, pd.Timestamp("2026-02-01")])
    pd.testing.assert_frame_equal(check("invoices", table), table)


def test_an_empty_table_with_its_columns_passes():
    assert check("invoices", invoices().iloc[:0]).empty


def test_whole_numbers_may_be_missing():
    assert check("accounts", accounts(employees=[12, None]))["employees"].tolist() == [12, pd.NA]


def test_members_of_one_group_share_an_account_but_not_a_member_id():
    assert len(check("accounts", accounts())) == 2
    with pytest.raises(InputError, match=r"column 'member_id'.*key repeats; found 'A'"):
        check("accounts", accounts(member_id="A"))


def test_without_member_ids_the_account_is_the_key():
    with pytest.raises(InputError, match=r"column 'account_id'.*key repeats; found 'A'"):
        check("accounts", accounts().drop(columns="member_id"))


BREAKS = {
    "missing column": ("invoices", invoices().drop(columns="due"), "column 'due'", "missing"),
    "unknown column": ("invoices", invoices(colour="red"), "column 'colour'", "not in the dictionary"),
    "missing value": ("invoices", invoices(account_id=["A", None]), "column 'account_id'", "required"),
    "repeated key": ("invoices", invoices(invoice_id="007"), "column 'invoice_id'", "repeats; found '007'"),
    "text for money": ("invoices", invoices(amount=["1", "ten"]), "column 'amount'", "found 'ten'"),
    "no day": ("invoices", invoices(issued=["2026-01-01", "soon"]), "column 'issued'", "found 'soon'"),
    "infinite money": ("invoices", invoices(amount=[1.0, np.inf]), "column 'amount'", "finite"),
    "number for an id": ("invoices", invoices(account_id=[12346.0, "B"]), "column 'account_id'", "12346.0"),
    "unknown choice": ("accounts", accounts(size=["small", "huge"]), "column 'size'", "found 'huge'"),
    "below the limit": ("accounts", accounts(employees=[5, -1]), "column 'employees'", "-1"),
}


@pytest.mark.parametrize("case", BREAKS)
def test_check_names_table_column_and_offender(case):
    name, table, column, words = BREAKS[case]
    with pytest.raises(InputError) as caught:
        check(name, table)
    message = str(caught.value)
    assert f"table {name!r}" in message
    assert column in message
    assert words in message


def test_check_names_five_offenders_and_counts_the_rest():
    sizes = [f"size {number}" for number in range(8)]
    table = pd.DataFrame({"account_id": list("ABCDEFGH"), "size": sizes})
    with pytest.raises(InputError, match=r"'size 0', .*'size 4' and 3 more"):
        check("accounts", table)


def test_check_does_not_change_the_table_it_is_given():
    table = accounts(employees=[1, 2])
    before = table.copy(deep=True)
    check("accounts", table)
    pd.testing.assert_frame_equal(table, before)
