"""What a page on a customer begins with: who it is, what it brings, how it buys, pays and is served, and what is to be feared."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kamlib.facts.accounts import at_last_date
from kamlib.facts.as_known import known_at
from kamlib.facts.customers import names, own_rows, units
from kamlib.stats.intervals import wilson
from kamlib.study.periods import months_before

FROM: Mapping[str, tuple[str, ...]] = {
    "scores": ("rank", "score", "p_key", "why", "why_values"),
    "kaism": ("cell", "cell_before", "attractiveness", "horizontal"),
    "exposure": ("revenue", "margin", "contribution", "measure"),
    "facts": ("first_order", "last_order", "order_days_12m", "categories_12m", "gap_median", "silence_days", "growth"),
    "states": ("state", "silence_limit"),
    "churn": ("p_stopped", "p_stopped_low", "p_stopped_high", "p_silent", "next_from", "next_days", "next_to"),
    "value": ("remaining_value", "stake"),
    "payment_delays": ("terms_days", "median_days", "median_late", "payer"),
    "receivables": ("open_amount", "overdue", "oldest_days", "disputed"),
    "fallen_references": ("referred", "referred_contribution"),
    "policy": ("rule", "policy", "policy_values"),
}
"""By table of a run: the columns that are taken as they are."""
_FIRM = ("industry", "country", "region", "size", "employees", "since", "manager", "contract_end")


def heads(
    tables: Mapping[str, pd.DataFrame], ids: pd.Index, day: pd.Timestamp, sponsors: Mapping[str, str]
) -> pd.DataFrame:
    """One row for each of the `ids`, in their order; what is on record nowhere is missing.

    Parameters
    ----------
    tables : of a run, by name: those of `FROM`, accounts, interactions, surveys, categories; what is absent is unknown.
    sponsors : by customer, the role at the top that answers for it.

    Returns
    -------
    DataFrame, index customer_id
        name; of the firm industry, country, region, size, employees, since, manager, contract_end and wallet (study currency a year, of the group); the columns of `FROM`; share
        (of the revenue above 0 of all customers, 12 months), wallet_share, potential (wallet less revenue of 12 months, missing where it is below 0);
        deliveries (of 12 months with a promised day), on_time (share) with on_time_low and on_time_high (95 %); mean_answer (mean of the answers of 12 months, 0 to 10), answers;
        kinds (categories joined by ";"), sponsor ('' where none is named).
    """
    table = pd.DataFrame(index=pd.Index(ids, name="customer_id"))
    accounts = tables.get("accounts", pd.DataFrame(columns=["customer_id", "account_id", "name", *_FIRM]))
    table["name"] = names(pd.Series(ids, dtype=object), accounts.assign(name=accounts.get("name"))).to_numpy()
    table = table.join(own_rows(accounts).reindex(index=table.index, columns=list(_FIRM)))
    table["wallet"] = (
        units(accounts)
        .set_index("customer_id")
        .reindex(columns=["wallet"])["wallet"]
        .astype(float)
        .reindex(table.index)
    )
    for name, columns in FROM.items():
        rows = tables.get(name, pd.DataFrame(columns=["customer_id"]))
        rows = at_last_date(rows) if name == "facts" and len(rows) else rows
        table = table.join(rows.set_index("customer_id").reindex(index=table.index, columns=list(columns)))
    whole = tables["exposure"]["revenue"].clip(lower=0).sum() if "exposure" in tables else 0.0
    table["share"] = table["revenue"].astype(float) / (whole if whole > 0 else float("nan"))
    table["wallet_share"] = table["revenue"].astype(float) / table["wallet"].where(table["wallet"] > 0)
    table["potential"] = (table["wallet"] - table["revenue"].astype(float)).where(lambda rest: rest >= 0)
    table = table.join(_served(tables, table.index, pd.Timestamp(day)))
    kinds = tables.get("categories", pd.DataFrame(columns=["customer_id", "category"]))
    joined = kinds.drop_duplicates(["customer_id", "category"]).groupby("customer_id")["category"].agg(";".join)
    table["kinds"] = joined.reindex(table.index).fillna("")
    return table.assign(sponsor=[sponsors.get(one, "") for one in table.index])


def _served(tables: Mapping[str, pd.DataFrame], index: pd.Index, day: pd.Timestamp) -> pd.DataFrame:
    """Deliveries on time and answers to surveys, of 12 months."""
    since, empty = months_before(day, 12), pd.DataFrame(columns=["customer_id", "date"])
    events = known_at("interactions", tables.get("interactions", empty), day).reindex(
        columns=["customer_id", "date", "kind", "promised"]
    )
    came = events[(events["kind"] == "delivery") & events["promised"].notna() & (events["date"] > since)]
    by = (
        (came["date"] <= came["promised"])
        .groupby(came["customer_id"])
        .agg(["size", "sum"])
        .reindex(index)
        .astype(float)
    )
    low, high = wilson(by["sum"], by["size"])
    said = known_at("surveys", tables.get("surveys", empty), day).reindex(
        columns=["customer_id", "date", "kind", "score"]
    )
    said = said[(said["kind"] == "nps") & (said["date"] > since)]
    answers = said["score"].astype(float).groupby(said["customer_id"]).agg(["mean", "size"]).reindex(index)
    parts = {
        "deliveries": by["size"].fillna(0).astype(int),
        "on_time": by["sum"] / by["size"],
        "on_time_low": low,
        "on_time_high": high,
    }
    return pd.DataFrame(parts | {"mean_answer": answers["mean"], "answers": answers["size"].fillna(0).astype(int)})
