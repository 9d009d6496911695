"""The mistakes of a file that a person wrote: all at once, each with its line, in plain words, with what to do."""

from kamlib.study.mistakes.spelling import keys_at, near
from kamlib.study.mistakes.told import checked, in_words

__all__ = ["checked", "in_words", "keys_at", "near"]
