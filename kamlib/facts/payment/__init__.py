"""Invoices as they were known on a day, and how long each customer lets them wait."""

from kamlib.facts.payment.payment_delays import delay_curves, late_chances, restricted_mean

__all__ = ["delay_curves", "late_chances", "restricted_mean"]
