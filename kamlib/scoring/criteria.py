"""The values that accounts are scored on: each criterion's value, what it waits for, and what knocks an account out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from kamlib.errors import InputError, some
from kamlib.facts.accounts import MONTHS
from kamlib.stats.checks import one_row_each
from kamlib.stats.ordering import places
from kamlib.stats.reasons import Reason
from kamlib.study.model import Criterion
from kamlib.study.periods import months_before
from kamlib.study.settings.known_criteria import BUILT_IN, Known

GATES = {"need": "no_need", "solvency": "insolvent", "sanctions": "under_sanctions"}
"""Criteria of our ratings whose lowest mark knocks an account out, and the reason."""
LOWEST_MARK = 1.0
UNPAID = 0.5
"""From this chance on that an invoice is unpaid 60 days past due an account is insolvent by its payments, whatever anybody rates."""
WORTH_PATIENCE = ("image", "innovator", "expert")
"""Categories that may lose money within the budget of patience: they bring a name, ideas or tests."""


def brought(facts: pd.DataFrame) -> pd.Series:
    """What each account brought in 12 months: margin less cost to serve or, where that cost is not known, its margin alone."""
    return facts["contribution"].fillna(facts["margin_12m"]) if "contribution" in facts else facts["margin_12m"]


def spared(
    facts: pd.DataFrame, scores: pd.DataFrame, categories: pd.DataFrame, patience: float
) -> tuple[pd.Series, float]:
    """Who loses money and stays for its name, its ideas or its tests, and the budget of patience.

    Parameters
    ----------
    facts : the accounts of the list, as for `knock_outs`.
    scores : customer_id, score.
    categories : customer_id, category (`kamlib.scoring.categories.customer_categories`): those in `WORTH_PATIENCE` count.
    patience : the budget as a share of what all that bring something brought in 12 months.

    Returns
    -------
    Series, float
        Ids, the best score first, each as long as its loss fits into what is left; and the budget, in study currency.
    """
    each = brought(facts)
    budget = left = float(patience * each.clip(lower=0).sum())
    liked = categories.loc[categories["category"].isin(WORTH_PATIENCE), "customer_id"]
    losing = facts.assign(loss=-each)[_loses_money(facts) & facts["customer_id"].isin(liked)]
    losing = losing.merge(scores[["customer_id", "score"]], on="customer_id").sort_values(
        ["score", "customer_id"], ascending=[False, True], key=places
    )
    stay = []
    for customer, loss in zip(losing["customer_id"], losing["loss"], strict=True):
        if loss <= left:
            stay.append(customer)
            left -= loss
    return pd.Series(stay, dtype=object), budget


def knock_outs(
    facts: pd.DataFrame,
    *,
    accounts: pd.DataFrame | None = None,
    ratings: pd.DataFrame | None = None,
    spared: pd.Series | None = None,
) -> pd.DataFrame:
    """Accounts that no score can make key: customer_id, reason and reason_values, one row for each reason.

    A loss in 12 months (`brought` below zero, even if all revenue of unknown margin were profit), but for those `spared`; closed on or
    before the date of `facts` (`accounts` from `kamlib.facts.customers.units`); half of its invoices or more unpaid 60 days past due (`UNPAID`); a
    criterion in `GATES` that every rater gave the lowest mark (`ratings` from `kamlib.scoring.ratings.latest_ratings`).
    """
    stays = facts["customer_id"].isin([] if spared is None else spared)
    found: list[pd.DataFrame] = [facts[_loses_money(facts) & ~stays].assign(reason="negative_contribution")]
    if "p_late_60" in facts:
        found.append(facts[facts["p_late_60"] >= UNPAID].assign(reason="does_not_pay"))
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


def _loses_money(facts: pd.DataFrame) -> pd.Series:
    """Whether an account costs more than it brings, whatever the margin of the lines that have none on record."""
    unknown = pd.Series(0.0, facts.index)
    if {"margin_known_12m", "returns_12m"} <= set(facts):
        moved = facts["revenue_12m"] + 2 * facts["returns_12m"]
        unknown = ((1 - facts["margin_known_12m"]) * moved).fillna(0.0)
    return (brought(facts) + unknown).round(2) < 0


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
        If there are no criteria, an account repeats in a table, or the column of a criterion is not there. A criterion that nothing
        is known of yet, or that the kit would measure from a table that is not given, stays missing (`waiting` says for what), and
        scores become intervals.
    """
    if not criteria:
        raise InputError("the study has no criteria", column="scoring.criteria", remedy="Add at least one.")
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
    return pd.DataFrame(found, index=index)


def waiting(criteria: Sequence[Criterion], values: pd.DataFrame, late: Sequence[Reason] = ()) -> list[Reason]:
    """Criteria without any value, and what they wait for: older records (`begin_late`), an input table with its columns, or a column."""
    early = {reason.values["criterion"]: reason for reason in late}
    return [
        early.get(c.name)
        or (
            Reason("criterion_waits", told | {"needs": known.needs})
            if (known := _known(c))
            else Reason("criterion_waits_for_column", told | {"column": c.column or c.name, "source": c.source})
        )
        for c in criteria
        if values[c.name].isna().all() and (told := {"criterion": c.name, "weight": c.weight})
    ]


def begin_late(
    criteria: Sequence[Criterion], first_day: date | pd.Timestamp, as_of: date | pd.Timestamp
) -> list[Reason]:
    """Criteria that look back beyond the first observed day: nobody has a value of them, and the reason names the day that is needed.

    Parameters
    ----------
    first_day : `start` of the study, or the day of the first order line.
    """
    first, found = pd.Timestamp(first_day), []
    for c in criteria:
        months = MONTHS.get(c.column or c.name) if c.source == "facts" else None
        if (
            months
            and (needed := pd.Timestamp(months_before(pd.Timestamp(as_of), months)) + pd.Timedelta(days=1)) < first
        ):
            told = {"criterion": c.name, "weight": c.weight, "months": months, "needed": needed, "first": first}
            found.append(Reason("criterion_begins_late", told))
    return found


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
