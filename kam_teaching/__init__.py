"""A fictional distributor with every table, and the truth that was planted in it.

The same seed gives the same bytes. Each part draws from a stream of random numbers of its own.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kam_teaching import crm, dirt, events, firms, history, lines, opinions, truth
from kam_teaching.dirt import CUT
from kam_teaching.readme import readme
from kam_teaching.study_file import STUDY
from kamlib.errors import InputError

__all__ = ["make_sample", "sample_tables"]


def make_sample(folder: Path, seed: int = 2026) -> None:
    """Write the sample's tables, study file, README and planted truth into `folder`; existing files are replaced.

    Parameters
    ----------
    folder : Path
        Made if absent.
    seed : int
        Decides every random number; the committed sample is made with the default.

    Raises
    ------
    InputError
        If `folder` can't be written.
    """
    folder = Path(folder)
    try:
        (folder / "truth").mkdir(parents=True, exist_ok=True)
        written = sample_tables(seed)
        for name, table in written.items():
            text = table.to_csv(index=False, lineterminator="\n").replace("," + CUT, "")
            (folder / f"{name}.csv").write_bytes(text.encode())
        (folder / "study.yaml").write_bytes(STUDY.encode())
        (folder / "README.md").write_bytes(readme(written, seed).encode())
    except OSError as error:
        raise InputError("the sample can't be written", file=folder, found=str(error), remedy="Name a folder you may write in.") from None  # fmt: skip


def sample_tables(seed: int = 2026) -> dict[str, pd.DataFrame]:
    """Every file of the sample as a table of text: file name without ending, table."""
    planted = history.simulate(seed)
    accounts = firms.accounts(planted, seed)
    goods = lines.order_lines(planted, accounts, seed)
    accounts = firms.with_wallets(accounts, planted, goods, seed)
    orders, faults = dirt.soil(lines.as_text(goods, accounts), seed)
    people = events.contacts(planted, accounts, seed)
    invoices, payer = events.invoices(planted, accounts, goods, seed)
    accounts_file = firms.as_text(accounts)
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
        "truth/duplicates": truth.duplicates(accounts),
        "truth/dirty": truth.dirty(faults, accounts_file, accounts),
    }
