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
    told = [[part[column].to_numpy(object) for column in (name, f"{name}_values")] for part in parts]
    there = np.array([code.astype(bool) for code, _ in told])
    codes, values = np.full(there.shape[1], "", object), np.full(there.shape[1], "{}", object)
    for (code, value), here in zip(told, there, strict=True):
        codes[here], values[here] = code[here], value[here]
    for row in np.flatnonzero(there.sum(axis=0) > 1):
        several = [(code[row], value[row]) for (code, value), here in zip(told, there, strict=True) if here[row]]
        codes[row] = ";".join(code for code, _ in several)
        values[row] = f"[{', '.join(_bare(value) for _, value in several)}]"
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
    if not here.any():
        return []
    by_row = {name: _texts(value[here]) for name, value in values.items() if isinstance(value, pd.Series)}
    same = written({name: value for name, value in values.items() if name not in by_row})[1:-1].replace("%", "%%")
    names = (json.dumps(name, ensure_ascii=False).replace("%", "%%") for name in by_row)
    row = f"{{{', '.join([*[same] * bool(same), *(f'{name}: %s' for name in names)])}}}"
    return [row % texts for texts in zip(*by_row.values(), strict=True)] if by_row else row % ()


def _texts(values: pd.Series) -> list[str]:
    """Each value as JSON text."""
    if pd.api.types.is_numeric_dtype(values):
        plain = values.to_numpy(object, copy=True)
        plain[values.isna().to_numpy()] = None
        return json.dumps(plain.tolist())[1:-1].split(", ")  # all at once
    return [json.dumps(_plain(value), ensure_ascii=False) for value in values.to_numpy(object)]


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
