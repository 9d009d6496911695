"""Customer ABC-XYZ: classes by money, and the nine cells with their terms of supply.

ABC is exact: money counts in whole ten-thousandths (or finer, where the values are). XYZ is in `kamlib.segments.xyz`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from kamlib.entities.groups import roll_up
from kamlib.errors import InputError, some
from kamlib.facts.accounts import account_facts
from kamlib.facts.worth import observed_window
from kamlib.segments.xyz import XYZ_CLASSES
from kamlib.stats.checks import one_row_each
from kamlib.stats.ordering import places
from kamlib.study.settings.rfm_segments import NO_ORDER

NOT_POSITIVE = "net<=0"
UNKNOWN = "unknown"
OTHER_METHOD = {"share": "tangent", "tangent": "share"}
"""Of the two ways to cut, the one beside each."""
ABC_CLASSES = ("A", "B", "C", NOT_POSITIVE, NO_ORDER, UNKNOWN)
_APART = ABC_CLASSES[3:]

TERMS = {a + x: f"terms_{a}{x}".lower() for a in "ABC" for x in "XYZ"}
TERMS |= {a + x: f"terms_{x}".lower() for a in "ABC" for x in "NL"}
TERMS |= {NOT_POSITIVE: "terms_not_positive", NO_ORDER: "terms_l", UNKNOWN: "terms_margin_unknown"}
"""Terms of supply, as a code, by cell."""


def abc_classes(
    facts: pd.DataFrame,
    money: str | None = None,
    *,
    a_below: float = 0.80,
    b_below: float = 0.95,
    method: str = "share",
) -> pd.DataFrame:
    """Class A, B or C of each account by its share of all positive money.

    Parameters
    ----------
    facts : DataFrame, one row per account
        customer_id, the column `money` and, where it is known, the order days of its window.
    money : str or None
        Column of net revenue or margin over a whole window; None: that of `kamlib.facts.worth.observed_window`.
    a_below, b_below : float
        An account is A while the accounts that are strictly larger hold less than `a_below` of the money, then B.
    method : "share" or "tangent"
        Tangent: A = above the mean, B = above the mean of the rest, no shares are typed.

    Returns
    -------
    DataFrame, largest first
        customer_id, money, share, share_before (of the strictly larger), share_with (the equal ones included; the last
        is 1), abc. Accounts without an order in the window, nor anything sent back, are the class `NO_ORDER`, others with net <= 0
        `NOT_POSITIVE`; both have no shares. Missing money of others is `UNKNOWN`.

    Raises
    ------
    InputError
        If an account stands twice, the column is missing or wholly unknown, or the cuts are not 0 < a < b <= 1.
    """
    money = money or observed_window(facts).money
    one_row_each(facts, [money])
    if not 0 < a_below < b_below <= 1:
        raise InputError("the cuts of ABC must be 0 < a_below < b_below <= 1", found=f"{a_below} and {b_below}")
    if method not in OTHER_METHOD:
        raise InputError("no such ABC method", found=method, remedy="Choose share or tangent.")
    if len(facts) and facts[money].isna().all():
        raise InputError("no account has a value", column=money, remedy="Choose a window that was observed.")
    table = pd.DataFrame({"customer_id": facts["customer_id"], "money": facts[money].astype("float64")})
    exact = _whole(facts[money])
    positive = exact.where(exact > 0)
    by_size = positive.dropna().astype("int64").groupby(positive.dropna()).sum().sort_index(ascending=False)
    total = int(by_size.sum())
    with_equal = by_size.cumsum()
    before = positive.map(with_equal - by_size).astype("Int64")
    table["share"] = positive.astype("float64") / (total or np.nan)
    table["share_before"] = before.astype("float64") / (total or np.nan)
    table["share_with"] = positive.map(with_equal).astype("float64") / (total or np.nan)
    if method == "share":
        is_a = before < _ceiling(total, a_below)
        is_b = before < _ceiling(total, b_below)
    else:
        is_a = _above_mean(positive)
        is_b = is_a | _above_mean(positive.where(~is_a))
    letters = np.select([is_a.fillna(False).to_numpy(bool), is_b.fillna(False).to_numpy(bool)], ["A", "B"], "C")
    table["abc"] = pd.Series(letters, index=table.index).mask(exact <= 0, NOT_POSITIVE).mask(exact.isna(), UNKNOWN)
    if (days := _order_days(money)) in facts:
        table["abc"] = table["abc"].mask((facts[days].fillna(0) <= 0) & (exact.fillna(0) == 0), NO_ORDER)
    return table.sort_values(["money", "customer_id"], ascending=[False, True], ignore_index=True, key=places)


def classes_of_accounts(
    orders: ir.Table,
    accounts: pd.DataFrame,
    by_money: pd.DataFrame,
    as_of: date,
    money: str,
    *,
    observed_from: date | None = None,
    a_below: float = 0.80,
    b_below: float = 0.95,
    method: str = "share",
) -> pd.DataFrame:
    """The class of each account by itself, beside the class of the customer that it is counted in.

    Parameters
    ----------
    orders : ibis table of clean order lines, with account_id; they stay in their engine.
    accounts : DataFrame
        account_id and customer_id; an account that is not in it is its own customer.
    by_money : DataFrame of `abc_classes`, of the customers, made with the same `money`, cuts and method.
    as_of, observed_from : as in `kamlib.facts.account_facts`.

    Returns
    -------
    DataFrame, one row per account, the largest first: customer_id, account_id, by_itself, customer (the two classes).
    """
    by_itself = orders.mutate(customer_id=orders.account_id)
    facts = account_facts(by_itself, as_of, observed_from=observed_from, columns=[money, _order_days(money)])
    alone = abc_classes(facts, money, a_below=a_below, b_below=b_below, method=method)
    alone = alone[["customer_id", "abc"]].set_axis(["account_id", "by_itself"], axis="columns")
    found = roll_up(alone, accounts)
    return found.assign(customer=found["customer_id"].map(by_money.set_index("customer_id")["abc"]))


def cells(by_money: pd.DataFrame, by_rhythm: pd.DataFrame) -> pd.DataFrame:
    """The cell of each account, such as AX, and its terms of supply.

    Parameters
    ----------
    by_money : DataFrame of `abc_classes`.
    by_rhythm : DataFrame of `kamlib.segments.xyz.xyz_classes`, the same accounts.

    Returns
    -------
    DataFrame, largest first: the columns of both, cell (the letter pair; classes other than A, B and C stand alone), terms.

    Raises
    ------
    InputError
        If the two do not hold the same accounts.
    """
    one_row_each(by_money, ["abc"])
    one_row_each(by_rhythm, ["xyz"])
    money, rhythm = by_money["customer_id"], by_rhythm["customer_id"]
    if alone := sorted({*money[~money.isin(rhythm)], *rhythm[~rhythm.isin(money)]}):
        raise InputError("ABC and XYZ must be of the same accounts", column="customer_id", found=some(alone))
    table = by_money.merge(by_rhythm, on="customer_id", validate="one_to_one")
    apart = table["abc"].isin(_APART)
    table["cell"] = (table["abc"] + table["xyz"]).mask(apart, table["abc"])
    return table.assign(terms=table["cell"].map(TERMS))


def grid(table: pd.DataFrame) -> pd.DataFrame:
    """Accounts and money of every pair of classes, empty ones included: abc, xyz, accounts, money, share_of_money.

    `share_of_money` is of all positive money; classes other than A, B and C have none. Money is missing where that of nobody in a cell is known.
    """
    by = table.groupby(["abc", "xyz"])["money"]
    counted = pd.DataFrame({"accounts": by.size(), "money": by.sum(min_count=1)})
    rows = [c for c in ABC_CLASSES if c in "ABC" or (table["abc"] == c).any()]
    full = counted.reindex(pd.MultiIndex.from_product([rows, XYZ_CLASSES], names=["abc", "xyz"]), fill_value=0)
    full = full.reset_index().astype({"accounts": "int64", "money": "float64"})
    positive = table["money"].where(table["money"] > 0).sum()
    full["share_of_money"] = full["money"].where(full["abc"].isin(["A", "B", "C"])) / (positive or np.nan)
    return full


def by_cell(table: pd.DataFrame) -> pd.DataFrame:
    """One row per cell that holds anyone, by class: cell, accounts, money, share_of_money (of positive money), terms."""
    by = table["money"].groupby(table["cell"])
    found = pd.DataFrame({"accounts": by.size(), "money": by.sum(min_count=1)})
    positive = table["money"].where(table["money"] > 0)
    found["share_of_money"] = positive.groupby(table["cell"]).sum() / (positive.sum() or np.nan)
    found = found.assign(terms=pd.Series(TERMS))
    return found.reindex([cell for cell in TERMS if cell in found.index]).rename_axis("cell").reset_index()


def _order_days(money: str) -> str:
    """The column of order days over the window of a column of money."""
    _, window, months = money.partition("_")
    return f"order_days{window}{months}"


def _whole(money: pd.Series) -> pd.Series:
    """Money as whole numbers of ten-thousandths, or of the finer unit (to 10^-9) that holds every value exactly.

    So the same money in thousands gives the same classes.
    """
    if any(isinstance(value, Decimal) for value in money.head(1)):
        places = max([4, *(-int(value.as_tuple().exponent) for value in money.dropna())])
        return money.map(lambda value: int(value.scaleb(places)), na_action="ignore").astype("Int64")
    values = money.astype("float64")
    if np.isinf(values).any():
        raise InputError("money must be finite", column=str(money.name), found="inf")
    most = values.abs().sum()
    for places in range(4, 10):
        whole = (values * 10.0**places).round()
        if most * 10.0**places < 2**63 and (whole / 10.0**places == values)[values.notna()].all():
            return whole.astype("Int64")
    if most * 1e4 >= 2**63:
        raise InputError("money is too large to count exactly", column=str(money.name), found=f"a sum of {most:.3g}")
    return (values * 1e4).round().astype("Int64")


def _ceiling(total: int, share: float) -> int:
    """The whole number that a whole sum is below exactly when it is below `share` of `total`."""
    part = Fraction(str(share)) * total
    return -(-part.numerator // part.denominator)


def _above_mean(values: pd.Series) -> pd.Series:
    """Whether whole numbers are above their mean; missing ones are not."""
    known = values.dropna()
    if known.empty:
        return pd.Series(False, index=values.index)
    return (values > int(known.sum()) // len(known)).fillna(False)
