"""What to do with each customer: rules of several pages speak of it, and one wins, by a fixed order.

What describes (RFM segments, stages, clusters) is no rule and says nothing of what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from kamlib.errors import InputError, some
from kamlib.scoring.kaism import CELLS
from kamlib.stats.checks import has_columns
from kamlib.stats.reasons import joined
from kamlib.study.settings.playbook import RULES

GROW = tuple(f"policy_{cell}" for cell in CELLS[:2])
"""Policies that want more business of the customer."""
OFFER = "policy_win_back"
EFFORT: Mapping[str, int] = dict.fromkeys(GROW, 1) | {
    "policy_knocked_out": -1,
    "policy_settle": 1,
    "policy_renew": 1,
    "policy_collect": -1,
    "policy_leave_alone": -1,
    "policy_call": 1,
    OFFER: 1,
    "policy_let_go": -1,
    f"policy_{CELLS[3]}": -1,
}
"""Whether a policy asks for more effort (1) or for less (-1); others for neither."""
_MARKS = ["customer_id", "rule", "policy", "policy_values"]


def winning_rules(customers: pd.Series, marks: pd.DataFrame, rules: Sequence[str] = RULES) -> pd.DataFrame:
    """The one rule that wins for each customer: the first of `rules` that speaks of it.

    Parameters
    ----------
    customers : ids, each once.
    marks : customer_id, rule, policy, policy_values (as of `kamlib.stats.reasons`): what each rule says, one row a customer and
        rule. `kamlib.plan.rule_marks` makes them. Marks of others than `customers` are not read.
    rules : all of `RULES`, the one that wins first (`precedence` of the playbook).

    Returns
    -------
    DataFrame, in the order of `customers`
        customer_id; rule and order (its place in `rules`, from 1); policy and policy_values, to which the categories of the customer
        add where its tier wins; others (the rules that spoke as well), against (those of them that ask for less effort where
        the winner asks for more, or the reverse). Rule and order are missing, and the policy '', where no rule speaks.

    Raises
    ------
    InputError
        If a customer or a mark stands twice, or a rule is none of `RULES`.
    """
    has_columns(marks, _MARKS)
    if unknown := sorted({*marks["rule"]} - {*RULES}):
        raise InputError("no such rule of precedence", found=some(unknown), remedy=f"Known are {', '.join(RULES)}.")
    twice = [*customers[customers.duplicated()], *marks.loc[marks.duplicated(["customer_id", "rule"]), "customer_id"]]
    if twice:
        raise InputError("a customer, or what a rule says of it, stands twice", column="customer_id", found=some(twice))
    spoken = marks.assign(order=marks["rule"].map({rule: place for place, rule in enumerate(rules, 1)}))
    spoken = spoken.sort_values("order", kind="stable")
    first = spoken.drop_duplicates("customer_id").set_index("customer_id")
    effort = spoken["policy"].map(_effort)
    beside = spoken["order"] > spoken["customer_id"].map(first["order"])
    against = beside & (effort * spoken["customer_id"].map(first["policy"].map(_effort)) < 0)
    table = first.reindex(pd.Index(customers, name="customer_id")).astype({"order": "Int64"})
    for name, rows in (("others", spoken[beside]), ("against", spoken[against])):
        said = rows.groupby("customer_id")["rule"].agg(", ".join)
        table[name] = said.reindex(table.index).fillna("").astype(object)
    kinds = spoken[spoken["rule"] == "category"].set_index("customer_id").reindex(table.index)
    kinds["policy"] = kinds["policy"].where(table["rule"] == "tier").fillna("")
    both = joined([table.fillna({"policy": "", "policy_values": "{}"}), kinds], "policy")
    table[["policy", "policy_values"]] = both
    return table[["rule", "order", "policy", "policy_values", "others", "against"]].reset_index()


def _effort(policy: str) -> int:
    return EFFORT.get(policy.partition(";")[0], 0)


def by_rule(policy: pd.DataFrame, key: pd.Series, rules: Sequence[str] = RULES) -> pd.DataFrame:
    """How often each rule of a `winning_rules` table wins, and what disagreed with it.

    Parameters
    ----------
    policy : result of `winning_rules`.
    key : ids of the key customers.
    rules : as for `winning_rules`.

    Returns
    -------
    DataFrame, one row per rule that wins anywhere, in the order of `rules`
        rule; customers, key (how many), overruled (of how many a rule asks for the opposite), against (which).
    """
    rows = policy.assign(key=policy["customer_id"].isin(key), overruled=policy["against"] != "")
    by = rows.groupby("rule")
    table = by.agg(customers=("customer_id", "size"), key=("key", "sum"), overruled=("overruled", "sum"))
    named = by["against"].agg(lambda said: ", ".join(rule for rule in rules if rule in ", ".join(said).split(", ")))
    return table.assign(against=named).reindex([rule for rule in rules if rule in table.index]).reset_index()
