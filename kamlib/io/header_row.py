"""Where the column names of a text file or a sheet stand: in its first row, or below titles and other rows that are no data."""

from __future__ import annotations

from collections.abc import Sequence

from kamlib.errors import InputError

SAMPLE = 100  # rows that are looked at


def names_at(rows: Sequence[Sequence[str | None]]) -> int | None:
    """The place of the row of column names among the first rows of a table; None where there is none.

    It is the first row that reaches as far to the right as most rows do further down, and fills more than half as many
    cells: a title, a line of parameters or a merged cell above a group of columns does not. So a first row of names always
    wins. Below other rows it must be words, in most cells: there, a row of numbers is no row of names.

    Parameters
    ----------
    rows : the first rows (`SAMPLE` are enough), empty ones among them.
    """
    cells = [[bool(cell and cell.strip()) for cell in row] for row in rows]
    filled = {place: sum(row) for place, row in enumerate(cells) if any(row)}
    reach = {place: len(cells[place]) - cells[place][::-1].index(True) for place in filled}
    if not filled:
        return None
    far, full = _usual(list(reach.values())), _usual(list(filled.values()))
    for place in filled:
        if reach[place] >= far and 2 * filled[place] > full and (filled[place] > 1 or full == 1):
            words = sum(any(letter.isalpha() for letter in cell or "") for cell in rows[place])
            return place if place == min(filled) or 2 * words >= filled[place] else None
    return None


def _usual(sizes: list[int]) -> int:
    """The median of the lower half, where the data are; between two it is the one that more rows have, else the larger."""
    low = sorted(sizes[len(sizes) // 2 :])
    less, more = low[(len(low) - 1) // 2], low[len(low) // 2]
    return less if sizes.count(less) > sizes.count(more) else more


def stated(rows: Sequence[Sequence[str | None]], header: int | None) -> int | None:
    """The place of the row of column names: that of line `header` where the study states it, else `names_at`."""
    if header is None:
        return names_at(rows)
    return header - 1 if header <= len(rows) and any(cell and cell.strip() for cell in rows[header - 1]) else None


def no_names(file: str, rows: Sequence[Sequence[str | None]], header: int | None) -> InputError:
    """The error for a table without column names."""
    filled = [(line, row) for line, row in enumerate(rows, 1) if any(cell and cell.strip() for cell in row)]
    problem = "no line holds column names" if header is None else f"no column names in line {header}"
    line, row = filled[0] if filled and header is None else (header or 1, [])
    return InputError(
        problem if filled else "the file is empty",
        file=file,
        line=line,
        found=" ".join(cell.strip() for cell in row if cell and cell.strip())[:100] or None,
        remedy="Give a line of column names above the data, or state its number as dialect.header.",
    )
