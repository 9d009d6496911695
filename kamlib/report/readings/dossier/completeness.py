"""What the page on the plan concludes of the dossiers: how much is on record, and where to begin."""

from __future__ import annotations

import pandas as pd

from kamlib.stats.reasons import Reason, waits_for


def on_record(found: pd.DataFrame, facts: pd.DataFrame, names: pd.Series, least: float) -> Reason | None:
    """How complete and how fresh the dossiers are, which is the emptiest, and which fact is missing most.

    Parameters
    ----------
    found : `kamlib.plan.dossier.completeness.completeness`.
    facts : `kamlib.plan.dossier.completeness.known_facts`.
    least : share below which a dossier is to be completed.
    """
    if found.empty:
        return waits_for(found)
    first = found.sort_values(["completeness", "customer_id"]).iloc[0]
    absent = facts[~facts["known"]].groupby("fact", sort=False).size()
    values: dict[str, object] = {
        "n": len(found),
        "below": int((~found["complete"]).sum()),
        "least": least,
        "mean": found["completeness"].mean(),
    }
    values |= {"fresh": found["freshness"].mean(), "name": names.get(first["customer_id"], first["customer_id"])}
    values |= {"lowest": first["completeness"], "fact": absent.idxmax() if len(absent) else None}
    return Reason(
        "dossiers_on_record" if len(absent) else "dossiers_whole",
        values | {"lack": int(absent.max()) if len(absent) else 0},
    )
