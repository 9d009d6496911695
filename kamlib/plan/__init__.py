"""What to do about it, for whom, and whether it worked."""

from kamlib.plan.action_list import monday_list
from kamlib.plan.calls import call_list
from kamlib.plan.candidates import called_for
from kamlib.plan.marks import rule_marks
from kamlib.plan.precedence import winning_rules
from kamlib.plan.rounds import next_round
from kamlib.plan.strategy import by_tier
from kamlib.plan.winback import plan_win_back

__all__ = [
    "by_tier",
    "call_list",
    "called_for",
    "monday_list",
    "next_round",
    "plan_win_back",
    "rule_marks",
    "winning_rules",
]
