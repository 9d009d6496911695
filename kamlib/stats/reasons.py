"""Reasons as codes with values: analysis returns them, a report has the words.

In a table a reason is two columns, ``reason`` (the code; several are joined by ``;``) and ``reason_values`` (JSON: the values of one
code as an object, of several as a list of objects). Another column that holds codes has its values beside it in the same way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

Case = tuple[pd.Series, str | None, Mapping[str, Any]]
_WAITS = "waits_for"


@dataclass(frozen=True)
class Reason:
    """A code and the values that its sentence names: numbers, days, texts, flags, or lists of them."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


def reason_columns(cases: Sequence[Case], default: str = "", name: str = "reason") -> pd.DataFrame:
    """The first case that holds of each row, as a code and its values.

    Parameters
    ----------
    cases : tuples of flag by row, code, and values by name: a Series by row, or one value for all. A code of None leaves a row
        without a reason ('' and no values).
    default : the code where no case holds; it has no values.
    name : of the column of codes.

    Returns
    -------
    DataFrame
        `name` and `name`_values, on the index of the flags.
    """
    index = cases[0][0].index
    codes, written = np.full(len(index), default, object), np.full(len(index), "{}", object)
    open_rows = np.ones(len(index), bool)
    for flag, code, values in cases:
        here = open_rows & flag.fillna(False).to_numpy(bool)
        codes[here], written[here] = code or "", _written(values, here)
        open_rows &= ~here
    return pd.DataFrame({name: codes, f"{name}_values": written}, index=index)


def joined(parts: Sequence[pd.DataFrame], name: str = "reason") -> pd.DataFrame:
    """Reasons of the same rows one after the other, without those that are '': columns as of `reason_columns`."""
    rows = [
        [(code, values) for code, values in zip(pair[::2], pair[1::2], strict=True) if code]
        for pair in zip(*(part[column] for part in parts for column in (name, f"{name}_values")), strict=True)
    ]
    codes = [";".join(code for code, _ in row) for row in rows]
    values = [
        row[0][1] if len(row) == 1 else f"[{', '.join(_bare(v) for _, v in row)}]" if row else "{}" for row in rows
    ]
    return pd.DataFrame({name: codes, f"{name}_values": values}, index=parts[0].index, dtype=object)


def split(code: str, values: str) -> list[Reason]:
    """The reasons of one row of a table, none where the code is '' or missing."""
    if not isinstance(code, str) or not code:
        return []
    codes, found = code.split(";"), json.loads(values)
    return [Reason(one, named) for one, named in zip(codes, [found] if len(codes) == 1 else found, strict=True)]


def packed(reasons: Sequence[Reason]) -> tuple[str, str]:
    """Reasons of one row as a table holds them: codes and values."""
    values = [written(reason.values) for reason in reasons]
    return ";".join(reason.code for reason in reasons), values[0] if len(values) == 1 else f"[{', '.join(values)}]"


def written(values: Mapping[str, Any]) -> str:
    """Values as JSON text: days as ISO dates, numbers of NumPy as numbers, what is missing as null."""
    return json.dumps({name: _plain(value) for name, value in values.items()}, ensure_ascii=False)


def waiting(columns: Sequence[str], code: str, **values: Any) -> pd.DataFrame:
    """A table without rows that says what it waits for: `report.table` shows that sentence in its place."""
    table = pd.DataFrame(columns=list(columns))
    table.attrs[_WAITS] = {"code": code, "values": written(values)}
    return table


def or_waiting(table: pd.DataFrame, code: str, **values: Any) -> pd.DataFrame:
    """`table`, which, where it has no rows, says what it waits for as `waiting` does."""
    told = table.copy(deep=False)
    told.attrs = table.attrs | waiting((), code, **values).attrs if table.empty else table.attrs
    return told


def waits_for(table: pd.DataFrame) -> Reason | None:
    """What an empty table waits for, where it says so."""
    told = table.attrs.get(_WAITS)
    return Reason(told["code"], json.loads(told["values"])) if told and table.empty else None


def _bare(values: str) -> str:
    return values[1:-1] if values.startswith("[") else values


def _written(values: Mapping[str, Any], here: np.ndarray) -> Any:
    if not values:
        return "{}"
    by_row = {name: value.to_numpy(object)[here] for name, value in values.items() if isinstance(value, pd.Series)}
    same = {name: value for name, value in values.items() if name not in by_row}
    rows = zip(*by_row.values(), strict=True) if by_row else ([()] * int(here.sum()))
    return [written(same | dict(zip(by_row, row, strict=True))) for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
