"""Exercise 1: what was last year's net revenue?"""

from __future__ import annotations

from kam_teaching.exercises.books import YEAR_AGO, read
from kam_teaching.exercises.task import Task, Trap


def tasks() -> dict[str, Task]:
    """copies: lines posted twice; net: net revenue of the 12 months to the day of the study."""
    lines, clean = read("lines"), read("orders")
    but_number = list(lines.columns.drop("line_id"))
    recent, kept = lines[lines["date"] > YEAR_AGO], clean[clean["date"] > YEAR_AGO]
    net, credit = float(kept["amount"].sum()), kept["order_id"].str.startswith("CN-")
    once = recent.drop_duplicates("line_id")
    twice = recent["amount"].where(
        ~(recent["order_id"].str.startswith("CN-") & (recent["amount"] > 0)), -recent["amount"]
    )
    return {
        "copies": Task(
            float(lines["line_id"].duplicated().sum()),
            "So few lines were posted twice: a slip, no habit. The number of a line is what tells a copy from a second order of the same goods.",
            "A copy has the same line_id as a line before it. Count the copies, and not what they are copies of.",
            (
                Trap(
                    "genuine repeats",
                    float(lines.duplicated(but_number).sum()),
                    "Lines that agree in all but their number are counted too. A customer may buy the same thing twice on one day: two numbers are two "
                    "lines. Who removes these takes away revenue that is real.",
                ),
                Trap(
                    "copies and originals",
                    float(lines["line_id"].duplicated(keep=False).sum()),
                    "Here the lines that were copied are counted beside their copies. One of each pair is right and stays.",
                ),
            ),
        ),
        "net": Task(
            net,
            "This is the figure that agrees with the books to the cent, and the one that all other pages rest on.",
            "Take each line once, the days after 2025-06-30, and let every credit note reduce the sum.",
            (
                Trap(
                    "credit notes",
                    float(kept.loc[~credit, "amount"].sum()),
                    f"The credit notes were left out, so goods that came back count as sold: {kept.loc[~credit, 'amount'].sum() / net - 1:.1%} too much. "
                    "Net revenue is sales less credit notes.",
                ),
                Trap(
                    "credit notes without their minus",
                    float(once["amount"].sum()),
                    "The old till wrote some credit notes without their minus. Each adds what it should take away, which is wrong twice over. Their order id "
                    "begins with CN-: only one reading is possible, so they may be repaired.",
                ),
                Trap(
                    "copies kept",
                    float(twice.sum()),
                    "The lines that were posted twice are still in it: count each line_id once.",
                ),
                Trap(
                    "genuine repeats",
                    float(kept.drop_duplicates(but_number)["amount"].sum()),
                    "Real orders of the same goods on the same day were removed as duplicates. Only a repeated line_id is a copy.",
                ),
            ),
        ),
    }
