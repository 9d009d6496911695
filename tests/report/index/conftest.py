"""What the blocks of the summary are made of, where a test needs more than the tables of the small run."""

from __future__ import annotations

import pandas as pd
import pytest

from kamlib.report.numbers import Numbers


@pytest.fixture
def keys() -> pd.DataFrame:
    """Two key accounts, by the list of the summary."""
    return pd.DataFrame({"customer_id": ["001", "004"], "name": ["One", "Four"], "contribution": [9000.0, -200.0]})


@pytest.fixture
def write() -> Numbers:
    return Numbers("en", "EUR")


@pytest.fixture
def exposure() -> pd.DataFrame:
    """001 and 002 bring a tenth or more of 100,000."""
    return pd.DataFrame(
        {
            "customer_id": ["001", "002", "003", "004", "005"],
            "measure": "contribution",
            "revenue": [80e3, 11e3, 5e3, 5e3, -1e3],
            "contribution": [9000.0, 4000.0, 1000.0, -200.0, -5.0],
        }
    )
