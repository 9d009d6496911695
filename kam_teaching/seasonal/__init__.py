"""A fictional garden wholesaler: a season, no groups, a trial whose effect shows and one too small to show it."""

from kam_teaching.seasonal.files import seasonal_tables
from kam_teaching.seasonal.texts import STUDY, seasonal_readme

__all__ = ["STUDY", "seasonal_readme", "seasonal_tables"]
