"""What a pseudonymised copy protects and what it does not: measured on the data at hand, and in words."""

from __future__ import annotations

import ibis.expr.types as ir

from kamlib.privacy.pseudonyms import FEWEST, POOLED


def named_by_one_line(orders: ir.Table) -> float:
    """How surely one order line, of which day and amount are known, names its account: 0 to 1.

    Parameters
    ----------
    orders : clean order lines, with account_id, date and amount.

    Returns
    -------
    float
        The share of an account's lines whose day and amount no other account has, on average over the accounts; NaN without lines.
    """
    own = orders.group_by(["account_id", "date", "amount"]).agg(lines=orders.count())
    shared = own.group_by(["date", "amount"]).agg(accounts=own.count())
    both = own.join(shared, ["date", "amount"])
    by = both.group_by("account_id").agg(share=both.lines.sum(where=both.accounts == 1).fill_null(0) / both.lines.sum())
    return float(by.share.mean().to_pyarrow().as_py() or 0.0) if by.count().to_pyarrow().as_py() else float("nan")


def readme(named: float) -> str:
    """README.txt of a copy.

    Parameters
    ----------
    named : from `named_by_one_line`.
    """
    return f"""\
A pseudonymised copy of a study, for people you trust. Made by: kam anonymise

It is pseudonymised, not anonymous: it hides who is who from a reader, not from someone who sets out to learn it and
knows something about the company. Who knows day and amount of one order line of a customer finds the customer in this
copy in {named:.1%} of the cases. Give it to people you have an agreement with, and do not publish it.

What is protected
- Ids of accounts, orders, invoices, proposals and contacts, codes of products and categories, account managers, raters,
  rivals and kinds of actions are keyed (HMAC-SHA256, cut to 48 bits, of orders to 64). Without the key nobody can
  compute them from a known id. The key is not kept, unless it was given; who has it can find every id, the factor and
  the shift.
- Names of firms are invented. Names and channels of contacts, notes, tax numbers, addresses, reasons, outcomes, lessons
  and evidence are left out, and so are the rows that cleaning set aside.
- All money is multiplied by one factor, which is no round number, and all days are moved by one number of whole weeks;
  thresholds and dates of the study file alike.
- Industries, countries, regions, channels, roles, sources and benefits that fewer than {FEWEST} accounts have are
  pooled as "{POOLED}". Staff is rounded to two digits. A kind that a spreadsheet would read as a formula (it begins
  with =, +, - or @) has an apostrophe before it.

What is not protected
- The factor and the shift are a disguise, not a secret that holds: on the sample of the kit a program of twenty lines
  finds the factor in a second, since amounts were whole cents once and anchors of the study file were round numbers,
  and the shift from one known order line, or from as_of, seasons and holidays. Then all amounts and days are known, and
  every order line that is known names its customer as above.
- A rare pattern stays rare: who knows some orders of a customer, or its size, industry and region together, may
  recognise it. The largest customers of a company are few.
- Quantities, hours, ratings and their criteria, answers, sizes and the structure of groups are as they were.

What stays the same
- Facts, RFM, ABC, XYZ by order days and gaps, scores and their ranks: windows of months before as_of have as many days
  as before where the calendar allows it, weekdays stay, and ties stay ties.
- What rests on calendar months or on the season moves: monthly tables, XYZ by periods, comparisons of seasons. What is
  drawn at random (weights, bootstraps) differs in its last digits, since the order of ids is another.
"""
