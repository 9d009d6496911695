"""Figures of a sample by plain pandas, apart from the kit: oracles for its tests, and what an analysis should find.

Each function of `FIGURES` takes the books of a folder and returns a dict of numbers (money in EUR, shares in % where the name says so).
``python -m bench.oracles [folder]`` prints them beside their values on the first sample.
"""

from bench.oracles.books import Books, read_books
from bench.oracles.customers import rhythm, two_events
from bench.oracles.figures import FIGURES, SAMPLE, as_text

__all__ = ["FIGURES", "SAMPLE", "Books", "as_text", "read_books", "rhythm", "two_events"]
