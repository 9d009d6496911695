"""What stands on the sheets. Oracle: tables by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.report.workbook.contents import accounts, lacks, sheets_of
from kamlib.stats.reasons import waiting


@pytest.fixture
def found(study, tables):
    made = dict(tables)
    firms = pd.DataFrame(
        {
            "customer_id": ["P.1"],
            "account_id": ["P.1"],
            "name": ["a prospect"],
            "industry": ["steel"],
            "manager": ["Ann"],
        }
    )
    made["accounts"] = pd.concat([tables["accounts"], firms], ignore_index=True)
    made["states"] = pd.DataFrame({"customer_id": ["K.1"], "state": ["silent"]})
    made["churn"] = pd.DataFrame({"customer_id": ["K.1", "00123"], "p_stopped": [0.2, 0.9], "p_silent": [0.3, None]})
    made["value"] = pd.DataFrame({"customer_id": ["00123", "K.1"], "stake_horizon": [5.0, 70.0], "stake": [6.0, 80.0]})
    kinds = {"customer_id": ["K.1", "K.1", "K.1"], "category": ["image", "expert", "image"]}
    made["categories"] = pd.DataFrame(kinds)
    made["completeness"] = pd.DataFrame({"customer_id": ["K.1"], "completeness": [0.4]})
    return study, made


def test_the_sheet_of_accounts_has_each_customer_and_prospect_once_with_what_is_known(found):
    table = accounts(*found).set_index("customer_id")
    assert sorted(table.index) == sorted(["=1+1", "00123", "K.1", "K.2", "P.1"])
    assert table.loc["P.1", ["state", "industry"]].tolist() == ["prospect", "steel"] and pd.isna(
        table.loc["P.1", "revenue_12m"]
    )
    assert table.loc["K.1", ["state", "kinds", "p_stopped"]].tolist() == ["silent", "image;expert", 0.2]
    assert table["score"].notna().sum() == 4 and "tier" not in table


def test_our_own_people_are_named_where_the_study_says_so_alone(found):
    study, tables = found
    assert "manager" not in accounts(study, tables)
    named = accounts(study.model_copy(update={"managers": "named"}), tables).set_index("customer_id")
    assert named.loc["P.1", "manager"] == "Ann"


def test_whoever_most_is_at_stake_with_comes_first_with_both_chances(found):
    sheets = {one.code: one for one in sheets_of(*found)}
    churn = sheets["churn"].blocks[0].frame
    assert churn["customer_id"].tolist() == ["K.1", "00123"] and churn["p_stopped"].tolist() == [0.2, 0.9]
    assert churn["p_silent"].isna().tolist() == [False, True]


def test_exceptions_hold_what_was_set_aside_and_what_is_not_known(found):
    aside, unknown, facts = next(one for one in sheets_of(*found) if one.code == "exceptions").blocks
    assert aside.frame[["rule", "rows"]].to_numpy().tolist() == [["no_account", 1]]
    assert unknown.frame.to_numpy().tolist() == [["fame", 1, 4]] and facts.frame["customer_id"].tolist() == ["K.1"]


def test_a_part_without_data_says_what_it_waits_for_in_its_own_words():
    empty = waiting(["bucket"], "no_invoices")
    assert lacks({"ageing": empty}, "ageing").startswith("This waits for invoices")
    assert lacks({}, "ageing") == "This waits for the table ageing." and not lacks({"a": pd.DataFrame({"x": [1]})}, "a")
