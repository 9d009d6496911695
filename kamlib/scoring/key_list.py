"""Facts and criteria → the ranked list of customers, what each place is made of and how sure it is, in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import ValidationError

from kamlib.errors import InputError
from kamlib.facts.accounts import at_last_date
from kamlib.facts.customers import lanes, units, with_accounts
from kamlib.facts.states import customer_states
from kamlib.scoring.criteria import begin_late, criterion_values, knock_outs, spared, waiting
from kamlib.scoring.doubt.sensitivity import drop_one, smallest_change
from kamlib.scoring.doubt.smaa import acceptability
from kamlib.scoring.list_changes import Scored
from kamlib.scoring.ratings import latest_ratings, rater_spread, rating_ages
from kamlib.scoring.scores import (
    cautions,
    contributions,
    key_because,
    members,
    score,
    tied_over,
    top_count,
    utilities,
    utility_range,
)
from kamlib.stats.checks import has_columns, one_row_each
from kamlib.stats.reasons import Reason, or_waiting
from kamlib.stats.reasons import waiting as waits
from kamlib.study.mistakes import in_words
from kamlib.study.settings.sections import Criterion, Scoring


@dataclass(frozen=True)
class ScoreList:
    """Who is key, and what says so.

    table : best first: the columns of `kamlib.scoring.scores.members`, contribution (of 12 months; missing where no cost to serve is
        known), why and why_values (what makes it key, with its number: `kamlib.scoring.scores.key_because`), stale_ratings (number of
        those older than the study allows), p_key and the other chances of `kamlib.scoring.doubt.smaa.acceptability` (p_key is missing where
        everybody who is ranked is key: nothing was found), and the smallest change of one weight that flips the place: flip_criterion,
        flip_weight, flip_weight_at_flip, flip_change (`kamlib.scoring.doubt.sensitivity`; none where a tie lies over the border).
    contributions : what each criterion adds to each score.
    criteria : a row for each: its anchors, weight and words, and known (share of the scored customers).
    cautions : what a reader should be warned of, a reason each.
    waits : criteria that nothing is known of, and what they wait for, a reason each.
    dropped : the list without each criterion in turn (`kamlib.scoring.doubt.sensitivity.drop_one`).
    lanes : all customers: who is scored, lost or a prospect (`kamlib.facts.customers.lanes`).
    facts, values, knocked : the customers that were scored, their raw values by criterion, and who is knocked out.
    patience : the budget within which image, innovator and expert customers may lose money, in study currency.
    low, high : range of the utilities (0-1) of those that are ranked, that the chances are drawn from.
    rules, marks : what the list was made by.
    """

    table: pd.DataFrame
    contributions: pd.DataFrame
    criteria: pd.DataFrame
    cautions: list[Reason]
    waits: list[Reason]
    dropped: pd.DataFrame
    lanes: pd.DataFrame
    facts: pd.DataFrame
    values: pd.DataFrame
    knocked: pd.DataFrame
    patience: float
    low: pd.DataFrame
    high: pd.DataFrame
    rules: Scoring
    marks: dict[str, float] | None = None

    @property
    def key(self) -> pd.DataFrame:
        """The rows of `table` that are key; says so where there are none."""
        why = self.unranked or Reason("nobody_is_key")
        return or_waiting(self.table[self.table["key"]], why.code, **why.values)

    @property
    def unranked(self) -> Reason | None:
        """Why there is no list at all: nobody to score, nothing known of anybody, or all knocked out; None where somebody is ranked."""
        if self.table["rank"].notna().any():
            return None
        if self.table.empty:
            return Reason("nobody_to_score")
        if (self.table["knock_out"] != "").all():
            return Reason("all_are_knocked_out", {"n": len(self.table)})
        return Reason("no_criterion_is_known", {"n": len(self.table), "criteria": list(self.criteria.index)})

    @property
    def knocked_out(self) -> pd.DataFrame:
        """The rows of `table` that are knocked out; says so where there are none."""
        return or_waiting(self.table[self.table["knock_out"] != ""], "nobody_is_knocked_out")

    @property
    def tied(self) -> pd.DataFrame:
        """The rows of `table` with the one score that lies on both sides of the border, and seat (their part of a place)."""
        return tied_over(self.table, self.rules)

    @property
    def all_key(self) -> bool:
        """Whether everybody who is ranked is key because the list has as many places: arithmetic, no finding."""
        return _all_key(self.table, self.rules)

    @property
    def data(self) -> Scored:
        """What `kamlib.scoring.changes` compares with the data of another date."""
        return Scored(self.values, self.facts.set_index("customer_id")["revenue_12m"], self.knocked)

    def drawn(self, concentration: float) -> pd.DataFrame:
        """The chances of `table` where weights are drawn with another concentration: customer_id, p_key, p_first and the marks."""
        rules = self.rules.model_copy(update={"concentration": concentration})
        return _chances(self.table, self.low, self.high, rules, self.marks)


def score_list(
    facts: pd.DataFrame,
    scoring: Scoring | Sequence[Criterion | Mapping[str, Any]],
    *,
    states: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None,
    ratings: pd.DataFrame | None = None,
    value: pd.DataFrame | None = None,
    service: pd.DataFrame | None = None,
    categories: pd.DataFrame | None = None,
    marks: dict[str, float] | None = None,
) -> ScoreList:
    """The customers in the order of their scores, who of them is key, why, and how sure that is.

    Parameters
    ----------
    facts : `kamlib.facts.account_facts`; of several dates the last one counts.
    scoring : the section `scoring` of a study, or criteria alone, such as
        ``[{"name": "revenue", "worst": 0, "best": 1e6, "weight": 100}]``; their weights sum to 100.
    states : `kamlib.facts.customer_states` at that date, the lost are not scored; None: by its defaults.
    accounts, ratings : clean tables, or None.
    value : lifetime values, or None.
    service : `kamlib.facts.service_facts` of `facts`, or None.
    categories : `kamlib.scoring.customer_categories` of the whole base, or None: then nobody stays by patience.
    marks : levels of weighted utility (0-1) whose chance of being reached is wanted too, by name.

    Raises
    ------
    InputError
        If the criteria can't be used (`kamlib.scoring.criteria.criterion_values`).
    """
    rules = _rules(scoring)
    criteria, weights = rules.criteria, pd.Series({c.name: c.weight for c in rules.criteria}, name="weight")
    has_columns(facts, ["as_of", "order_days", "tenure_days", "revenue_12m", "margin_12m"])
    now = at_last_date(facts)
    today = now["as_of"].max()
    one_row_each(now)
    states = customer_states(now, accounts=accounts) if states is None else states
    has_columns(states, ["customer_id", "state"])
    if ratings is not None:
        has_columns(ratings, ["customer_id", "criterion", "score", "date", "view", "rival"])
    lane = lanes(now, states, accounts)
    own = None if accounts is None else units(accounts)
    now = with_accounts(now, now[["customer_id"]] if own is None else own)
    now = now if service is None else now.merge(service, on="customer_id", how="left")
    now = now[now["customer_id"].isin(lane.loc[lane["lane"] == "client", "customer_id"])].reset_index(drop=True)
    ours = None if ratings is None else latest_ratings(ratings, today)

    values = criterion_values(criteria, now, value=value, ratings=ours, accounts=own)
    listed = pd.DataFrame([criterion.model_dump() for criterion in criteria]).set_index("name")
    listed["known"] = values.notna().mean()
    late = begin_late(criteria, now["first_order"].min(), today) if "first_order" in now else []

    scored = score(values, criteria, scale=rules.scale)
    kinds = pd.DataFrame(columns=["customer_id", "category"]) if categories is None else categories
    stay, patience = spared(now, scored, kinds, rules.patience)
    knocked = knock_outs(now, accounts=own, ratings=ours, spared=stay)
    table = members(scored, rules, revenue=now.set_index("customer_id")["revenue_12m"], knocked=knocked)
    none = pd.DataFrame(columns=["customer_id", "criterion", "stale"])
    aged = none if ours is None else rating_ages(ours, rules.stale_days)
    stale = aged[aged["stale"] & aged["criterion"].isin(listed.index)].groupby("customer_id").size()
    table["stale_ratings"] = table["customer_id"].map(stale).fillna(0).astype(int)
    points = contributions(values, criteria, scale=rules.scale)
    table = table.join(key_because(table, points, kinds))
    net = now.set_index("customer_id").get("contribution", pd.Series(dtype=float))
    table["contribution"] = table["customer_id"].map(net).astype(float)

    ranked = values.loc[table.loc[table["rank"].notna(), "customer_id"]]
    low, high = utility_range(ranked, criteria, rater_spread(criteria, ours, ranked, single=rules.rating_spread))
    middle, place = utilities(ranked, criteria).fillna(0.5), _place(table, rules)
    table = table.merge(_chances(table, low, high, rules, marks), on="customer_id", how="left")
    if ranked.empty:
        change = pd.DataFrame(columns=["customer_id", "criterion", "weight", "weight_at_flip", "change"], dtype=float)
        change = change.astype({"customer_id": object, "criterion": object})
        dropped = waits(["criterion", "weight", "left", "entered", "rank_correlation"], "nobody_is_ranked")
    else:
        change = smallest_change(middle, weights, **place).drop(columns="member")
        change = change[~change["customer_id"].isin(tied_over(table, rules)["customer_id"])]
        dropped = drop_one(middle, weights, **place)
    change = change.set_index("customer_id").add_prefix("flip_").reset_index()
    return ScoreList(
        table=table.merge(change, on="customer_id", how="left"),
        contributions=points,
        criteria=listed,
        cautions=cautions(utilities(values, criteria), criteria),
        waits=waiting(criteria, values, late),
        dropped=dropped,
        lanes=lane,
        facts=now,
        values=values,
        knocked=knocked,
        patience=patience,
        low=low,
        high=high,
        rules=rules,
        marks=marks,
    )


def _place(table: pd.DataFrame, rules: Scoring) -> dict[str, Any]:
    """What it takes to be key, as arguments of `acceptability` and its neighbours."""
    bar = None if rules.threshold is None else (rules.threshold - 1) / (rules.scale - 1)
    return {"top": top_count(table, rules), "threshold": bar}


def _all_key(table: pd.DataFrame, rules: Scoring) -> bool:
    return rules.threshold is None and _place(table, rules)["top"] == table["rank"].notna().sum()


def _chances(
    table: pd.DataFrame, low: pd.DataFrame, high: pd.DataFrame, rules: Scoring, marks: dict[str, float] | None
) -> pd.DataFrame:
    """The chances of `acceptability`, none where nobody is ranked; whom revenue alone qualifies is key for sure."""
    if low.empty:
        names = ["customer_id", "p_key", "p_first", *(f"p_{mark}" for mark in marks or {})]
        return pd.DataFrame(columns=names, dtype=float).astype({"customer_id": object})
    weights = pd.Series({criterion.name: criterion.weight for criterion in rules.criteria})
    draw: dict[str, Any] = {"draws": rules.draws, "concentration": rules.concentration, "seed": rules.seed}
    found = acceptability(low, high, weights, **_place(table, rules), marks=marks, **draw).accounts
    if _all_key(table, rules):
        return found.assign(p_key=float("nan"))
    certain = table.loc[table["reason"] == "revenue_alone_qualifies", "customer_id"]
    return found.assign(p_key=found["p_key"].mask(found["customer_id"].isin(certain), 1.0))


def _rules(scoring: Scoring | Sequence[Criterion | Mapping[str, Any]]) -> Scoring:
    if isinstance(scoring, Scoring):
        return scoring
    try:
        return Scoring.model_validate({"criteria": list(scoring)})
    except ValidationError as error:
        raise InputError("the criteria can't be used", found="; ".join(in_words(error, Scoring))) from None
