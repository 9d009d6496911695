"""The dirty rows of the sample: every planted fault stands where the truth says, and no other row has it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
END = pd.Timestamp("2026-06-30")
START = pd.Timestamp("2023-07-01")


def faults(lines: pd.DataFrame, known: pd.Series) -> dict[str, pd.Series]:
    """Which rows show which fault, found by other means than the maker's."""
    day = pd.to_datetime(lines["date"], format="%Y-%m-%d", errors="coerce")
    columns = [c for c in lines if c not in ("line_id", "line", "reason", "group")]
    raw = (SAMPLE / "orders.csv").read_text(encoding="utf-8").splitlines()[1:]
    no_order = ~lines["order_id"].str.fullmatch(r"(S|CN-)\d+")
    amount, price = (pd.to_numeric(lines[column], errors="coerce") for column in ("amount", "price"))
    credit = lines["order_id"].str.startswith("CN-")
    found = {
        "broken_line": pd.Series([row.count(",") for row in raw], index=lines.index) < len(columns),
        "repeated_header": lines["date"] == "date",
        "total_row": no_order & (lines["date"] == "") & (lines["account_id"] == ""),
        "repeated_key": lines["line_id"].str.startswith("L") & lines["line_id"].duplicated(),
    }
    row = ~pd.concat(found, axis=1).any(axis=1)
    return found | {
        "no_account": row & (lines["account_id"].str.strip() == ""),
        "bad_amount": row & amount.isna(),
        "bad_date": row & day.isna(),
        "after_as_of": day > END,
        "before_start": day < START,
        "not_goods": lines["product"] == "FREIGHT",
        "test_row": lines["product"].str.startswith("TEST"),
        "no_rate": lines["currency"].isin(["CHF", "USD", "XXX"]),
        "absurd_price": price > 5000,
        "currency_spelling": lines["currency"].isin(["eur", "€", "Euro", "Eur"]),
        "unknown_account": row & ~lines["account_id"].isin(known) & (lines["account_id"].str.strip() != ""),
        "zero_price": price == 0,
        "cancellation_above_zero": credit & (amount > 0),
        "genuine_repeat": (lines[columns] == lines[columns].shift()).all(axis=1),
    } | returns(lines, credit & (amount < 0), row & day.between(START, END), day, price)  # fmt: skip


def returns(
    lines: pd.DataFrame, credit: pd.Series, row: pd.Series, day: pd.Series, price: pd.Series
) -> dict[str, pd.Series]:
    """Credit notes by what the account bought of the product before: a line as large, a larger one, smaller ones, none."""
    goods = lines[["account_id", "product"]].assign(
        line=lines.index, day=day, price=price, units=pd.to_numeric(lines["quantity"], errors="coerce").abs()
    )
    both = goods[credit].merge(
        goods[row & ~lines["order_id"].str.startswith("CN-")], on=["account_id", "product"], suffixes=("", "_bought")
    )
    both = both[both["day_bought"] <= both["day"]]
    whole = both[(both["units_bought"] == both["units"]) & (both["price_bought"] == both["price"])]
    larger = both[both["units_bought"] > both["units"]]

    def among(found: pd.DataFrame) -> pd.Series:
        return credit & lines.index.isin(found["line"])

    return {
        "cancelled_pair": among(whole),
        "cancellation": among(larger) & ~among(whole),
        "cancellation_without_order": among(both) & ~among(larger) & ~among(whole),
        "return_without_purchase": credit & ~among(both),
    }


@pytest.mark.slow
def test_every_planted_fault_stands_at_its_line_and_no_other_row_has_it(lines, text):
    found = faults(lines, text("accounts")["account_id"])
    assert set(lines["reason"]) == {"", *found}
    for reason, rows in found.items():
        planted = lines["reason"] == reason
        assert planted.sum() >= 20, reason
        if reason == "genuine_repeat":  # two lines of one order may be alike by chance, and are as genuine
            assert rows[planted].all()
        elif reason == "cancelled_pair":  # half of them are the lines taken back, with the same money
            assert rows.equals(planted & lines["order_id"].str.startswith("CN-"))
            assert 2 * rows.sum() == planted.sum() and pd.to_numeric(lines.loc[planted, "amount"]).sum().round(2) == 0
        else:
            assert rows.equals(planted), (reason, lines.loc[rows != planted, "line"].head().tolist())
