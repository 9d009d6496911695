"""How the files of a source are written."""

from __future__ import annotations

import re
import zoneinfo
from datetime import datetime
from functools import reduce
from typing import Literal

from pydantic import Field, field_validator, model_validator

from kamlib.study.settings.parts import Part

_LETTERS = (("(?i)yyyy", "%Y"), ("(?i)yy", "%y"), ("(?i)mm", "%m"), ("(?i)dd", "%d"))


class Dialect(Part):
    """How the files of one source are written. None: looked for in the file."""

    encoding: str | None = None
    delimiter: str | None = Field(None, description="one character, or blanks: runs of blanks")
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    date_format: str | None = Field(
        None,
        description="strptime format, with * where other words stand; excel for serial days, unix for seconds since 1970; None: ISO dates or native ones",
    )
    time_zone: str | None = Field(
        None, description="zone whose days count where a column holds moments, such as Europe/Madrid or UTC"
    )
    whole_ids: bool = Field(
        False, description="ids are whole numbers that a spreadsheet wrote as 12346.0: read as 12346"
    )
    header: int | None = Field(
        None, ge=0, description="line of the column names; 0: there is none; None: looked for below titles"
    )
    discount: Literal["share", "percent"] = Field(
        "share", description="how a discount is written: 0.05 or 5; what has the sign % is a percentage in either"
    )
    sheet: str | int | list[str] | None = Field(None, description="Excel sheet or sheets; None: the first one")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in zoneinfo.available_timezones():
            raise ValueError("expected a time zone such as Europe/Madrid, America/New_York or UTC")
        return value

    @field_validator("date_format")
    @classmethod
    def _names_a_day(cls, value: str | None) -> str | None:
        if value is None or value in ("excel", "unix"):
            return value
        if not _reads_a_day(value):
            meant = reduce(lambda text, pair: re.sub(pair[0], pair[1], text), _LETTERS, value)
            hint = f"; did you mean {meant}?" if _reads_a_day(meant) else ""
            raise ValueError(f"expected day, month and year, as %d.%m.%Y reads 31.12.2025, or excel{hint}")
        return value

    @field_validator("sheet", mode="before")
    @classmethod
    def _names_a_sheet(cls, value: object) -> object:
        if value is None or isinstance(value, str | int):
            return value
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ValueError("expected the name or the number of a sheet, or a list of names")
        return value

    @model_validator(mode="after")
    def _two_marks(self) -> Dialect:
        if self.thousands == self.decimal:
            raise ValueError(f"expected another mark for thousands than {self.decimal!r}, the decimal mark, or none")
        return self


def _reads_a_day(form: str) -> bool:
    """Whether a day that is written in this form is read again as the same day; a form that begins or ends in * is looked for in a text.

    A week and a month with its year stand for their first day.
    """
    plain, day = form.strip("*").replace("%-", "%"), datetime(2026, 12, 31)
    if "%V" in plain and "%u" not in plain:
        plain += " %u"
    if re.fullmatch(r"%[mbB].?%[yY]|%Y.?%[mbB]", plain):
        plain += " %d"
    try:
        return datetime.strptime(day.strftime(plain), plain) == day
    except (ValueError, re.error):
        return False
