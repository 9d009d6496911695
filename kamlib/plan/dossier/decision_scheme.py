"""Who decides at each customer: contacts by influence and support, the gaps, and how much hangs on one of them."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.as_known import TOUCHES, known_at
from kamlib.stats.reasons import joined, or_waiting, reason_columns
from kamlib.study.periods import months_before

INFLUENCE = ("decides", "high", "medium", "low")
SUPPORT = ("for", "neutral", "against")
USUAL = 0.6
"""Share of the customers with contacts that must have a role before the others are told that they lack it."""
ALONE = 0.8
"""Share of the touches through one contact from which on the relation hangs on it."""
COLUMNS = ["customer_id", "contact_id", "role", "influence", "support", "touches", "share_of_touches", "last_touch"]
_GAPS = ["customer_id", "contacts", "main_contact_share", "missing_roles", "lacks", "lacks_values"]


def scheme(contacts: pd.DataFrame, interactions: pd.DataFrame, ids: pd.Index, day: pd.Timestamp) -> pd.DataFrame:
    """The contacts of each of the `ids`, those with most influence first.

    Names are left out: a page that may show them looks them up by contact_id.

    Returns
    -------
    DataFrame
        customer_id, contact_id, role, influence, support ('' where not known); of the meetings, calls and visits of 12 months touches
        (with it), share_of_touches (of those with a known contact; missing without any); last_touch (of all on record).
    """
    rows = contacts[contacts["customer_id"].isin(ids)]
    rows = rows.reindex(columns=["customer_id", "contact_id", "role", "influence", "support"]).drop_duplicates(
        "contact_id"
    )
    seen = known_at("interactions", interactions, day).reindex(columns=["customer_id", "date", "kind", "contact_id"])
    met = seen[seen["kind"].isin(TOUCHES) & seen["contact_id"].notna() & seen["customer_id"].isin(ids)]
    year = met[met["date"] > months_before(pd.Timestamp(day), 12)]
    times, whole = year.groupby("contact_id").size(), year.groupby("customer_id").size()
    touches = rows["contact_id"].map(times).fillna(0).astype(int)
    table = rows.assign(
        influence=rows["influence"].fillna(""),
        support=rows["support"].fillna(""),
        touches=touches,
        share_of_touches=touches / rows["customer_id"].map(whole),
        last_touch=rows["contact_id"].map(met.groupby("contact_id")["date"].max()).astype("datetime64[ns]"),
    )
    rank = table["influence"].map({name: place for place, name in enumerate(INFLUENCE)}).fillna(len(INFLUENCE))
    table = table.assign(rank=rank).sort_values(["customer_id", "rank", "contact_id"], ignore_index=True)[COLUMNS]
    return or_waiting(table, "no_contacts")


def scheme_gaps(found: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    """What the scheme of each of the `ids` lacks.

    Parameters
    ----------
    found : `scheme`.

    Returns
    -------
    DataFrame, one row per id
        customer_id, contacts (count), main_contact_share (of the touches of 12 months), missing_roles (roles that six of ten of the customers with
        contacts have and this one not, joined by ", "), lacks with lacks_values: no_contact, nobody_decides, decider_against, nobody_for,
        hangs_on_one_contact, roles_missing; '' where there is none.
    """
    by = found.groupby("customer_id")
    table = pd.DataFrame(index=pd.Index(ids, name="customer_id"))
    table["contacts"] = by.size().reindex(table.index, fill_value=0).astype(int)
    table["main_contact_share"] = by["share_of_touches"].max().astype(float).reindex(table.index)
    has = pd.crosstab(found["customer_id"], found["role"]).reindex(table.index, fill_value=0) > 0
    some = table["contacts"] > 0
    usual = has[some].mean() >= USUAL if some.any() else pd.Series(dtype=bool)
    roles = sorted(usual.index[usual.to_numpy(bool)]) if len(usual) else []
    table["missing_roles"] = (
        [", ".join(role for role, there in zip(roles, row, strict=True) if not there) for row in has[roles].to_numpy()]
        if roles
        else ""
    )
    decides = found[found["influence"] == "decides"]

    def of(rows: pd.DataFrame) -> pd.Series:
        return pd.Series(table.index.isin(rows["customer_id"]), table.index)

    cases = [
        (~some, "no_contact", {}),
        (some & ~of(decides), "nobody_decides", {}),
        (of(decides[decides["support"] == "against"]), "decider_against", {}),
        (some & ~of(found[found["support"] == "for"]), "nobody_for", {}),
        (table["main_contact_share"] >= ALONE, "hangs_on_one_contact", {"share": table["main_contact_share"]}),
        (some & (table["missing_roles"] != ""), "roles_missing", {"roles": table["missing_roles"]}),
    ]
    told = joined([reason_columns([case], name="lacks") for case in cases], name="lacks")
    return table.join(told).reset_index()[_GAPS]
