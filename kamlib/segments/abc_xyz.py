"""Customer ABC-XYZ: classes by money, and the nine cells with a policy each.

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

NOT_POSITIVE = "net<=0"
UNKNOWN = "unknown"
OTHER_METHOD = {"share": "tangent", "tangent": "share"}
"""Of the two ways to cut, the one beside each."""
ABC_CLASSES = ("A", "B", "C", NOT_POSITIVE, UNKNOWN)

POLICY = {a + x: f"policy_{a}{x}".lower() for a in "ABC" for x in XYZ_CLASSES}
POLICY |= {NOT_POSITIVE: "policy_not_positive", UNKNOWN: "policy_margin_unknown"}
"""What to do, as a code, by cell."""


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
        customer_id and the column `money`.
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
        is 1), abc. Accounts with net <= 0 are the class `NOT_POSITIVE` and have no shares; missing money is `UNKNOWN`.

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
    facts = account_facts(by_itself, as_of, observed_from=observed_from, columns=[money])
    alone = abc_classes(facts, money, a_below=a_below, b_below=b_below, method=method)
    alone = alone[["customer_id", "abc"]].set_axis(["account_id", "by_itself"], axis="columns")
    found = roll_up(alone, accounts)
    return found.assign(customer=found["customer_id"].map(by_money.set_index("customer_id")["abc"]))


def cells(by_money: pd.DataFrame, by_rhythm: pd.DataFrame) -> pd.DataFrame:
    """The cell of each account, such as AX, and its policy.

    Parameters
    ----------
    by_money : DataFrame of `abc_classes`.
    by_rhythm : DataFrame of `kamlib.segments.xyz.xyz_classes`, the same accounts.

    Returns
    -------
    DataFrame, largest first: the columns of both, cell (the letter pair; `NOT_POSITIVE` and `UNKNOWN` stand alone), policy,
    policy_values.

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
    apart = table["abc"].isin([NOT_POSITIVE, UNKNOWN])
    table["cell"] = (table["abc"] + table["xyz"]).mask(apart, table["abc"])
    return table.assign(policy=table["cell"].map(POLICY), policy_values="{}")


def grid(table: pd.DataFrame) -> pd.DataFrame:
    """Accounts and money of every pair of classes, empty ones included: abc, xyz, accounts, money, share_of_money.

    `share_of_money` is of all positive money; rows of a class with net <= 0 have none.
    """
    counted = pd.DataFrame(table.groupby(["abc", "xyz"])["money"].agg(accounts="size", money="sum"))
    rows = [c for c in ABC_CLASSES if c in "ABC" or (table["abc"] == c).any()]
    full = counted.reindex(pd.MultiIndex.from_product([rows, XYZ_CLASSES], names=["abc", "xyz"]), fill_value=0)
    full = full.reset_index().astype({"accounts": "int64", "money": "float64"})
    positive = table["money"].where(table["money"] > 0).sum()
    full["share_of_money"] = full["money"].where(full["abc"].isin(["A", "B", "C"])) / (positive or np.nan)
    return full


def policies(table: pd.DataFrame) -> pd.DataFrame:
    """One row per cell that holds anyone, by class: cell, accounts, money, share_of_money (of positive money), policy, policy_values."""
    found = pd.DataFrame(table.groupby("cell")["money"].agg(accounts="size", money="sum"))
    positive = table["money"].where(table["money"] > 0)
    found["share_of_money"] = positive.groupby(table["cell"]).sum() / (positive.sum() or np.nan)
    found = found.assign(policy=pd.Series(POLICY), policy_values="{}")
    return found.reindex([cell for cell in POLICY if cell in found.index]).rename_axis("cell").reset_index()


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
