"""Order lines → facts of each account and of each account-month, at any date.

Order lines stay in the engine: everything here is one Ibis expression over the clean `orders` for each table, in words that
DuckDB, PostgreSQL and Spark have in common; nothing is stored, and only tables per account come back, as pandas.
Nothing after the date asked for is read.
"""

from kamlib.facts.accounts import account_facts
from kamlib.facts.as_known import known_at
from kamlib.facts.days import account_days, order_days
from kamlib.facts.months import account_months
from kamlib.facts.order_lines import orders
from kamlib.facts.orders_after import next_orders
from kamlib.facts.service import service_facts
from kamlib.facts.states import customer_states
from kamlib.facts.worth import worth_column

__all__ = [
    "account_days",
    "account_facts",
    "account_months",
    "customer_states",
    "known_at",
    "next_orders",
    "order_days",
    "orders",
    "service_facts",
    "worth_column",
]
