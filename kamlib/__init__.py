"""kam: find a company's key customers from its own records, and keep them."""

__version__ = "0.1.0"
