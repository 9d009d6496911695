"""What the files hold about a person, copies without it, and pseudonyms."""

from kamlib.privacy.anonymised_copy import anonymise
from kamlib.privacy.erasure import erase
from kamlib.privacy.lines import person_lines
from kamlib.privacy.subject import identify, places

__all__ = ["anonymise", "erase", "identify", "person_lines", "places"]
