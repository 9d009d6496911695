"""One person in many spellings. Oracle: spellings and near names written by hand, each in a row of its own."""

from __future__ import annotations

import unicodedata

import pytest

from kamlib.intake import pipeline
from kamlib.privacy import erasure, subject
from kamlib.privacy.person import MASK
from kamlib.study.model import Study

CONTACTS = (
    "contact_id;account_id;role;name;work_channel\n"
    "C-0417;a;buyer;Zoë Łukasik-O’Brien;zoe.lukasik@firm.example\n"
    "C-0418;a;закупки;Алёна Сергеевна Королёва;+7 (912) 345-67-89\n"
    "C-0419;a;owner;Jürgen Müller;+49 30 555 0199\n"
    "C-0420;a;buyer;Anna Long;a.long@firm.example\n"
    "C-0421;a;склад;Андрей Кравец;Тел. 8 495 765-43-21 доб. 12\n"
)
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"})
SPELLINGS = {
    "C-0417": [
        "Zoë Łukasik-O’Brien", unicodedata.normalize("NFD", "Zoë Łukasik-O’Brien"), "Zoe Lukasik-OBrien", "ZOË ŁUKASIK-O'BRIEN",
        "zoe lukasik o'brien", "Łukasik-O’Brien, Zoë", "Łukasik O'Brien Zoë", "zoe_lukasik_obrien", "ZoeLukasikObrien",
        "Zoe Lukasik-O'Brien".translate(WIDE), "Zoë\u00a0Łukasik‑O’Brien", "Zo\u00ade Luka\u200bsik O'Brien", "Z. Łukasik-O'Brien",
        "Łukasik-O’Brien Z.", "z.lukasik-obrien", "zlukasikobrien", "Zoë M. Łukasik-O'Brien", "Zoë Łukasik-O’Brien's desk",
        "Zoë\tŁukasik-\u2003O’Brien", "Zoe/Lukasik-OBrien", "zoe.lukasik@firm.example", "ZOE.LUKASIK@FIRM.EXAMPLE",
        "zoe.lukasik(at)firm.example", "zoe_lukasik@firm.example", "<mailto:Zoe.Lukasik@Firm.Example>",
        "zoe.lukasik@firm.example".translate(WIDE), "C-0417", "see contact c0417", "C 0417", "c_0417!", "𝐙𝐨𝐞 𝐋𝐮𝐤𝐚𝐬𝐢𝐤 𝐎𝐁𝐫𝐢𝐞𝐧",
    ],
    "C-0418": [
        "Алёна Сергеевна Королёва", "Алена Сергеевна Королева", unicodedata.normalize("NFD", "Алёна Королёва"), "АЛЕНА КОРОЛЁВА",
        "Королёва Алёна", "Королевой Алене", "с Алёной Сергеевной Королёвой", "Алёну Королёву", "об Алёне Королёвой", "Королёвою Алёною",
        "Королёва А. С.", "Королева А.С.", "А.С. Королёвой", "А. Королёву", "АС Королёва", "алена_королева", "АлёнаКоролёва",
        "Королёву Алёну Сергеевну ждали", "Алёна-Королёва", "+7 912 345 67 89", "8 (912) 345-67-89", "89123456789", "79123456789",
        "9123456789", "007 912 345-67-89", "тел.8-912-3456789", "＋７９１２３４５６７８９", "8_912_345_67_89", "+7.912.345.67.89",
    ],
    "C-0419": [
        "Jürgen Müller", "Juergen Mueller", "Jurgen Muller", unicodedata.normalize("NFD", "Jürgen Müller"), "MÜLLER, JÜRGEN", "JUERGEN_MUELLER",
        "J. Mueller", "Müllers Jürgen", "+49 (0)30 555 01 99", "0049 30 5550199", "030/555 0199", "030-5550199", "4930 5550199",
    ],
    "C-0420": ["Anna Long", "LONG, Anna", "A. Long", "Long A.", "Anna Long's", "anna_long", "A_Long", "a.long@FIRM.example"],
    "C-0421": [
        "Андрей Кравец", "Андрею Кравцу", "Андреем Кравцом", "Кравца Андрея", "О Кравце Андрее", unicodedata.normalize("NFD", "Андрей Кравец"),
        "А. Кравцу", "Андрея Кравца", "+7 495 7654321", "84957654321", "4957654321 доб. 12",
    ],
}  # fmt: skip
NEAR = {
    "C-0417": [
        "Zoë Lukas", "Łukasik", "Zoë", "T. Łukasik-O'Brien", "Zoë O'Brian", "Łukasiková Zoë", "xzoe.lukasik@firm.example",
        "zoe.lukasik@firma.example", "C-04171", "C-417", "XC-0417", "0417", "Zoë Łukasik Bohrien", "Łukasik-O'Brien T.",
    ],
    "C-0418": [
        "Мария Королёва", "Алёна Королькова", "Алёна Королевская", "Алёна Королевич", "Алёна Сергеевна", "М. Королёва", "Королёва М. С.",
        "королева красоты", "Алёна Короленко", "+7 812 345-67-89", "+7 912 345-67-88", "912 345 67 8", "+49 912 345 67 89", "89123456789123",
        "Алевтина Королёва", "Королёвка, Алёнино",
    ],
    "C-0419": [
        "Jürgen Möller", "Jörg Müller", "Jürgen Müllerson", "Jürgen", "Herr Müller", "H. Müller", "+49 30 555 0198", "+49 40 555 0199",
        "+43 30 555 0199", "30 555 01 9", "Jürgen Mull",
    ],
    "C-0420": ["a long day", "along", "Anna", "Anna Longo", "Joanna Long", "as long as", "Long ago", "long, a very long way", "B. Long", "Anna Lange"],
    "C-0421": ["Андрей Кравченко", "Пётр Кравец", "Андреевич Кравцов", "Андрей Кравцов", "В. Кравцу", "Андрей Краев", "+7 495 765-43-20", "8 499 765-43-21"],
}  # fmt: skip


@pytest.fixture
def said(make, texts):
    """Gives the study in whose notes each text stands in a row, of an account that is not the person's."""

    def study(rows: list[str]) -> Study:
        lines = [f'b;2026-01-05;needs;"… {text.replace(chr(34), chr(34) * 2)} …"' for text in rows]
        notes = "account_id;date;topic;text\n" + "\n".join(lines) + "\n"
        return make({"orders.csv": texts["orders.csv"], "contacts.csv": CONTACTS, "notes.csv": notes})

    return study


def test_there_are_enough_spellings_to_mean_something():
    assert sum(map(len, SPELLINGS.values())) >= 60 and sum(map(len, NEAR.values())) >= 40


@pytest.mark.parametrize("who", SPELLINGS)
def test_every_spelling_is_found_and_no_near_name(said, who):
    spelled, near = SPELLINGS[who], NEAR[who]
    study = said(spelled + near)
    table = subject.places(study, subject.identify(study, who))
    lines = set(table.loc[table["table"] == "notes", "line"])
    found = [text for line, text in enumerate(spelled + near, 2) if line in lines]
    assert [text for text in spelled if text not in found] == []
    assert [text for text in near if text in found] == []


@pytest.mark.parametrize("who", SPELLINGS)
def test_every_spelling_is_erased_and_every_other_letter_stays(said, who, tmp_path):
    study = said(SPELLINGS[who] + NEAR[who])
    erasure.erase(study, subject.identify(study, who), tmp_path / "out")
    rows = (tmp_path / "out" / "notes.csv").read_text("utf-8").splitlines()[1:]
    count = len(SPELLINGS[who])
    assert all(MASK in row for row in rows[:count])
    assert rows[count:] == (tmp_path / "notes.csv").read_text("utf-8").splitlines()[1 + count :]
    again = Study.read(tmp_path / "out" / "study.yaml")
    assert pipeline.collect(again).orders.count().execute() == 2


@pytest.mark.parametrize(
    ("who", "contact"),
    [("zoe lukasik obrien", "C-0417"), ("КОРОЛЕВА Алена Сергеевна", "C-0418"), ("8 912 3456789", "C-0418"), ("Mueller Juergen", "C-0419"),
     ("030 5550199", "C-0419"), ("Кравца Андрея", "C-0421")],
)  # fmt: skip
def test_a_contact_is_named_in_any_spelling(said, who, contact):
    study = said(["nothing"])
    assert subject.identify(study, who).ids == {contact}
