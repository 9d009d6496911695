"""The one place that knows how passwords are written: in URLs and beside them, and a text without them."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

HIDDEN = "***"
PASSWORD = "a password has no place in a file or a command"
INSTEAD = "Write '${NAME}' in its place, in a url, and set NAME in the environment."
_COLON, _SLASH, _AT, _IS = r"(?::|%3a)", r"(?:/|\\|%2f|%5c)", r"(?:@|%40)", r"(?:=|%3d)"
_FROM_ENVIRONMENT = r"(?!(?:\$\{\w+\})+(?:@|[&;'\"\s]|$))"
_SECRET = r"(?:passw(?:or)?d|passphrase|passwort|pwd|secret|token|signature|access_?key|api_?key|credential|(?<![a-z])pass|(?<![a-z])sig)"
_START = rf"(?:[a-z][\w+.-]*{_COLON}{_SLASH}+|(?<![^\s'\"=(]){_SLASH}{{2}})"
_PLACES = [
    re.compile(form, re.I)
    for form in (
        rf"({_START}(?:(?!{_COLON}|{_AT}|{_SLASH})[^\s'\"])*{_COLON}){_FROM_ENVIRONMENT}\S+(?={_AT})",
        r"(https?:/+)(?!\$\{\w+\}@)[^\s/@:'\"]+(?=@)",  # what opens a web page by itself is a token
        r"(jdbc:\w+:(?:\w+:)?[^\s/@]*/)[^\s/]\S*(?=@)",
        rf"([\w.-]*{_SECRET}\w*\s*{_IS}\s*){_FROM_ENVIRONMENT}(?:'[^']*'|\"[^\"]*\"|(?:(?!%26)[^\s&;'\"])+)",
        rf"(['\"]\w*{_SECRET}\w*['\"]\s*:\s*)(?!['\"]\$\{{\w+\}}['\"])(?:'[^']*'|\"[^\"]*\")",
        rf"((?<![^\s'\"])(?!mailto:)[^\s:/@'\"]+:(?!/)){_FROM_ENVIRONMENT}[^\s@'\"]+(?=@[\w.-])",  # without a scheme
    )
]


def hidden(text: str) -> str:
    """A text with `HIDDEN` for each password in it: of URLs (percent-encoded too), of ``password=…`` and the like.

    ``${NAME}``, which stands for a value of the environment, is none.
    """
    for place in _PLACES:
        text = place.sub(rf"\1{HIDDEN}", text)
    return re.sub(r"\S+", lambda word: HIDDEN if _encoded(word[0]) and shows(word[0]) else word[0], text)


def shows(value: str) -> bool:
    """Whether a single value, such as that of a key, shows a password, in whatever way it is encoded."""
    plain = unicodedata.normalize("NFKC", value)
    forms = {value, plain, unquote(plain), unquote(unquote(plain))}
    if re.match(rf"\s*[\w+.-]+{_COLON}{_SLASH}", plain, re.I):
        forms |= {re.sub(r"[\s'\"]+", "", form) for form in forms}
    return any(map(_shows, forms))


def _encoded(word: str) -> bool:
    return "%" in word or not word.isascii()


def _shows(text: str) -> bool:
    return any(place.sub(rf"\1{HIDDEN}", text) != text for place in _PLACES)
