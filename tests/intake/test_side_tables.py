"""Oracles: tables of a few rows, told by hand at three dates."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.intake import side_tables
from kamlib.intake.pipeline import collect
from kamlib.study.dictionary import INPUTS

ORDERS = "order_id,account_id,date,amount\n1,a,2026-01-01,1\n2,00123,2026-01-01,1\n"


def clean(make_study, name, text, **values):
    result = collect(make_study({"orders.csv": ORDERS, f"{name}.csv": text} | values.pop("files", {}), **values))
    return result.tables[name], result.ledger[result.ledger["table"] == name].set_index("rule"), result


@pytest.mark.slow
def test_every_table_is_there_with_its_columns_when_no_file_is_given(make_study):
    tables = collect(make_study({"orders.csv": ORDERS})).tables
    assert set(tables) == set(INPUTS) - {"orders"}
    for name, table in tables.items():
        assert table.empty and list(table) == ["customer_id", *INPUTS[name].names]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(INPUTS) - {"orders"}))
def test_a_table_with_a_head_and_no_rows_is_empty(make_study, name):
    table, ledger, _ = clean(make_study, name, ",".join(INPUTS[name].required) + "\n")
    assert table.empty and ledger.loc["came in", "rows"] == 0


@pytest.mark.slow
def test_a_payment_after_the_date_is_an_open_invoice(make_study):
    text = (
        "invoice_id,account_id,issued,due,amount,paid\n1,a,2026-01-01,2026-02-01,10.5,2026-03-01\n"
        "2,a,2026-01-01,2026-02-01,20,2026-07-01\n3,a,2026-07-01,2026-08-01,40,\n4,a,,2026-02-01,80,\n"
    )
    table, ledger, result = clean(make_study, "invoices", text)
    assert table["invoice_id"].tolist() == ["1", "2"]
    assert table["paid"].tolist() == [pd.Timestamp("2026-03-01"), pd.NaT]
    assert ledger.loc["not_yet_known", "matched_rows"] == 1
    assert ledger["rows"].drop(["came in", "kept"]).loc[lambda n: n > 0].to_dict() == {"after_as_of": 1, "bad_date": 1}
    assert ledger.loc["came in", "amount"] == Decimal("150.5") and ledger.loc["kept", "amount"] == Decimal("30.5")
    aside = result.quarantine.to_pandas()
    assert aside["table"].tolist() == ["invoices"] * 2 and sorted(aside["source_line"]) == [4, 5]


@pytest.mark.slow
@pytest.mark.parametrize("beside", [False, True], ids=["in a column", "beside the amount"])
def test_invoices_in_other_currencies_are_converted_and_without_a_rate_set_aside(make_study, beside):
    """100 in euros, 10 dollars at 0.9, written in two ways, and 7 pounds without a rate: 118 are kept."""
    rows = [("1", "100", "EUR"), ("2", "10", "USD"), ("3", "10", "$"), ("4", "7", "GBP"), ("5", "1000", "")]
    head = "invoice_id,account_id,issued,due,amount" + ("" if beside else ",currency")
    cells = [f"{n},a,2026-01-01,2026-02-01,{f'{money} {sign}'.strip() if beside else f'{money},{sign}'}" for n, money, sign in rows]  # fmt: skip
    table, ledger, _ = clean(
        make_study, "invoices", "\n".join([head, *cells]), rates={"USD": 0.9}, cleaning={"most_rows": 0.5}
    )
    assert table["invoice_id"].tolist() == ["1", "2", "3", "5"]
    assert table["amount"].tolist() == [100, 9, 9, 1000] and set(table["currency"]) == {"EUR"}
    assert ledger["rows"].drop(["came in", "kept"]).loc[lambda n: n > 0].to_dict() == {"no_rate": 1}


@pytest.mark.slow
def test_a_decision_after_the_date_is_an_open_proposal(make_study):
    text = (
        "proposal_id,account_id,date,value,outcome,decided,reason,rival\n1,a,2026-01-01,10,won,2026-06-30,price,R\n"
        "2,a,2026-01-01,10,lost,2026-07-01,price,R\n"
    )
    table, _, _ = clean(make_study, "proposals", text)
    assert table["outcome"].tolist() == ["won", "open"]
    assert table["reason"].tolist() == ["price", None] and table["rival"].tolist() == ["R", None]
    assert table["decided"].isna().tolist() == [False, True]


@pytest.mark.slow
def test_a_claim_closed_after_the_date_is_open(make_study):
    text = (
        "account_id,date,kind,closed,outcome,lesson\na,2026-06-01,claim,2026-07-02,paid,pack better\n"
        "a,2026-06-01,claim,2026-06-02,paid,pack better\na,2026-07-01,visit,,,\n"
    )
    table, _, _ = clean(make_study, "interactions", text)
    assert table[["closed", "outcome", "lesson"]].isna().all(axis=1).tolist() == [True, False]


@pytest.mark.slow
def test_an_action_done_after_the_date_is_not_done(make_study):
    text = "account_id,action,owner,due,done,cost\na,visit,sales,2026-12-01,2026-07-01,100\n"
    table, _, _ = clean(make_study, "actions", text)
    assert table.loc[0, "due"] == pd.Timestamp("2026-12-01")
    assert pd.isna(table.loc[0, "done"]) and pd.isna(table.loc[0, "cost"])


@pytest.mark.slow
def test_accounts_know_the_end_of_a_contract_before_but_not_a_closing(make_study):
    text = (
        "account_id,since,contract_end,closed_on,status\na,2026-08-01,2027-01-01,2026-09-01,client\n"
        "00123,2020-01-01,,2026-01-02,Client\nnew,2026-08-01,,,prospect\n"
    )
    table, ledger, _ = clean(make_study, "accounts", text)
    table = table.set_index("account_id")
    assert table.index.tolist() == ["a", "00123"]  # one met later is not there yet; one that bought before is
    assert pd.isna(table.loc["a", "since"]) and pd.isna(table.loc["a", "closed_on"])
    assert table.loc["a", "contract_end"] == pd.Timestamp("2027-01-01")
    assert table.loc["00123", "closed_on"] == pd.Timestamp("2026-01-02")
    assert ledger.loc["after_as_of", "rows"] == 1


def test_a_repeated_key_is_set_aside(make_study):
    table, ledger, _ = clean(make_study, "accounts", "account_id,name\na,first\na,second\n,third\n")
    assert table["name"].tolist() == ["first"]
    assert (ledger.loc["repeated_key", "rows"], ledger.loc["no_account", "rows"]) == (1, 1)


@pytest.mark.slow
def test_values_outside_their_choices_are_missing_or_set_aside(make_study):
    text = "account_id,date,kind,score\na,2026-01-01,nps,11\na,2026-01-01,nps,9\na,2026-01-01,mood,3\n"
    table, ledger, _ = clean(make_study, "surveys", text)
    assert table["score"].tolist() == [9] and ledger.loc["bad_value", "rows"] == 2
    table, ledger, _ = clean(make_study, "accounts", "account_id,size,wallet\na,huge,-5\n")
    assert table["size"].isna().all() and table["wallet"].isna().all()
    assert ledger.loc["unreadable", "matched_rows"] == 1


@pytest.mark.slow
def test_every_table_is_rolled_up_to_the_unit(make_study):
    files = {"accounts.csv": "account_id,parent_id\na,00123\n00123,\n"}
    notes = "account_id,date,topic,text\na,2026-01-01,needs,x\nz,2026-01-01,needs,y\n"
    table, ledger, result = clean(make_study, "notes", notes, files=files)
    assert table[["customer_id", "account_id"]].to_numpy().tolist() == [["00123", "a"], ["z", "z"]]
    assert ledger.loc["unknown_account", "matched_rows"] == 1
    assert set(result.orders.customer_id.to_pyarrow().to_pylist()) == {"00123"}
    assert result.tables["accounts"].set_index("account_id")["customer_id"].to_dict() == {
        "a": "00123",
        "00123": "00123",
    }
    alone, _, result = clean(make_study, "notes", notes, files=files, unit="account")
    assert alone["customer_id"].tolist() == ["a", "z"]


def test_a_table_of_which_too_much_is_set_aside_stops(make_study):
    with pytest.raises(InputError, match=r"66\.7% of the rows of 'notes'.*bad_date 2"):
        text = "account_id,date,topic,text\na,2026-01-01,needs,x\na,,needs,x\na,?,needs,x\n"
        clean(make_study, "notes", text, cleaning={"most_rows": 0.5})


def test_cleaning_does_not_change_the_table_it_was_given(make_study):
    frame = (
        side_tables.empty("notes")
        .drop(columns="customer_id")
        .assign(unreadable=False, broken=False, source_file="", source_line=1, original="", personal="")
    )
    frame.loc[0] = ["a", pd.Timestamp("2026-08-01"), "needs", "x", None, False, False, "n.csv", 2, "", ""]
    before = frame.copy()
    side_tables.clean("notes", frame, make_study({"orders.csv": ORDERS}))
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.slow
def test_a_footer_below_a_table_is_set_aside(make_study):
    text = "account_id,name\na,Alpha\nb,Beta\nTotal\n"
    clean = collect(make_study({"orders.csv": ORDERS, "accounts.csv": text}))
    assert clean.tables["accounts"]["account_id"].tolist() == ["a", "b"]
    aside = clean.quarantine.to_pandas().iloc[0]
    assert aside[["table", "source_line", "reason", "original"]].tolist() == ["accounts", 4, "broken_line", '"Total"']
    ledger = clean.ledger[clean.ledger["table"] == "accounts"].set_index("rule")["rows"]
    assert ledger[["came in", "broken_line", "kept"]].tolist() == [3, 1, 2]


def test_rows_with_and_without_money_are_set_aside_together(make_study):
    files = {
        "orders.csv": ORDERS,
        "invoices.csv": "invoice_id,account_id,issued,due,amount,paid\n1,,2026-01-01,2026-02-01,10.5,\n2,a,2026-01-01,2026-02-01,x,\n3,a,2026-01-01,2026-02-01,1,\n4,a,2026-01-01,2026-02-01,1,\n",
        "notes.csv": "account_id,date,topic,text\n,2026-01-01,structure,calls on Monday\na,2026-01-01,structure,calls on Monday\n",
    }
    aside = collect(make_study(files)).quarantine.to_pandas().sort_values(["table", "source_line"])
    assert aside["table"].tolist() == ["invoices", "invoices", "notes"]
    assert aside["reason"].tolist() == ["no_account", "bad_value", "no_account"]
    assert [None if pd.isna(amount) else amount for amount in aside["amount"]] == [Decimal("10.5"), None, None]
