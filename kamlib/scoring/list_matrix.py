"""The KAISM matrix of a list of key customers, in either reading, and what stands in its cells."""

from __future__ import annotations

import pandas as pd

from kamlib.scoring.criteria import comparable
from kamlib.scoring.doubt.smaa import acceptability
from kamlib.scoring.earlier import Earlier
from kamlib.scoring.kaism import CELLS, POLICY, importance, kaism_matrix, part_range, relative_strength
from kamlib.scoring.key_list import ScoreList
from kamlib.scoring.ratings import latest_ratings
from kamlib.scoring.scores import score
from kamlib.stats.reasons import or_waiting
from kamlib.study.settings.sections import Kaism, Scoring


def list_matrix(
    found: ScoreList, kaism: Kaism, ratings: pd.DataFrame, *, before: Earlier | None = None
) -> pd.DataFrame:
    """The place of each scored customer in the matrix: how sure it is, and its move since an earlier date.

    Where parts of the importance are unknown they are drawn over their range, as the ratings of the list are.

    Parameters
    ----------
    found : the list; its customers with their attractiveness.
    kaism : the section `kaism` of the study; its reading is taken.
    ratings : the clean table `ratings`: those by customers are read.
    before : the earlier date. What has no date, or was not known at both dates, is held still.

    Returns
    -------
    DataFrame
        As of `kamlib.scoring.kaism_matrix`.
    """
    strong = kaism.reading == "strength"
    strength = relative_strength(latest_ratings(ratings, found.facts["as_of"].max(), view="client"))
    across = strength if strong else _drawn(importance(found.facts, kaism, strength=strength), kaism, found.rules)
    if before is None:
        return kaism_matrix(found.table, across, kaism)
    was = score(comparable(before.values, found.values), found.rules.criteria, scale=found.rules.scale)
    view = relative_strength(latest_ratings(ratings, before.day, view="client"))
    view = pd.concat([view, strength]).drop_duplicates("customer_id")
    there = view if strong else importance(before.facts, kaism, strength=view)
    return kaism_matrix(found.table, across, kaism, before=kaism_matrix(was, there, kaism))


def _drawn(across: pd.DataFrame, kaism: Kaism, rules: Scoring) -> pd.DataFrame:
    """The importance with p_strong, its chance of reaching the cut when weights and unknown parts are drawn."""
    low, high = part_range(across)
    if low.empty:
        return across
    chances = acceptability(
        low,
        high,
        pd.Series(1.0, low.columns),
        top=1,
        marks={"strong": kaism.cut / 10},
        draws=rules.draws,
        concentration=rules.concentration,
        seed=rules.seed + 1,
    ).accounts
    return across.merge(chances[["customer_id", "p_strong"]], on="customer_id", how="left")


def other_reading(kaism: Kaism) -> Kaism:
    """The same matrix by the other reading of its horizontal axis."""
    return kaism.model_copy(update={"reading": "importance" if kaism.reading == "strength" else "strength"})


def crossed(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Customers by cell of one matrix (rows) and of another (columns), of those with a place in both; says so where there are none."""
    both = one[["customer_id", "cell"]].merge(other[["customer_id", "cell"]], on="customer_id", suffixes=("", "_other"))
    both = both[both["cell"].isin(CELLS) & both["cell_other"].isin(CELLS)]
    counts = pd.crosstab(both["cell"], both["cell_other"]).reindex(index=CELLS, columns=CELLS, fill_value=0)
    return or_waiting(
        counts.rename_axis(columns=None).loc[list(CELLS) if len(both) else []], "no_place_in_both_readings"
    )


def cell_sums(matrix: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """What stands in each cell of a matrix that is not empty.

    `facts` hold customer_id and revenue_12m. Index cell; policy and policy_values, customers, revenue (of 12 months), certainty (mean p_cell).
    """
    rows = matrix.merge(facts[["customer_id", "revenue_12m"]], on="customer_id")
    by = rows.groupby("cell")
    sums = by.agg(customers=("customer_id", "size"), certainty=("p_cell", "mean"))
    sums.insert(1, "revenue", by["revenue_12m"].sum(min_count=1))
    sums = sums.loc[[cell for cell in POLICY if cell in sums.index]]
    sums.insert(0, "policy", sums.index.map(POLICY))
    sums.insert(1, "policy_values", "{}")
    return sums
