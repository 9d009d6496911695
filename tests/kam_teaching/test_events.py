"""Contacts, events and invoices of the sample. Oracle: the order lines, added up again."""

from __future__ import annotations

import pandas as pd
import pytest


def test_events_do_not_lie_after_the_study(text):
    dates = {"interactions": ["date", "closed"], "invoices": ["issued", "paid"], "proposals": ["date", "decided"]}
    dates |= {"ratings": ["date"], "surveys": ["date"], "notes": ["date"], "actions": ["done"], "accounts": ["since", "closed_on"]}  # fmt: skip
    for name, columns in dates.items():
        for column in columns:
            assert text(name)[column].max() <= "2026-06-30", (name, column)


def test_no_personal_facts_are_kept(text):
    assert set(text("contacts")) == {"contact_id", "account_id", "role", "name", "work_channel", "influence", "support",
                                     "legal_basis", "keep_until"}  # fmt: skip
    assert text("contacts")["work_channel"].str.endswith(".example").all()
    words = "child|wife|husband|son |daughter|health|ill|religio|church|party|birthday|age |car |dog|cat |divorc|lover"
    for name, column in (("notes", "text"), ("interactions", "lesson"), ("actions", "action"), ("ratings", "evidence")):
        found = text(name)[column]
        assert not found.str.contains(rf"\b(?:{words})", case=False).any(), found[found.str.contains(words)].unique()


def test_an_invoice_is_the_goods_of_a_month_with_a_fifth_of_tax(text, goods):
    """To the cent: 1.2 times what an account bought in the calendar month, credit notes taken off."""
    bills = text("invoices").assign(month=lambda t: pd.to_datetime(t["issued"]).dt.to_period("M"))
    assert not bills.duplicated(["account_id", "month"]).any()
    lines = goods[
        goods["reason"].isin(["", "cancellation", "cancelled_pair", "cancellation_above_zero", "currency_spelling"])
    ]
    cents = (lines["amount"] * 100).round().astype("int64")
    sums = cents.groupby([lines["account_id"], lines["date"].dt.to_period("M")]).sum()
    billed = (bills.set_index(["account_id", "month"])["amount"].astype(float) * 100).round()
    both = pd.concat([billed, (sums[sums != 0] * 1.2).round()], axis=1, keys=["billed", "bought"]).dropna()
    assert len(both) > 0.98 * len(billed)
    assert (both["billed"] == both["bought"]).mean() > 0.98  # planted returns stand in no invoice


def test_a_touch_of_a_goodwill_account_is_always_with_the_same_person(text, groups):
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    talks = text("interactions").query("contact_id != ''")
    people = talks.groupby("account_id")["contact_id"].nunique()
    goodwill = people.index.map(heads).isin(groups.index[groups["key_category"] == "goodwill"])
    assert (people[goodwill] == 1).all() and people[~goodwill].max() > 1


def test_a_contact_of_an_event_belongs_to_its_account(text):
    home = text("contacts").set_index("contact_id")["account_id"]
    talks = text("interactions").query("contact_id != ''")
    assert (talks["contact_id"].map(home) == talks["account_id"]).all()


def test_a_delivery_is_late_exactly_when_it_came_after_its_promise(text):
    sent = text("interactions").query("kind == 'delivery'")
    assert ((sent["outcome"] == "late") == (sent["date"] > sent["promised"])).all()
    assert set(sent["outcome"]) == {"late", "on time"}


def test_payers_pay_as_their_class_does(text, groups):
    """Medians of days from issue to payment among invoices a year old or older, of which all but bad debt is paid."""
    heads = text("truth/accounts").set_index("account_id")["group_id"]
    bills = text("invoices").query("issued <= '2025-06-30' and paid != '' and not amount.str.startswith('-')")
    days = (pd.to_datetime(bills["paid"]) - pd.to_datetime(bills["issued"])).dt.days
    kind = bills["account_id"].map(heads).map(groups["payer"])
    medians = days.groupby(kind).median()
    assert groups["payer"].value_counts().to_dict().keys() == {"late", "usual", "prompt", "prepays"}
    assert medians["prepays"] == pytest.approx(-2.5, abs=0.5)
    assert medians["prompt"] == pytest.approx(28, abs=2)
    assert medians["usual"] == pytest.approx(38, abs=2)
    assert medians["late"] == pytest.approx(80, abs=4)
