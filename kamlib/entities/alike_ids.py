"""Ids of accounts that may be one customer, or several, because a spreadsheet or a person wrote them otherwise: told, never joined."""

from __future__ import annotations

import pandas as pd

from kamlib.errors import some

_SHORTENED = r"[1-9](?:[.,]\d+)?[eE][+]?\d\d?"
_CUT = r"[1-9]\d{14}0+"  # a spreadsheet keeps 15 digits


def told(ids: pd.Series) -> list[str]:
    """What the reader should know of ids: shortened by a spreadsheet, cut after 15 digits, or alike but for capitals and zeros.

    Parameters
    ----------
    ids : of accounts, each once; missing ones are left out.
    """
    ids, made = ids.dropna().astype(str), list[str]()
    shortened = ids[ids.str.fullmatch(_SHORTENED)]
    if len(shortened):
        made.append(
            f"Account ids that a spreadsheet shortened ({len(shortened):,}): {some(sorted(shortened))}. Their last digits are "
            "lost, so one of them may be many customers: export them anew as texts."
        )
    long = ids[ids.str.fullmatch(r"\d{16,}")]
    cut = long[long.str.fullmatch(_CUT)]
    if len(cut) and len(cut) == len(long):
        made.append(
            f"Account ids of 16 digits and more that all end in zeros ({len(cut):,}): {some(sorted(cut))}. A spreadsheet keeps "
            "15 digits, so one of them may be many customers: export them anew as texts."
        )
    key = ids.str.casefold().str.replace(r"[.,]0+$", "", regex=True).str.replace(r"^0+(?=\d+$)", "", regex=True)
    alike = ids[key.duplicated(keep=False)].groupby(key).agg(lambda found: " and ".join(sorted(found)))
    if len(alike):
        made.append(
            f"Account ids that differ in capitals or zeros alone, and stay different customers ({len(alike):,}): "
            f"{some(sorted(alike))}. If they are one, write them in one way, or say so in the review of kam firms."
        )
    return made
