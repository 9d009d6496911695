"""Managers, and other groups of customers, side by side: who lies outside chance, and who carries how much."""

from kamlib.measures.managers.funnel_plots import category_cases, funnel, funnels, growths, year_cases
from kamlib.measures.managers.load import labels, loads

__all__ = ["category_cases", "funnel", "funnels", "growths", "labels", "loads", "year_cases"]
