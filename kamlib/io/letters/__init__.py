"""Letters: texts that look alike are one, and which bytes of a file stand for which."""

from kamlib.io.letters.formulas import guarded
from kamlib.io.letters.one_byte import encoding, words
from kamlib.io.letters.plain_text import plain

__all__ = ["encoding", "guarded", "plain", "words"]
