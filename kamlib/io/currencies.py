"""Currencies: their codes, the signs and words that files write for them, and amounts by a rate."""

from __future__ import annotations

from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

CODES = (  # ISO 4217, and two older ones that files still hold
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY "
    "COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS "
    "INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP "
    "MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST "
    "XAF XCD XCG XOF XPF YER ZAR ZMW ZWG RUR HRK"
)
SIGNS = "$€£¥₽₴₸₺₹₩₪₫₦₱₡₲₾₼฿"
NAMES = {
    "EUR": ("euro", "euros", "€"),
    "USD": ("dollar", "dollars", "us$", "$"),
    "GBP": ("£",),
    "RUB": ("rur", "руб", "рубли", "рублей", "рубля", "рубль", "российский рубль", "₽"),
    "UAH": ("грн", "₴"),
    "KZT": ("тенге", "₸"),
    "PLN": ("zł",),
    "CZK": ("kč",),
    "TRY": ("₺",),
    "INR": ("₹",),
    "KRW": ("₩",),
    "ILS": ("₪",),
    "VND": ("₫",),
    "NGN": ("₦",),
    "PHP": ("₱",),
    "GEL": ("₾",),
    "THB": ("฿",),
}
"""By code, the words and signs that mean it beside an amount and in the name of a column. ``¥`` is of two countries and names none."""
BESIDE = {
    "RUB": ("р",),
    "KZT": ("тг",),
    "HUF": ("ft",),
    "BGN": ("лв",),
    "BRL": ("r$",),
    "CAD": ("c$", "ca$"),
    "AUD": ("a$", "au$"),
    "NZD": ("nz$",),
    "HKD": ("hk$",),
    "SGD": ("s$", "sg$"),
    "TWD": ("nt$",),
    "MXN": ("mx$",),
}
"""Words that mean a currency beside an amount alone: in the name of a column they are something else."""
SHARED = {"KR": ("SEK", "NOK", "DKK", "ISK"), "¥": ("JPY", "CNY")}
"""Signs of several currencies: the one that a study counts in, else the only one that it has a rate for."""
MEANT = {name.upper(): code for names in (NAMES, BESIDE) for code in names for name in names[code]}
"""The code by word or sign beside an amount, in capitals."""


def codes(own: str, rated: Collection[str]) -> dict[str, str]:
    """`MEANT`, and the signs that several share: those of `own`, else of the only one that is `rated`."""
    known = {sign: {own} & {*of} or {*rated} & {*of} for sign, of in SHARED.items()}
    return MEANT | {sign: code for sign, found in known.items() for code in found if len(found) == 1}


def exact(number: float) -> Decimal:
    """The decimal that a person wrote: 0.1 is one tenth."""
    return Decimal(repr(float(number)))


def converted(amounts: pd.Series, rates: pd.Series) -> pd.Series:
    """Amounts by their rates, exactly, to four places; missing where one of them is."""
    told = amounts.notna() & rates.notna()
    pairs, places = zip(amounts[told], rates[told], strict=True), Decimal("0.0001")
    found = [float((exact(amount) * exact(rate)).quantize(places, ROUND_HALF_UP)) for amount, rate in pairs]
    return pd.Series(found, amounts.index[told], dtype=float).reindex(amounts.index)
