"""The data dictionary. Oracle: the tables and columns that the design lists, typed here by hand."""

import pytest

from kamlib.study.dictionary import INPUTS, dictionary

DESIGN = {  # needed columns | optional columns
    "orders": "account_id date amount | order_id margin cost quantity price discount product category currency channel manager",
    "accounts": "account_id | name parent_id industry country region tax_id address size employees since manager wallet status "
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
