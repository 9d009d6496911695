"""What a reader hears in each language. Oracles: CLDR's forms written out by hand, and Babel's own plural categories."""

from __future__ import annotations

import datetime as dt
from string import Formatter
from threading import Thread

import pytest
import yaml
from babel import Locale

from kamlib.errors import InputError
from kamlib.intake.rules import ORDERS
from kamlib.intake.side_tables import WORDS
from kamlib.report import language
from kamlib.report.language import CATALOGUES, TOLD, catalogue, heads, own_words, plural_tags, speaking, spoken
from kamlib.report.text import fill, number_or_text, plain
from kamlib.report.words import sentence, word
from kamlib.run.notebook.steps import notebook_steps
from kamlib.stats.reasons import Reason
from kamlib.study.dictionary import INPUTS
from kamlib.study.run_tables import column, run_tables
from kamlib.study.settings.known_criteria import BUILT_IN

OTHERS = [one for one in TOLD if one != "en"]


def fields(template: str) -> set[tuple[str, str]]:
    """Name and format of each value that a template writes; forms of a plural are words."""
    return {(n, s) for _, n, s, _ in Formatter().parse(template) if n is not None and not (s or "").startswith("|")}


def forms(template: str) -> list[list[str]]:
    return [
        s[1:].split("|") for _, n, s, _ in Formatter().parse(template) if n is not None and (s or "").startswith("|")
    ]


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_has_every_sentence_and_no_other(code):
    assert own_words(code).keys() == own_words("en").keys()


@pytest.mark.parametrize("code", OTHERS)
def test_a_sentence_writes_the_same_values_in_the_same_formats_in_every_language(code):
    english = own_words("en")
    assert [one for one, text in own_words(code).items() if fields(text) != fields(english[one])] == []


@pytest.mark.parametrize("code", TOLD)
def test_every_plural_has_the_forms_that_whole_numbers_take_by_cldr(code):
    tags = {Locale.parse(code).plural_form(n) for n in range(1000)}
    assert set(plural_tags(code)) == tags
    assert [one for one, text in own_words(code).items() if any(len(each) != len(tags) for each in forms(text))] == []


@pytest.mark.parametrize("code", TOLD)
def test_a_plural_goes_with_a_value_that_the_sentence_knows(code):
    english = own_words("en")
    for one, text in own_words(code).items():
        named = {n for _, n, _, _ in Formatter().parse(text) if n}
        assert named == {n for n, _ in fields(english[one])}, one


@pytest.mark.parametrize("code", OTHERS)
def test_every_column_that_a_run_keeps_has_a_head_in_every_language(code):
    names = {one.name for table in run_tables().values() for one in table.columns}
    assert sorted({column(name).head for name in names if column(name)} - heads(code).keys()) == []


@pytest.mark.parametrize("code", OTHERS)
def test_every_choice_rule_criterion_and_part_of_the_kit_has_a_word_in_every_language(code):
    known = yaml.safe_load((CATALOGUES / f"{code}.yaml").read_text(encoding="utf-8"))["values"]
    lacking = {
        (one.name, choice)
        for table in INPUTS.values()
        for one in table.columns
        for choice in one.choices
        if choice not in known.get(one.name, {})
    }
    lacking |= {("words", text) for text in {*(rule.words for rule in ORDERS), *WORDS.values()} - known["words"].keys()}
    lacking |= {("criterion", name) for name in BUILT_IN.keys() - known["criterion"].keys()}
    lacking |= {("part", text) for step in notebook_steps() for text in (step.title, step.question)} - {
        ("part", text) for text in known["part"]
    }
    assert lacking == set()


@pytest.mark.parametrize(
    ("code", "number", "share", "day", "several"),
    [
        ("en", "1,234.5", "12.3%", "2026-09-03", "a, b and c"),
        ("ru", "1\u00a0234,5", "12,3\u00a0%", "03.09.2026", "a, b и c"),
        ("ca", "1.234,5", "12,3\u00a0%", "3/9/2026", "a, b i c"),
    ],
)
def test_numbers_shares_days_and_lists_are_written_as_the_language_writes_them(code, number, share, day, several):
    with speaking(code):
        assert plain("{x:,.1f}", x=1234.5) == number and plain("{x:.1%}", x=0.1234) == share
        assert number_or_text(dt.date(2026, 9, 3)) == day and plain("{x}", x=["a", "b", "c"]) == several


@pytest.mark.parametrize(
    ("n", "written"),
    [(1, "1 строка"), (3, "3 строки"), (5, "5 строк"), (11, "11 строк"), (21, "21 строка"), (0, "0 строк")],
)
def test_a_russian_number_takes_its_form(n, written):
    with speaking("ru"):
        assert sentence(Reason("rows_more", {"n": n})) == f"ещё {written}"


def test_one_customer_is_no_customers():
    assert plain("{n:,} {n:|customer|customers}", n=1) == "1 customer"
    assert plain("{n:,.0f} {n:|customer|customers}", n=0.99) == "1 customer", "as the number is written"
    assert plain("{n} {n:|customer|customers}", n=None) == "unknown customers"


def test_forms_of_another_language_are_refused():
    with speaking("ru"), pytest.raises(InputError, match="expected 3 forms: one, few, many"):
        plain("{n:|customer|customers}", n=1)


def test_a_hostile_name_does_nothing_in_any_language():
    for code in TOLD:
        with speaking(code):
            assert "<b>" not in fill(
                catalogue()["first_action"], name="<b>x</b>", action="a", why="w", owner="o", due="d"
            )


def test_what_is_missing_and_what_is_none_have_words():
    with speaking("ru"):
        assert (
            plain("{x:,.0f}", x=None) == "неизвестно"
            and plain("{x}", x=[]) == "нет"
            and word("unknown_value") == "неизвестно"
        )


def test_a_language_is_spoken_within_its_block_and_in_its_thread_alone():
    heard = []
    with pytest.raises(ZeroDivisionError), speaking("ru"):
        one = Thread(target=lambda: heard.append(spoken()))
        one.start()
        one.join()
        assert spoken() == "ru"
        _ = 1 / 0
    assert spoken() == "en" and heard == ["en"]


def test_a_language_with_numbers_alone_gets_english_words():
    with speaking("de"):
        assert plain(catalogue()["rows_more"], n=1234) == "1.234 more rows"


def test_a_notebook_speaks_on_after_the_block_that_opened_it():
    language.speak("ca")
    assert spoken() == "ca" and sentence(Reason("rows_more", {"n": 2})) == "2 files més"


def test_a_study_in_no_known_language_is_refused_with_the_choices(make_study):
    with pytest.raises(InputError, match=r"en.*ru.*ca"):
        make_study({"o.csv": "customer,day,sum\nA,2026-01-01,1\n"}, language="klingon")
