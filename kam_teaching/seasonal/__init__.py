"""A fictional garden wholesaler: a season, no groups, a trial whose effect shows and one too small to show it."""

from kam_teaching.seasonal.files import seasonal_tables
from kam_teaching.seasonal.shop import simulate
from kam_teaching.seasonal.texts import seasonal_readme

__all__ = ["seasonal_readme", "seasonal_tables", "simulate"]
