"""How columns become pseudonyms. Oracle: Python's own hmac, and values by hand."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from kamlib.io import readers
from kamlib.privacy.pseudonyms import FEWEST, POOLED, TREATMENT, invented, keyed, schema, treated, use_key
from kamlib.study.dictionary import INPUTS

LEFT_OUT = {
    "orders": {"cost", "currency", "discount"},
    "accounts": {"tax_id", "address"},
    "ratings": {"evidence"},
    "interactions": {"outcome", "lesson"},
    "proposals": {"reason"},
    "contacts": {"name", "work_channel", "legal_basis"},
}


def test_every_column_is_treated_or_left_out_on_purpose():
    """A column that is added to the data dictionary must be decided on here."""
    for name, table in INPUTS.items():
        if name == "notes":
            assert name not in TREATMENT
        else:
            assert set(TREATMENT[name]) | LEFT_OUT.get(name, set()) == set(table.names)


@pytest.fixture
def con():
    made = readers.engine()
    use_key(made, b"a secret of some length")
    return made


@pytest.mark.parametrize(("domain", "letter", "digits"), [("account", "K.", 12), ("order", "S", 16)])
def test_a_pseudonym_is_the_beginning_of_the_hmac_of_its_domain_and_value(con, domain, letter, digits):
    table = con.create_table("ids", pd.DataFrame({"id": ["00123", "Ё'1", None]}), temp=True)
    found = table.select(id=keyed(table.id, domain)).to_pyarrow()["id"].to_pylist()
    wanted = [
        hmac.new(b"a secret of some length", f"{domain}:{value}".encode(), hashlib.sha256) for value in ("00123", "Ё'1")
    ]
    assert found == [*[letter + one.hexdigest()[:digits] for one in wanted], None]


def survey_of(con, kinds):
    """Accounts of these industries, with 1234, 99 and 5 employees in turn."""
    n = len(kinds)
    columns = {name: [None] * n for name in TREATMENT["accounts"]}
    columns |= {
        "account_id": [f"a{i}" for i in range(n)],
        "industry": kinds,
        "employees": [(1234, 99, 5)[i % 3] for i in range(n)],
    }
    columns |= {"wallet": [Decimal("10.05")] * n, "since": [date(2026, 1, 5)] * n}
    return con.create_table("accounts", pd.DataFrame(columns), schema=schema("accounts"), temp=True)


def test_rare_kinds_are_pooled_sizes_rounded_days_moved_and_money_scaled_exactly(con):
    """Five accounts are enough to be named; 1234 employees are 1200; 10.05 times 1.5 is 15.075."""
    table = survey_of(con, ["food"] * FEWEST + ["space"] * (FEWEST - 1))
    made = treated(table, "accounts", None, Decimal("1.50"), timedelta(weeks=2)).to_pandas()
    assert made["industry"].value_counts().to_dict() == {"food": FEWEST, POOLED: FEWEST - 1}
    assert made["employees"].head(3).tolist() == [1200, 99, 5]
    assert set(made["since"]) == {"2026-01-19"} and set(made["wallet"]) == {Decimal("15.0750")}


def test_invented_names_share_no_stem_with_those_there_and_nobody_without_a_name_gets_one():
    accounts = pd.DataFrame({"name": ["Varimex GmbH", None, "Rolatan AG"], "country": ["Germany", "Tonga", "Tonga"]})
    made = invented(accounts, np.random.default_rng(1))
    assert made[1] is None and made[[0, 2]].is_unique
    assert not made[[0, 2]].str.contains("Varimex|Rolatan").any()
    assert made[2].rpartition(" ")[2] in {"Ltd", "PLC", "LLP"}, "an unknown country has British firms"
