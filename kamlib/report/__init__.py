"""What a reader gets: sentences, tables and, in figures, pictures; in html, pages."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kamlib.report.index.summary import Summary
    from kamlib.report.numbers import Numbers
    from kamlib.report.tables import table
    from kamlib.report.text import say
    from kamlib.report.words import tell

__all__ = ["Numbers", "Summary", "say", "table", "tell"]
_PLACES = {"Numbers": "numbers", "Summary": "index.summary", "say": "text", "table": "tables", "tell": "words"}


def __getattr__(name: str) -> Any:
    """A name of the face, imported when it is first asked for: `kam check` needs words, and none of the analyses."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
