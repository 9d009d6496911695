"""How like two names of firms are, and why: what differs, and whether a slip of the pen explains it."""

from __future__ import annotations

from rapidfuzz.distance import OSA

from kamlib.entities.firm_names import BRANCH, Name, sound, weak_sounds
from kamlib.stats.reasons import Reason

#: reasons that begin with a number which one has and the other has not
NUMBERED = ("other_number", "number_in_one")
UNLIKE = 0.3  # share of letters that differ above which no slip explains it
_WEAK, _BRANCH = weak_sounds(), {sound(word) for word in BRANCH}
_TWO_SLIPS = (
    84.0  # at most: names that differ by more than one slip are proposed only where more than the names speaks for it
)
_SHORTEST = 5  # words of fewer letters differ by a letter and are other words


def alike(one: Name, other: Name) -> tuple[float, list[Reason]]:
    """Likeness of two names, 0 to 100, and the reasons; symmetric, and 100 for the same name.

    What both names hold is put aside and the rest is compared: so that ``Mevelin Maschinenbau`` and ``Bebokov
    Maschinenbau`` have nothing in common, however long the common word is. There each letter more, less or changed counts as
    one slip, and so does a swap of two neighbours (optimal string alignment).
    """
    if one.given == other.given:
        return 100.0, [Reason("same_name")]
    if not (one.words and other.words) and (one.numbers != other.numbers or not one.numbers):
        return 0.0, [Reason("nothing_to_compare")]
    score, why = _by_words(one, other)
    if one.form and other.form and one.form != other.form:
        score -= 6
        why.append(Reason("other_form", _both(one.form, other.form)))
    if one.numbers != other.numbers:
        score -= 12
        why = [_numbers(" ".join(one.numbers), " ".join(other.numbers)), *why, Reason("rather_one_group")]
    return max(score, 0.0), why


def _by_words(one: Name, other: Name) -> tuple[float, list[Reason]]:
    if one.words == other.words:
        return 98.0, [Reason(_same_words(one, other))]
    if sorted(one.words) == sorted(other.words):
        return 97.0, [Reason("other_order")]
    if one.joined == other.joined:
        return 97.0, [Reason("together_or_apart")]
    left, right = _rest(one, other), _rest(other, one)
    shared = len(left) < len(one.words)
    part = {word for _, word in (*left, *right)} & _BRANCH
    if shared and part:
        return 88.0, [Reason("part_of_other")]
    strong = [[pair for pair in rest if pair[1] not in _WEAK] for rest in (left, right)]
    weak = sorted(plain for plain, word in (*left, *right) if word in _WEAK)
    why = [Reason("more_words", {"words": " ".join(weak)})] if weak else []
    if not shared and not all(strong):
        return 0.0, [*why, Reason("nothing_in_common")]
    if not any(strong):
        return max(86.0, 90.0 - 2 * len(weak)), why
    if not all(strong):
        letters = sum(map(len, one.words)), sum(map(len, other.words))
        return 60 + 30 * min(letters) / max(letters), [*why, Reason("name_within_other")]
    if shared and any(_initials(a, b) for a, b in (strong, strong[::-1])):
        return 90.0 - 2 * len(weak), [*why, Reason("initials")]
    score = 0.0
    for spelt in (0, 1):  # as written, and as it sounds
        words = [[pair[spelt] for pair in rest] for rest in strong]
        score = max(score, *(_spelling(*("".join(order(side)) for side in words)) for order in (list, sorted)))
    written = _both(*(" ".join(plain for plain, _ in rest) for rest in strong))
    return score - 4 * len(weak), [Reason("other_spelling", written), *why]


def _rest(one: Name, other: Name) -> list[tuple[str, str]]:
    """The words of `one` that `other` has not, each as written and as it sounds."""
    theirs = list(other.words)
    rest = []
    for plain, word in zip(_plain(one), one.words, strict=True):
        if word in theirs:
            theirs.remove(word)
        else:
            rest.append((plain, word))
    return rest


def _plain(name: Name) -> list[str]:
    return [token for token in name.plain if not token.isdigit()]


def _same_words(one: Name, other: Name) -> str:
    if _is_latin(one.given) != _is_latin(other.given):
        return "other_letters"
    if _plain(one) == _plain(other):
        return "other_marks"
    return "sound_alike"


def _is_latin(text: str) -> bool:
    return not any(letter.isalpha() and ord(letter) > 0x24F for letter in text)


def _both(one: str, other: str) -> dict[str, str]:
    return dict(zip(("one", "other"), sorted((one, other)), strict=True))


def _numbers(one: str, other: str) -> Reason:
    return (
        Reason("other_number", _both(one, other))
        if one and other
        else Reason("number_in_one", {"number": one or other})
    )


def _initials(short: list[tuple[str, str]], long: list[tuple[str, str]]) -> bool:
    """Whether one side holds the initials of the other: ``ab`` for ``andrey borisovich``."""
    return len(short) == 1 and len(long) > 0 and short[0][0] == "".join(plain[0] for plain, _ in long)


def _spelling(one: str, other: str) -> float:
    """Likeness of two words of which one may be the other misspelt; 0 where that is out of the question."""
    longest = max(len(one), len(other))
    if min(len(one), len(other)) < _SHORTEST - 1 or longest < _SHORTEST:
        return 0.0
    slips = OSA.distance(one, other)
    if slips > UNLIKE * longest:
        return 0.0
    return min(100 * (1 - slips / longest), 100.0 if slips < 2 else _TWO_SLIPS)
