"""Where the column names of a text file or a sheet stand: in its first row, or below titles and other rows that are no data."""

from __future__ import annotations

from collections.abc import Collection, Sequence

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
        if _parameters(rows, place, reach[place]):
            continue
        if reach[place] >= far and 2 * filled[place] > full and (filled[place] > 1 or full == 1):
            words = sum(any(letter.isalpha() for letter in cell or "") for cell in rows[place])
            return place if place == min(filled) or 2 * words >= filled[place] else None
    return None


def _parameters(rows: Sequence[Sequence[str | None]], place: int, reach: int) -> bool:
    """Whether a row reaches beyond every row below it, and the next one is of words alone: parameters above the names."""
    below = [row for row in rows[place + 1 :] if any(row)]
    words = all(any(map(str.isalpha, cell)) for cell in _tidy(below[0]) if cell) if below else False
    return words and reach > max(map(len, below))


def _usual(sizes: list[int]) -> int:
    """The median of the lower half, where the data are; between two it is the one that more rows have, else the larger."""
    low = sorted(sizes[len(sizes) // 2 :])
    less, more = low[(len(low) - 1) // 2], low[len(low) // 2]
    return less if sizes.count(less) > sizes.count(more) else more


def names(rows: Sequence[Sequence[str | None]], header: int | None = None) -> tuple[int, list[str]] | None:
    """The line of the column names, from 1, and the names; None where there are none.

    Names over two lines are put together: a cell that only the upper one has stands for its column, and where names of
    the lower one repeat, those above stand before them: ``2024 | | 2025`` above ``Jan | Feb | Jan``. Their line is the lower
    one.

    Parameters
    ----------
    rows : the first rows.
    header : the line that the study states; None: it is looked for; 0: there is none, and columns have numbers.
    """
    if header == 0:
        width = _usual([len(row) for row in rows if any(row)]) if any(map(any, rows)) else 0
        return (0, [""] * width) if width else None
    if header is None:
        at = names_at(rows)
        two = [place for place in range(1, len(rows)) if at is None or place <= at + 1]
        at = next((place for place in two if _two_lines(rows, place) or _under_groups(rows, place)), at)
    else:
        at = header - 1 if header <= len(rows) and any(cell and cell.strip() for cell in rows[header - 1]) else None
    if at is None:
        return None
    lower = [cell or "" for cell in rows[at]]
    if at and _two_lines(rows, at):
        return at + 1, _together(rows[at - 1], lower)
    return at + 1, (_under_groups(rows, at) if at else []) or lower


def _two_lines(rows: Sequence[Sequence[str | None]], at: int) -> bool:
    """Whether a row of names goes on those of the row above: each has words where the other is empty; the lower has no figures.

    Together they must look like names, as `names_at` has it.
    """
    upper, lower = (_tidy(rows[place]) for place in (at - 1, at))
    width = max(len(upper), len(lower))
    upper, lower = ([*row, *[""] * (width - len(row))] for row in (upper, lower))
    pairs = list(zip(upper, lower, strict=True))
    beside = any(above and not below for above, below in pairs), any(below and not above for above, below in pairs)
    words = any(map(_is_word, upper)) and all(map(_is_word, filter(None, lower)))
    if not all(beside) or not words or min(sum(map(bool, upper)), sum(map(bool, lower))) < 2:
        return False
    return names_at([_together(upper, lower), *rows[at + 1 :]]) == 0


def _under_groups(rows: Sequence[Sequence[str | None]], at: int) -> list[str]:
    """Names that repeat, each behind the name of its group in the row above, which has some cells and tells them apart; else none."""
    upper, lower = _tidy(rows[at - 1]), _tidy(rows[at])
    groups, names = list(filter(None, upper)), list(filter(None, lower))
    if not 2 <= len(groups) < len(names) or len({*names}) == len(names) or not all(map(_is_word, names)):
        return []
    above, made = "", []
    for place, name in enumerate(lower):
        above = (upper[place] if place < len(upper) else "") or above
        made.append(f"{above} {name}".strip())
    return made if len({*made}) == len(made) and names_at([made, *rows[at + 1 :]]) == 0 else []


def _together(upper: Sequence[str | None], lower: Sequence[str | None]) -> list[str]:
    made, above = [], ""
    low = _tidy(lower)
    for place in range(max(len(upper), len(low))):
        name = low[place] if place < len(low) else ""
        over = _tidy(upper)[place] if place < len(upper) else ""
        above = over or above
        made.append(f"{above} {name}".strip() if name and low.count(name) > 1 else name or over)
    return made


def _tidy(row: Sequence[str | None]) -> list[str]:
    return [(cell or "").strip() for cell in row]


def _is_word(cell: str) -> bool:
    return any(letter.isalpha() for letter in cell) and not any(letter.isdigit() for letter in cell)


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


def unique(names: Sequence[str], taken: Collection[str]) -> list[str]:
    """Column names, trimmed; the empty ones numbered, and the repeated ones too (capitals do not tell them apart).

    Parameters
    ----------
    names : as they stand in the file, with a byte order mark or null signs.
    taken : names that no column may have.
    """
    made: list[str] = []
    there = {name.lower() for name in taken}
    for place, name in enumerate(names, 1):
        base = name.replace("\0", "").strip().strip("\ufeff").strip() or f"column {place}"
        one, copy = base, 1
        while one.lower() in there:
            copy += 1
            one = f"{base} ({copy})"
        there.add(one.lower())
        made.append(one)
    return made
