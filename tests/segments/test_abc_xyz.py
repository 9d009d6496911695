"""ABC and the nine cells. Oracles: the published example of methods.md, hand sums, properties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.errors import InputError
from kamlib.report.words import word
from kamlib.segments import abc_xyz


def money(values, ids=None) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ids or [f"K.{i:02d}" for i in range(len(values))], "m": values})


def classes(values, **more) -> list[str]:
    return abc_xyz.abc_classes(money(values), "m", **more).set_index("customer_id")["abc"].sort_index().tolist()


amounts = st.lists(st.integers(-10_000_00, 90_000_000_00), min_size=1, max_size=40)


def test_the_published_example():
    table = abc_xyz.abc_classes(money([27, 24, 18, 16, 6, 5, 4]), "m")
    assert "".join(table["abc"]) == "AAAABBC"
    assert (100 * table["share_before"]).round(6).tolist() == [0, 27, 51, 69, 85, 91, 96]


def test_an_account_exactly_at_the_mark_is_below_it_no_more():
    # shares before: 0, 80, 95 -> 80 is not < 80
    assert classes([80, 15, 5]) == ["A", "B", "C"]
    # the same in tenths of cents, where 0.1 + 0.7 is not 0.8 as a float: before the third stand exactly 80 %
    assert classes([0.7, 0.1, 0.1, 0.1]) == ["A", "A", "A", "A"]
    assert classes([0.7, 0.1, 0.15, 0.05]) == ["A", "B", "A", "C"]


def test_the_one_that_crosses_the_mark_belongs_to_the_upper_class_and_equals_share_a_class():
    assert classes([90, 10]) == ["A", "B"]
    assert classes([60, 20, 20]) == ["A", "A", "A"]


def test_cumulative_share_reaches_one_whatever_the_sum():
    table = abc_xyz.abc_classes(money([0.1] * 7 + [1e9, 3.3333]), "m")
    assert table["share_with"].iloc[-1] == 1.0
    assert table["share"].sum() == pytest.approx(1)


def test_net_of_zero_or_below_stands_apart_and_takes_no_share():
    table = abc_xyz.abc_classes(money([50, 0, -400, 50]), "m").set_index("customer_id")
    assert table["abc"].to_dict() == {
        "K.00": "A",
        "K.03": "A",
        "K.01": abc_xyz.NOT_POSITIVE,
        "K.02": abc_xyz.NOT_POSITIVE,
    }
    assert table.loc[["K.01", "K.02"], ["share", "share_before", "share_with"]].isna().all(axis=None)
    assert table.loc["K.00", "share"] == 0.5


@pytest.mark.parametrize("values", [[0, 0, 0], [-5, -1], [0]])
def test_a_base_without_positive_money_has_no_class(values):
    assert set(classes(values)) == {abc_xyz.NOT_POSITIVE}
    assert set(classes(values, method="tangent")) == {abc_xyz.NOT_POSITIVE}


def test_money_that_is_unknown_is_neither_zero_nor_c():
    assert classes([90, np.nan, 10]) == ["A", abc_xyz.UNKNOWN, "B"]


@pytest.mark.parametrize("n", [1, 3, 5])
def test_a_handful_of_equal_accounts_is_all_a(n):
    # nobody is strictly larger than another
    assert classes([7] * n) == ["A"] * n


@pytest.mark.slow
@given(amounts)
@settings(max_examples=60, deadline=None)
def test_ids_row_order_and_thousands_never_matter(cents):
    base = money([c / 100 for c in cents])
    before = abc_xyz.abc_classes(base, "m").set_index("customer_id")["abc"].sort_index()
    shuffled = base.sample(frac=1, random_state=1).assign(m=lambda t: t["m"] / 1000)
    after = abc_xyz.abc_classes(shuffled, "m").set_index("customer_id")["abc"].sort_index()
    assert after.tolist() == before.tolist()
    renamed = base.assign(customer_id=[f"z{i}" for i in range(len(base))][::-1])
    assert sorted(abc_xyz.abc_classes(renamed, "m")["abc"]) == sorted(before)


@pytest.mark.slow
@given(amounts)
@settings(max_examples=60, deadline=None)
def test_classes_follow_exact_shares_of_cents(cents):
    # oracle: whole cents in Python's integers
    total = sum(c for c in cents if c > 0)
    wanted = []
    for own in cents:
        before = sum(c for c in cents if c > own and c > 0)
        part = "A" if before * 100 < 80 * total else "B" if before * 100 < 95 * total else "C"
        wanted.append(part if own > 0 else abc_xyz.NOT_POSITIVE)
    assert classes([c / 100 for c in cents]) == wanted


def test_decimals_count_exactly():
    assert classes([Decimal("0.7"), Decimal("0.1"), Decimal("0.15"), Decimal("0.05")]) == ["A", "B", "A", "C"]


def test_the_tangent_method_takes_means():
    # mean of 27 24 18 16 6 5 4 = 14.3: four above are A; mean of 6 5 4 = 5: above it 6 is B
    assert classes([27, 24, 18, 16, 6, 5, 4], method="tangent") == ["A", "A", "A", "A", "B", "C", "C"]
    assert classes([3, 3, 3], method="tangent") == ["C", "C", "C"]


def test_ids_stay_as_they_are():
    table = abc_xyz.abc_classes(money([2, 1], ids=["00123", "K.01"]), "m")
    assert table["customer_id"].tolist() == ["00123", "K.01"]


def test_bad_input_is_refused_by_name():
    with pytest.raises(InputError, match=r"more than once.*'a'"):
        abc_xyz.abc_classes(money([1, 2], ids=["a", "a"]), "m")
    with pytest.raises(InputError, match="no account has a value"):
        abc_xyz.abc_classes(money([np.nan, np.nan]), "m")
    with pytest.raises(InputError, match="0 < a_below < b_below"):
        abc_xyz.abc_classes(money([1]), "m", a_below=0.95, b_below=0.8)
    with pytest.raises(InputError, match="profit"):
        abc_xyz.abc_classes(money([1]), "profit")
    with pytest.raises(InputError, match="finite"):
        abc_xyz.abc_classes(money([1, np.inf]), "m")
    with pytest.raises(InputError, match="share or tangent"):
        abc_xyz.abc_classes(money([1]), "m", method="fair")


def rhythm(letters) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": [f"K.{i:02d}" for i in range(len(letters))], "xyz": list(letters)})


def test_cells_join_both_letters_and_every_cell_has_terms_of_supply():
    by_money = abc_xyz.abc_classes(money([80, 15, 5, -2]), "m")
    table = abc_xyz.cells(by_money, rhythm("XNLZ")).set_index("customer_id")
    assert table["cell"].to_dict() == {"K.00": "AX", "K.01": "BN", "K.02": "CL", "K.03": abc_xyz.NOT_POSITIVE}
    every = {a + x for a in "ABC" for x in abc_xyz.XYZ_CLASSES} | {*abc_xyz.ABC_CLASSES[3:]}
    assert set(abc_xyz.TERMS) == every
    assert table["terms"].to_dict() == {
        "K.00": "terms_ax", "K.01": "terms_n", "K.02": "terms_l", "K.03": "terms_not_positive",
    }  # fmt: skip
    assert word(table.loc["K.00", "terms"]) == "framework contract, joint forecast, stock held for them"
    assert all(map(word, abc_xyz.TERMS.values()))


def test_cells_refuse_tables_of_different_accounts():
    with pytest.raises(InputError, match=r"same accounts.*K\.01"):
        abc_xyz.cells(abc_xyz.abc_classes(money([80, 15]), "m"), rhythm("X"))


def test_the_grid_counts_all_accounts_and_all_money_once():
    table = abc_xyz.cells(abc_xyz.abc_classes(money([80, 15, 5, -2]), "m"), rhythm("XNLZ"))
    grid = abc_xyz.grid(table)
    assert grid["accounts"].sum() == 4 and grid["money"].sum() == pytest.approx(98)
    assert len(grid) == 4 * 5  # A, B, C and net<=0; nobody is unknown
    assert grid["share_of_money"].sum() == pytest.approx(1)
    by_cell = abc_xyz.by_cell(table)
    assert by_cell["cell"].tolist() == ["AX", "BN", "CL", abc_xyz.NOT_POSITIVE]
    assert by_cell["terms"].notna().all()


def test_no_order_in_the_window_stands_apart_from_more_returns_than_purchases():
    base = pd.DataFrame(
        {"margin_12m": [9.0, 0, 0, -5, 0, np.nan, np.nan], "order_days_12m": [3.0, 0, 1, 0, np.nan, 0, 2]}
    )
    base = base.assign(customer_id=[f"K.{i}" for i in range(7)])
    found = abc_xyz.abc_classes(base, "margin_12m").set_index("customer_id")["abc"].sort_index().tolist()
    # bought; nothing; bought and sent all back; sent back alone; nothing known of order days; nothing; bought, margin unknown
    none, returned = abc_xyz.NO_ORDER, abc_xyz.NOT_POSITIVE
    assert found == ["A", none, returned, returned, none, none, abc_xyz.UNKNOWN]
    table = abc_xyz.cells(
        abc_xyz.abc_classes(base, "margin_12m"), rhythm("XLZZLLY").assign(customer_id=base["customer_id"])
    )
    assert {none, returned, abc_xyz.UNKNOWN} <= set(table["cell"])
    money = abc_xyz.by_cell(table).set_index("cell")["money"]
    assert np.isnan(money[abc_xyz.UNKNOWN]) and money[returned] == -5, "unknown is no zero"
    assert np.isnan(abc_xyz.grid(table).set_index(["abc", "xyz"]).loc[(abc_xyz.UNKNOWN, "Y"), "money"])


def test_money_is_that_of_the_longest_observed_window_where_none_is_named():
    base = money([80.0, 15.0]).assign(
        order_days_12m=1.0, order_days_24m=np.nan, revenue_12m=[1.0, 9.0], margin_12m=np.nan
    )
    base = base.assign(revenue=1.0, margin=np.nan, revenue_24m=np.nan, margin_24m=np.nan)
    assert abc_xyz.abc_classes(base)["money"].tolist() == [9.0, 1.0]


def test_accounts_by_themselves_stand_beside_their_customer_by_hand(clean_orders):
    # customers: p 5 * 120 = 600, b 500, d 50, in all 1150; A below 460, B below 1092: p A, b B, d C
    # accounts: b 500 A; the five of p have 500 before them: B; d C
    lines = [("p", f"p{i}", "2026-05-01", 120) for i in range(5)]
    lines += [("b", "b", "2026-05-01", 500), ("d", "d", "2026-05-01", 50)]
    orders = clean_orders(lines, "customer_id account_id date amount")
    accounts = pd.DataFrame({"account_id": [f"p{i}" for i in range(5)] + ["b"], "customer_id": ["p"] * 5 + ["b"]})
    customers = abc_xyz.abc_classes(money([600, 500, 50], ids=["p", "b", "d"]), "m", a_below=0.4)
    found = abc_xyz.classes_of_accounts(orders, accounts, customers, date(2026, 6, 30), "revenue", a_below=0.4)
    assert found["account_id"].tolist() == ["b", "p0", "p1", "p2", "p3", "p4", "d"]
    assert found["customer_id"].tolist() == ["b", *["p"] * 5, "d"]
    assert found[["by_itself", "customer"]].agg("".join, axis=1).tolist() == ["AB", *["BA"] * 5, "CC"]
