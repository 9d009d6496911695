"""On what else the money depends: one manager, industry, country, category or contact, and contracts that end."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.facts.customers import own_rows
from kamlib.facts.days import as_pandas, months_between
from kamlib.facts.order_lines import check_lines
from kamlib.risk.concentration import shares
from kamlib.stats.reasons import waiting

TRAITS = ("manager", "industry", "country", "category", "contact")
ONE_CONTACT, FEWEST_TOUCHES = 0.8, 5
"""A customer hangs on one contact that has such a share of its touches, where there are so many."""


def line_money(orders: ir.Table, as_of: date) -> pd.DataFrame:
    """Net revenue of the last 12 months of each customer by category and manager of its lines, in one pass of the engine.

    Returns
    -------
    DataFrame: customer_id, category, manager, revenue (study currency).
    """
    check_lines(orders, "customer_id", "date", "amount", "category", "manager")
    age = months_between(orders.date, ibis.literal(as_of, type="date"))
    lines = orders.filter((orders.date <= as_of) & (age < 12))
    keys = ["customer_id", "category", "manager"]
    return as_pandas(lines.group_by(keys).agg(revenue=lines.amount.sum().cast("float64")), keys)


def by_trait(
    exposure: pd.DataFrame, lines: pd.DataFrame, accounts: pd.DataFrame, service: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The revenue of the last 12 months by manager, industry, country, category, and of customers that hang on one contact.

    Parameters
    ----------
    exposure : `kamlib.risk.exposures`.
    lines : `line_money`.
    accounts : clean table: customer_id, account_id and, where they are known, industry and country.
    service : `kamlib.facts.service_facts` of the same day: customer_id, touches, main_contact_share.

    Returns
    -------
    DataFrame, traits in the order of `TRAITS`, of each the value with most revenue first
        trait, value, customers (different ones), revenue, share (of all revenue above zero of those whose trait is on record; of
        contact: of all customers). A trait of which nothing is on record is not there.
    """
    columns = ["trait", "value", "customers", "revenue", "share"]
    own, parts = own_rows(accounts), []
    for trait in TRAITS[:-1]:
        rows = lines.rename(columns={trait: "value"}) if trait in lines else exposure
        if trait not in lines:
            rows = rows.assign(value=rows["customer_id"].map(own[trait]) if trait in own else None)
        by = (
            rows.dropna(subset="value")
            .groupby("value")
            .agg(customers=("customer_id", "nunique"), revenue=("revenue", "sum"))
        )
        parts.append(by.reset_index().assign(trait=trait, share=shares(by["revenue"]).to_numpy()))
    if service is not None and service["main_contact_share"].notna().any():
        alone = service[(service["main_contact_share"] >= ONE_CONTACT) & (service["touches"] >= FEWEST_TOUCHES)]
        hang = exposure["customer_id"].isin(alone["customer_id"])
        told = {"trait": "contact", "value": "one contact has most touches", "customers": int(hang.sum())}
        money = exposure.loc[hang, "revenue"]
        parts.append(pd.DataFrame([told | {"revenue": money.sum(), "share": shares(exposure["revenue"])[hang].sum()}]))
    table = pd.concat(parts, ignore_index=True)[columns]
    if table.empty:
        return waiting(columns, "no_trait_on_record")
    place = table["trait"].map({name: at for at, name in enumerate(TRAITS)})
    return (
        table.assign(place=place)
        .sort_values(["place", "revenue"], ascending=[True, False], kind="stable")
        .drop(columns="place")
        .reset_index(drop=True)
    )


def contract_ends(
    exposure: pd.DataFrame, accounts: pd.DataFrame, day: date | pd.Timestamp, months: int = 12
) -> pd.DataFrame:
    """Contracts that end in the months to come, the earliest first: customer_id, contract_end, revenue, contribution (of the last 12 months)."""
    columns = ["customer_id", "contract_end", "revenue", "contribution"]
    if "contract_end" not in accounts or accounts["contract_end"].isna().all():
        return waiting(columns, "no_contract_end_on_record")
    ends = pd.to_datetime(accounts["contract_end"])
    day = pd.Timestamp(day)
    soon = accounts.assign(contract_end=ends)[(ends > day) & (ends <= day + pd.DateOffset(months=months))]
    if soon.empty:
        return waiting(columns, "no_contract_ends_soon", months=months)
    first = soon.groupby("customer_id")["contract_end"].min().reset_index()
    table = first.merge(exposure[["customer_id", "revenue", "contribution"]], on="customer_id", how="left")
    return table.fillna({"revenue": 0.0, "contribution": 0.0}).sort_values(
        ["contract_end", "revenue"], ascending=[True, False], ignore_index=True
    )
