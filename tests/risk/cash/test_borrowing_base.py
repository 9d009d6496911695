"""The borrowing base. Oracle: by hand to the cent, in the order of the bank, and the sample by plain pandas."""

from __future__ import annotations

import pandas as pd
import pytest

from bench.oracles import SAMPLE, read_books
from bench.oracles.receivables import borrowing_base as by_pandas
from kamlib.facts.payment.bills import bills
from kamlib.risk.cash.borrowing_base import borrowing_base, dilution, eligible_invoices
from kamlib.stats.reasons import waits_for
from kamlib.study.settings.money import Borrowing

DAY = pd.Timestamp("2026-06-30")
BOOK = (
    (
        "old",
        "2026-03-01",
        "2026-03-31",
        110.10,
        None,
    ),  # 121 days from issue; with the next 110.10 of 1,000.10 are old: 11 %
    ("old", "2026-06-01", "2026-07-01", 890.00, None),
    ("edge", "2026-04-01", "2026-05-01", 40.00, None),  # 90 days from issue: not old
    ("quarrel", "2026-06-01", "2026-07-01", 300.00, None),
    ("supplier", "2026-06-01", "2026-07-01", 250.00, None),
    ("big", "2026-06-01", "2026-07-01", 600.00, None),
    ("big", "2026-06-20", "2026-07-20", 200.00, None),
    *((f"small {n}", "2026-06-01", "2026-07-01", 190.00, None) for n in range(5)),
    ("big", "2026-06-20", "2026-07-20", -100.00, None),  # a credit note
    ("big", "2025-09-01", "2025-10-01", 510.00, "2025-10-05"),
    ("big", "2026-01-10", "2026-02-10", -250.00, "2026-01-10"),
)


def steps(found: pd.DataFrame, rules: Borrowing, **more) -> pd.DataFrame:
    return borrowing_base(eligible_invoices(found, DAY, rules, **more), found, DAY, rules).set_index("step")


def test_the_steps_by_hand_to_the_cent(billed):
    """Open 3,240.10... - 110.10 old - 890 cross-aged - 300 disputed - 50 contra = 1,990 - big 800 above 398 = 1,588 - 100 credits.

    Dilution 350 ÷ (3,240.10 + 100 - 100 + 510); rate 0.85 less what of it is above 5 %.
    """
    found = billed("2026-06-30", *BOOK)
    table = steps(found, Borrowing(), disputed={"quarrel"}, contra={"supplier": 50.0, "nobody": 9.0})
    billed_year = 110.10 + 890 + 40 + 300 + 250 + 800 + 5 * 190 + 510
    rate = 0.85 - (350 / billed_year - 0.05)
    assert dilution(found, DAY) == pytest.approx(350 / billed_year)
    gross = billed_year - 510
    pool = gross - 110.10 - 890 - 300 - 50
    above = 800 - 0.2 * pool
    by_hand = [gross, -110.10, -890, -300, -50, -above, -100, -(pool - above - 100) * (1 - rate)]
    assert table["amount"].round(2).tolist() == [round(amount, 2) for amount in by_hand]
    assert table["rest"].iloc[-1] == pytest.approx((pool - above - 100) * rate)
    assert table["order"].tolist() == list(range(1, 9))


def test_every_step_is_made_of_invoices_and_these_add_up(billed):
    found = billed("2026-06-30", *BOOK)
    rules = Borrowing()
    pieces = eligible_invoices(found, DAY, rules, disputed={"quarrel"}, contra={"big": 300.0})
    assert not pieces.duplicated(["invoice_id", "step"]).any() and (pieces["amount"] > 0).all()
    owed = found[found["open"] & (found["amount"] > 0)].set_index("invoice_id")["amount"]
    assert pieces.groupby("invoice_id")["amount"].sum().to_dict() == pytest.approx(owed.to_dict())
    taken = borrowing_base(pieces, found, DAY, rules).set_index("step")["amount"]
    by = pieces.groupby("step")["amount"].sum()
    assert all(taken[step] == pytest.approx(-amount) for step, amount in by.items() if step != "eligible")
    assert by["contra"] == pytest.approx(300) and by["above_limit"] > 0


def test_the_parameters_count(billed):
    found = billed("2026-06-30", *BOOK)
    lax = Borrowing(old_days=200, cross_aged=1, largest_share=1, free_dilution=1, advance_rate=1)
    table = steps(found, lax)
    assert table["amount"].drop(["open_invoices", "open_credits"]).eq(0).all()
    assert table["rest"].iloc[-1] == pytest.approx(3340.10 - 100)


def test_credit_notes_beyond_the_pool_leave_nothing_and_nothing_below(billed):
    found = billed(
        "2026-06-30", ("a", "2026-06-01", "2026-07-01", 10, None), ("a", "2026-06-01", "2026-07-01", -30, None)
    )
    assert steps(found, Borrowing(largest_share=1))["rest"].iloc[-1] == 0
    assert waits_for(
        borrowing_base(
            eligible_invoices(billed("2026-06-30"), DAY, Borrowing()), billed("2026-06-30"), DAY, Borrowing()
        )
    )


@pytest.mark.slow
def test_the_sample_by_plain_pandas(sample_clean):
    books = read_books(SAMPLE)
    expected = by_pandas(books)
    table = steps(bills(sample_clean.tables["invoices"], books.end), Borrowing())
    names = ["more than 90 days from issue", "cross-aged debtors", "above 20 % of the pool"]
    assert (0 - table.loc[["old_invoices", "cross_aged", "above_limit"], "amount"]).tolist() == pytest.approx(
        [expected[n] for n in names]
    )
    assert table.loc["above_limit", "rest"] == pytest.approx(expected["base before credit notes"])
