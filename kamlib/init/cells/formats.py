"""What values can be meant as, by their shapes: the date formats and the marks of numbers that are worth a try.

In a shape N are one or two digits, Y four, a letters: ``Y-N-N``, ``N a Y``; three digits are NN, five YN. How often each
comes is counted in the engine; what is decided here is only tried, and `profile_columns` counts what it reads.
"""

from __future__ import annotations

import re

from kamlib.io.currencies import SIGNS

NUMBER_FORMS = ((".", ""), (",", ""), (".", ","), (",", "."), (",", " "), (".", " "), (".", "'"), (",", "'"))
"""Decimal and thousands marks, the plainest first."""
NOTHING = ("-", "–", "—")
"""Cells that say that there is no number."""
ISO, SERIAL = "", "excel"
FIGURES = {SERIAL: r"YN([.,][YN]+)?", "unix": "YYN|YYYN", "%Y%j": "YNN"}
"""Days that look like any number, by their shapes: only a name tells that they are some."""
_LIKELY = 0.5  # of the values; below it a column is not looked at as numbers
_OFTEN = 0.02  # of the values; a rarer shape suggests no date format
_BEFORE = rf"[(\s+−-]*(?:a?[{SIGNS}]\s*|a[.]?\s+)?[(\s+−-]*"
_BEHIND = rf"\s*(?:a[.]?|[{SIGNS}])?[)\s−-]*(?:a[.]?|[{SIGNS}])?"
_MARKS = {"": "", ",": ",", ".": "[.]", " ": r"\s", "'": "['’]"}


def number_forms(shapes: dict[str, int]) -> tuple[list[tuple[str, str]], float]:
    """The marks by which most values of these shapes can be numbers, and the share that can't; none where few can."""
    shapes = {shape: n for shape, n in shapes.items() if shape not in NOTHING}
    read = dict.fromkeys(NUMBER_FORMS, 0)
    for decimal, thousands in NUMBER_FORMS:
        whole = rf"(?:NN?(?:{_MARKS[thousands]}NN)+|[NY]+)" if thousands else "[NY]+"
        pattern = re.compile(rf"{_BEFORE}(?:{whole}(?:{_MARKS[decimal]}[NY]*)?|{_MARKS[decimal]}[NY]+){_BEHIND}")
        read[decimal, thousands] = sum(n for shape, n in shapes.items() if pattern.fullmatch(shape))
    most, total = max(read.values()), sum(shapes.values())
    if not total or most < _LIKELY * total:
        return [], 0.0
    return [form for form, n in read.items() if n == most], 1 - most / total


_TIME = r"(?P<time>(?P<gap>,? +)N:N(?P<seconds>:N)?(?P<half> ?a)?)?"
_INSIDE = r"(?:^|.*[^NY./])N(?P<mark>[./])N(?P=mark)(?:(?P<year>Y)(?:[^NY./].*|$)|(?<= N[./]N[./])N(?: .*|$))"
_DATES = (
    (r"N(?P<mark>[./-])N(?P=mark)(?P<year>Y|N)", ("%d{0}%m{0}{1}", "%m{0}%d{0}{1}")),
    (r"(?P<year>Y)(?P<mark>[./])N(?P=mark)N", ("{1}{0}%m{0}%d",)),
    (r"N(?P<mark>[ .-])a(?P=mark)(?P<year>Y|N)", ("%d{0}%b{0}{1}", "%d{0}%B{0}{1}")),
    (r"a(?P<mark> )N, (?P<year>Y)", ("%b %d, {1}", "%B %d, {1}")),
    (r"(?P<mark>)(?P<year>Y)Y", ("{1}%m%d",)),
    (r"(?P<year>Y)(?P<mark>-?)aN", ("%G{0}W%V",)),
    (r"(?P<year>Y)(?P<mark>[./-])N", ("{1}{0}%m",)),
    (r"N(?P<mark>[./-])(?P<year>Y)", ("%m{0}{1}",)),
    (r"a(?P<mark>[ -])(?P<year>Y|N)", ("%b{0}{1}", "%B{0}{1}")),
)


def date_forms(shapes: dict[str, int]) -> list[str]:
    """The date formats that values of these shapes can be meant in; N are one or two digits, Y four, a letters."""
    often = [shape for shape, n in shapes.items() if n >= _OFTEN * sum(shapes.values())]
    forms = [ISO] if any(re.match(r"Y[-/]N[-/]N", shape) for shape in often) else []
    for shape in often:
        for pattern, made in _DATES:
            if match := re.fullmatch(pattern + _TIME, shape):
                mark, year = match["mark"], "%Y" if match["year"] == "Y" else "%y"
                dotted = made[:1] if pattern is _DATES[0][0] and mark == "." else made  # nobody writes m.d.y
                forms += [form.format(mark, year) + _time(match) for form in dotted]
            if "a" in shape and (match := re.fullmatch(_INSIDE, shape)):
                dotted = _DATES[0][1][:1] if match["mark"] == "." else _DATES[0][1]
                year = "%Y" if match["year"] else "%y"
                forms += [f"*{form.format(match['mark'], year)}*" for form in dotted]
    for form, pattern in FIGURES.items():
        serial = sum(n for shape, n in shapes.items() if re.fullmatch(pattern, shape))
        if serial and serial >= _LIKELY * sum(shapes.values()):
            forms.append(form)
    return list(dict.fromkeys(forms))


def _time(match: re.Match[str]) -> str:
    if not match["time"]:
        return ""
    hour = "%I" if match["half"] else "%H"
    half = match["half"].replace("a", "%p") if match["half"] else ""
    return f"{match['gap']}{hour}:%M{':%S' if match['seconds'] else ''}{half}"
