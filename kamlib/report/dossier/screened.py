"""Texts of dossiers looked through once more before they are printed, whatever their columns are called."""

from __future__ import annotations

import pandas as pd

from kamlib.intake.screen import LEFT_OUT, personal_texts
from kamlib.io.readers import engine

_NO_TEXT = {"customer_id", "name", "category", "proposal_id", "contact_id"}
"""Ids, and names of firms and goods, which may be called like anything."""


def without_personal(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with each text that speaks of personal life replaced by a note that it was left out.

    The screen of the intake knows which columns hold free text. Here every text counts: a firm's industry or a manager's column may have been
    filled with what belongs to no page. All different texts are looked at in one go.
    """
    texts = {(name, column): rows[column] for name, rows in tables.items() for column in _texts(rows)}
    if not texts:
        return tables
    found = personal_texts(engine(), pd.concat(list(texts.values()), ignore_index=True).dropna().astype(str))
    made = dict(tables)
    for (name, column), values in texts.items():
        if (hit := values.isin(found)).any():
            made[name] = made[name].assign(**{column: values.mask(hit, LEFT_OUT)})
    return made


def _texts(rows: pd.DataFrame) -> list[str]:
    return [
        str(name)
        for name in rows
        if name not in _NO_TEXT and not str(name).endswith("_values") and pd.api.types.is_object_dtype(rows[name])
    ]
