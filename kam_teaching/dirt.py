"""The dirty rows of the sample's order lines: each beside the genuine ones, or a spelling that says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import pandas as pd

from kam_teaching.lines import COLUMNS, money_text
from kam_teaching.world import AS_OF, START, stream

FILE_COLUMNS = ["line_id", *COLUMNS]
CUT = "\0"  # a cell that is not written, nor those behind it
TOTALS = ("Total", "Subtotal", "Итого", "Summe", "Total general")
PAGE = 20  # lines that a page total adds up


def soil(clean: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add planted dirty rows, never in place of a genuine one; write some genuine values in another spelling.

    Returns
    -------
    orders : DataFrame
        The file's rows in order.
    faults : DataFrame
        row (position in `orders`), reason.
    """
    rng = stream(seed, 14)
    credit = clean["order_id"].str.startswith("CN-").to_numpy()
    article = pd.MultiIndex.from_frame(clean[["account_id", "product"]])
    calm = np.flatnonzero(~article.isin(article[credit]))  # articles that an account never gave back
    known = np.where(_pairs(clean, credit, article), "cancelled_pair", np.where(credit, "cancellation", ""))
    parts, n = [clean.assign(place=np.arange(len(clean), dtype=float), reason=known)], len(clean)

    def add(at: np.ndarray, reason: str, *, after: float = 0.5, prefix: str = "S", **changes: Any) -> None:
        """Copies of the rows `at` with an order id of their own and these changes, taken in turn."""
        rows = clean.iloc[at].reset_index(drop=True).assign(place=at + after, reason=reason)
        rows["order_id"] = [f"{prefix}{n + len(parts) * 1000 + i}" for i in range(len(at))]
        for column, values in changes.items():
            rows[column] = [values[i % len(values)] for i in range(len(at))] if isinstance(values, tuple) else values
        parts.append(rows)

    def some(count: int, reason: str, **changes: Any) -> None:
        add(np.sort(rng.choice(calm, count, replace=False)), reason, **changes)

    days = [str((AS_OF + pd.Timedelta(days=d)).date()) for d in (1, 2, 5, 9, 16, 30, 77)]
    early = [str((START - pd.Timedelta(days=d)).date()) for d in (1, 3, 8, 20, 60)]
    some(60, "no_account", account_id=("", " "))
    some(40, "bad_amount", amount=("n/a", "?", "#REF!", "1.234.5", "twelve"))
    some(40, "bad_date", date=("31.02.2024", "2024-00-17", "unknown", "0000-00-00", "2025-02-30"))
    some(45, "after_as_of", date=(*days, "2062-05-12"))
    some(50, "before_start", date=(*early, "1970-01-01"))
    some(420, "not_goods", product="FREIGHT", category="service", amount="25.00", margin="0.00", cost="25.00", quantity="1", price="25.00")  # fmt: skip
    some(20, "test_row", product="TEST01", category="service", amount="1.00", margin="0.00", cost="1.00", quantity="1", price="1.00")  # fmt: skip
    some(36, "unknown_account", account_id=("X.9001", "X.9002", "X.9003", "K.9999", "0", "00099"))
    some(40, "zero_price", amount="0.00", margin="0.00", cost="0.00", price="0.00")
    wrong = ("5900.00", "7450.00", "9990.00", "12500.00")
    some(24, "absurd_price", amount=wrong, margin="0.00", cost=wrong, quantity="1", price=wrong)
    some(24, "no_rate", currency=("CHF", "USD", "XXX"))
    some(20, "broken_line", **dict.fromkeys(FILE_COLUMNS[FILE_COLUMNS.index("quantity") :], CUT))
    some(22, "repeated_header", **{column: column for column in COLUMNS})
    pages = np.arange(2000, n, n // 24)
    sums = np.array([_cents(clean["amount"].iloc[at - PAGE + 1 : at + 1]).sum() for at in pages])
    blank: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    add(pages, "total_row", **blank | {"amount": tuple(money_text(sums))})
    parts[-1]["order_id"] = [TOTALS[i % len(TOTALS)] for i in range(len(pages))]
    _add_returns(clean, calm, article, rng, add)
    repeats = rng.choice(calm, 60, replace=False)
    for why, at, after in (("genuine_repeat", repeats[:25], 0.5), ("repeated_key", repeats[25:], 30.7)):
        add(at, why, after=after)
        parts[-1]["order_id"] = clean["order_id"].to_numpy()[at]
    table = pd.concat(parts).sort_values("place", kind="stable", ignore_index=True)
    return _spelt(_numbered(table), rng)


def _cents(amounts: pd.Series) -> pd.Series:
    return (amounts.astype(float) * 100).round().astype("int64")


def _pairs(clean: pd.DataFrame, credit: np.ndarray, article: pd.MultiIndex) -> np.ndarray:
    """Credit notes for a whole line, and the lines: the last such line of the account that is open takes it."""
    size = clean["quantity"].str.lstrip("-") + " " + clean["amount"].str.lstrip("-")
    waiting = defaultdict[Hashable, list[int]](list)
    paired = np.zeros(len(clean), dtype=bool)
    for row in np.flatnonzero(article.isin(article[credit])).tolist():
        like = waiting[article[row], size.iat[row]]
        if not credit[row]:
            like.append(row)
        elif like:
            paired[[row, like.pop()]] = True
    return paired


def _add_returns(
    clean: pd.DataFrame,
    calm: np.ndarray,
    article: pd.MultiIndex,
    rng: np.random.Generator,
    add: Callable[..., None],
) -> None:
    """Credit notes without a line that they could take back, and goods that the account never bought."""
    goods = clean.iloc[calm].assign(
        row=calm, units=clean["quantity"].iloc[calm].astype(int), cents=_cents(clean["price"].iloc[calm])
    )
    cheap = (goods["cents"] < 1500) & (goods["units"] < 12)
    bought = goods.groupby(["account_id", "product"])["units"].agg(["max", "sum", "size"])
    last = goods[cheap & ~goods.duplicated(["account_id", "product"], keep="last")].join(
        bought, on=["account_id", "product"]
    )
    last = last[(last["max"] < 12) & (last["size"] >= 3) & (last["sum"] > 2 * last["max"])]
    at = np.sort(rng.choice(last["row"].to_numpy(), 24, replace=False))
    units = last.set_index("row").loc[at, "max"] + 1
    add(at, "cancellation_without_order", prefix="CN-", **_taken_back(clean.iloc[at], units.to_numpy()))
    at = rng.choice(goods.loc[cheap, "row"].to_numpy(), 48, replace=False)
    other = clean["account_id"].to_numpy()[np.roll(at, 7)]
    new = np.flatnonzero(~pd.MultiIndex.from_arrays([other, clean["product"].to_numpy()[at]]).isin(article))[:24]
    back = _taken_back(clean.iloc[at[new]], 1 + np.arange(len(new)) % 3)
    add(at[new], "return_without_purchase", prefix="CN-", account_id=tuple(other[new]), **back)


def _taken_back(rows: pd.DataFrame, units: np.ndarray) -> dict[str, tuple[str, ...]]:
    """Quantity, amount, margin and cost of credit notes for so many units of these lines."""
    price, bought = _cents(rows["price"]).to_numpy(), rows["quantity"].astype(int).to_numpy()
    margin = np.rint(_cents(rows["margin"]).to_numpy() * units / bought).astype(np.int64)
    money = {"amount": -units * price, "margin": -margin, "cost": -units * price + margin}
    return {"quantity": tuple(str(-u) for u in units)} | {
        name: tuple(money_text(cents)) for name, cents in money.items()
    }


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    """With the number of each line in the books; a line that was posted twice has it twice, a row that is none has none."""
    number = pd.Series(np.arange(1, len(table) + 1), index=table.index)
    twice = table["reason"] == "repeated_key"
    same = ["order_id", "account_id", "date", "product", "quantity", "amount"]
    first = table[same].assign(number=number)[~twice].drop_duplicates(same, keep="last")
    known = table.loc[twice, same].merge(first, on=same, how="left")["number"]
    number[twice] = known.to_numpy()
    ids = "L" + number.astype(str).str.zfill(6)
    return table.assign(
        line_id=ids.mask(table["reason"] == "total_row", "").mask(table["reason"] == "repeated_header", "line_id")
    )


def _spelt(table: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Some margins left to the cost, some currencies written otherwise, some credit notes without their minus."""
    plain = (table["reason"].eq("") & table["reason"].shift(-1).eq("")).to_numpy()
    at = rng.choice(np.flatnonzero(plain), 360, replace=False)
    table.loc[np.sort(at[:300]), "margin"] = ""  # here cost alone tells the margin
    spelt = np.sort(at[300:])
    table.loc[spelt, "currency"] = np.resize(np.array(["eur", "€", "Euro", "Eur"], dtype=object), len(spelt))
    table.loc[spelt, "reason"] = "currency_spelling"
    part = np.flatnonzero(table["reason"].eq("cancellation"))
    turned = np.sort(rng.choice(part, 24, replace=False))
    for column in ("amount", "margin", "cost", "quantity"):
        values = table.loc[turned, column]
        table.loc[turned, column] = np.where(values.str.startswith("-"), values.str.lstrip("-"), "-" + values)
    table.loc[turned, "reason"] = "cancellation_above_zero"
    faults = table.loc[table["reason"] != "", ["reason"]].rename_axis("row").reset_index()
    return table[FILE_COLUMNS], faults
