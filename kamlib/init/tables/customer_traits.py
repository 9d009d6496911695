"""Customers inside the order lines: their names and traits, where no file is a table of accounts."""

from __future__ import annotations

from kamlib.init import headings, match_columns
from kamlib.init.draft import SourceDraft
from kamlib.init.evidence import one_each
from kamlib.init.evidence.proof import NONE
from kamlib.init.match_columns import Proposal
from kamlib.study.dictionary import INPUTS

_CLEAR, _ONE = 0.75, 0.95  # of a name; of the customers that have one value
_TRAITS = ("name", "industry", "country", "region", "size", "tax_id", "parent_id", "employees")


def accounts_inside(orders: SourceDraft, free: list[str]) -> SourceDraft | None:
    """The table of accounts that the order lines hold; None where no column is a trait of the customer.

    A column is one that is called so, clearly, and has one value for nearly each customer.

    Parameters
    ----------
    orders : of the order lines.
    free : its columns that are used for nothing else.
    """
    account = orders.found.columns.get("account_id")
    main = orders.pieces[0]
    if account is None or account.question or account.theirs not in main.texts or orders.more:
        return None
    contents = {c: orders.contents[c] for c in (account.theirs, *free) if c in main.texts}
    found = next(one for one in match_columns.propose(contents, "", NONE) if one.table == "accounts")
    columns = {}
    for ours in _TRAITS:
        choice = found.columns.get(ours)
        if choice is None or choice.theirs == account.theirs:
            continue
        alike = headings.likeness(choice.theirs, "accounts", ours).score
        share = one_each(main.texts, account.theirs, choice.theirs)
        if alike >= _CLEAR and share is not None and share >= _ONE:
            columns[ours] = choice
    if not columns:
        return None
    chosen = {"account_id": account} | columns
    ordered = {ours: chosen[ours] for ours in INPUTS["accounts"].names if ours in chosen}
    made = Proposal("accounts", 1.0, ordered)
    rows = orders.contents[account.theirs].distinct
    return SourceDraft("accounts", rows, orders.pieces, made, orders.contents, {}, inside=True)
