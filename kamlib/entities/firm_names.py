"""Names of firms, taken apart: legal forms and numbers off, one alphabet, one spelling for a sound."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from anyascii import anyascii

#: legal forms by kind, as `tokens` leaves them: small Latin letters without dots (ООО is ooo, S.L.U. is slu)
FORMS = {
    "limited": "ooo, too, tov, obshchestvo s ogranichennoy otvetstvennostyu, llc, ltd, limited, limited liability company, "
    "private limited, pte ltd, pvt ltd, pty ltd, co ltd, company limited, gmbh, ggmbh, mbh, gesellschaft mbh, "
    "gesellschaft mit beschrankter haftung, ug, ug haftungsbeschrankt, unternehmergesellschaft, sl, slu, sll, slne, slp, "
    "sociedad limitada, sociedad limitada unipersonal, sociedad limitada laboral, societat limitada, "
    "societat limitada unipersonal, srl, sarl, sas, sasu, eurl, bv, bvba, doo, sro, kft, sp z oo, sp zoo, spzoo, lda, ltda, oy",
    "stock": "ao, oao, pao, zao, nao, aktsionernoe obshchestvo, publichnoe aktsionernoe obshchestvo, "
    "otkrytoe aktsionernoe obshchestvo, zakrytoe aktsionernoe obshchestvo, jsc, ojsc, cjsc, pjsc, plc, "
    "public limited company, inc, incorporated, corp, corporation, ag, aktiengesellschaft, kgaa, se, sa, sau, "
    "sociedad anonima, sociedad anonima unipersonal, societat anonima, societat anonima unipersonal, sa de cv, spa, nv, "
    "ab, asa, as, ad, oyj",
    "partnership": "kg, kommanditgesellschaft, gmbh co kg, gmbh cokg, ag co kg, ug co kg, gesellschaft mbh co kg, ohg, "
    "offene handelsgesellschaft, gbr, lp, llp, scp, cb, comunidad de bienes, comunitat de bens, sociedad civil, "
    "societat civil, snc, vof",
    "sole_trader": "ip, chp, individualnyy predprinimatel, ek, ekfm, ekfr",
    "society": "nko, ano, fgup, gup, mup, ev, eg, sccl, scoop, sociedad cooperativa, societat cooperativa",
    "": "co, ko, cia, company, kompaniya, firma, firm",
}
FIRST, WEAK, BRANCH, CONJUNCTIONS, NUMBER_WORDS = (
    frozenset(words.split())
    for words in (
        # single words for a form that may stand before the name
        "ooo too tov ao oao pao zao nao ip chp nko ano fgup gup mup kompaniya firma",
        # words that say little about whose firm it is: a name with and one without them may well be one
        "group grup grupo gruppe gruppa groupe holding kholding international internacional gesellschaft handel handels "
        "handelsgesellschaft vertrieb vertriebs trade trading treyd torgovyy dom td tk pkf npo gk kompaniy house sales "
        "comercial distribuciones the der die das la el los las les",
        # words for a part of a firm
        "branch filial niederlassung zweigniederlassung filiale sucursal delegacion delegacio otdelenie podrazdelenie "
        "division",
        "und and u y i e et",
        "no nr num n",
    )
)
ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}
#: spellings of a sound; the longest that fits is taken
SOUNDS = {
    "shch": "s", "sch": "s", "sh": "s", "dzh": "i", "zh": "z", "kh": "h", "ch": "c", "ts": "c", "tz": "c", "ph": "f",
    "tch": "c", "tsch": "c", "th": "t", "ck": "k", "qu": "kv", "x": "ks", "q": "k", "w": "v", "y": "i", "j": "i",
    "ae": "a", "oe": "o", "ue": "u", "ce": "ce", "ci": "ci", "cy": "ci", "c": "k",
}  # fmt: skip

_SOUND = re.compile("|".join(sorted(SOUNDS, key=len, reverse=True)))
_YE = re.compile("^y[eo]")
_TWICE = re.compile(r"([a-z])\1+")
_TOKEN = re.compile(r"[a-z]+|\d+")
_DOTTED = re.compile(r"(?<![a-z])(?:[a-z]\. ?)+[a-z](?![a-z])")
_MARKS = str.maketrans({**dict.fromkeys("'’‘`´ʼ·ъь", ""), "ё": "е", "&": " und ", "+": " und "})


class Name(NamedTuple):
    """A name taken apart.

    Attributes
    ----------
    given : as it stands in the table.
    plain : words and numbers in small Latin letters, without marks and legal form.
    words : the same words, one spelling for a sound.
    numbers : the numbers, sorted.
    form : kind of legal form, a key of `FORMS`; "" where it is not said.
    """

    given: str
    plain: tuple[str, ...]
    words: tuple[str, ...]
    numbers: tuple[str, ...]
    form: str

    @property
    def core(self) -> str:
        """Words and numbers as one text."""
        return " ".join((*self.words, *self.numbers))

    @property
    def joined(self) -> str:
        """The words written together."""
        return _TWICE.sub(r"\1", "".join(self.words))

    @property
    def strong(self) -> str:
        """The words that say whose firm it is, written together; all words where none does."""
        return _TWICE.sub(r"\1", "".join([word for word in self.words if word not in weak_sounds()] or self.words))


def take_apart(name: str) -> Name:
    """A firm's name without legal form, marks, case and alphabet: ``ООО «Ромашка»`` is ``romaska``.

    Legal forms in Russian, English, German, Spanish and Catalan (and the common ones of their neighbours) are taken off
    at the end, within the name, and at its beginning where they may stand there, as long as a word is left.
    """
    plain, form = _without_form(tokens(name))
    words = tuple(sound(token) for token in plain if not token.isdigit())
    numbers = sorted(token.lstrip("0") or "0" for token in plain if token.isdigit())
    return Name(name, tuple(plain), words, tuple(numbers), form)


@lru_cache(1 << 16)
def sound(word: str) -> str:
    """A word in small Latin letters as it sounds: romashka, romaschka and romaška are ``romaska``."""
    return _TWICE.sub(r"\1", _SOUND.sub(lambda found: SOUNDS[found[0]], _YE.sub("e", word)))


def tokens(text: str) -> list[str]:
    """Words and numbers in small Latin letters; dotted and single letters in a row are one word."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_MARKS)
    text = _DOTTED.sub(lambda run: re.sub(r"[. ]", "", run[0]), anyascii(text).lower().replace("'", ""))
    found = [ROMAN.get(token, token) for token in _TOKEN.findall(text)]
    made: list[str] = []
    for place, token in enumerate(found):
        after = found[place + 1] if place + 1 < len(found) else ""
        if (token in CONJUNCTIONS and made and after) or (token in NUMBER_WORDS and after.isdigit()):
            continue
        if len(token) == 1 and token.isalpha() and place and len(found[place - 1]) == 1 and made and made[-1].isalpha():
            made[-1] += token
        else:
            made.append(token)
    return made


@cache
def weak_sounds() -> frozenset[str]:
    """`WEAK` as it sounds."""
    return frozenset(map(sound, WEAK))


@cache
def _forms() -> tuple[dict[tuple[str, ...], str], int]:
    kinds = {tuple(form.split()): kind for kind, text in FORMS.items() for form in text.split(", ")}
    return kinds, max(map(len, kinds))


def _without_form(tokens: list[str]) -> tuple[list[str], str]:
    """The tokens that are no legal form, and the kind of the first form; what follows a sole trader may be initials."""
    kinds, most = _forms()
    left, place, said = list(tokens), 0, ""
    while place < len(left) and said != "sole_trader":
        for size in range(min(most, len(left) - 1), 0, -1):
            form = tuple(left[place : place + size])
            if form in kinds and (place or size > 1 or form[0] in FIRST):
                del left[place : place + size]
                said = said or kinds[form]
                break
        else:
            place += 1
    return left, said
