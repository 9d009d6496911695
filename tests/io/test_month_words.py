"""Months as words. Oracle: what a person would read."""

from __future__ import annotations

from datetime import date

import ibis
import pyarrow as pa
import pytest

from kamlib.io import month_words, values
from kamlib.study.sources import Dialect

IN_FIVE_LANGUAGES = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "ca": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
}
SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "es": "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
    "ru": "янв. фев. мар. апр. мая июн. июл. авг. сен. окт. ноя. дек.",
    "ca": "gen. febr. març abr. maig juny jul. ag. set. oct. nov. des.",
}


def days(texts, form):
    x = ibis.memtable(pa.table({"x": pa.array(texts, "string")})).x
    return values.as_day(x, Dialect(date_format=form)).to_pyarrow().to_pylist()


@pytest.mark.parametrize("words", [*IN_FIVE_LANGUAGES.values(), *SHORT.values()])
@pytest.mark.parametrize("form", ["%d %b %Y", "%d %B %Y"])
def test_every_month_is_read_whole_and_shortened_in_five_languages(words, form):
    texts = [f"5 {written(word)} 2024" for word in words.split() for written in (str, str.upper, str.lower)]
    assert days(texts, form) == [date(2024, month, 5) for month in range(1, 13) for _ in range(3)]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d-%b-%y", "05-Sep-24"), ("%d. %B %Y", "5. September 2024"), ("%d.%b.%y", "05.SEP.24"), ("%b %d, %Y", "Sept 5, 2024"),
        ("%d %b. %Y", "5 сент. 2024"), ("%d %b %Y", "5 сент. 2024 г."), ("%d %B %Y г.", "5 сентября 2024 г."),
        ("%d %b %Y", "05 сен 2024 10:22:00"), ("%d de %B de %Y", "5 de septiembre de 2024"), ("%d %B %Y", "5 de setembre del 2024"),
        ("%Y-%b-%d", "2024-SEP-05"), ("%d/%b/%Y %H:%M", "05/Sep/2024 09:30"), ("%d%b%Y", "05SEP2024"), ("%Y %B %d", "2024 сентября 5"),
    ],
)  # fmt: skip
def test_a_day_with_a_word_is_read_by_its_format(form, text):
    assert days([text, None, "", "5 foo 2024", "5 2024"], form) == [date(2024, 9, 5), None, None, None, None]


def test_a_word_that_only_begins_like_a_month_is_none():
    assert days(["5 Marzipan 2024", "5 Maier 2024", "5 Decor 2024", "31 Feb 2024"], "%d %b %Y") == [None] * 4


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2024-01", "2024-01-31"), ("01.2024", "2024-01-31"), ("Jan-24", "2024-01-31"), ("янв 2024", "2024-01-31"),
        ("febrero de 2024", "2024-02-29"), ("2023 Februar", "2023-02-28"), ("d'abril 2024", "2024-04-30"), ("декабрь 2024 г.", "2024-12-31"),
        ("2024-01-01", "2024-01-31"), ("2024-02-01T00:00:00", "2024-02-29"), ("01.02.2024", "2024-02-29"), ("02/01/2024", "2024-02-29"),
        ("31.03.2024", "2024-03-31"), ("202401", "2024-01-31"), ("5/2024", "2024-05-31"), ("Març 2024", "2024-03-31"),
        ("03.04.2024", None), ("Total", None), ("2024", None), ("Q1 2024", None), ("Sales Jan 2024", None), ("13.2024", None),
        ("Mai", None), ("1", None), ("Jan Feb 2024", None), ("01.24", None), ("", None), ("2024-01 2024-02", None),
    ],
)  # fmt: skip
def test_a_month_that_names_a_column_is_its_last_day(name, day):
    assert month_words.last_day(name) == (day and date.fromisoformat(day))
