"""What the columns of the planted truth mean, file by file, and the planted faults."""

from __future__ import annotations


def round_columns(called: str, unit: str, **effect: tuple[str, str, str]) -> dict[str, tuple[str, str, str]]:
    """Columns of a table of rounds of offers (`crm.rounds_told`): type, unit and meaning by name; `effect` is what was planted."""
    return {
        "due": ("date", "day", f"day of the {called}"),
        "offer": ("text", "", "what was offered"),
        **effect,
        "days": ("integer", "days", "within which a return counts"),
        "offered": ("integer", unit, "with an offer"),
        "offered_back": ("integer", unit, "of them ordered in time"),
        "control": ("integer", unit, "without an offer"),
        "control_back": ("integer", unit, "of them ordered in time"),
    }


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
            "trait": (
                "text",
                "",
                "giant (leader of its industry), wild (its money swings, see truth/wild.csv) or empty; neither ever leaves",
            ),
            "candidate": ("flag", "", "planted as key; some have left"),
            "member_share": ("number", "share", "chance that an order of the group is this account's"),
            "mean_gap_days": ("number", "days", "mean time between orders of the group, on weekday and season average"),
            "gap_shape": (
                "number",
                "",
                "shape of the gamma law of the gaps: 1 by chance, higher more regular; empty at month ends",
            ),
            "month_end_chance": (
                "number",
                "probability",
                "of an order on the last weekday of a month, for who orders on no other day; else empty",
            ),
            "season_amplitude": (
                "number",
                "",
                "August is lower by 0.6 times this, December by 0.4 times, against the year",
            ),
            "trend_per_year": ("number", "share", "growth of the value of an order in a year"),
            "breadth": (
                "integer",
                "categories",
                "categories that the group buys; what it took up or gave up since stands in truth/lines.csv",
            ),
            "payer": ("text", "", "prompt, usual, late or prepays, see below"),
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
            "first_left_on": ("date", "day", "day on which one that came back had left the first time"),
            "returned_on": ("date", "day", "day it came back after a first leaving"),
            "stop_window_days": ("number", "days", "W: how long the time without an order is by which one has stopped"),
            "p_silent_180": (
                "number",
                "probability",
                "no order within 180 days after 2026-06-30, for one who knows who left",
            ),
            "p_silent_180_seen": (
                "number",
                "probability",
                "the same for one who sees only the silence; the best possible forecast",
            ),
            "p_stopped": (
                "number",
                "probability",
                "no order in the W days after those 180, for one who knows who left; 1 where closed or out of contract by 2026-06-30",
            ),
            "p_stopped_seen": ("number", "probability", "the same for one who sees only the silence"),
        },
    ),
    "truth/lines": (
        "a category that a group took up or gave up while it stayed",
        {
            "group_id": ("text", "", "head of the group"),
            "category": ("text", "", "the category"),
            "begun_on": ("date", "day", "the group buys it from this day on; empty where it ended"),
            "ended_on": ("date", "day", "the group buys none of it from this day on; empty where it began"),
        },
    ),
    "truth/cancelled": (
        "an order that was cancelled whole",
        {
            "account_id": ("text", "", "who ordered"),
            "group_id": ("text", "", "head of its group"),
            "order_id": ("text", "", "the order"),
            "ordered_on": ("date", "day", "its day"),
            "credit_note": ("text", "", "the order id of the credit notes for all its lines"),
            "cancelled_on": ("date", "day", "their day: the same or up to four days later"),
            "nothing_since": ("flag", "", "the group has bought nothing else on that day or since: it left before"),
        },
    ),
    "truth/wild": (
        "180 days of the wild client",
        {
            "group_id": ("text", "", "the client"),
            "after": ("date", "day", "the day before the block begins"),
            "until": ("date", "day", "last day of the block"),
            "net": ("money", "EUR", "goods less what came back"),
        },
    ),
    "truth/rounds": (
        "a round of offers to lost groups",
        round_columns("round", "groups", odds_ratio=("number", "", "what an offer multiplies the odds of a return by")),
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
    "cancelled_pair": "kept, marked: a credit note for a whole line, or that line (those of orders cancelled whole among them)",
    "cancellation": "kept, marked: a credit note for part of a line (order id begins with CN-, as all of them)",
    "cancellation_without_order": "kept, marked: a credit note for more units than the account ever bought in one line",
    "return_without_purchase": "kept, marked: a credit note for an article that the account never bought",
    "genuine_repeat": "kept: equals the line above it in all but its line_id, and is genuine",
    "own_parent": "a group that is its own parent",
    "parent_circle": "two groups that are each other's parent",
}
