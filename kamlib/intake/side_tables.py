"""Every table but the orders: read whole, cleaned as it was known at the date of the study, with its ledger lines.

These tables have a row per account, invoice or event and fit into memory; their rules are those of the data dictionary.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.entities import groups
from kamlib.errors import InputError
from kamlib.intake import screen, sheet_rows
from kamlib.intake.cleaning import QUARANTINE
from kamlib.intake.ledger import LEDGER, check_sum
from kamlib.intake.mapping import original
from kamlib.io import currencies, readers
from kamlib.io.values import NO_DAYS
from kamlib.study.columns import Column, Table
from kamlib.study.dictionary import INPUTS
from kamlib.study.model import Study

WORDS = {
    "empty_row": "the row is empty",
    "broken_line": "the line of the file has too few or too many cells",
    "no_account": "the row names no account",
    "bad_date": "a date that is needed is missing or is no day",
    "no_rate": "the row is in a currency without a rate",
    "bad_value": "a value that is needed is missing, can't be read or is none of those allowed",
    "repeated_key": "the key stands in an earlier row already",
    "after_as_of": "the row is later than the date of the study",
    "kept_too_long": "the day to delete the contact has passed",
    "unreadable": "a value can't be read or is none of those allowed, and is taken as missing",
    "not_yet_known": "what happened after the date of the study is taken as not yet happened",
    "unknown_account": "the account is not in the table of accounts",
    "own_parent": "the account is its own parent, and counts by itself",
    "parent_circle": "the account stands in a circle of parents, and counts by itself",
    "personal_text": "a text looks like personal facts, and is taken as missing",
}
_MARKS = ("unreadable", "not_yet_known", "unknown_account", "own_parent", "parent_circle", "personal_text")
_PLANNED = {"contract_end"}  # a day to come that is known before
_TYPES = {"text": "object", "date": "datetime64[ns]", "integer": "Int64", "flag": "boolean"}


def fetch(mapped: ir.Table, name: str, study: Study) -> pd.DataFrame:
    """A mapped table in the engine as `in_memory` gives those of files.

    Raises
    ------
    InputError
        If a file can't be read.
    """
    money = [column.name for column in INPUTS[name].columns if column.type == "money"]
    table = mapped.select(
        *[
            *(one for one in INPUTS[name].names if one not in money),
            "unreadable",
            "broken",
            "source_file",
            "source_line",
        ],
        **{column: mapped[column].cast("float64") for column in money},
        original=original(mapped),
    )
    with readers.plain_errors():
        rows = table.to_pyarrow()
    return in_memory(rows.sort_by([("source_file", "ascending"), ("source_line", "ascending")]), name, study)


def in_memory(rows: pa.Table, name: str, study: Study) -> pd.DataFrame:
    """A mapped table as pandas: text as object, days as datetime64, numbers and money as float64, this in the study's currency and missing
    where that has no rate.

    Parameters
    ----------
    rows : of the table `name`, from `different_values.mapped`.
    """
    kinds = {column.name: _TYPES.get(column.type, "float64") for column in INPUTS[name].columns}
    made: pd.DataFrame = sheet_rows.without_guards(rows, name).to_pandas(date_as_object=False).astype(kinds)
    if "currency" in made:
        told = made["currency"].str.upper().str.replace(".", "")
        made["currency"] = told.replace(currencies.codes(study.currency, study.rates))
        foreign = made["currency"].notna() & (made["currency"] != study.currency)
        rates = made.loc[foreign, "currency"].map(study.rates)
        made.loc[foreign, "amount"] = currencies.converted(made.loc[foreign, "amount"], rates)
    return made


def empty(name: str) -> pd.DataFrame:
    """The table `name` without rows, with all its columns and their types."""
    table = INPUTS[name]
    columns = {column.name: pd.Series(dtype=_TYPES.get(column.type, "float64")) for column in table.columns}
    return pd.DataFrame({"customer_id": pd.Series(dtype="object")} | columns)


def clean(
    name: str, frame: pd.DataFrame, study: Study, *, known: pd.Index | None = None, buying: pd.Index | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The rows of a table as they were known at the date of the study.

    A row dated after it is set aside; a payment, decision, closing or doing after it has not happened yet, and so
    what is known only from then is missing (a proposal is open again). An account first met after it is set aside,
    unless it bought before.

    Parameters
    ----------
    name : the table.
    frame : from `fetch`, with what `screen.screened` added.
    known : the accounts of the table of accounts; None: there is no such table.
    buying : the accounts with order lines.

    Returns
    -------
    tuple of DataFrame
        The clean table, the rows set aside (columns of the quarantine), and the ledger lines.

    Raises
    ------
    InputError
        If more of the rows are set aside than `cleaning.most_rows` allows.
    """
    table, as_of = INPUTS[name], pd.Timestamp(study.as_of)
    made, unreadable = _allowed(frame, table)
    own = _dated_by(table)
    late = made[own] > as_of if own else pd.Series(False, index=made.index)
    if name == "accounts":
        late = (made["since"] > as_of) & ~made["account_id"].isin(pd.Index([]) if buying is None else buying)
    made, unknown_yet = _as_known(made, table, as_of, own)
    needed = {c.name: c.type for c in table.columns if c.required and c.name != "account_id"}
    hits = {
        "empty_row": frame["original"].str.fullmatch(r'[",\s]*') | sheet_rows.not_filled_in(name, frame),
        "broken_line": frame["broken"],
        "no_account": made["account_id"].isna(),
    }
    if "currency" in made:
        hits["no_rate"] = made["currency"].notna() & ~made["currency"].isin([study.currency, *study.rates])
        made["currency"] = study.currency  # of all amounts now
    hits |= {
        "bad_date": made[[one for one, kind in needed.items() if kind == "date"]].isna().any(axis=1),
        "bad_value": made[[one for one, kind in needed.items() if kind != "date"]].isna().any(axis=1),
        "after_as_of": late,
    }
    if name == "contacts":
        hits["kept_too_long"] = made["keep_until"] < as_of
    first = ~pd.concat(hits, axis=1).any(axis=1)
    keys = [key for key in table.key if key in made]
    if keys:
        hits["repeated_key"] = made.loc[first].duplicated(keys).reindex(made.index, fill_value=False)
    reason = pd.Series(None, index=made.index, dtype=object)
    for rule in reversed(hits):
        reason[hits[rule]] = rule
    marks = {"unreadable": unreadable, "not_yet_known": unknown_yet}
    if known is not None and name != "accounts":
        marks["unknown_account"] = made["account_id"].notna() & ~made["account_id"].isin(known)
    if name == "accounts":
        knots = groups.knots(made[reason.isna()])
        marks |= {rule: hit.reindex(made.index, fill_value=False) for rule, hit in knots.items()}
    if name in screen.FREE_TEXT:
        marks["personal_text"] = frame["personal"] != ""
        made = screen.take_out(made, name, frame["personal"])
    amount = _money(frame, table)
    lines = _ledger(name, hits | marks, reason, amount)
    _limit(name, reason, study)
    day = frame[own] if own else pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]")
    aside = frame.assign(table=name, reason=reason, amount=amount, date=day)
    aside = aside.loc[reason.notna(), list(QUARANTINE)]
    return made.loc[reason.isna(), list(table.names)].reset_index(drop=True), aside.reset_index(drop=True), lines


def _dated_by(table: Table) -> str | None:
    """The column that dates the row itself: the one from which what is required is known."""
    return next((column.known_at for column in table.columns if column.required and column.known_at), None)


def _allowed(frame: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, pd.Series]:
    """Values outside their choices or limits made missing, and the rows that hold such or unreadable ones."""
    made, bad = frame.copy(), frame["unreadable"].astype(bool)
    for column in table.columns:
        values, wrong = made[column.name], pd.Series(False, index=made.index)
        if column.choices:
            wrong |= values.notna() & ~values.isin(column.choices)
        if column.low is not None:
            wrong |= (values < column.low).fillna(False).astype(bool)
        if column.high is not None:
            wrong |= (values > column.high).fillna(False).astype(bool)
        wrong |= values.isin(pd.to_datetime(NO_DAYS)) if column.type == "date" else False
        if wrong.any():
            made[column.name] = values.mask(wrong, _missing(column))
            bad |= wrong
    return made, bad


def _as_known(
    frame: pd.DataFrame, table: Table, as_of: pd.Timestamp, own: str | None
) -> tuple[pd.DataFrame, pd.Series]:
    """What is known only from a day after `as_of` made missing, and the rows where that was so."""
    made, touched = frame.copy(), pd.Series(False, index=frame.index)
    for day in {column.known_at for column in table.columns if column.known_at} - {own} - _PLANNED:
        later = frame[day] > as_of
        touched |= later
        for column in table.columns:
            if column.known_at == day and later.any():
                then = "open" if "open" in column.choices else _missing(column)  # a bid is open
                made[column.name] = made[column.name].mask(later, then)
    return made, touched


def _missing(column: Column) -> Any:
    return pd.NaT if column.type == "date" else None if column.type == "text" else pd.NA


def _money(frame: pd.DataFrame, table: Table) -> pd.Series:
    """The money of each row as exact decimals; missing where the table has none that is required."""
    name = next((c.name for c in table.columns if c.type == "money" and c.required), None)
    if name is None:
        return pd.Series(None, index=frame.index, dtype=object)
    return frame[name].map(lambda value: None if pd.isna(value) else round(Decimal(value), 4)).astype(object)


def _ledger(name: str, hits: dict[str, pd.Series], reason: pd.Series, amount: pd.Series) -> pd.DataFrame:
    has_money = any(column.type == "money" and column.required for column in INPUTS[name].columns)

    def total(rows: pd.Series) -> tuple[int, Decimal | None]:
        return int(rows.sum()), sum(amount[rows].dropna(), Decimal("0.0000")) if has_money else None

    everything = pd.Series(True, index=reason.index)
    lines = [(name, "came in", "", "rows in the files", *total(everything), *total(everything))]
    for rule, hit in hits.items():
        action = "mark" if rule in _MARKS else "set_aside"
        lines.append((name, rule, action, WORDS[rule], *total(hit.astype(bool)), *total(reason == rule)))
    lines.append((name, "kept", "", "rows that the study uses", *total(reason.isna()), *total(reason.isna())))
    made = pd.DataFrame(lines, columns=list(LEDGER))
    check_sum(made)
    return made


def _limit(name: str, reason: pd.Series, study: Study) -> None:
    here = reason[~reason.isin(["empty_row", "after_as_of", "kept_too_long"])]
    share = here.notna().mean() if len(here) else 0.0
    if share > study.cleaning.most_rows:
        raise InputError(
            f"{share:.1%} of the rows of {name!r} would be set aside; cleaning.most_rows allows {study.cleaning.most_rows:.1%}",
            found=", ".join(f"{rule} {count:,}" for rule, count in here.value_counts().items()),
            remedy="Mend the files or the column map, or raise the limit.",
        )
