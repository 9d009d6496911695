"""The README of the sample: every table and column, the planted truth and how it was planted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from kam_teaching.crm import ROUND_ODDS, ROUNDS
from kam_teaching.firms import GIANT_INDUSTRY, GIANT_PEERS
from kam_teaching.leaving import BASE_LOG_RATE, CALLED_BACK, KEY_LOG_RATE, ROUND, SIGNS
from kam_teaching.traps import CANCELLED, CANCELLED_LAST, WILD_DAYS, WILD_NET
from kam_teaching.truth_columns import REASONS, TRUTH
from kam_teaching.world import BEHAVIOUR, DAYS, KINDS, MONTH_END_CHANCE, MONTH_END_SHARE
from kamlib.study.columns import Column
from kamlib.study.dictionary import INPUTS

Truth = Mapping[str, tuple[str, Mapping[str, tuple[str, str, str]]]]

HEAD = """\
# The sample: a fictional distributor of machine parts

Bearings, drives, seals and tools, sold to {accounts:,} accounts in {groups} groups: {orders:,} order lines from 2023-07-01
to 2026-06-30, and every other table that the kit reads. **Origin: all of it is generated.** Firms, people, rivals and
events are invented; names are made of syllables, mail addresses end in `.example`. Nothing is derived from real data.

Made with seed {seed}; the same seed gives the same bytes: `kam sample data/sample`, or in Python
`kam_teaching.make_sample(folder, seed)`. Files are CSV in UTF-8, comma, point as decimal mark, ISO dates, `\\n` line ends,
an empty field where a value is missing. Money is in EUR with two decimals. Ids are text: some begin with zeros.

`study.yaml` is the study of this data, `playbook.yaml` says what to do with whom. What was planted, and what an analysis should find, stands in `truth/`; figures
that were added up without the kit are printed by `python -m bench.oracles` (in the repository: `bench/oracles/FIGURES.md`).

## Tables

Origin of every column: generated. *Known at* is the column that dates when a value was known; a blank one describes
today and enters no model.
"""


def readme(tables: dict[str, pd.DataFrame], seed: int) -> str:
    """The text of the README for the tables that were made with `seed`."""
    truth = tables["truth/accounts"]
    parts = [
        HEAD.format(accounts=len(truth), groups=truth["group_id"].nunique(), orders=len(tables["orders"]), seed=seed)
    ]
    parts += inputs_told(tables)
    parts.append("## Planted truth\n")
    parts += truth_told(tables, TRUTH)
    counts = tables["truth/dirty"]["reason"].value_counts()
    parts.append("### Reasons in truth/dirty.csv\n")
    parts.append(_table(("reason", "lines", "meaning"), [(r, f"{counts[r]:,}", words) for r, words in REASONS.items()]))
    parts.append(_method())
    return "\n".join(parts)


def inputs_told(tables: dict[str, pd.DataFrame]) -> list[str]:
    """Every table of a sample that the kit reads, with its columns."""
    parts = []
    for name, table in INPUTS.items():
        if name not in tables:
            continue
        rows = [
            (
                _called(column, name, tables[name]),
                column.type,
                column.unit,
                column.known_at or "",
                column.meaning + _choices(column),
                "generated" if column.name in tables[name] or name == "surveys" else "",
            )
            for column in table.columns
        ]
        if name == "orders":
            rows.insert(
                0, ("line_id", "text", "", "date", "number of the line in the books; the study's key", "generated")
            )
        parts.append(f"### {name}.csv\n\n{len(tables[name]):,} rows; a row is {table.row}.\n")
        parts.append(_table(("column", "type", "unit", "known at", "meaning", "origin"), rows))
    return parts


def truth_told(tables: dict[str, pd.DataFrame], truth: Truth) -> list[str]:
    """Every table of what was planted, with its columns."""
    parts = []
    for name, (row, columns) in truth.items():
        parts.append(f"### {name}.csv\n\n{len(tables[name]):,} rows; a row is {row}.\n")
        parts.append(_table(("column", "type", "unit", "meaning"), [(c, *rest) for c, rest in columns.items()]))
    return parts


def _called(column: Column, name: str, rows: pd.DataFrame) -> str:
    """The name of a column, and what it is called in the file where it has another name or is not there."""
    if column.name in rows:
        return column.name
    return f"{column.name} (`answer` in the file)" if name == "surveys" else f"{column.name} (not in this file)"


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
    chances = " and ".join(f"{low:g} to {high:g} ({name})" for name, (low, high) in MONTH_END_CHANCE.items())
    signs = [(name, f"{SIGNS[name]:+g}", words) for name, words in meanings.items()]
    return f"""\
## How it was planted

**Ways of buying.** A group orders by a renewal process with gamma gaps in a time of its own that runs slower in August
and December; an order on a weekend moves to the nearest weekday. Sizes spread log-normally about the median.

{_table(("behaviour", "mean gap, days", "median order, EUR", "categories"), kinds)}
**Leaving.** Each group has a rate of leaving a year, constant within a calendar month and set on its first day from
what was on record before: log rate = {BASE_LOG_RATE:g} + segment ({segment}) {KEY_LOG_RATE:+g} if planted as key + the sum of
coefficient times sign. It leaves when the rate, summed over time since it joined (or the study began), passes an
exponential draw. The breadwinners, the giant and the wild client never leave.

{_table(("sign", "coefficient", "meaning"), signs)}
Signs come from months of trouble (3 % of quiet months begin one, 22 % of troubled months end it), in which half of the
deliveries are late (else 6 %) and claims are frequent and slow. After leaving no orders come; a fifth fade for two to
five months before; a fifth of those who left long enough ago come back after 240 to 420 days and may leave again, at
the rate of the study's last month. Touches go on for 120 days after a leaving and then become few.

**At month ends.** {MONTH_END_SHARE:.0%} of the ordinary regular and small groups order on the last weekday of a month and on no
other day: at each with a chance of {chances}, moved by the season like the rhythm of
others. One order then holds what others order in that time, in fewer and larger lines.

**Cancelled whole.** {CANCELLED} orders of groups that go on, and {CANCELLED_LAST} of groups that had left before and buy nothing else since:
credit notes for all lines on the same day or up to four days later (`truth/cancelled.csv`; the lines are cancelled_pair in
`truth/dirty.csv`). They are no orders of the laws here: silence counts from the last other order.

**The wild client** goes on as a regular one, but its money is, in blocks of {WILD_DAYS} days up to the end,
{", ".join(f"{net:+,}" for net in WILD_NET)} EUR: large orders, and most of them given back in the next block.

**The giant** is a large partner; with {GIANT_PEERS} ordinary groups, some of which left, it makes up the industry {GIANT_INDUSTRY}.

**Categories.** A group buys those that its breadth says, each less often than the one before. Some partners and regular
buyers that stay give one up on a day, and what it brought is gone; others take one up (`truth/lines.csv`).

**Payers.** Terms are 14 to 60 days, of those who prepay 7. Prompt ones pay about 3 days before the due day, usual ones 6
after, late ones 47 after; prepaying ones up to 5 days before the invoice. From issue to payment that makes medians of about
28, 38, 80 and -2 days.

**Two rounds of offers**, {DAYS - ROUNDS[0][0]} and {DAYS - ROUND} days before the end: groups that had not ordered for 180 days, and had neither closed nor
ended their contract, got an offer or were kept as a control group; both are rows of actions.csv. The first took {ROUNDS[0][3]} of them,
which is too few to tell anything; the second took all, and its effect shows. An offer multiplies the odds of a return
within 180 days by {ROUND_ODDS:g}. (Returns are drawn first and the arms after them, in numbers as near to that law as can be.) Besides
those who come back by the law above, the second round brought back {CALLED_BACK:.0%} of those gone for good, in both arms together.

Who had left on an earlier day follows from `first_left_on`, `returned_on` and `left_on`.

**p_silent_180** of a group that is there: let D be the days from its last order to 2026-06-30, s(x) the same up to x days
later but in the group's own time, S the survival function of its gaps, r its rate of leaving a day. Then

    p_silent_180 = 1 - sum over x = 1..180 of [S(s(x-1)) - S(s(x))] / S(s(0)) * exp(-r (x - 1/2))

that is: no order because the gap is long, or because it leaves first. It neglects weekends and changes of the rate
within the 180 days. A group that left x days ago and is not back comes back with the law above: with b = 0.2 and F the share
that is back by then of those who come back,

    p_silent_180 = 1 - b (F(x + 180) - F(x)) / (1 - b F(x))

and 1 for one that left a second time. **p_silent_180_seen** does not know who left: it is the mean of the two, the group being
there with weight A, or having left u days after its last order with weight B(u),

    A = exp(-r D) S(s(0));   B(u) = r exp(-r u) S(own time up to u) (1 - b F(D - u))

For who orders at month ends S is the product of 1 - chance over the month ends passed.

**p_stopped** is the chance of no order in the W days from the 181st on, W = `stop_window_days` = min(400, max(180, 3 (days from first order to
2026-06-30 + m) / (gaps + 1))), m the geometric mean of the groups' mean gaps. Of a group that is there, G(w) the chance that nothing is ordered in the first w
days of the window if it stays (its renewals day by day):

    p_stopped = 1 - sum over w of [G(w-) - G(w)] exp(-r (180 + w)) - (left, and back by the end of the window)

A group that left x days ago is not back by then with the formula above, 180 + W in place of 180. **p_stopped_seen** weighs the two as before.
"""
