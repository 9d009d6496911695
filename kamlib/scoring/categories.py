"""What kind of client each is, and how much of the sales the key clients hold."""

from __future__ import annotations

import pandas as pd

from kamlib.facts.customers import units
from kamlib.facts.worth import worth_column
from kamlib.scoring.prospects import PASS_MARK, THREE_P
from kamlib.stats.ordering import places
from kamlib.stats.reasons import Case, or_waiting, reason_columns
from kamlib.study.settings.sections import FEWEST

BREADWINNER = 0.10
"""Share of the base's positive margin from which a client is a breadwinner."""
CORRIDOR = (0.30, 0.55)
"""Share of sales that practice holds healthy for the key clients together."""
HIGH_MARK = 8
"""Points of 10 from which a mark makes a category."""
LEADER = 0.25
"""Share of what the firms of an industry or region buy, from which the largest of them leads it."""
_NO_WARNING = {"warning": "", "warning_values": "{}"}
MARKED = {
    "reputation": "image", "influence": "image", "innovation": "innovator", "expertise": "expert", "leadership": "leader"
}  # fmt: skip
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
    accounts: pd.DataFrame | None = None,
    prospects: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What kind of client each is to us; one may be several, and the evidence says which number put it there.

    breadwinner: at least a tenth of the base's positive 12-month margin (revenue where no margin is known);
    image, innovator, expert, leader: a criterion in `MARKED` that stands out (below); expert too: by `TESTS`, `LESSONS` or `CLAIMS`;
    leader too: the largest of its industry or region, with at least `LEADER` of all that its firms buy (their wallets; where its own
    is not known, of what they bought of us); goodwill: pays in advance and claims little; prospect: the gate is open.

    A client is of the kind that it is best at: the mark must lead its own profile, the marks for all criteria but the three P. Where
    several rated it none may have given less than 8; where one did, no other criterion may have the same mark.

    Parameters
    ----------
    facts, ratings : of the whole base, customer_id, margin_12m, revenue_12m; latest ratings by us (a row a rater), or None.
    service : result of `kamlib.facts.service.service_facts`, or None.
    accounts : the clean table, or None.
    prospects : result of `kamlib.scoring.prospects.prospect_gate`, or None.

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
        found.append(_rated(ratings))
    if accounts is not None:
        found += _leaders(facts, accounts)
    if service is not None:
        found += [*_experts(service), _goodwill(service)]
    if prospects is not None:
        passed = prospects[prospects["verdict"] == "open"].assign(
            category="prospect", measure="three P", limit=PASS_MARK
        )
        passed = passed.assign(value=passed["gate"])
        told = {name: passed[name] for name in ("weakest", "gate", "wallet", "rival")}
        found += [
            _told(passed[passed["rival"] != ""], "to_be_won_from_a_rival", **told),
            _told(passed[passed["rival"] == ""], "to_grow_with", **told | {"growth": passed["growth_mark"]}),
        ]
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


def _rated(ratings: pd.DataFrame) -> pd.DataFrame:
    ours = ratings[(ratings["rival"] == "") & ~ratings["criterion"].isin(THREE_P)]
    each = ours.groupby(["customer_id", "criterion"], sort=False)["score"].agg(["mean", "min", "size"]).reset_index()
    each = each.sort_values(["customer_id", "criterion"], key=places, ignore_index=True)
    by = each["mean"].round(9).groupby(each["customer_id"], sort=False)
    leads = each["mean"].round(9) == by.transform("max")
    alone = (leads.groupby(each["customer_id"], sort=False).transform("sum") == 1) & (by.transform("size") > 1)
    several = each["size"] > 1
    stands_out = leads & (several | alone) & (each["min"] >= HIGH_MARK) & each["criterion"].isin(MARKED)
    found = each[stands_out].rename(columns={"criterion": "measure", "mean": "value"})
    found = found.assign(category=found["measure"].map(MARKED), limit=HIGH_MARK)
    cases: list[Case] = [
        (several[found.index], "rated_high_by_several", {"raters": found["size"]} | _mark(found)),
        (~several[found.index], "rated_highest_by_one", _mark(found)),
    ]
    return pd.concat([found, reason_columns(cases, name="evidence")], axis=1)


def _mark(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {"criterion": rows["measure"], "points": rows["value"]}


def _leaders(facts: pd.DataFrame, accounts: pd.DataFrame) -> list[pd.DataFrame]:
    own = units(accounts).reindex(columns=["customer_id", "industry", "region", "wallet"])
    table = own.merge(facts[["customer_id", "revenue_12m"]], on="customer_id", how="left")
    found = []
    for trait in ("industry", "region"):
        for size, code, rows in (
            ("wallet", "leads_by_wallet", table["wallet"].notna()),
            ("revenue_12m", "leads_by_revenue", table["wallet"].isna()),
        ):
            money = table[size].astype(float).where(lambda amount: amount > 0)
            by = money.groupby(table[trait].where(table[trait] != ""))
            firms, first = by.transform("count"), money == by.transform("max")
            share = (money / by.transform("sum")).where(rows & first & (firms >= FEWEST.compared))
            each = table.assign(category="leader", measure=f"{trait}_{size}", value=share, limit=LEADER)
            found.append(_told(each, code, share=share, firms=firms, trait=table[trait]))
    return found


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
    case: Case = (reached[reached], code, {name: value[table.index[reached]] for name, value in values.items()})
    return pd.concat([table[reached], reason_columns([case], name="evidence")], axis=1)


def _reaches(table: pd.DataFrame) -> pd.Series:
    return table["value"].astype(float).round(9) >= table["limit"]


def corridor(revenue: pd.Series, key: pd.Series) -> dict[str, float | str]:
    """The share of sales that key clients give together, against `CORRIDOR`.

    Parameters
    ----------
    revenue : revenue of one period by customer_id, of the whole base; the shares are of its positive values.
    key : flags by customer_id; accounts not in it are not key.

    Returns
    -------
    dict
        share, low, high, total (of the positive values) and verdict: 'below', 'within' or 'above'; without a positive value share is
        missing and the verdict 'unknown'.
    """
    bought, (low, high) = revenue[revenue > 0], CORRIDOR
    if bought.empty:
        return {"share": float("nan"), "low": low, "high": high, "total": 0.0, "verdict": "unknown"}
    share = float(bought[key.reindex(bought.index, fill_value=False)].sum() / bought.sum())
    verdict = "below" if share < low else "above" if share > high else "within"
    return {"share": share, "low": low, "high": high, "total": float(bought.sum()), "verdict": verdict}
