"""What came, what each rule hit and set aside, what was kept: rows and money that add up to the cent, and their limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from kamlib.errors import InputError, short
from kamlib.intake.cleaning import Flagged, examples, set_aside
from kamlib.stats.reasons import waiting
from kamlib.study.model import Study

LEDGER = ("table", "rule", "action", "words", "matched_rows", "matched_amount", "rows", "amount")
_PERIOD = {"after_as_of", "before_start"}  # lines of another time are no fault of the files
_UNREAD = {"bad_amount", "no_rate", "broken_line"}  # of such lines the money is not known, which is not nothing
_NOTHING = {"empty_row", "repeated_header", "total_row"}  # no lines at all: what they hold was counted above
_MOST_FAULTS = 0.05  # of a study that was proposed, and that nobody looked through yet
_CHOSEN = {
    "not_counted",
    "not_goods",
    "test_row",
    "credit_note",
    "cancellation",
    "cancelled_pair",
}  # what a study leaves out by choice


def of_orders(flagged: Flagged) -> pd.DataFrame:
    """What came in, what each rule hit and set aside, and what was kept: rows, and money as exact decimals.

    Returns
    -------
    DataFrame
        table, rule, action, words; matched_rows and matched_amount: all lines that the rule hits; rows and amount:
        those that are set aside for it, the first reason only; their money is missing where no amount can be read. A rule that repairs hits money as it came, and its amount
        is what the repair took away, of all lines that it hits. The first line is what came, the last what was kept.

    Raises
    ------
    ArithmeticError
        If what came is not what was kept plus what was set aside and what repairs took away.
    """
    sums = flagged.sums

    def total(wanted: Any, money: str = "amount") -> tuple[int, Decimal]:
        chosen = sums[[bool(wanted(flags)) for flags in sums["flags"]]]
        return int(chosen["rows"].sum()), sum(chosen[money], Decimal("0.0000"))

    came, stayed = total(lambda flags: True, "came"), total(lambda flags: not flags & flagged.aside)
    lines: list[tuple[Any, ...]] = [("orders", "came in", "", "order lines in the files", *came, *came)]
    before = 0
    for place, rule in enumerate(flagged.rules):
        bit = 1 << place
        if rule.action == "off":
            continue
        matched = total(lambda flags, bit=bit: flags & bit)
        reason = (0, Decimal("0.0000"))
        if rule.action == "repair":
            mended = matched[1]
            matched = total(lambda flags, bit=bit: flags & bit, "came")
            reason = (0, matched[1] - mended)
        if rule.action == "set_aside":
            reason = total(lambda flags, bit=bit, before=before: flags & bit and not flags & before)
            before |= bit
        told = [(n, None if rule.name in _UNREAD and n and not money else money) for n, money in (matched, reason)]
        lines.append(("orders", rule.name, rule.action, rule.words, *told[0], *told[1]))
    lines.append(("orders", "kept", "", "order lines that the study counts", *stayed, *stayed))
    made = pd.DataFrame(lines, columns=list(LEDGER))
    check_sum(made)
    return made


def check_sum(made: pd.DataFrame) -> None:
    """Rows and money in = kept + set aside (and money repaired away), in every table of a ledger, or ArithmeticError."""
    for name, lines in made.groupby("table"):
        for column in ("rows", "amount"):
            came, *aside, stayed = [0 if value is None else value for value in lines[column]]
            if came != sum(aside) + stayed:
                raise ArithmeticError(
                    f"ledger of {name}: {came} {column} came, {sum(aside) + stayed} are accounted for"
                )


def by_table(ledger: pd.DataFrame) -> pd.DataFrame:
    """How many rows of each table came in, were kept and were set aside: came_in, kept, set_aside; index table."""
    ends = ledger[ledger["rule"].isin(["came in", "kept"])]
    rows = ends.pivot(index="table", columns="rule", values="rows").reindex(ledger["table"].unique())
    made = rows.rename(columns={"came in": "came_in"}).rename_axis(index="table", columns=None)
    return made.assign(set_aside=made["came_in"] - made["kept"])


def order_totals(ledger: pd.DataFrame) -> pd.Series:
    """What became of the order lines, in all.

    Returns
    -------
    Series
        rows_came, rows_kept, rows_aside; money_came, money_kept, money_aside, money_repaired (exact decimals); share_aside (of the rows);
        balance: the money that came less what was kept, set aside and repaired away, which is nothing.
    """
    lines = ledger[ledger["table"] == "orders"]
    came, kept = (lines[lines["rule"] == rule].iloc[0] for rule in ("came in", "kept"))
    aside, repaired = (lines.loc[lines["action"] == action, "amount"].sum() for action in ("set_aside", "repair"))
    return pd.Series(
        {
            "rows_came": came["rows"],
            "rows_kept": kept["rows"],
            "rows_aside": came["rows"] - kept["rows"],
            "money_came": came["amount"],
            "money_kept": kept["amount"],
            "money_aside": aside,
            "money_repaired": repaired,
            "share_aside": 1 - kept["rows"] / came["rows"],
            "balance": came["amount"] - kept["amount"] - aside - repaired,
        },
        dtype=object,
    )


def order_rules(ledger: pd.DataFrame) -> pd.DataFrame:
    """The ledger of the order lines to be read: what came, each rule that hit a line, and what was kept.

    Returns
    -------
    DataFrame
        rule, action, words; rows_hit and money_hit (all lines that the rule hits); rows_counted and money_counted (those that it set
        aside or repaired: they add up to what came).
    """
    lines = ledger[(ledger["table"] == "orders") & (ledger["matched_rows"] > 0)]
    made = lines.drop(columns="table").set_axis(
        ["rule", "action", "words", "rows_hit", "money_hit", "rows_counted", "money_counted"], axis=1
    )
    return made.assign(action=made["action"].str.replace("_", " ")).reset_index(drop=True)


def other_rules(ledger: pd.DataFrame) -> pd.DataFrame:
    """The rules that hit a row of any other table: table, rule, action, words, matched_rows, rows (set aside); empty where none did."""
    columns = ["table", "rule", "action", "words", "matched_rows", "rows"]
    found = ledger.loc[(ledger["table"] != "orders") & (ledger["action"] != "") & (ledger["matched_rows"] > 0), columns]
    return found if len(found) else waiting(columns, "no_rule_hit_another_table")


def faults(ledger: pd.DataFrame) -> pd.Series:
    """The order lines set aside for faults that can be mended at the source.

    Lines of another time, totals and headers are no faults, nor is what the study leaves out by choice.

    Returns
    -------
    Series
        rows, amount (exact decimals), rows_in_time (all lines of the study's own time), share (of these).
    """
    lines = ledger[ledger["table"] == "orders"]
    aside = lines[lines["action"] == "set_aside"]
    in_time = lines["rows"].iloc[0] - aside.loc[aside["rule"].isin(_PERIOD | {"empty_row"}), "rows"].sum()
    mendable = aside[~aside["rule"].isin(_PERIOD | _NOTHING | _CHOSEN)]
    rows = mendable["rows"].sum()
    sums = {"rows": rows, "amount": mendable["amount"].sum(), "rows_in_time": in_time, "share": rows / in_time}
    return pd.Series(sums, dtype=object)


def check_limits(flagged: Flagged, study: Study) -> None:
    """Stop a study of which too much was set aside.

    Lines outside the study's time are not counted: a past quarter is an ordinary run. Nor are empty rows, totals and headers, and
    lines that `cleaning.only` leaves out. Of a study that is `proposed` at most a twentieth may be at fault.

    Raises
    ------
    InputError
        If no line came, none is left, none is a sale, or a limit of the study is passed; shares and reasons are named.
    """
    lines = flagged.sums.astype({"highest": float})
    rules = [(1 << place, rule.name) for place, rule in enumerate(flagged.rules) if rule.action == "set_aside"]
    reason = lines["flags"].map(lambda flags: next((name for bit, name in rules if flags & bit), "kept"))
    sums = lines.groupby(reason).agg(rows=("rows", "sum"), amount=("size", "sum"), highest=("highest", "max"))
    sums = sums.astype({"amount": float})
    if sums.empty:
        raise InputError("no order line in the file", file=study.place("orders"), remedy="Check sources.orders.")
    if "kept" not in sums.index:
        reasons = ", ".join(f"{reason} {rows:,}" for reason, rows in sums["rows"].sort_values(ascending=False).items())
        if set(sums.index) <= _PERIOD:
            raise InputError(
                f"no order line lies between the start of the study and as_of {study.as_of}",
                found=reasons,
                remedy="Check as_of, start and dialect.date_format.",
            )
        raise _too_much("every order line was set aside", reasons, flagged, str(sums["rows"].idxmax()))
    if (highest := float(sums["highest"]["kept"])) <= 0:
        raise InputError(
            "no order line has an amount above zero",
            file=study.place("orders"),
            found=f"{sums.loc['kept', 'rows']:,} lines, the highest amount {highest:,.2f}",
            remedy="Check the column of the amount: sales are positive, credit notes negative.",
        )
    here = sums[["rows", "amount"]].drop(index=[*_PERIOD, *_NOTHING, "not_counted"], errors="ignore")
    shares = here / here.sum().replace(0, 1)
    for column, limit in (("rows", study.cleaning.most_rows), ("amount", study.cleaning.most_amount)):
        aside = shares[column].drop(index="kept").sort_values(ascending=False)
        if aside.sum() > limit:
            raise _too_much(
                f"{aside.sum():.1%} of the {column} of the orders would be set aside; cleaning.most_{column} allows {limit:.1%}",
                ", ".join(f"{reason} {share:.1%}" for reason, share in aside.items() if share > 0),
                flagged,
                aside.index[0],
            )
        chosen = _CHOSEN | ({"no_rate"} & study.cleaning.rules.keys())
        faulty = aside.drop(index=[*chosen], errors="ignore")
        if study.proposed and faulty.sum() > _MOST_FAULTS:
            raise _too_much(
                f"{faulty.sum():.1%} of the {column} of the orders would be set aside for faults, in a study that was proposed and "
                "that nobody confirmed",
                ", ".join(f"{reason} {share:.1%}" for reason, share in faulty.items() if share > 0),
                flagged,
                faulty.index[0],
                " If the files are so, take the line proposed: true out of the study.",
            )


def _too_much(problem: str, found: str, flagged: Flagged, reason: str, more: str = "") -> InputError:
    """The error for too much set aside, with the first line of the reason that took most."""
    line: Any = examples(set_aside(flagged)).set_index("reason").loc[reason]
    return InputError(
        problem,
        file=str(line["source_file"]),
        line=int(line["source_line"]),
        found=f"{found}; first {reason}: {short(line['original'], 100)}",
        remedy="Mend the file, or in the study: columns, dialect (decimal, thousands, date_format), cleaning.only, limits."
        f"{more}",
    )
