"""Numbers as a reader of the study's language writes them: money, shares, counts and days."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from babel import Locale
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

from kamlib.report.language import catalogue, long_day
from kamlib.report.text import is_missing, plain, unknown


@dataclass(frozen=True)
class Numbers:
    """Writes values for one language and currency; what is missing reads "unknown".

    Parameters
    ----------
    language : code of the language whose marks and spaces are used, e.g. ``en`` or ``ru``.
    currency : three-letter code.
    """

    language: str = "en"
    currency: str = "EUR"

    def money(self, value: object) -> str:
        """An amount in whole units of the currency."""
        if is_missing(value):
            return unknown()
        amount = _half_up(float(value), 0)  # type: ignore[arg-type]
        return format_currency(amount, self.currency, locale=self.language, currency_digits=False, format=self._whole())

    def short_money(self, value: object) -> str:
        """An amount in thousands or millions where it is large, with three figures or so."""
        if is_missing(value):
            return unknown()
        amount = float(value)  # type: ignore[arg-type]
        if abs(amount) < 1000:  # the compact form would not round it
            return self.money(amount)
        lead = abs(amount) / 1000 ** math.floor(math.log10(abs(amount)) / 3)
        return format_compact_currency(
            amount, self.currency, locale=self.language, fraction_digits=1 if lead < 100 else 0
        )

    def share(self, value: object, digits: int = 0) -> str:
        """A share of 1 as percent; "under 1 %" instead of a false zero, "over 99 %" instead of a false whole."""
        if is_missing(value):
            return unknown()
        number, step = float(value), 10.0 ** -(digits + 2)  # type: ignore[arg-type]
        if 0 < number < step / 2:
            return plain(catalogue()["under"], value=self.share(step, digits))
        if 1 - step / 2 < number < 1:
            return plain(catalogue()["over"], value=self.share(1 - step, digits))
        pattern = ("#,##0." + "0" * digits if digits else "#,##0") + (
            "%" if self.language == "en" else "\N{NO-BREAK SPACE}%"
        )
        return format_percent(_half_up(number, digits + 2), format=pattern, locale=self.language)

    def number(self, value: object, digits: int = 0) -> str:
        """A plain number with `digits` decimals."""
        if is_missing(value):
            return unknown()
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(_half_up(float(value), digits), format=pattern, locale=self.language)  # type: ignore[arg-type]

    def _whole(self) -> str:
        return str(Locale.parse(self.language).currency_formats["standard"].pattern).replace(".00", "")


def day(value: dt.date) -> str:
    """A day in words of the language that is spoken: 30 September 2026."""
    return long_day(value)


def _half_up(value: float, digits: int) -> float:
    """Rounded half away from zero, and never minus zero."""
    scale = 10.0**digits
    return math.copysign(math.floor(abs(value) * scale + 0.5), value) / scale + 0.0
