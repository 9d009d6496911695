"""What to do about it, for whom, and whether it worked."""

from kamlib.plan.calls import call_list
from kamlib.plan.offer_trial import as_actions, last_round
from kamlib.plan.winback import plan_win_back, recaptured, win_back_list

__all__ = ["as_actions", "call_list", "last_round", "plan_win_back", "recaptured", "win_back_list"]
