"""Names are marked with a language where their letters leave no doubt. Oracle: who writes with these letters."""

from __future__ import annotations

import pytest

from kamlib.report.scripts import direction_of, language_of


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ООО «Ромашка»", "ru"),
        ("Рыбный двор", "ru"),
        ("Ромашка", ""),  # Bulgarian, Serbian and Russian alike
        ("Белы Ўзгорак", ""),
        ("Київ", "uk"),
        ("Ελλάς ΑΕ", "el"),
        ("עסק", "he"),
        ("شركة", ""),  # Arabic, Persian, Urdu
        ("かぶしき", "ja"),
        ("株式会社", ""),
        ("Söhne & Co", ""),
        ("", ""),
    ],
)
def test_a_name_has_a_language_only_where_its_letters_leave_no_doubt(name, code):
    assert language_of(name) == code


def test_letters_from_right_to_left_say_so():
    assert [direction_of(name) for name in ("שלום", "شركة", "Söhne", "Ромашка")] == ["rtl", "rtl", "", ""]
