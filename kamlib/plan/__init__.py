"""What to do about it, for whom, and whether it worked."""

from kamlib.plan.offer_trial import as_actions, last_round
from kamlib.plan.winback import recaptured, win_back_list

__all__ = ["as_actions", "last_round", "recaptured", "win_back_list"]
