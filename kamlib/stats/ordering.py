"""The order of texts, at a fraction of the time that comparing Python's objects takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def places(values: pd.Series) -> pd.Series:
    """Numbers that sort as `values` do, missing where they are: ``sort_values(by, key=places)``.

    Arrow sorts texts by their bytes, which is the order of code points and so that of Python; each different text is looked
    at once. What is no text is its own place.
    """
    if pd.api.types.infer_dtype(values, skipna=True) != "string":
        return values
    words = pa.array(values, pa.large_string(), from_pandas=True).dictionary_encode()
    ranks = np.empty(len(words.dictionary))
    ranks[pc.sort_indices(words.dictionary)] = np.arange(len(ranks))
    return pd.Series(np.append(ranks, np.nan)[words.indices.fill_null(len(ranks))], values.index)
