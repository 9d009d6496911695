"""How the files of a source are written."""

from __future__ import annotations

import re
import zoneinfo
from datetime import datetime
from typing import Literal

from pydantic import Field, field_validator

from kamlib.study.parts import Part


class Dialect(Part):
    """How the files of one source are written. None: looked for in the file."""

    encoding: str | None = None
    delimiter: str | None = Field(None, description="one character, or blanks: runs of blanks")
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    date_format: str | None = Field(
        None, description="strptime format, or excel for serial days; None: ISO dates or native ones"
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
        if value is None or value == "excel":
            return value
        form, day = value.replace("%-", "%"), datetime(2026, 12, 31)
        try:
            found = datetime.strptime(day.strftime(form), form)
        except (ValueError, re.error):
            found = None
        if found != day:
            raise ValueError("expected one strptime format with day, month and year, such as %d.%m.%Y, or excel")
        return value
