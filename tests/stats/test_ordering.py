"""Texts sort by `places` as Python sorts them."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from kamlib.stats.ordering import places

TEXTS = st.lists(st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=4)), max_size=30)


@given(TEXTS)
def test_texts_sort_as_python_sorts_them_and_missing_ones_come_last(texts):
    table = pd.DataFrame({"id": pd.Series(texts, dtype=object), "row": range(len(texts))})
    known = sorted(text for text in texts if text is not None)
    found = table.sort_values(["id", "row"], key=places)["id"]
    assert found.iloc[: len(known)].tolist() == known
    assert found.iloc[len(known) :].isna().all()


@given(TEXTS)
def test_equal_texts_keep_their_order(texts):
    table = pd.DataFrame({"id": pd.Series(texts, dtype=object), "row": range(len(texts))})
    pd.testing.assert_frame_equal(
        table.sort_values("id", key=places, kind="stable"), table.sort_values("id", kind="stable")
    )


def test_numbers_are_their_own_places():
    ids = pd.Series([30, 4, 200])
    assert places(ids) is ids


def test_texts_of_pandas_sort_as_those_of_python():
    ids = ["ж", "B", "a", "A10", "A9", "\U0001f600"]
    assert pd.Series(ids, dtype="string").sort_values(key=places).tolist() == sorted(ids)
