"""Where the table of a text file or a sheet begins, and where it ends."""

from kamlib.io.edges.footer import length, told
from kamlib.io.edges.framed import is_framed, without_frame
from kamlib.io.edges.header_row import names, names_at, no_names, unique

__all__ = ["is_framed", "length", "names", "names_at", "no_names", "told", "unique", "without_frame"]
