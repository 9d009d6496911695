"""How files are written. Oracle: formats and marks by hand."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from kamlib.study.sources import Dialect


@pytest.mark.parametrize("form", ["%d.%m", "%H:%M", "day", "", "%d/%m/%Y or %m/%d/%Y", "%d.%m.%Y%"])
def test_a_date_format_that_names_no_day_is_refused(form):
    with pytest.raises(ValidationError, match=r"expected day, month and year, as %d.%m.%Y reads 31.12.2025"):
        Dialect(date_format=form)


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%-d/%-m/%y", "%b %d, %Y", "%Y%m%d", "%d.%m.%Y %H:%M", "excel", None])
def test_a_date_format_that_names_a_day_is_kept(form):
    assert Dialect(date_format=form).date_format == form


def test_a_table_without_column_names_has_its_header_in_line_0():
    assert Dialect(header=0).header == 0
    with pytest.raises(ValidationError):
        Dialect(header=-1)


def test_a_discount_is_a_share_unless_it_is_said_to_be_a_percentage():
    assert (Dialect().discount, Dialect(discount="percent").discount) == ("share", "percent")
    with pytest.raises(ValidationError):
        Dialect(discount="per cent")
