"""What is refused and reported. Oracles: names and sentences labelled by hand; planted texts, looked for in every output."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from kamlib.errors import InputError
from kamlib.intake import screen
from kamlib.intake.pipeline import collect
from kamlib.io import readers
from kamlib.study.dictionary import INPUTS

ORDERS = "order_id,account_id,date,amount\n1,a,2026-06-01,10\n2,b,2026-06-02,20\n"
SET = Path(__file__).with_name("screen_set.csv")


def flagged(texts: list[str]) -> list[bool]:
    found = set(screen.personal_texts(readers.engine(), pd.Series(texts)))
    return [text in found for text in texts]


def everything(clean) -> str:
    """All that a run could print or write."""
    tables = [clean.orders.to_pandas(), clean.quarantine.to_pandas(), clean.ledger, *clean.tables.values()]
    return "\n".join(table.to_csv() for table in tables) + "\n".join(clean.notes)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Age", "age"), ("contactBirthDate", "age"), ("DATE_OF_BIRTH", "age"), ("Год рождения", "age"),
        ("Возраст", "age"), ("Fecha de nacimiento", "age"), ("edat", "age"), ("Geburtsdatum", "age"), ("DOB", "age"),
        ("Children", "family"), ("marital_status", "family"), ("ИмяРебёнка", "family"), ("Семейное положение", "family"),
        ("estado civil", "family"), ("fills", "family"), ("Familienstand", "family"), ("nº de hijos", "family"),
        ("Pets", "pets"), ("mascota", "pets"), ("Haustier", "pets"), ("car", "cars"), ("Марка машины", "cars"),
        ("lovers", "intimate life"), ("Любовница", "intimate life"), ("Orientación sexual", "intimate life"),
        ("health", "health"), ("Salud", "health"), ("Krankheiten", "health"), ("Диагноз", "health"), ("al·lèrgies", "health"),
        ("Religion", "religion"), ("Вероисповедание", "religion"), ("Konfession", "religion"),
        ("political_views", "politics"), ("Партийность", "politics"), ("ideología", "politics"),
        ("Gender", "sex"), ("Пол", "sex"), ("Sexo", "sex"), ("Geschlecht", "sex"), ("SEX", "sex"),
        ("Ethnicity", "ethnicity"), ("Национальность", "ethnicity"), ("Passport No", "passport"),
        ("Паспорт серия", "passport"), ("Reisepassnummer", "passport"), ("pasaporte", "passport"),
    ],
)  # fmt: skip
def test_a_column_named_after_personal_life_is_refused(name, kind):
    assert screen.refused(name) == kind


@pytest.mark.parametrize(
    "name",
    [
        "mileage", "page", "Sussex", "carrier", "average", "package", "kind", "reason", "Essex branch", "storage", "manager",
        "Пол здания", "Паспорт качества", "Возраст задолженности", "Полка", "product_family", "account health", "carton",
        "petrol", "invoice age", "racetrack", "Sexta planta", "Alternative", "person", "season",
    ],
)  # fmt: skip
def test_a_name_that_only_contains_such_letters_passes(name):
    assert screen.refused(name) is None


def test_no_column_of_the_data_dictionary_is_refused():
    assert [column for table in INPUTS.values() for column in table.names if screen.refused(column)] == []


def test_the_held_out_half_is_found_and_business_passes():
    """Recall 1.00 and precision 0.99 on the half that the words were not fitted to; the author of both is the same."""
    made = pd.read_csv(SET).query("part == 'held out'")
    hit, personal = pd.Series(flagged(made["text"].tolist()), made.index), made["label"] == "personal"
    assert personal.sum() >= 75 and (~personal).sum() >= 75
    for _, language in made.groupby("language"):
        assert hit[language.index][personal].mean() >= 0.9
        assert personal[language.index][hit].mean() >= 0.9


def test_sentences_written_after_the_words_were_fixed_are_found_by_half():
    """The honest figure: recall 0.48, precision 0.81 on 60 personal and 30 business sentences of other wording."""
    made = pd.read_csv(SET).query("part == 'written after'")
    hit, personal = pd.Series(flagged(made["text"].tolist()), made.index), made["label"] == "personal"
    assert hit[personal].mean() >= 0.45
    assert personal[hit].mean() >= 0.75


def test_the_set_has_five_languages_and_150_sentences_of_each_kind():
    made = pd.read_csv(SET)
    assert set(made["language"]) == {"en", "ru", "es", "ca", "de"} and made["text"].is_unique
    assert (made["label"].value_counts() >= 150).all()


@pytest.mark.parametrize(
    "text",
    [
        "The children's clothing division grew.", "A study of the health care market.", "Religious Society Ltd is a customer.",
        "Партия товара задержана.", "Пол здания просел.", "A party of goods left the port.", "He signed the contract.",
        "Expects their second delivery in May.", "Chain of custody certificate is needed.", "Es sind ein paar Pumpen defekt.",
        "Lanza una OPA sobre un rival.", "La universidad pide tres bombas.", "Der Kunde bittet um eine Demo.",
        "Логистика хромает, ждут второго предложения.", "Эко-упаковка обязательна.", "There are a couple of issues.",
    ],
)  # fmt: skip
def test_business_sentences_pass(text):
    assert flagged([text]) == [False]


def test_one_personal_sentence_among_others_is_enough_and_cues_do_not_cross_sentences():
    assert flagged(
        ["Wants steel. Her husband is ill. Pays late.", "He signed the order. The church roof needs bolts."]
    ) == [
        True,
        False,
    ]


NOTES = """account_id,date,topic,text
a,2026-01-01,needs,Zanzibar: his wife left him.
a,2026-01-02,needs,wants delivery in 48 hours
b,2027-01-02,needs,Timbuktu: she is pregnant.
"""
CONTACTS = """contact_id,account_id,role,name,work_channel,keep_until,Children,Remark
c1,a,buyer,Quentin Oddname,q@a.example,2026-06-29,Kidname,x
c2,a,owner,Berta Longname,b@a.example,2026-06-30,Kidname,x
c2,a,owner,Twice Namedhere,t@a.example,2026-06-30,Kidname,x
"""


@pytest.mark.slow
def test_a_personal_note_keeps_its_row_and_loses_its_text(make_study):
    clean = collect(make_study({"orders.csv": ORDERS, "notes.csv": NOTES}))
    assert clean.tables["notes"]["text"].tolist() == [None, "wants delivery in 48 hours"]
    line = clean.ledger[clean.ledger["table"] == "notes"].set_index("rule").loc["personal_text"]
    assert (line["action"], line["matched_rows"], line["rows"]) == ("mark", 2, 0)
    assert "notes.text: texts that look like personal facts and are not carried (2)." in clean.notes
    for planted in ("Zanzibar", "Timbuktu", "wife", "pregnant"):
        assert planted not in everything(clean)


@pytest.mark.slow
def test_refused_columns_and_set_aside_contacts_leave_nothing_in_any_output(make_study):
    clean = collect(make_study({"orders.csv": ORDERS, "contacts.csv": CONTACTS}))
    assert clean.tables["contacts"]["contact_id"].tolist() == ["c2"]
    ledger = clean.ledger[clean.ledger["table"] == "contacts"].set_index("rule")["rows"]
    assert ledger["kept_too_long"] == 1 and ledger["repeated_key"] == 1 and ledger["kept"] == 1
    assert any("'Children'" in note and "family" in note for note in clean.notes)
    for planted in ("Kidname", "Quentin", "Oddname", "q@a.example", "Namedhere"):
        assert planted not in everything(clean)


@pytest.mark.slow
def test_a_contact_is_kept_until_its_day_and_not_longer(make_study):
    for as_of, kept in (("2026-06-29", ["c1", "c2"]), ("2026-06-30", ["c2"]), ("2026-07-01", [])):
        clean = collect(make_study({"orders.csv": ORDERS, "contacts.csv": CONTACTS}, as_of=as_of))
        assert clean.tables["contacts"]["contact_id"].tolist() == kept


@pytest.mark.slow
def test_a_refused_column_of_orders_is_not_in_the_quarantine(make_study):
    head = "order_id,account_id,date,amount,Religion,comment\n"
    clean = collect(make_study({"orders.csv": head + "1,a,2026-06-01,10,Zoroast,x\n2,,2026-06-01,10,Zoroast,kept\n"}))
    assert clean.quarantine.to_pandas()["original"].tolist() == ['"2","","2026-06-01","10","kept"']


@pytest.mark.slow
def test_a_broken_line_of_a_file_with_a_refused_column_is_not_shown(make_study):
    head = "order_id,account_id,date,amount,Religion\n"
    clean = collect(
        make_study({"orders.csv": head + "1,a,2026-06-01,10,x\n2,a,2026-06-01,10,Zoroast,more,still more\n"})
    )
    assert "Zoroast" not in everything(clean)


@pytest.mark.slow
def test_a_mapped_column_is_refused_with_a_report_and_a_needed_one_with_an_error(make_study):
    text = "contact_id,account_id,Gender,Marital status\nc1,a,zzf,zzm\n"
    source = {"files": "contacts.csv", "columns": {"role": "Marital status", "support": "Gender"}}
    files = {"orders.csv": ORDERS, "contacts.csv": text}
    with pytest.raises(InputError, match=r"contacts\.csv, line 1, column 'Marital status': .* speaks of family"):
        collect(make_study(files, sources={"orders": {"files": "orders.csv"}, "contacts": source}))
    files["contacts.csv"] = "contact_id,account_id,role,Gender,Marital status\nc1,a,buyer,zzf,zzm\n"
    source["columns"] = {"name": "Gender"}
    clean = collect(make_study(files, sources={"orders": {"files": "orders.csv"}, "contacts": source}))
    assert any("'Gender', which the study maps to 'name', speaks of sex" in note for note in clean.notes)
    assert "zzf" not in everything(clean) and "zzm" not in everything(clean)


def test_what_is_sold_may_be_called_family_or_pets(make_study):
    text = "order_id,account_id,date,amount,Familie,Pets\n1,a,2026-06-01,10,valves,leads\n"
    source = {"files": "orders.csv", "columns": {"category": "Familie", "product": "Pets"}}
    clean = collect(make_study({"orders.csv": text}, sources={"orders": source}))
    assert clean.orders.select("category", "product").to_pandas().iloc[0].tolist() == ["valves", "leads"]


def test_names_and_channels_of_contacts_are_read_by_no_figure_and_no_model():
    """Only these modules may name the column; a dossier that shows it to its reader would be added here."""
    package = Path(screen.__file__).parent.parent
    using = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "work_channel" in path.read_text("utf-8")
    }
    known = {"study/dictionary.py", "privacy/subject.py", "privacy/pseudonyms.py", "intake/screen.py"}
    assert using - known == set()
