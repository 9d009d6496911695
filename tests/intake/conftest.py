"""What became of the lines of a study."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def lines():
    """``lines(clean, "bad_date")``: the row of the ledger of a rule."""

    def lines_of(clean, rule, table="orders"):
        return clean.ledger[(clean.ledger["table"] == table) & (clean.ledger["rule"] == rule)].iloc[0]

    return lines_of


@pytest.fixture(scope="session")
def kept():
    """``kept(clean)``: the order ids that were kept."""

    def kept_of(clean):
        return sorted(clean.orders.order_id.to_pyarrow().to_pylist())

    return kept_of


@pytest.fixture(scope="session")
def reasons():
    """``reasons(clean)``: by source line, why it was set aside."""

    def reasons_of(clean):
        table = clean.quarantine.to_pandas()
        return dict(zip(table["source_line"], table["reason"], strict=True))

    return reasons_of
