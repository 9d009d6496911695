"""The tables that a run keeps."""

import pandas as pd
import pytest

from kamlib.run.steps import notebook_steps
from kamlib.study.dictionary import INPUTS

MADE = sorted({table for step in notebook_steps() for table in step.makes} - {"ledger", "quarantine"})


@pytest.mark.kernel
@pytest.mark.parametrize("name", MADE)
def test_no_table_of_a_run_names_accounts_without_their_customers(name, sample_report):
    columns = set(pd.read_parquet(sample_report / "tables" / f"{name}.parquet").columns)
    assert "customer_id" in columns or not {"account_id", "member_id"} & columns
    assert name in INPUTS or "account_id" not in columns, "what is derived speaks of customers"
