"""What kind of client each is, which prospects are worth the effort, and how much of the sales the key clients hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.errors import InputError
from kamlib.facts.worth import worth_column
from kamlib.stats.ordering import places
from kamlib.stats.reasons import Case, or_waiting, reason_columns

BREADWINNER = 0.10
"""Share of the base's positive margin from which a client is a breadwinner."""
CORRIDOR = (0.30, 0.55)
"""Share of sales that practice holds healthy for the key clients together."""
HIGH_MARK, PASS_MARK = 8, 5
"""Points of 10: from which a mark makes a category, and which the weakest of the three P must reach."""
_NO_WARNING = {"warning": "", "warning_values": "{}"}
THREE_P = ("need", "solvency", "authority")
MARKED = {"reputation": "image", "influence": "image", "innovation": "innovator", "expertise": "expert"}
"""Criteria of our ratings whose high mark puts an account into a category."""
TESTS, LESSONS, CLAIMS = 2, 3, (0.10, 3)
"""An expert: so many acceptance tests, claims that taught us something, or claims for each order and at all, in 12 months."""
PREPAID, FEW_CLAIMS, ONE_CONTACT = (0.80, 3), 0.05, (0.80, 5)
"""Goodwill: share of the amount paid in advance and invoices at least, claims for each order at most; resting on one contact: share
of touches and touches at least."""


def customer_categories(
    facts: pd.DataFrame,
    *,
    ratings: pd.DataFrame | None = None,
    service: pd.DataFrame | None = None,
    prospects: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What kind of client each is to us; one may be several, and the evidence says which number put it there.

    breadwinner: at least a tenth of the base's positive 12-month margin (revenue where no margin is known);
    image, innovator, expert: a mean mark of at least 8 for a criterion in `MARKED`; expert too: by `TESTS`, `LESSONS` or `CLAIMS`;
    goodwill: pays in advance and claims little; prospect: the gate of the three P is open.

    Parameters
    ----------
    facts, ratings : of the whole base, customer_id, margin_12m, revenue_12m; latest ratings by us as in `three_p`, or None.
    service : result of `kamlib.facts.service.service_facts`, or None.
    prospects : result of `three_p`, or None.

    Returns
    -------
    DataFrame
        customer_id, category, measure (what was looked at), value, limit (what it must reach), evidence and evidence_values,
        warning ('' if none) and warning_values. It says so where nobody is in a category.
    """
    measure = worth_column(facts)
    positive = facts[measure].clip(lower=0)
    share = positive / positive.sum()
    big = facts[["customer_id"]].assign(category="breadwinner", measure=measure, value=share, limit=BREADWINNER)
    found = [_told(big, f"share_of_{measure}", share=share)]
    if ratings is not None and len(ratings):
        ours = ratings[(ratings["rival"] == "") & ratings["criterion"].isin(MARKED)]
        high = ours.groupby(["customer_id", "criterion"], sort=False)["score"].mean().rename("value").reset_index()
        high = high.rename(columns={"criterion": "measure"}).sort_values(["customer_id", "measure"], key=places)
        high = high.assign(category=high["measure"].map(MARKED), limit=HIGH_MARK)
        found.append(_told(high, "rated_high", criterion=high["measure"], points=high["value"]))
    if service is not None:
        found += [*_experts(service), _goodwill(service)]
    if prospects is not None:
        passed = prospects[prospects["verdict"] == "open"].assign(
            category="prospect", measure="three P", limit=PASS_MARK
        )
        passed = passed.assign(value=passed["gate"])
        found.append(_told(passed, "weakest_of_three_p", criterion=passed["weakest"], points=passed["gate"]))
    columns = ["customer_id", "category", "measure", "value", "limit", "evidence", "evidence_values", *_NO_WARNING]
    parts = [part for part in found if len(part)] or found[:1]
    table = pd.concat([part.reindex(columns=columns) for part in parts]).fillna(_NO_WARNING)
    table = table.astype({"value": "float64", "limit": "float64"})
    table = table.sort_values(
        ["category", "value", "customer_id"], ascending=[True, False, True], ignore_index=True, key=places
    )
    return or_waiting(table, "nobody_in_a_category")


def category_sums(
    categories: pd.DataFrame, key: pd.DataFrame, facts: pd.DataFrame, service: pd.DataFrame
) -> pd.DataFrame:
    """How many customers each category has, how many of them are key, and what they bring together.

    Parameters
    ----------
    categories : result of `customer_categories`.
    key : customer_id of the key customers.
    facts, service : of the whole base, as in `customer_categories`.

    Returns
    -------
    DataFrame, index category
        customers, key, and the sums of revenue_12m, margin_12m, cost_to_serve, contribution (missing where none is known).
    """
    money = ["revenue_12m", "margin_12m", "cost_to_serve", "contribution"]
    each = categories.drop_duplicates(["customer_id", "category"])[["customer_id", "category"]]
    each = each.merge(facts.merge(service, on="customer_id")[["customer_id", *money]], on="customer_id", how="left")
    by = each.assign(key=each["customer_id"].isin(key["customer_id"])).groupby("category")
    sums = by.agg(customers=("customer_id", "size"), key=("key", "sum")).join(by[money].sum(min_count=1))
    return or_waiting(sums, "nobody_in_a_category")


def _experts(service: pd.DataFrame) -> list[pd.DataFrame]:
    table = service[["customer_id"]].assign(category="expert")
    tests, lessons, claims = (service[name] for name in ("tests", "lessons", "claims"))
    each = service["claims_per_order"].where(claims >= CLAIMS[1])
    return [
        _told(table.assign(measure="tests", value=tests, limit=TESTS), "acceptance_tests", tests=tests),
        _told(table.assign(measure="lessons", value=lessons, limit=LESSONS), "lessons_from_claims", lessons=lessons),
        _told(
            table.assign(measure="claims_per_order", value=each, limit=CLAIMS[0]),
            "many_claims",
            claims=claims,
            each=each,
        ),
    ]


def _goodwill(service: pd.DataFrame) -> pd.DataFrame:
    enough = (service["invoices"] >= PREPAID[1]) & ~(service["claims_per_order"] > FEW_CLAIMS)
    share = service["prepaid_share"].where(enough)
    table = service[["customer_id"]].assign(category="goodwill", measure="prepaid_share", value=share, limit=PREPAID[0])
    reached, claims, paid = _reaches(table), service["claims"], {"share": share, "invoices": service["invoices"]}
    cases: list[Case] = [
        (reached & claims.notna(), "paid_in_advance", paid | {"claims": claims}),
        (reached, "paid_in_advance_claims_unknown", paid),
    ]
    contact, touches = service["main_contact_share"], service["touches"]
    alone = (contact >= ONE_CONTACT[0]) & (touches >= ONE_CONTACT[1])
    rests: Case = (alone, "rests_on_one_contact", {"share": contact, "touches": touches})
    told = [reason_columns(cases, name="evidence"), reason_columns([rests], name="warning")]
    return pd.concat([table, *told], axis=1)[reached]


def _told(table: pd.DataFrame, code: str, **values: pd.Series) -> pd.DataFrame:
    """The rows of `table` whose value reaches its limit, with the evidence."""
    reached = _reaches(table)
    case: Case = (reached[reached], code, {name: value[reached] for name, value in values.items()})
    return pd.concat([table[reached], reason_columns([case], name="evidence")], axis=1)


def _reaches(table: pd.DataFrame) -> pd.Series:
    return table["value"].astype(float).round(9) >= table["limit"]


def three_p(ratings: pd.DataFrame, accounts: pd.Series) -> pd.DataFrame:
    """The gate for prospects: the lowest of need, solvency and authority decides, never their mean.

    Parameters
    ----------
    ratings : latest ratings by us: customer_id, criterion, rival, score (points 1-10).
    accounts : account ids to judge.

    Returns
    -------
    DataFrame
        customer_id, need, solvency, authority (points, missing where not rated), gate (the lowest; missing unless all are known), weakest
        (name), verdict: 'open', 'closed' (one known P is too low already) or 'ask' (what is known passes, something is missing).
    """
    ours = ratings[(ratings["rival"] == "") & ratings["criterion"].isin(THREE_P)]
    marks = ours.groupby(["customer_id", "criterion"], sort=False)["score"].mean().unstack()
    marks = marks.reindex(index=pd.Index(accounts, name="customer_id"), columns=list(THREE_P)).astype(float)
    weakest = marks.fillna(np.inf).idxmin(axis=1).where(marks.notna().any(axis=1), "")
    lowest, whole = marks.min(axis=1), marks.notna().all(axis=1)
    verdict = np.select([(lowest < PASS_MARK).to_numpy(), whole.to_numpy()], ["closed", "open"], "ask")
    table = marks.assign(gate=lowest.where(whole), weakest=weakest, verdict=verdict)
    return table.rename_axis(columns=None).reset_index()


def open_gates(gate: pd.DataFrame) -> pd.DataFrame:
    """The rows of `three_p` that pass, the best first; says so where there are none."""
    passed = gate[gate["verdict"] == "open"]
    return or_waiting(
        passed.sort_values(["gate", "customer_id"], ascending=[False, True], key=places), "no_gate_is_open"
    )


def corridor(revenue: pd.Series, key: pd.Series) -> dict[str, float | str]:
    """The share of sales that key clients give together, against `CORRIDOR`.

    Parameters
    ----------
    revenue : revenue of one period by customer_id, of the whole base; the shares are of its positive values.
    key : flags by customer_id; accounts not in it are not key.

    Returns
    -------
    dict
        share, low, high, total (of the positive values) and verdict: 'below', 'within' or 'above'. No positive revenue is an
        InputError.
    """
    bought = revenue[revenue > 0]
    if bought.empty:
        raise InputError("no account has revenue above zero", remedy="Check as_of and the amounts.")
    low, high = CORRIDOR
    share = float(bought[key.reindex(bought.index, fill_value=False)].sum() / bought.sum())
    verdict = "below" if share < low else "above" if share > high else "within"
    return {"share": share, "low": low, "high": high, "total": float(bought.sum()), "verdict": verdict}
