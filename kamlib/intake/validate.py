"""The data dictionary as a check: whether a clean table keeps its rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from kamlib.errors import InputError, some
from kamlib.intake.screen import FREE_TEXT
from kamlib.study.columns import Column
from kamlib.study.dictionary import INPUTS

_RULES = {
    "column_in_dataframe": "a column is missing",
    "column_in_schema": "a column that is not in the dictionary",
    "not_nullable": "a value is missing that is required",
    "multiple_fields_uniqueness": "the key repeats",
    "isin": "a value that is none of the choices",
    "coerce_dtype": "values of another type",
    "text": "values that are no text",
    "finite": "a number that is not finite",
    "greater_than_or_equal_to": "a value below the limit",
    "less_than_or_equal_to": "a value above the limit",
}


def check(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` if it keeps the rules of the input table `name`, else raise.

    Required columns are there and filled, keys do not repeat, choices and limits hold, no unknown column.

    Parameters
    ----------
    name : str
        A key of `INPUTS`.
    table : DataFrame
        Typed as the dictionary says: text as object, dates as datetime64, money and numbers as numeric.

    Raises
    ------
    InputError
        Naming the column, up to five offending values, and what was expected.
    """
    try:
        checked: pd.DataFrame = schema(name, by_member="member_id" in table).validate(table, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        rule = cases["check"].iloc[0]
        cases = cases.loc[cases["check"] == rule]
        by_frame = rule in ("column_in_dataframe", "column_in_schema")
        columns = cases["failure_case" if by_frame else "column"].astype(str)
        offenders = cases.loc[columns == columns.iloc[0], "failure_case"].dropna().unique()
        words = next((text for name, text in _RULES.items() if str(rule).startswith(name)), f"breaks the rule {rule}")
        raise InputError(
            f"table {name!r}: {words}",
            column=columns.iloc[0],
            found=None if by_frame or not len(offenders) else some(offenders),
            remedy=f"See the table {name!r} of the data dictionary.",
        ) from None
    return checked


def schema(name: str, *, by_member: bool = True) -> pa.DataFrameSchema:
    """The pandera schema of an input table, by `INPUTS`; `by_member`: its key is the member, not the account."""
    types = {"text": "object", "date": "datetime64[ns]", "integer": "Int64", "flag": "boolean"}

    def rules(column: Column) -> list[pa.Check]:
        found = []
        if column.type == "text":
            found.append(pa.Check(lambda s: s.map(lambda value: isinstance(value, str)), error="text"))
        if column.type in ("money", "number"):
            found.append(pa.Check(np.isfinite, error="finite"))
        if column.choices:
            found.append(pa.Check.isin(column.choices))
        if column.low is not None:
            found.append(pa.Check.ge(column.low))
        if column.high is not None:
            found.append(pa.Check.le(column.high))
        return found

    table = INPUTS[name]
    member = [Column("member_id", "text", "the account as the source gave it")] if "account_id" in table.names else []
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                types.get(column.type, "float64"),
                rules(column),
                nullable=not column.required or column.name in FREE_TEXT.get(name, ()),
                required=column.required,
                coerce=True,
            )
            for column in (*table.columns, *member)
        },
        unique=[("member_id" if by_member and key == "account_id" else key) for key in table.key] or None,
        strict=True,
    )
