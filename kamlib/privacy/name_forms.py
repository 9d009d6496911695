"""The forms in which a name, a telephone number, an address or an id may stand, as patterns for folded texts."""

from __future__ import annotations

import re
from itertools import permutations

from kamlib.privacy.folding import folded, letters

_LETTER = r"[^\W\d_]"
_BEFORE, _AFTER = rf"(?<!{_LETTER})", rf"(?!{_LETTER})"
_ENDINGS = (
    "ыми|ими|ого|его|ому|ему|иеи|иею|ием|ами|ями|ьем|ьеи|ои|еи|ою|ею|ом|ем|ым|им|ых|их|ую|юю|ая|яя|ие|ые|ии"
    "|ыи|ия|ию|ам|ям|ах|ях|ью|ья|ье|ьи|а|я|о|е|и|ы|у|ю|ь"
)
"""Of Russian names, the longest first; й is read as и."""
_FLEETING = {"ец": "ц", "ел": "л", "ок": "к", "ек": "к", "еи": "ь", "ень": "н"}
_FATHER = r"[а-я]{2,}(?:ич|овн|евн|ичн)(?:а|у|ем|ом|е|ы|ои|ою)?"
_MIDDLE = rf"(?: {{0,4}}(?:{_FATHER}|{_LETTER}){_AFTER})?"
_LONG_ENOUGH = 6
_COUNTRIES = re.compile("1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3}")
"""Calling codes of countries, ITU-T E.164: of one and of two digits, and else of three."""


def whole(name: str) -> list[str]:
    """A name with all its parts in any order, and the first name with the surname alone; the longest forms first."""
    forms = list[str]()
    for words in readings(name):
        if not words:
            continue
        orders = list(permutations(words)) if len(words) < 5 else [tuple(words), (words[-1], *words[:-1])]
        forms += [_between(words).join(map(word, order)) for order in orders]
        for first, last in _first_and_last(words):
            gap = _between([first, last])
            forms += [
                rf"{word(first)}{_MIDDLE}{gap}{word(last)}",
                rf"{word(last)}{gap}{word(first)}(?: {{1,4}}{_FATHER}{_AFTER})?",
            ]
    return [f"{_BEFORE}(?:{form}){_AFTER}" for form in sorted(dict.fromkeys(forms), key=len, reverse=True)]


def with_initials(name: str) -> dict[str, bool]:
    """A part of a name with the initial of another, before it or behind it; and whether the form is sure by itself.

    One that is not may be words by chance (`a long day` and A. Long): see `Person`.
    """
    made = dict[str, bool]()
    for words in readings(name):
        for first, last in ((a, b) for a in words for b in words if a != b and len(b) > 2):
            sure = len(last) >= _LONG_ENOUGH
            gap = " {0,3}" if sure else " {1,3}"
            before = rf"{first[0]}(?: {{0,3}}{_LETTER})?{gap}{word(last)}{_AFTER}"
            behind = rf"{word(last)} {{1,4}}{first[0]}(?: {{0,3}}{_LETTER})?{_AFTER}"
            made |= {f"{_BEFORE}(?:{before}|{behind})": sure}
    return made


def alone(name: str) -> list[str]:
    """Each longer part of a name by itself."""
    return [f"{_BEFORE}{word(part)}{_AFTER}" for words in readings(name) for part in words if len(part) > 3]


def word(part: str) -> str:
    """A part of a name: with the endings of its cases, where it is Russian; with an s of possession else."""
    pieces = part.split("-")
    return " {0,3}".join(_cases(piece) if re.search("[а-я]", piece) else rf"{_spread(piece)}s?" for piece in pieces)


def readings(name: str) -> list[list[str]]:
    """The words of a name, folded in each way; those with a hyphen are one word, its pieces joined by ``-``."""
    groups = [re.split("[-‐‑–]", group) for group in re.split(r"[\s,;/_.]+", name)]
    made = [
        ["-".join(filter(None, (folded(piece)[way].replace(" ", "") for piece in group))) for group in groups]
        for way in (0, -1)
    ]
    return [list(filter(None, words))[:6] for words in (made if made[0] != made[1] else made[:1])]


def _spread(letters_: str) -> str:
    """The letters of a longer word, of which one may stand apart: ``o-brien``."""
    return " ?".join(letters_) if len(letters_) > 3 else letters_


def _cases(piece: str) -> str:
    found = re.fullmatch(r"(.{3,}?)(?:ии|ыи|ои|ая|яя|ия|[аяиьоеыую])?", piece)
    stem = found[1] if found else piece
    stems = [
        stem,
        *(piece[: -len(end)] + other for end, other in _FLEETING.items() if piece.endswith(end) and len(piece) > 4),
    ]
    return rf"(?:{'|'.join(map(_spread, stems))})(?:{_ENDINGS})?" if found else _spread(piece)


def _between(words: list[str]) -> str:
    return " {0,4}" if sum(map(len, words)) > _LONG_ENOUGH else " {1,4}"


def _first_and_last(words: list[str]) -> list[tuple[str, str]]:
    """First name and surname among the words: the first name stands before that of the father, where there is one."""
    if len(words) < 2:
        return []
    fathers = [at for at, one in enumerate(words) if at and re.fullmatch(_FATHER, one)]
    if not fathers or len(words) < 3:
        return [(words[0], words[-1])]
    at = fathers[0]
    return [(words[at - 1], one) for place, one in enumerate(words) if place not in (at - 1, at)]


def channel(text: str) -> str:
    """A work channel: a telephone number by its digits, whatever stands before or between them; else its letters and digits."""
    if national := number(text):
        code, digits = national
        spaced, gap = " {0,3}".join(digits), " {0,3}"
        codes = rf"(?:0 ?0 ?)?{' ?'.join(code)}" if code else r"(?:0 ?0 ?)?\d{1,3}"
        trunk = "[78]" if code == "7" else "0"
        return rf"(?<!\d)(?:{codes}{gap}(?:0{gap})?|{trunk}{gap})?{spaced}(?!\d)"
    pieces = [_runs(piece) for piece in text.split("@")]
    return rf"(?<![^\W_])(?:{r' {0,3}(?:at {0,3})?'.join(filter(None, pieces))})(?![^\W_])"


def number(text: str) -> tuple[str, str] | None:
    """The calling code of a telephone number, empty where it does not say so, and its digits within the country."""
    found = re.match(r"[^\W\d_]{0,9}[^\w+]*(\+?[\d\W]*)", text)
    plain = letters(found[1]) if found and "@" not in text else ""
    if len(plain) < 7:
        return None
    if text.lstrip().startswith(("+", "00")) or (found and found[1].startswith("+")):
        plain = plain.removeprefix("00")
        code = _COUNTRIES.match(plain)
        assert code
        return code[0], plain[code.end() :].removeprefix("0")
    if len(plain) == 11 and plain[0] in "78":
        return "7", plain[1:]
    return "", plain.lstrip("0") if plain[0] == "0" else plain


def _runs(text: str) -> str:
    runs = [run for piece in folded(text)[0].split() for run in re.findall(r"\d+|[^\W\d_]+", piece)]
    return " {0,2}".join(runs)


def identifier(text: str) -> str | None:
    """An id as it may stand in a text; None where it is too short, or a plain number, to be told from others there."""
    plain = letters(text)
    if len(plain) < 4 or not (re.search(r"\d", plain) and re.search(_LETTER, plain)):
        return None
    return rf"(?<![^\W_]){_runs(text)}(?![^\W_])"
