"""What is not carried: columns and texts that look like personal life, and contacts kept beyond their day.

Only columns that the data dictionary knows enter the clean tables. Here the rest is seen to: a column whose name speaks
of family, health, religion, politics, age, sex or intimate life is left out before anything is read from it, mapped or
not; a free text of which one sentence speaks of such things is missing in the clean table, and its row is kept and
counted. The words are in `screen_words`. No text that was left out is ever printed.

The screen knows words and no meaning. Of made sentences in five languages it finds all of the half that was held out,
but only about half of those that were written after its words were fixed (``tests/intake/test_screen.py``), so it does
not replace a rule that such things are not written down.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import reduce
from operator import add, or_
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from kamlib.errors import InputError
from kamlib.intake import screen_words
from kamlib.io import readers
from kamlib.study.dictionary import INPUTS
from kamlib.study.sources import Source

FREE_TEXT: dict[str, tuple[str, ...]] = {
    "notes": ("text", "source"),
    "interactions": ("outcome", "lesson"),
    "proposals": ("reason",),
    "ratings": ("evidence",),
    "contacts": ("role", "name", "work_channel", "legal_basis"),
    "actions": ("action", "benefit_kind"),
}
"""By table: columns in which people write what they like."""
LEFT_OUT = "(left out: personal)"
_GOODS, _OF_GOODS = ("product", "category"), ("family", "pets", "cars")


def refused(name: str) -> str | None:
    """The kind of personal life that a column's name speaks of (family, health …, as screen_words.yaml calls it), or None.

    Whole words are looked for, whatever the case, accents and marks between them: ``contactBirthDate`` is refused,
    ``mileage`` and ``Sussex`` are not.
    """
    words = re.sub(r"(?<=[^\W\d_])(?<![A-ZА-Я])(?=[A-ZА-Я])", " ", name)
    words = screen_words.business_columns().sub(" ", " ".join(re.findall(r"[^\W\d_]+", _plain(words))))
    return next((kind for kind, found in screen_words.columns().items() if found.search(words)), None)


def _plain(text: str) -> str:
    """Lower case without accents, as the engine's `strip_accents` makes it."""
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join(part for part in parts if not unicodedata.combining(part))


def without_refused(raw: ir.Table, name: str, source: Source) -> tuple[ir.Table, Source, list[str]]:
    """A raw table and its source without the columns whose names are refused, and a sentence for each of them.

    What is sold may be called so: the columns of product and category pass as family, pets and cars.

    Raises
    ------
    InputError
        If the study maps such a column to one that the table needs, or takes it for the part.
    """
    ours = {theirs: column for column, theirs in source.columns.items()}
    told, out = list[str](), list[str]()
    for theirs in raw.columns:
        kind = refused(theirs)
        column = ours.get(theirs)
        if kind is None or theirs in readers.ADDED or (column in _GOODS and kind in _OF_GOODS):
            continue
        if theirs == source.part or (column is not None and INPUTS[name].column(column).required):
            raise InputError(
                f"the name of this column speaks of {kind}, which the kit does not read",
                file=source.place,
                line=1,
                column=theirs,
                remedy=f"If it holds {column or 'the part'!r} and nothing personal, rename it in the file.",
            )
        out.append(theirs)
        mapped = f", which the study maps to {column!r}," if column else ""
        told.append(f"{name}: the name of the column {theirs!r}{mapped} speaks of {kind}; it is not read or kept.")
    if not out:
        return raw, source, told
    kept = {column: theirs for column, theirs in source.columns.items() if theirs not in out}
    broken = ibis.ifelse(raw[readers.BROKEN].notnull(), LEFT_OUT, None)
    return raw.drop(*out).mutate(**{readers.BROKEN: broken}), source.model_copy(update={"columns": kept}), told


def personal_texts(con: Any, texts: pd.Series) -> pd.Index:
    """Those of some texts that speak of personal life, each once.

    Phrases of business are taken out first. A sentence is personal that holds a word which says so by itself, one
    that does beside a word for a person, or a word for a person and none of work. Every text is looked at once.

    Parameters
    ----------
    con : Ibis backend from `readers.engine`.
    texts : missing values, and texts that stand there several times, among them.
    """
    different = pd.unique(texts.dropna())
    if not len(different):
        return pd.Index([], dtype=object)
    table = con.create_table(readers.name_of_its_own(), pa.table({"text": pa.array(different, pa.string())}), temp=True)
    table = table.mutate(words=_words(table.text))
    (business,), (people,), (work,) = map(screen_words.patterns, ("business", "people", "work"))
    table = readers.store(con, table.mutate(words=table.words.re_replace(business, " ").re_replace(business, " ")))

    def beside(words: Any, about: Any) -> Any:
        return reduce(
            or_, [words.re_search(topic) & words.re_search(cue) for topic, cue in screen_words.pairs()], about
        )

    def about(sentence: Any) -> Any:
        return sentence.re_search(people) & ~sentence.re_search(work)

    strong = reduce(or_, [table.words.re_search(words) for words in screen_words.patterns("strong")])
    sentences = table.words.split(".").map(lambda sentence: ibis.ifelse(beside(sentence, about(sentence)), 1, 0))
    hit = strong | ibis.ifelse(beside(table.words, table.words.re_search(people)), sentences.sums() > 0, False)
    return pd.Index(table.filter(hit).text.to_pyarrow().to_pandas(), dtype=object)


def _words(text: ir.StringValue) -> ir.StringValue:
    """Lower case without accents; words and the ends of sentences stand between single blanks."""
    plain = _stripped(text.lower()).re_replace(r"""[.!?;:\n"]+(\s|$)|\n|"|$""", " . ")
    plain = plain.re_replace(r"\.([^ ])", r" \1").re_replace(r"[^\p{L}\p{N}%&.]+", " ")
    return ibis.literal(" ") + plain + " "


def _stripped(text: ir.StringValue) -> ir.StringValue:
    def strip_accents(text: ir.StringValue) -> Any:
        """The engine's own."""

    stripped: ir.StringValue = ibis.udf.scalar.builtin(strip_accents, signature=(("string",), "string"))(text)
    return stripped


def screened(con: Any, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables with a column `personal`: the names of the columns of a row whose text looks personal, each with a space
    behind it; empty where none does. All texts of all tables are looked at in one go.

    Parameters
    ----------
    con : Ibis backend from `readers.engine`.
    tables : by name, from `side_tables.fetch`.
    """
    free = {name: FREE_TEXT.get(name, ()) for name in tables}
    texts = [tables[name][column] for name, columns in free.items() for column in columns]
    found = personal_texts(con, pd.concat(texts)) if texts else pd.Index([])
    made = {}
    for name, columns in free.items():
        made[name] = table = tables[name].copy(deep=False)
        marks = [np.where(table[column].isin(found), f"{column} ", "").astype(object) for column in columns]
        table["personal"] = reduce(add, marks, "")
    return made


def take_out(table: pd.DataFrame, name: str, found: pd.Series) -> pd.DataFrame:
    """`table` with the texts missing that `screened` named."""
    if (found == "").all():
        return table
    named = {column: found.str.contains(f"{column} ", regex=False) for column in FREE_TEXT.get(name, ())}
    return table.assign(**{column: table[column].mask(hit, None) for column, hit in named.items()})


def told(name: str, found: pd.Series) -> list[str]:
    """A sentence for each free text column of a table of which texts were taken out: how many, and never what."""
    if (found == "").all():
        return []
    counts = {column: int(found.str.contains(f"{column} ", regex=False).sum()) for column in FREE_TEXT.get(name, ())}
    return [
        f"{name}.{column}: texts that look like personal facts and are not carried ({count:,})."
        for column, count in counts.items()
        if count
    ]


def quarantined(con: Any, aside: pd.DataFrame) -> pd.DataFrame:
    """Rows set aside, the original text left out where it looks personal, and always of a contact.

    Not for order lines: their texts tell of goods, and each must stay to be seen.
    """
    of_contacts = aside["table"] == "contacts"
    hidden = of_contacts | aside["original"].isin(personal_texts(con, aside.loc[~of_contacts, "original"]))
    return aside.assign(original=aside["original"].mask(hidden, LEFT_OUT))
