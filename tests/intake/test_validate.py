"""The data dictionary as a check."""

import numpy as np
import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.intake.validate import check


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
