"""The README of the sample: every table and column, the planted truth and how it was planted."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kam_teaching.crm import ROUND, ROUND_ODDS
from kam_teaching.leaving import BASE_LOG_RATE, KEY_LOG_RATE, SIGNS
from kam_teaching.world import BEHAVIOUR, DAYS, KINDS
from kamlib.study.columns import Column
from kamlib.study.dictionary import INPUTS

HEAD = """\
# The sample: a fictional distributor of machine parts

Bearings, drives, seals and tools, sold to {accounts:,} accounts in {groups} groups: {orders:,} order lines from 2023-07-01
to 2026-06-30, and every other table that the kit reads. **Origin: all of it is generated.** Firms, people, rivals and
events are invented; names are made of syllables, mail addresses end in `.example`. Nothing is derived from real data.

Made with seed {seed}; the same seed gives the same bytes: `kam sample data/sample`, or in Python
`kam_teaching.make_sample(folder, seed)`. Files are CSV in UTF-8, comma, point as decimal mark, ISO dates, `\\n` line ends,
an empty field where a value is missing. Money is in EUR with two decimals. Ids are text: some begin with zeros.

`study.yaml` is the study of this data. What was planted, and what an analysis should find, stands in `truth/`.

## Tables

Origin of every column: generated. *Known at* is the column that dates when a value was known; a blank one describes
today and enters no model.
"""

TRUTH = {
    "truth/accounts": (
        "an account of accounts.csv; rhythm, leaving and risk are those of its group",
        {
            "account_id": ("text", "", "the account"),
            "group_id": (
                "text",
                "",
                "head of its group under one parent; accounts in a planted knot of parents stand alone",
            ),
            "behaviour": ("text", "", "way of buying: partner, regular, small or project; empty for prospects"),
            "key_category": ("text", "", "breadwinner, prospect, image, expert, innovator, goodwill or empty"),
            "is_key": ("flag", "", "planted as key and still there at the end"),
            "candidate": ("flag", "", "planted as key; some have left"),
            "member_share": ("number", "share", "chance that an order of the group is this account's"),
            "mean_gap_days": ("number", "days", "mean time between orders of the group, on weekday and season average"),
            "gap_shape": ("number", "", "shape of the gamma law of the gaps: 1 by chance, higher more regular"),
            "season_amplitude": (
                "number",
                "",
                "August is lower by 0.6 times this, December by 0.4 times, against the year",
            ),
            "trend_per_year": ("number", "share", "growth of the value of an order in a year"),
            "breadth": ("integer", "categories", "categories that the group buys"),
            "payer": ("text", "", "prompt, usual, late or prepays"),
            "leave_rate_per_year": (
                "number",
                "per year",
                "rate of leaving at the end; of a group that left, when it left",
            ),
            "late_share_6m": ("number", "share", "sign at the end, see below"),
            "slow_claims_12m": ("integer", "claims", "sign at the end"),
            "few_touches_6m": ("integer", "0 or 1", "sign at the end"),
            "new_manager_12m": ("integer", "0 or 1", "sign at the end"),
            "left_on": ("date", "day", "day it left for good; empty while it is there"),
            "fade_from": (
                "date",
                "day",
                "from here to its leaving half of the orders failed to come; empty if it did not fade",
            ),
            "returned_on": ("date", "day", "day it came back after a first leaving"),
            "p_lost_180": (
                "number",
                "probability",
                "no order within 180 days after 2026-06-30, for one who knows who left",
            ),
            "p_lost_180_seen": (
                "number",
                "probability",
                "the same for one who sees only the silence; the best possible forecast",
            ),
        },
    ),
    "truth/duplicates": (
        "two accounts that are one firm, written differently",
        {"account_id": ("text", "", "one record"), "same_as": ("text", "", "the other record")},
    ),
    "truth/dirty": (
        "a planted fault or mark",
        {
            "file": ("text", "", "file it stands in"),
            "line": ("integer", "", "line of the file; the header is line 1"),
            "reason": ("text", "", "see below"),
        },
    ),
}

REASONS = {
    "no_account": "set aside: no account is named",
    "bad_amount": "set aside: the amount is no number",
    "bad_date": "set aside: the date is no day",
    "after_as_of": "set aside: later than 2026-06-30",
    "before_start": "set aside: earlier than 2023-07-01",
    "not_goods": "set aside: freight",
    "test_row": "set aside: a test booking",
    "no_rate": "set aside: in a currency in which nothing is sold",
    "absurd_price": "set aside: a price above 5,000",
    "broken_line": "set aside: the end of the line was cut off",
    "repeated_header": "set aside: the names of the columns once more",
    "total_row": "set aside: the sum of the 20 genuine lines above, as on a printed page",
    "repeated_key": "set aside: a line posted twice, with the same line_id",
    "currency_spelling": "repaired: EUR written otherwise",
    "cancellation_above_zero": "repaired: a credit note written without its minus",
    "unknown_account": "kept, marked: the account is not in accounts.csv",
    "zero_price": "kept, marked: price and amount are zero",
    "cancelled_pair": "kept, marked: a credit note for a whole line, or that line",
    "cancellation": "kept, marked: a credit note for part of a line (order id begins with CN-, as all of them)",
    "cancellation_without_order": "kept, marked: a credit note for more units than the account ever bought in one line",
    "return_without_purchase": "kept, marked: a credit note for an article that the account never bought",
    "genuine_repeat": "kept: equals the line above it in all but its line_id, and is genuine",
    "own_parent": "a group that is its own parent",
    "parent_circle": "two groups that are each other's parent",
}


def readme(tables: dict[str, pd.DataFrame], seed: int) -> str:
    """The text of the README for the tables that were made with `seed`."""
    truth = tables["truth/accounts"]
    parts = [
        HEAD.format(accounts=len(truth), groups=truth["group_id"].nunique(), orders=len(tables["orders"]), seed=seed)
    ]
    for name, table in INPUTS.items():
        rows = [
            (
                column.name if column.name in tables[name] else f"{column.name} (`answer` in the file)",
                column.type,
                column.unit,
                column.known_at or "",
                column.meaning + _choices(column),
                "generated",
            )
            for column in table.columns
        ]
        if name == "orders":
            rows.insert(
                0, ("line_id", "text", "", "date", "number of the line in the books; the study's key", "generated")
            )
        parts.append(f"### {name}.csv\n\n{len(tables[name]):,} rows; a row is {table.row}.\n")
        parts.append(_table(("column", "type", "unit", "known at", "meaning", "origin"), rows))
    parts.append("## Planted truth\n")
    for name, (row, columns) in TRUTH.items():
        parts.append(f"### {name}.csv\n\n{len(tables[name]):,} rows; a row is {row}.\n")
        parts.append(_table(("column", "type", "unit", "meaning"), [(c, *rest) for c, rest in columns.items()]))
    counts = tables["truth/dirty"]["reason"].value_counts()
    parts.append("### Reasons in truth/dirty.csv\n")
    parts.append(_table(("reason", "lines", "meaning"), [(r, f"{counts[r]:,}", words) for r, words in REASONS.items()]))
    parts.append(_method())
    return "\n".join(parts)


def _choices(column: Column) -> str:
    told = all(choice in column.meaning for choice in column.choices)
    return "" if told else f" ({' / '.join(column.choices)})"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _method() -> str:
    segment = ", ".join(f"{name} {KINDS.at[name, 'log_rate']:+g}" for name in BEHAVIOUR)
    kinds = [
        (
            name,
            f"{KINDS.at[name, 'gap_low']:g} to {KINDS.at[name, 'gap_high']:g}",
            f"{KINDS.at[name, 'order']:,.0f}",
            f"{KINDS.at[name, 'breadth_low']:g} to {KINDS.at[name, 'breadth_high']:g}",
        )
        for name in BEHAVIOUR
    ]
    meanings = {
        "late_share_6m": "share of the tracked deliveries of the six calendar months before that came late (0 without any)",
        "slow_claims_12m": "claims and disputes of the twelve months before that stayed open for more than 30 days, 2 at most",
        "few_touches_6m": "1 with fewer than two meetings, calls and visits in the six months before, else 0",
        "new_manager_12m": "1 when the account manager changed in the twelve months before, else 0",
    }
    signs = [(name, f"{SIGNS[name]:+g}", words) for name, words in meanings.items()]
    return f"""\
## How it was planted

**Ways of buying.** A group orders by a renewal process with gamma gaps in a time of its own that runs slower in August
and December; an order on a weekend moves to the nearest weekday. Sizes spread log-normally about the median.

{_table(("behaviour", "mean gap, days", "median order, EUR", "categories"), kinds)}
**Leaving.** Each group has a rate of leaving a year, constant within a calendar month and set on its first day from
what was on record before: log rate = {BASE_LOG_RATE:g} + segment ({segment}) {KEY_LOG_RATE:+g} if planted as key + the sum of
coefficient times sign. It leaves when the rate, summed over time since it joined (or the study began), passes an
exponential draw. The breadwinners never leave.

{_table(("sign", "coefficient", "meaning"), signs)}
Signs come from months of trouble (3 % of quiet months begin one, 22 % of troubled months end it), in which half of the
deliveries are late (else 6 %) and claims are frequent and slow. After leaving no orders come; a fifth fade for two to
five months before; a fifth of those who left long enough ago come back after 240 to 420 days and may leave again, at
the rate of the study's last month. Touches go on for 120 days after a leaving and then become few.

**A round of offers.** {DAYS - ROUND} days before the end, groups that had not ordered for 180 days got an offer or were kept as a control group; both
are rows of actions.csv. An offer multiplies the odds of a return within 180 days by {ROUND_ODDS:g}. (Returns are drawn first and the arms
after them, which is the same law.)

**p_lost_180** of a group that is there: let D be the days from its last order to 2026-06-30, s(x) the same up to x days
later but in the group's own time, S the survival function of its gaps, r its rate of leaving a day. Then

    p_lost_180 = 1 - sum over x = 1..180 of [S(s(x-1)) - S(s(x))] / S(s(0)) * exp(-r (x - 1/2))

that is: no order because the gap is long, or because it leaves first. It neglects weekends and changes of the rate
within the 180 days. A group that left x days ago and is not back comes back with the law above: with b = 0.2 and F the share
that is back by then of those who come back,

    p_lost_180 = 1 - b (F(x + 180) - F(x)) / (1 - b F(x))

and 1 for one that left a second time. **p_lost_180_seen** does not know who left: it is the mean of the two, the group being
there with weight A, or having left u days after its last order with weight B(u),

    A = exp(-r D) S(s(0));   B(u) = r exp(-r u) S(own time up to u) (1 - b F(D - u))
"""
