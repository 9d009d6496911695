"""Who owes what, when it comes, what a bank lends on it, and when cash runs short."""

from kamlib.risk.cash.borrowing_base import eligible_invoices
from kamlib.risk.cash.cash_fan import scenarios
from kamlib.risk.cash.cash_path import collect_first
from kamlib.risk.cash.cash_plan import CashPlan
from kamlib.risk.cash.provisions import provision_matrix
from kamlib.risk.cash.receivables import ageing, collection

__all__ = [
    "CashPlan",
    "ageing",
    "collect_first",
    "collection",
    "eligible_invoices",
    "provision_matrix",
    "scenarios",
]
