"""Which one-byte encoding a file is written in, told by its words: a wrong one gives letters, capitals and vowels in odd places.

Sources: the code pages of Windows, DOS and the Macintosh, as Python has them; RFC 1489 (KOI8-R).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

LOOKED_AT = 5_000  # different words
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"  # the most frequent first
_ALSO_CYRILLIC = "іїєґўјљњћђџѕќѓ"
_WEST = "àâäáãåæçéèêëíìîïñóòôöõøúùûüßœþðý"
_CENTRE = "ąćęłńóśźżáčďéěíňřšťúůýžäöüßőűôľĺŕăâîşţđç"
_TURKISH = "çğıöşüİâîû"
_LETTERS = {  # by encoding, those before them are taken where both read as well
    "cp1252": _WEST,
    "cp1251": _RUSSIAN,
    "cp1250": _CENTRE,
    "cp1254": _TURKISH,
    "koi8-r": _RUSSIAN,
    "cp866": _RUSSIAN,
    "cp852": _CENTRE,
    "cp850": _WEST,
    "mac_roman": _WEST,
}
_SELDOM = "þðýìùõøľĺŕđţ"  # and what stands for a usual letter of another encoding
_VOWELS = "aeiouyаеёиоуыэюяіїє"
_SIGNS = "«»„“”‘’–—…№€§°·×\N{NO-BREAK SPACE}®©™"
_ORDINAL, _SHORT = "ºª", 3  # Nº, Mª


def words(chunks: Iterable[bytes]) -> Counter[bytes]:
    """The words of a file that hold a byte beyond ASCII, with how often they stand there."""
    found: Counter[bytes] = Counter()
    for chunk in chunks:
        found.update(_WORD.findall(chunk))
        if len(found) > LOOKED_AT:
            break
    return found


def encoding(found: Counter[bytes]) -> str:
    """The encoding in which the words read best; cp1252 where nothing tells.

    Parameters
    ----------
    found : from `words`.
    """
    scores = {name: sum(_score(word, name) for word in found) for name in _LETTERS}
    return max(scores, key=lambda name: scores[name])


def _score(word: bytes, name: str) -> float:
    """How much a word looks like one: for each letter beyond ASCII about 1 where it does, far below 0 where it does not."""
    text = word.decode(name, "replace")
    if len(text) == 1:
        return 0.0  # such as the sign of a unit
    cyrillic = (
        min((letter for letter in text if letter > "\u007f"), default="") >= "\u0400" and _LETTERS[name] is _RUSSIAN
    )
    score = -8.0 if cyrillic and any(letter.isascii() for letter in text) else 0.0
    if not cyrillic and len(text) > 2 and not any(letter.isascii() for letter in text):
        score -= 6.0  # a western word has plain letters too
    for place, letter in enumerate(text):
        if letter.isascii():
            continue
        before, behind = text[place - 1 : place], text[place + 1 : place + 2]
        if letter in _ORDINAL:
            score += 1.0 if before and not behind and len(text) <= _SHORT else -2.0
            continue
        if not letter.isalpha():
            score -= 0.5 if letter in _SIGNS and not (before.isalpha() and behind.isalpha()) else 5.0
            continue
        score += _usual(letter.lower() if letter != "İ" else letter, name)
        if (letter.isupper() and before.islower()) or (
            letter.islower() and len(before) and before.isupper() and place > 1
        ):
            score -= 3.0
        sides = [_is_vowel(side) for side in (before, behind) if side.isalpha()]
        if len(sides) == 2:
            alike = sides.count(_is_vowel(letter))
            score += 0.5 - alike if alike < 2 else -1.5
    return score


@cache
def _usual(letter: str, name: str) -> float:
    letters = _LETTERS[name]
    if letters is not _RUSSIAN:
        return (0.3 if letter in _SELDOM else 1.0) if letter in letters else -2.0
    place = letters.find(letter)
    return 1.2 - place / 12 if place >= 0 else -0.5 if letter in _ALSO_CYRILLIC else -2.0


@cache
def _is_vowel(letter: str) -> bool:
    plain = {"ø": "o", "æ": "a", "œ": "o", "ı": "i"}.get(
        letter.lower(), unicodedata.normalize("NFD", letter.lower())[0]
    )
    return plain in _VOWELS
