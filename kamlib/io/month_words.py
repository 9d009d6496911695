"""Months written as words, in English, German, Spanish, Russian and Catalan: ``5 сен 2024``, ``13-Jan-24``, ``3 mar. 2024``.

The engine's own %b and %B know English alone, each one length. Here a month's word becomes its number before the day is
read, whatever the language of the machine: whole, inflected or shortened, in capitals or not, with a point behind or not.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

_WORDS = (
    "january jan januar jänner jän enero ene январь января янв gener gen",
    "february feb februar febr feber febrero февраль февраля февр фев febrer",
    "march mar märz maerz mrz mär marzo март марта мар març",
    "april apr abril abr апрель апреля апр",
    "may mai mayo май мая maig",
    "june jun juni junio июнь июня июн juny",
    "july jul juli julio июль июля июл juliol",
    "august aug agosto ago август августа авг agost ag",
    "september sept sep septiembre setiembre set сентябрь сентября сент сен setembre",
    "october oct oktober okt octubre октябрь октября окт octubre",
    "november nov noviembre ноябрь ноября нояб ноя novembre",
    "december dec dezember dez diciembre dic декабрь декабря дек desembre des",
)
NUMBERS = {word: month for month, words in enumerate(_WORDS, 1) for word in words.split()}
_BEGIN = {word[:3]: f"{month:02}" for word, month in NUMBERS.items()}  # three letters tell them apart
_WORD = rf"(?i)(?:^|\PL)({'|'.join(sorted(NUMBERS, key=len, reverse=True))})(?:\PL|$)"
_BESIDE = r"(?i) del? | d['’]| ?г(\.|ода)?$"  # 5 de marzo de 2024, 3 d'abril de 2024, 5 сен 2024 г.
_LETTERS = re.compile(r"[^\W\d_]+")


def named(form: str) -> bool:
    """Whether a strptime format writes the month as a word."""
    return "%b" in form or "%B" in form


def numbered(text: ir.StringValue) -> ir.StringValue:
    """The first word of the text that is a month, replaced by its number of two digits; small words around it go too."""
    plain = text.re_replace(_BESIDE, " ")
    word = plain.re_extract(_WORD, 1)
    number = word.lower().substr(0, 3).substitute(_BEGIN)
    return ibis.ifelse(word == "", text, plain.replace(word + ". ", word + " ").replace(word, number))


def as_numbers(form: str) -> str:
    """The strptime format of what `numbered` gives."""
    return re.sub(r"%[bB](\. )?", lambda found: "%m " if found[1] else "%m", re.sub(_BESIDE, " ", form))


def last_day(text: str) -> date | None:
    """The last day of the month that a column is called after; None where it is called after none.

    Read are ``2024-01`` and ``01.2024`` (with ``-``, ``.``, ``/`` or a blank between), ``Jan-24``, ``янв 2024``,
    ``febrero de 2024``, ``2024 März``, and any day of the month as a spreadsheet writes it: ``2024-01-01``.

    Parameters
    ----------
    text : the name of a column.
    """
    text = text.strip().removesuffix("T00:00:00")
    words = [word.lower() for word in _LETTERS.findall(text)]
    months = [NUMBERS[word] for word in words if word in NUMBERS]
    numbers = re.findall(r"\d+", text)
    if len(numbers) == 1 and (joined := re.fullmatch(r"((?:19|20)\d\d)(\d\d)", numbers[0])):
        numbers = list(joined.groups())
    years = [number for number in numbers if len(number) == 4]
    rest = [int(number) for number in numbers if len(number) != 4]
    if len(months) == len(rest) == 1 and not years:
        years, rest = [f"{2000 + rest[0]}"], []
    if not months and len(rest) == 2:  # a day of it, most often the first
        low, high = sorted(rest)
        named_by = rest[0] if numbers[0] in years else low if high > 12 else high if low == 1 else 0
        rest = [named_by]
    other = [word for word in words if word not in NUMBERS and word not in ("de", "del", "d", "г", "года")]
    found = months or rest
    if other or len(found) != 1 or len(years) != 1 or not 1 <= found[0] <= 12 or not 1900 <= int(years[0]) <= 2261:
        return None
    return date(int(years[0]) + found[0] // 12, found[0] % 12 + 1, 1) - timedelta(days=1)
