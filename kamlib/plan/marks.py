"""What each rule of `kamlib.plan.precedence` says of each customer, from the tables of a run."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from kamlib.facts.as_known import known_at
from kamlib.plan.precedence import OFFER
from kamlib.stats.reasons import Case, joined, reason_columns

CONTRACT_DAYS, CLAIM_DAYS, OVERDUE_DAYS = 120, 30, 60
"""Days before a contract ends, after which an open claim is a promise broken, and after which money that is due is overdue."""
ADDS = ("breadwinner", "image", "innovator", "expert", "leader", "goodwill")
"""Categories that add something to what is done."""
_ASK = ("silent", "partial")
_COLUMNS = ["customer_id", "rule", "policy", "policy_values"]


def rule_marks(
    day: date | pd.Timestamp,
    *,
    states: pd.DataFrame,
    scores: pd.DataFrame,
    matrix: pd.DataFrame,
    categories: pd.DataFrame,
    cells: pd.DataFrame,
    winback: pd.DataFrame,
    control: pd.Series,
    accounts: pd.DataFrame,
    invoices: pd.DataFrame,
    interactions: pd.DataFrame,
    currency: str,
) -> pd.DataFrame:
    """What every rule says on `day`, one row for each customer of which it says anything.

    Parameters
    ----------
    day : the day of the run.
    states : `kamlib.facts.customer_states`.
    scores, matrix, categories : `kamlib.scoring.score_list` (its table), `list_matrix`, `customer_categories`.
    cells : `kamlib.segments.cells`.
    winback : `kamlib.plan.winback.win_back_list`: offers are made to those of the arm *offer*.
    control : ids of the control group.
    accounts, invoices, interactions : clean tables; without rows where they are not given.
    currency : of the invoices.

    Returns
    -------
    DataFrame: customer_id, rule (of `kamlib.plan.precedence.RULES`), policy, policy_values (as of `kamlib.stats.reasons`).
    """
    day = pd.Timestamp(day)
    parts = {
        "knock-out": _and(scores, "policy_knocked_out", ["knock_out", "knock_out_values"]),
        "dispute": _disputes(interactions, day),
        "contract end": _contract_ends(accounts, day),
        "overdue": _overdue(invoices, day, currency),
        "control group": _say(pd.DataFrame({"customer_id": control.unique()}), "policy_leave_alone"),
        "state": pd.concat([_quiet(states), _lost(states, winback)]),
        "tier": matrix[["customer_id", "policy", "policy_values"]],
        "category": _categories(categories),
        "terms": cells[["customer_id", "terms"]].set_axis(["customer_id", "policy"], axis="columns"),
    }
    told = [part.assign(rule=rule).reindex(columns=_COLUMNS) for rule, part in parts.items()]
    return pd.concat(told, ignore_index=True).fillna({"policy_values": "{}"})


def _say(rows: pd.DataFrame, code: str, **values: Any) -> pd.DataFrame:
    """The policy `code` for all of `rows`, with a value for each or one for all."""
    case: Case = (pd.Series(True, index=rows.index), code, values)
    return rows[["customer_id"]].join(reason_columns([case], name="policy"))


def _and(rows: pd.DataFrame, code: str, reason: list[str]) -> pd.DataFrame:
    """The policy `code`, and after it the reason that the two columns hold, of those of `rows` that have one."""
    rows = rows[rows[reason[0]].fillna("") != ""]
    why = rows[reason].set_axis(["policy", "policy_values"], axis="columns")
    return rows[["customer_id"]].join(joined([_say(rows, code), why], "policy"))


def _disputes(interactions: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    seen = known_at("interactions", interactions, day)
    age = (day - seen["date"]).dt.days
    still = seen["closed"].isna() & ((seen["kind"] == "dispute") | ((seen["kind"] == "claim") & (age > CLAIM_DAYS)))
    by = age[still].groupby(seen.loc[still, "customer_id"]).agg(n="size", days="max").reset_index()
    return _say(by, "policy_settle", n=by["n"], days=by["days"])


def _contract_ends(accounts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    left = (pd.to_datetime(accounts["contract_end"]) - day).dt.days
    soon = accounts[(left > 0) & (left <= CONTRACT_DAYS)]
    by = soon.groupby("customer_id")["contract_end"].min().reset_index()
    return _say(by, "policy_renew", day=by["contract_end"])


def _overdue(invoices: pd.DataFrame, day: pd.Timestamp, currency: str) -> pd.DataFrame:
    """Who owes more that is overdue than its open credit notes take back."""
    seen = known_at("invoices", invoices, day)
    unpaid = seen[seen["paid"].isna()].assign(days=lambda rows: (day - rows["due"]).dt.days)
    unpaid = unpaid.assign(amount=unpaid["amount"].astype(float), days=unpaid["days"].where(unpaid["amount"] > 0))
    counted = unpaid[(unpaid["days"] > OVERDUE_DAYS) | (unpaid["amount"] < 0)].groupby("customer_id")
    owed = counted.agg(amount=("amount", "sum"), days=("days", "max")).reset_index()
    owed = owed[owed["amount"] > 0]
    return _say(owed, "policy_collect", amount=owed["amount"], days=owed["days"], currency=currency)


def _quiet(states: pd.DataFrame) -> pd.DataFrame:
    return _and(states[states["state"].isin(_ASK)], "policy_call", ["reason", "reason_values"])


def _lost(states: pd.DataFrame, winback: pd.DataFrame) -> pd.DataFrame:
    """Of the lost: an offer where the list makes one, a question where a return may be worth it and can't be told, else nothing."""
    lost = states[states["state"] == "lost"]
    of = winback.set_index("customer_id").reindex(lost["customer_id"])
    listed = lost["customer_id"].isin(winback["customer_id"]).to_numpy()
    worth, untold = of["arm"].notna().to_numpy(), listed & of["expected_return"].isna().to_numpy()
    gone = _and(lost[~worth & ~untold], "policy_let_go", ["reason", "reason_values"])
    return pd.concat([_say(lost[worth], OFFER), _say(lost[untold], "policy_ask_why"), gone])


def _categories(categories: pd.DataFrame) -> pd.DataFrame:
    """What the categories of each customer add, one after the other."""
    each = categories[categories["category"].isin(ADDS)].drop_duplicates(["customer_id", "category"])
    told = ("policy_" + each["category"]).groupby(each["customer_id"]).agg([";".join, "size"]).reset_index()
    told["policy_values"] = [f"[{', '.join(['{}'] * n)}]" if n > 1 else "{}" for n in told["size"]]
    return told.rename(columns={"join": "policy"})
