"""What is wrong with a value, in plain words: by the kind of mistake, whatever the library that checks calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kamlib.study.mistakes.spelling import near

_BELOW, _LIST = "expected keys and values below it", "expected a list, such as [a, b]"
_WHOLE, _NUMBER = "expected a whole number", "expected a number"
_TEXT, _SWITCH = "expected text, in quotes where it could be a number", "expected yes or no"
_WORDS = {
    **dict.fromkeys(("model_type", "model_attributes_type", "dataclass_type", "dict_type", "mapping_type"), _BELOW),
    **dict.fromkeys(("list_type", "tuple_type"), _LIST),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), _SWITCH),
    **dict.fromkeys(("string_type", "string_unicode"), _TEXT),
    "finite_number": "expected a finite number",
    "missing": "missing, and it has no default",
    "invalid_key": "expected a key that is text, in quotes where it could be a number",
    "greater_than": "expected more than {gt:g}",
    "greater_than_equal": "expected {ge:g} or more",
    "less_than": "expected less than {lt:g}",
    "less_than_equal": "expected {le:g} or less",
    "string_too_short": "expected some text",
    "string_too_long": "expected at most {max_length} characters",
    "too_short": "expected {min_length} or more in the list",
    "too_long": "expected at most {max_length} in the list",
    "literal_error": "expected {expected}",
}
_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
_MOST = 60


def words(item: Mapping[str, Any], known: Mapping[str, Any], sections: Mapping[str, Mapping[str, Any]]) -> str:
    """One mistake in words: what is expected, what was found, and what to do, in this order.

    What stands at an unknown key is not shown: it may be a password.

    Parameters
    ----------
    item : of the errors of a `ValidationError`.
    known : the keys that may stand beside the key that is wrong.
    sections : the keys of each section of the file.
    """
    kind, context, found = item["type"], item.get("ctx", {}), item.get("input")
    if kind in _UNKNOWN:
        return f"unknown key{_place_of(str(item['loc'][-1]), known, sections)}"
    if kind == "missing":
        return _WORDS[kind]
    if kind == "literal_error":
        choices = [one.strip("'") for one in context["expected"].replace(" or ", ", ").split(", ")]
        return f"{_WORDS[kind].format(**context)}{_shown(found)}{near(str(found), choices)}"
    if kind in _WORDS:
        return f"{_WORDS[kind].format(**context)}{_shown(found)}"
    told, mark, meant = item["msg"].removeprefix("Value error, ").partition("; did you mean")
    return f"{told}{'' if isinstance(found, dict | list | tuple) else _shown(found)}{mark}{meant}"


def _place_of(key: str, known: Mapping[str, Any], sections: Mapping[str, Mapping[str, Any]]) -> str:
    """What to do about an unknown key: its right spelling, or the section that it belongs to."""
    if meant := near(key, known):
        return meant
    places = [section for section, keys in sections.items() if key in keys]
    return f"; it stands under {places[0]}" if len(places) == 1 else "; remove it or mend its spelling"


def _shown(found: object) -> str:
    """What was found, where it is one value."""
    if found is None:
        return "; found nothing"
    if isinstance(found, dict):
        return "; found keys and values" if found and all(isinstance(key, str) for key in found) else ""
    if isinstance(found, list | tuple):
        return "; found a list"
    if not isinstance(found, str | int | float):
        return ""
    text = repr(found)
    return f"; found {text if len(text) <= _MOST else text[: _MOST - 1] + '…'}"
