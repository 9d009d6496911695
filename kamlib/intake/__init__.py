"""The user's files in, clean tables out, and nothing lost.

`collect` does all of it; what was set aside is in the quarantine, with its reason. Its steps are modules of their own, so that a
notebook can show each: `mapping`, `cleaning`, `ledger`, `side_tables`.
"""

from kamlib.intake.pipeline import Clean, clean_orders, collect, given_accounts

__all__ = ["Clean", "clean_orders", "collect", "given_accounts"]
