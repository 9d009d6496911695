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
from kamlib.scoring.criteria import criterion_values, knock_outs, waiting
from kamlib.scoring.list_changes import Scored
from kamlib.scoring.ratings import latest_ratings, rater_spread, rating_ages
from kamlib.scoring.scores import cautions, contributions, members, score, top_count, utilities, utility_range
from kamlib.scoring.sensitivity import drop_one, smallest_change
from kamlib.scoring.smaa import acceptability
from kamlib.stats.checks import has_columns, one_row_each
from kamlib.stats.reasons import Reason, or_waiting
from kamlib.study.sections import Criterion, Scoring

SAFE, NEAR = 0.9, 0.2
"""Chance of being key from which a customer is called safe on the list, and from which one outside it is told of."""


@dataclass(frozen=True)
class ScoreList:
    """Who is key, and what says so.

    table : best first: the columns of `kamlib.scoring.scores.members`, stale_ratings (number of those older than the study
        allows), p_key and the other chances of `kamlib.scoring.smaa.acceptability`, and the smallest change of one weight that
        flips the place: flip_criterion, flip_weight, flip_weight_at_flip, flip_change (`kamlib.scoring.sensitivity`).
    contributions : what each criterion adds to each score.
    criteria : a row for each: its anchors, weight and words, and known (share of the scored customers).
    cautions : what a reader should be warned of, a reason each.
    waits : criteria that nothing is known of, and what they wait for, a reason each.
    dropped : the list without each criterion in turn (`kamlib.scoring.sensitivity.drop_one`).
    lanes : all customers: who is scored, lost or a prospect (`kamlib.facts.customers.lanes`).
    facts, values, knocked : the customers that were scored, their raw values by criterion, and who is knocked out.
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
    low: pd.DataFrame
    high: pd.DataFrame
    rules: Scoring
    marks: dict[str, float] | None = None

    @property
    def key(self) -> pd.DataFrame:
        """The rows of `table` that are key."""
        return self.table[self.table["key"]]

    @property
    def knocked_out(self) -> pd.DataFrame:
        """The rows of `table` that are knocked out; says so where there are none."""
        return or_waiting(self.table[self.table["rank"].isna()], "nobody_is_knocked_out")

    @property
    def prospects(self) -> pd.Series:
        """The ids of those that never bought."""
        return self.lanes.loc[self.lanes["lane"] == "prospect", "customer_id"]

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
    marks : levels of weighted utility (0-1) whose chance of being reached is wanted too, by name.

    Raises
    ------
    InputError
        If the criteria can't be used (`kamlib.scoring.criteria.criterion_values`), or nobody is left to rank.
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

    knocked = knock_outs(now, accounts=own, ratings=ours)
    scored = score(values, criteria, scale=rules.scale)
    table = members(scored, rules, revenue=now.set_index("customer_id")["revenue_12m"], knocked=knocked)
    aged = (
        rating_ages(ours, rules.stale_days)
        if ours is not None
        else pd.DataFrame(columns=["customer_id", "criterion", "stale"])
    )
    stale = aged[aged["stale"] & aged["criterion"].isin(listed.index)].groupby("customer_id").size()
    table["stale_ratings"] = table["customer_id"].map(stale).fillna(0).astype(int)

    ranked = values.loc[table.loc[table["rank"].notna(), "customer_id"]]
    if ranked.empty:
        raise InputError("every customer is knocked out", found=knocked["reason"].value_counts().to_dict())
    low, high = utility_range(ranked, criteria, rater_spread(criteria, ours, ranked, single=rules.rating_spread))
    middle, place = utilities(ranked, criteria).fillna(0.5), _place(len(ranked), rules)
    table = table.merge(_chances(table, low, high, rules, marks), on="customer_id", how="left")
    change = smallest_change(middle, weights, **place).drop(columns="member")
    change = change.set_index("customer_id").add_prefix("flip_").reset_index()
    return ScoreList(
        table=table.merge(change, on="customer_id", how="left"),
        contributions=contributions(values, criteria, scale=rules.scale),
        criteria=listed,
        cautions=cautions(utilities(values, criteria), criteria),
        waits=waiting(criteria, values),
        dropped=drop_one(middle, weights, **place),
        lanes=lane,
        facts=now,
        values=values,
        knocked=knocked,
        low=low,
        high=high,
        rules=rules,
        marks=marks,
    )


def _place(n: int, rules: Scoring) -> dict[str, Any]:
    """What it takes of `n` ranked customers to be key, as arguments of `acceptability` and its neighbours."""
    bar = None if rules.threshold is None else (rules.threshold - 1) / (rules.scale - 1)
    return {"top": top_count(n, rules), "threshold": bar}


def _chances(
    table: pd.DataFrame, low: pd.DataFrame, high: pd.DataFrame, rules: Scoring, marks: dict[str, float] | None
) -> pd.DataFrame:
    """The chances of `acceptability`; whom revenue alone qualifies is key for sure."""
    weights = pd.Series({criterion.name: criterion.weight for criterion in rules.criteria})
    draw: dict[str, Any] = {"draws": rules.draws, "concentration": rules.concentration, "seed": rules.seed}
    found = acceptability(low, high, weights, **_place(len(low), rules), marks=marks, **draw).accounts
    certain = table.loc[table["reason"] == "revenue_alone_qualifies", "customer_id"]
    return found.assign(p_key=found["p_key"].mask(found["customer_id"].isin(certain), 1.0))


def _rules(scoring: Scoring | Sequence[Criterion | Mapping[str, Any]]) -> Scoring:
    if isinstance(scoring, Scoring):
        return scoring
    try:
        return Scoring.model_validate({"criteria": list(scoring)})
    except ValidationError as error:
        told = [
            f"{'.'.join(map(str, item['loc']))}: {item['msg'].removeprefix('Value error, ')}" for item in error.errors()
        ]
        raise InputError("the criteria can't be used", found="; ".join(told)) from None
