"""What to do about it, for whom, and whether it worked."""

from kamlib.plan.calls import call_list
from kamlib.plan.marks import rule_marks
from kamlib.plan.offer_trial import as_actions, controls, last_round
from kamlib.plan.precedence import by_rule, winning_rules
from kamlib.plan.winback import plan_win_back, recaptured, win_back_list

__all__ = [
    "as_actions",
    "by_rule",
    "call_list",
    "controls",
    "last_round",
    "plan_win_back",
    "recaptured",
    "rule_marks",
    "win_back_list",
    "winning_rules",
]
