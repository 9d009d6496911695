"""Fictional firms with the truth that was planted in them, and the exercises of a course.

The distributor has every table, the seasonal wholesaler is small. The same seed gives the same bytes. Each part draws from a stream of random numbers of its own.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kam_teaching import crm, dirt, events, firms, history, lines, opinions, seasonal, traps, truth
from kam_teaching.dirt import CUT
from kam_teaching.readme import readme
from kam_teaching.seasonal.texts import STUDY as SEASONAL
from kam_teaching.study_file import PLAYBOOK, STUDY
from kam_teaching.world import AS_OF
from kamlib.errors import InputError
from kamlib.study.model import Study

__all__ = ["make_sample", "planted_truth", "sample_tables"]


def make_sample(folder: Path, seed: int = 2026, *, kind: str = "distributor") -> None:
    """Write a sample's tables, study file, README and planted truth into `folder`; existing files are replaced.

    Parameters
    ----------
    folder : Path
        Made if absent.
    seed : int
        Decides every random number; the committed sample is made with the default.
    kind : "distributor" or "seasonal"
        The distributor has every table and a playbook; the seasonal one is small: order lines, accounts, and two trials of an offer.

    Raises
    ------
    InputError
        If there is no such kind, or `folder` can't be written.
    """
    if kind not in KINDS:
        raise InputError("no such kind of sample", found=kind, remedy=f"Choose {' or '.join(KINDS)}.")
    folder, make = Path(folder), KINDS[kind]
    try:
        (folder / "truth").mkdir(parents=True, exist_ok=True)
        for name, text in make(seed).items():
            (folder / name).write_bytes(text.encode())
    except OSError as error:
        raise InputError("the sample can't be written", file=folder, found=str(error), remedy="Name a folder you may write in.") from None  # fmt: skip


def _distributor(seed: int) -> dict[str, str]:
    tables = sample_tables(seed)
    return _csv(tables) | {"study.yaml": STUDY, "playbook.yaml": PLAYBOOK, "README.md": readme(tables, seed)}


def _seasonal(seed: int) -> dict[str, str]:
    tables = seasonal.seasonal_tables(seed)
    return _csv(tables) | {"study.yaml": SEASONAL, "README.md": seasonal.seasonal_readme(tables, seed)}


def _csv(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    texts = {name: table.to_csv(index=False, lineterminator="\n") for name, table in tables.items()}
    return {f"{name}.csv": text.replace("," + CUT, "") for name, text in texts.items()}


KINDS = {"distributor": _distributor, "seasonal": _seasonal}


def planted_truth(study: Study) -> pd.DataFrame:
    """What was planted in the sample that a study reads, one row a customer; no rows where there is no such truth.

    The chances are those of one who sees the silence alone: P(no order) and P(stopped) at the end of the sample, and P(return) of one that
    is away, which is 1 less P(no order).

    Returns
    -------
    DataFrame
        customer_id, p_silent, p_stopped, p_return, left_on, first_left_on, returned_on. It is empty where no truth lies beside the study,
        or where it asks for another day, another horizon or another unit than the truth is of.
    """
    file = study.folder / "truth" / "accounts.csv"
    days = ["left_on", "first_left_on", "returned_on"]
    asked = (pd.Timestamp(study.as_of), study.churn.horizon_days, study.unit)
    if asked != (AS_OF, truth.HORIZON, "group") or not file.is_file():
        return pd.DataFrame(columns=["customer_id", "p_silent", "p_stopped", "p_return", *days])
    told = pd.read_csv(file, dtype={"account_id": str, "group_id": str}, parse_dates=days)
    told = told[(told["account_id"] == told["group_id"]) & told["behaviour"].notna()]
    names = {"group_id": "customer_id", "p_silent_180_seen": "p_silent", "p_stopped_seen": "p_stopped"}
    told = told[[*names, *days]].rename(columns=names).reset_index(drop=True)
    told.insert(3, "p_return", 1 - told["p_silent"])
    return told


def sample_tables(seed: int = 2026) -> dict[str, pd.DataFrame]:
    """Every file of the sample as a table of text: file name without ending, table."""
    planted = history.simulate(seed)
    accounts = firms.accounts(planted, seed)
    goods = traps.with_traps(lines.order_lines(planted, accounts, seed), planted, accounts, seed)
    accounts = firms.with_wallets(accounts, planted, goods, seed)
    clean = lines.as_text(goods, accounts)
    orders, faults = dirt.soil(clean, seed)
    people = events.contacts(planted, accounts, seed)
    invoices, payer = events.invoices(planted, accounts, goods, seed)
    accounts_file, ids = firms.as_text(accounts), crm.heads(accounts)
    return {
        "orders": orders,
        "accounts": accounts_file,
        "ratings": opinions.ratings(planted, accounts, seed),
        "invoices": invoices,
        "interactions": events.interactions(planted, accounts, people, seed),
        "proposals": crm.proposals(planted, accounts, seed),
        "surveys": opinions.surveys(planted, accounts, people, seed),
        "contacts": people.drop(columns=["at", "place"]),
        "actions": crm.actions(planted, accounts, seed),
        "notes": crm.notes(planted, accounts, seed),
        "truth/accounts": truth.account_truth(planted, accounts, payer),
        "truth/lines": lines.changes_told(planted, ids, seed),
        "truth/cancelled": traps.cancelled_orders(goods, clean, ids),
        "truth/wild": traps.wild_blocks(goods, planted, ids),
        "truth/rounds": crm.rounds_told(
            crm.rounds(planted, accounts, seed), odds_ratio=[crm.ROUND_ODDS] * len(crm.ROUNDS)
        ),
        "truth/duplicates": firms.duplicates(accounts),
        "truth/dirty": truth.dirty(faults, accounts_file, accounts),
    }
