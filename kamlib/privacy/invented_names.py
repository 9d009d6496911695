"""Invented names of firms and people, in Latin and in Cyrillic letters, from syllables.

Every name is made of syllables, so none belongs to a real firm or person but by accident. A stem has the same
sound in both alphabets, which is what makes two records of one firm look different.
"""

from __future__ import annotations

import numpy as np

FIRST = (("va", "ва"), ("ro", "ро"), ("me", "ме"), ("to", "то"), ("li", "ли"), ("ka", "ка"), ("be", "бе"), ("du", "ду"),
         ("se", "се"), ("no", "но"), ("pa", "па"), ("gri", "гри"), ("sta", "ста"), ("mo", "мо"), ("al", "ал"), ("or", "ор"))  # fmt: skip
MIDDLE = (("ri", "ри"), ("la", "ла"), ("do", "до"), ("ve", "ве"), ("mi", "ми"), ("nu", "ну"), ("ta", "та"), ("ko", "ко"),
          ("ze", "зе"), ("bo", "бо"), ("pe", "пе"), ("su", "су"))  # fmt: skip
LAST = (("mex", "мекс"), ("tan", "тан"), ("dor", "дор"), ("vik", "вик"), ("ros", "рос"), ("lin", "лин"), ("gard", "гард"),
        ("nal", "нал"), ("term", "терм"), ("kov", "ков"), ("mar", "мар"), ("zet", "зет"))  # fmt: skip

#: country: (legal forms, ways to write one firm, trades)
FIRMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Germany": (("GmbH", "AG", "GmbH & Co. KG", "KG"), ("Antriebe", "Maschinenbau", "Technik", "Werke", "Anlagen")),
    "Spain": (("S.L.", "S.A.", "S.L.U."), ("Industrial", "Mecánica", "Suministros", "Talleres", "Envases")),
    "United Kingdom": (("Ltd", "PLC", "LLP"), ("Engineering", "Works", "Mills", "Packaging", "Foods")),
    "Russia": (("ООО", "АО", "ЗАО"), ("Завод", "Комбинат", "Сервис", "Механика", "Энерго")),
    "Serbia": (("d.o.o.", "a.d."), ("Mašine", "Metal", "Pogon", "Agro", "Servis")),
}
LATIN_FORM = {"ООО": "OOO", "АО": "AO", "ЗАО": "ZAO"}
#: how the same legal form is written by another clerk
OTHER_FORM = {
    "GmbH": "Gesellschaft mbH", "AG": "Aktiengesellschaft", "GmbH & Co. KG": "GmbH u. Co KG", "KG": "Kommanditgesellschaft",
    "S.L.": "SL", "S.A.": "SA", "S.L.U.": "SLU", "Ltd": "Limited", "PLC": "plc", "LLP": "L.L.P.",
    "d.o.o.": "DOO", "a.d.": "AD",
}  # fmt: skip
LATIN_TRADE = {
    "Завод": "Zavod",
    "Комбинат": "Kombinat",
    "Сервис": "Servis",
    "Механика": "Mekhanika",
    "Энерго": "Energo",
}
GIVEN = ("Anna", "Boris", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Irina", "Jonas", "Katja", "Luis", "Marta",
         "Nikola", "Olga", "Pablo", "Rosa", "Stefan", "Timur", "Vera")  # fmt: skip
GIVEN_CYRILLIC = ("Алия", "Борис", "Вера", "Данияр", "Елена", "Ирина", "Марат", "Ольга", "Тимур", "Юлия")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def stems(rng: np.random.Generator, n: int) -> list[tuple[str, str]]:
    """`n` different stems, each as (Latin, Cyrillic)."""
    every = [(a, b, c) for a in FIRST for b in MIDDLE for c in LAST]
    if n > len(every):
        raise ValueError(f"at most {len(every)} stems can be made, {n} were asked for")
    picked = rng.permutation(len(every))[:n]
    return [
        (_capital("".join(latin for latin, _ in every[i])), _capital("".join(cyrillic for _, cyrillic in every[i])))
        for i in picked
    ]


def firm(stem: tuple[str, str], country: str, form: int, trade: int, *, latin: bool = False) -> str:
    """The firm's full name; in Russia in Cyrillic letters unless `latin`."""
    forms, trades = FIRMS[country]
    legal, what = forms[form % len(forms)], trades[trade % len(trades)]
    if country != "Russia":
        return f"{stem[0]} {what} {legal}"
    if latin:
        return f"{LATIN_FORM[legal]} {stem[0]} {LATIN_TRADE[what]}"
    return f"{legal} «{stem[1]} {what}»"


def other_spelling(stem: tuple[str, str], country: str, form: int, trade: int, way: int) -> str:
    """The same firm as another clerk wrote it: other alphabet, legal form, case, or a slip of the pen."""
    forms, trades = FIRMS[country]
    legal, what = forms[form % len(forms)], trades[trade % len(trades)]
    if country == "Russia":
        return firm(stem, country, form, trade, latin=True)
    written = (
        f"{stem[0]} {what} {OTHER_FORM[legal]}",
        f"{stem[0].upper()} {what.upper()} {legal.upper()}",
        f"{stem[0]}-{what}, {OTHER_FORM[legal]}",
        f"{stem[0][:-2]}{stem[0][-1]}{stem[0][-2]} {what} {legal}",
    )
    return written[way % len(written)]


def people(rng: np.random.Generator, cyrillic: np.ndarray) -> list[str]:
    """One invented name a row: given name and a family name of syllables."""
    pick = rng.random((len(cyrillic), 4))
    names = []
    for is_cyrillic, (given, first, middle, last) in zip(cyrillic, pick, strict=True):
        side = 1 if is_cyrillic else 0
        choice = GIVEN_CYRILLIC if is_cyrillic else GIVEN
        family = "".join(
            part[int(share * len(part))][side] for part, share in ((FIRST, first), (MIDDLE, middle), (LAST, last))
        )
        names.append(f"{choice[int(given * len(choice))]} {_capital(family)}")
    return names
