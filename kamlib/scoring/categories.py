"""What kind of client each is, which prospects are worth the effort, and how much of the sales the key clients hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kamlib.errors import InputError

BREADWINNER = 0.10
"""Share of the base's positive margin from which a client is a breadwinner."""
CORRIDOR = (0.30, 0.55)
"""Share of sales that practice holds healthy for the key clients together."""
HIGH_MARK, PASS_MARK = 8, 5
"""Points of 10: from which a mark makes a category, and which the weakest of the three P must reach."""
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
        customer_id, category, measure (what was looked at), value, limit (what it must reach), evidence (in words), warning (in words, or '').
    """
    measure = "margin_12m" if facts["margin_12m"].notna().any() else "revenue_12m"
    positive = facts[measure].clip(lower=0)
    big = facts[["customer_id"]].assign(measure=measure, value=positive / positive.sum(), limit=BREADWINNER)
    big["evidence"] = big["value"].map("{:.1%} of the base's positive ".format) + measure.replace(
        "_12m", " of 12 months"
    )
    found = [big.assign(category="breadwinner")]
    if ratings is not None and len(ratings):
        ours = ratings[(ratings["rival"] == "") & ratings["criterion"].isin(MARKED)]
        high = ours.groupby(["customer_id", "criterion"])["score"].mean().rename("value").reset_index()
        high = high.rename(columns={"criterion": "measure"})
        high = high.assign(category=high["measure"].map(MARKED), limit=HIGH_MARK)
        found.append(high.assign(evidence=high["measure"] + high["value"].map(" rated {:.1f} of 10".format)))
    if service is not None:
        found += [*_experts(service), _goodwill(service)]
    if prospects is not None:
        passed = prospects[prospects["verdict"] == "open"].assign(
            category="prospect", measure="three P", limit=PASS_MARK
        )
        words = "weakest of the three P: " + passed["weakest"] + passed["gate"].map(" {:.1f} of 10".format)
        found.append(passed.assign(value=passed["gate"], evidence=words))
    columns = ["customer_id", "category", "measure", "value", "limit", "evidence", "warning"]
    table = pd.concat([part.reindex(columns=columns) for part in found if len(part)]).fillna({"warning": ""})
    table = table[table["value"].astype(float).round(9) >= table["limit"]]
    return table.sort_values(["category", "value", "customer_id"], ascending=[True, False, True], ignore_index=True)


def _experts(service: pd.DataFrame) -> list[pd.DataFrame]:
    table = service[["customer_id"]].assign(category="expert")
    text = {name: service[name].map("{:.0f}".format) for name in ("tests", "lessons", "claims")}  # limits keep one out
    each = service["claims_per_order"].where(service["claims"] >= CLAIMS[1])
    rate = text["claims"] + " claims in 12 months, " + each.map("{:.2f}".format) + " for each order day"
    return [
        table.assign(
            measure="tests",
            value=service["tests"],
            limit=TESTS,
            evidence=text["tests"] + " acceptance tests in 12 months",
        ),
        table.assign(
            measure="lessons",
            value=service["lessons"],
            limit=LESSONS,
            evidence=text["lessons"] + " claims in 12 months taught us something",
        ),
        table.assign(measure="claims_per_order", value=each, limit=CLAIMS[0], evidence=rate),
    ]


def _goodwill(service: pd.DataFrame) -> pd.DataFrame:
    enough = (service["invoices"] >= PREPAID[1]) & ~(service["claims_per_order"] > FEW_CLAIMS)
    share = service["prepaid_share"].where(enough)
    words = (
        "paid " + share.map("{:.0%}".format) + " of " + service["invoices"].map("{:.0f} invoices in advance, ".format)
    )
    claims = (
        service["claims"].map("claims in 12 months: {:.0f}".format).where(service["claims"].notna(), "claims unknown")
    )
    alone = (service["main_contact_share"] >= ONE_CONTACT[0]) & (service["touches"] >= ONE_CONTACT[1])
    rests = service["main_contact_share"].map("rests on one contact: {:.0%} of ".format) + service["touches"].map(
        "{:.0f} touches".format
    )
    return service[["customer_id"]].assign(
        category="goodwill", measure="prepaid_share", value=share, limit=PREPAID[0], evidence=words + claims,
        warning=rests.where(alone, ""),
    )  # fmt: skip


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
    marks = ours.groupby(["customer_id", "criterion"])["score"].mean().unstack()
    marks = marks.reindex(index=pd.Index(accounts, name="customer_id"), columns=list(THREE_P)).astype(float)
    weakest = marks.fillna(np.inf).idxmin(axis=1).where(marks.notna().any(axis=1), "")
    lowest, whole = marks.min(axis=1), marks.notna().all(axis=1)
    verdict = np.select([(lowest < PASS_MARK).to_numpy(), whole.to_numpy()], ["closed", "open"], "ask")
    table = marks.assign(gate=lowest.where(whole), weakest=weakest, verdict=verdict)
    return table.rename_axis(columns=None).reset_index()


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
