"""Where the tables of a study lie, how their files are written, and the engine that computes the order lines."""

from kamlib.study.sources.by_table import Sources
from kamlib.study.sources.dialect import Dialect
from kamlib.study.sources.engine import Engine
from kamlib.study.sources.source import Groups, Heads, Source

__all__ = ["Dialect", "Engine", "Groups", "Heads", "Source", "Sources"]
