"""What the world writes → typed columns, in the engine where the order lines lie.

`read` gives the raw table of a source, whatever its kind; `as_text`, `as_money`, `as_number` and `as_day` give its columns a type.
"""

from kamlib.io.duckdb_backend import engine
from kamlib.io.engines import connect
from kamlib.io.readers import read
from kamlib.io.text_encoding import find_delimiter, find_encoding
from kamlib.io.values import as_day, as_money, as_number, as_text

__all__ = ["as_day", "as_money", "as_number", "as_text", "connect", "engine", "find_delimiter", "find_encoding", "read"]
