"""The values that accounts are scored on: each criterion's value, what it waits for, and what knocks an account out."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kamlib.errors import InputError, some
from kamlib.stats.checks import one_row_each
from kamlib.stats.ordering import places
from kamlib.stats.reasons import Reason
from kamlib.study.known_criteria import BUILT_IN, Known
from kamlib.study.model import Criterion

GATES = {"need": "no_need", "solvency": "insolvent", "sanctions": "under_sanctions"}
"""Criteria of our ratings whose lowest mark knocks an account out, and the reason."""
LOWEST_MARK = 1.0


def knock_outs(
    facts: pd.DataFrame,
    *,
    accounts: pd.DataFrame | None = None,
    ratings: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Accounts that no score can make key: customer_id, reason and reason_values, one row for each reason.

    A negative margin of 12 months; closed on or before the date of `facts` (`accounts` from `kamlib.facts.customers.units`); a
    criterion in `GATES` that every rater gave the lowest mark (`ratings` from `kamlib.scoring.ratings.latest_ratings`).
    """
    found: list[pd.DataFrame] = [facts[facts["margin_12m"] < 0].assign(reason="negative_contribution")]
    if accounts is not None and "closed_on" in accounts:
        one_row_each(accounts)
        closed = pd.to_datetime(accounts["closed_on"]) <= facts["as_of"].max()
        found.append(accounts[closed].assign(reason="closed"))
    if ratings is not None and len(ratings):
        gate = ratings[ratings["criterion"].isin(GATES) & (ratings["rival"] == "")]
        best = gate.groupby(["customer_id", "criterion"], as_index=False, sort=False)["score"].max()
        found.append(best[best["score"] <= LOWEST_MARK].assign(reason=best["criterion"].map(GATES)))
    table = pd.concat([part[["customer_id", "reason"]] for part in found]).assign(reason_values="{}")
    return table[table["customer_id"].isin(facts["customer_id"])].sort_values(
        ["customer_id", "reason"], ignore_index=True, key=places
    )


def criterion_values(
    criteria: Sequence[Criterion],
    facts: pd.DataFrame,
    *,
    value: pd.DataFrame | None = None,
    ratings: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None,
    strict: bool = True,
) -> pd.DataFrame:
    """Raw values of the criteria, in their own units; what is missing is missing.

    Parameters
    ----------
    criteria : the study's criteria. Where one names no column, its own name is read.
    facts : DataFrame, one row per account to score
        Account facts at one date, with `kamlib.facts.customers.with_accounts` and `kamlib.facts.service.service_facts` where their tables are there.
    value, accounts : lifetime values, and the rows of `kamlib.facts.customers.units`; or None.
    ratings : result of `kamlib.scoring.ratings.latest_ratings`, or None; the value is the mean of the raters.
    strict : refuse a criterion whose column is not there; an earlier quarter may be read with False.

    Returns
    -------
    DataFrame
        Index customer_id in the order of `facts`, a column per criterion.

    Raises
    ------
    InputError
        If there are no criteria, no accounts, an account repeats in a table, the column of a criterion is not there, or
        not one criterion has a value. A criterion that nothing is known of yet, or that the kit would measure from a table that
        is not given, stays missing (`waiting` says for what), and scores become intervals.
    """
    if not criteria:
        raise InputError("the study has no criteria", column="scoring.criteria", remedy="Add at least one.")
    if facts.empty:
        raise InputError("no account to score", remedy="Check as_of and the states: all may be lost or without orders.")
    index = pd.Index(facts["customer_id"], name="customer_id")
    tables, names = {}, {c.column or c.name for c in criteria}
    for source, table in (("facts", facts), ("value", value), ("accounts", accounts)):
        if table is not None:
            one_row_each(table)
            tables[source] = table[["customer_id", *names.intersection(table.columns)]].set_index("customer_id")
    if ratings is not None and len(ratings):
        ours = ratings[ratings["rival"] == ""]
        tables["rating"] = ours.groupby(["customer_id", "criterion"], sort=False)["score"].mean().unstack()
    found = {c.name: _values(c, tables.get(c.source), strict).reindex(index) for c in criteria}
    table = pd.DataFrame(found, index=index)
    if strict and table.isna().to_numpy().all():
        raise InputError(
            f"none of the criteria has a value for any of the {len(index):,} accounts to score",
            column="scoring.criteria",
            found=some([c.name for c in criteria]),
            remedy="If the records are shorter than the twelve months that a criterion looks back, set start in the study "
            "(account_facts: observed_from); else add a criterion that the data can tell, such as average_order.",
        )
    return table


def waiting(criteria: Sequence[Criterion], values: pd.DataFrame) -> list[Reason]:
    """Criteria without any value, and what they wait for: the input table with its columns, or the column of a source."""
    return [
        Reason("criterion_waits", told | {"needs": known.needs})
        if (known := _known(c))
        else Reason("criterion_waits_for_column", told | {"column": c.column or c.name, "source": c.source})
        for c in criteria
        if values[c.name].isna().all() and (told := {"criterion": c.name, "weight": c.weight})
    ]


def comparable(earlier: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """`earlier` criterion values, with those of `now` where either is missing: what was not known at both dates did not move.

    Only accounts of both tables; index customer_id, a column per criterion.
    """
    both = now.index.intersection(earlier.index)
    then, today = earlier.loc[both], now.loc[both]
    return then.where(then.notna() & today.notna(), today)


def _known(criterion: Criterion) -> Known | None:
    """What the kit knows of a criterion that it measures by itself."""
    known = BUILT_IN.get(criterion.name)
    return known if known and (known.source, known.column) == (criterion.source, criterion.column) else None


def _values(criterion: Criterion, table: pd.DataFrame | None, strict: bool) -> pd.Series:
    name = criterion.column or criterion.name
    if table is None or name not in table:
        if (
            strict and criterion.source != "rating" and _known(criterion) is None
        ):  # these wait; a name of the user's is mistaken
            raise InputError(
                f"criterion {criterion.name!r} has no data",
                column=f"scoring.criteria ({criterion.source})",
                found=f"no {name!r} in the {criterion.source} given",
                remedy="Mend its column, or take the criterion out and share its weight among the others.",
            )
        return pd.Series(dtype=float)
    if not pd.api.types.is_numeric_dtype(table[name]) and not table[name].isna().all():
        found = some(table[name].dropna().unique())
        raise InputError(f"criterion {criterion.name!r} needs numbers", column=name, found=found)
    return pd.to_numeric(table[name]).astype(float)
