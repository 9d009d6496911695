"""In which language a name is written, where its letters leave no doubt: a screen reader then speaks it right."""

from __future__ import annotations

import re

_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]")
_LETTERS = {
    "el": re.compile(r"[\u0370-\u03FF\u1F00-\u1FFF]"),
    "he": re.compile(r"[\u0590-\u05FF]"),
    "hy": re.compile(r"[\u0530-\u058F]"),
    "ja": re.compile(r"[\u3040-\u30FF]"),
    "ka": re.compile(r"[\u10A0-\u10FF]"),
    "ko": re.compile(r"[\uAC00-\uD7AF\u1100-\u11FF]"),
    "th": re.compile(r"[\u0E00-\u0E7F]"),
    "uk": re.compile(r"[єїґЄЇҐ]"),
    "ru": re.compile(r"[ыэёЫЭЁ]|^(ООО|ОАО|ЗАО|ПАО|ИП)\b"),
}
"""Letters, or legal forms, that one language alone has among those that write firms' names with them."""
_NOT_RUSSIAN = re.compile(r"[ўіјљњћђџѓќѕєїґЎІЈЉЊЋЂЏЃЌЅЄЇҐ]")


def language_of(name: str) -> str:
    """The code of the language that a name is surely written in; '' where several write so: Cyrillic alone is no Russian."""
    for code, letters in _LETTERS.items():
        if letters.search(name) and not (code == "ru" and _NOT_RUSSIAN.search(name)):
            return code
    return ""


def direction_of(name: str) -> str:
    """*rtl* where a name holds letters that run from right to left, else ''."""
    return "rtl" if _RIGHT_TO_LEFT.search(name) else ""
