"""Between which ranks each account lies by what it brings: confidence sets of ranks that hold for all accounts at once.

A league table shows the order of the months as they fell; other months would have given another order, and these sets say how much of
it would have stayed. `kamlib.scoring.doubt.smaa` asks something else: it takes the figures as they are and draws the weights, so it
says how sure the list is of our judgement. Here months are drawn, and no weight plays a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from kamlib.errors import InputError, some
from kamlib.stats import ranks
from kamlib.stats.checks import has_columns
from kamlib.stats.reasons import or_waiting, reason_columns, waiting

MEASURES = ("revenue", "margin", "growth")
MONTHS, FEWEST = 24, 12
"""Months that are looked at, and those that an account needs to be ranked; for growth it needs all."""
_COLUMNS = ["customer_id", "measure", "months", "yearly", "rank", "rank_best", "rank_worst", "among_top"]
AMONG = {"certainly": "certainly", "possibly": "possibly", "no": "not_among", "": "without_rank"}
_ACCOUNTS = 2_000  # drawn at once: with 1,000 draws 8 MB of single precision


def sets_of_ranks(
    months: pd.DataFrame,
    measure: str = "revenue",
    *,
    top: int,
    cover: float = 0.95,
    block: int = 3,
    bootstraps: int = 1_000,
    seed: int = 1,
) -> pd.DataFrame:
    """The best and the worst rank of each account that its months leave open, all at once with the chance `cover`.

    An account ranks above another for sure where the difference of the two stands out of what their months make by chance, over all
    pairs together (`kamlib.stats.ranks`). Blocks of months are drawn with replacement, the same for all accounts, which keeps what moves
    them together; most correlations over 24 months are noise, and are shrunk by as much as noise explains. The bar that these
    draws give is read as that of a t with the account's own months, and standard errors grow by the likeness of months that follow
    each other, one factor for all accounts. Where a few large orders bring exactly as much as many steady ones, the sets are too narrow.

    Parameters
    ----------
    months : `kamlib.facts.account_months`. The last 24 months in it count; those before the first purchase are unknown, not zero.
    measure : one of `MEASURES`: *revenue* or *margin* of a year (12 times the mean of the months), or *growth*, the revenue of the last
        12 months less that of the 12 before.
    top : K of the question who is certainly, and who possibly, among the first K.
    block : months that are drawn together.

    Returns
    -------
    DataFrame, the best rank first
        customer_id, measure, months (on record), yearly (study currency), rank (the better of a tie), rank_best, rank_worst, among_top
        (certainly, possibly, no), reason and reason_values. Who has fewer than 12 months on record (for growth 24), or months without a
        margin, has no rank, and the reason says why: ranks are among the others. It waits where no two can be ranked.

    Raises
    ------
    InputError
        If `months` lacks a column, or `measure`, `top`, `block` or `cover` is not as above.

    References
    ----------
    Mogstad, Romano, Shaikh & Wilhelm (2023), Review of Economic Studies 91(1); Politis & Romano (1992), Exploring the Limits of
    Bootstrap (circular blocks); Schäfer & Strimmer (2005), Stat. Appl. Genet. Mol. Biol. 4(1) (shrinkage).
    """
    _checked(months, measure, top, cover, block)
    needed = MONTHS if measure == "growth" else FEWEST
    ids, seen, whole = _by_month(months, "margin" if measure == "margin" else "revenue")
    unknown = (~np.isnan(seen)).sum(axis=0) < whole
    ranked = ~unknown & (whole >= needed)
    if ranked.sum() < 2:
        return waiting([*_COLUMNS, "reason", "reason_values"], "nobody_to_rank", months=needed)
    who = np.flatnonzero(ranked)
    who = who[np.lexsort(seen[:, who])]  # draws go by what accounts bring, whatever their ids and the order of the rows
    level, errors, freedom = (_growth if measure == "growth" else _of_a_year)(seen[:, who])
    draws = _draws(errors, block, bootstraps, seed)
    best, worst = ranks.rank_sets(level, errors * _of_dependence(errors), draws, freedom, cover=cover)
    among = np.select([worst <= top, best <= top], ["certainly", "possibly"], "no")
    rank = pd.Series(level).rank(method="min", ascending=False).astype("int64")
    rows = {"yearly": level, "rank": rank, "rank_best": best, "rank_worst": worst, "among_top": among}
    told = pd.DataFrame(rows).set_axis(who).reindex(range(len(ids)))
    told[["rank", "rank_best", "rank_worst"]] = told[["rank", "rank_best", "rank_worst"]].astype("Int64")
    table = pd.DataFrame({"customer_id": ids, "measure": measure, "months": whole}).join(told)
    table["among_top"] = table["among_top"].fillna("")
    short = pd.Series(whole < needed)
    why = [
        (short, "too_few_months", {"months": table["months"], "enough": needed}),
        (pd.Series(unknown), "months_without_margin", {}),
    ]
    return (
        table[_COLUMNS].join(reason_columns(why)).sort_values(["rank", "rank_worst", "customer_id"], ignore_index=True)
    )


def among(sets: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """How many stand certainly, possibly and not among the first K by each measure, and how many have no rank.

    Parameters
    ----------
    sets : `sets_of_ranks` of each measure; those that wait are left out.

    Returns
    -------
    DataFrame: measure, certainly, possibly, not_among, without_rank.
    """
    rows = [
        {
            "measure": each["measure"].iloc[0],
            **{name: int((each["among_top"] == code).sum()) for code, name in AMONG.items()},
        }
        for each in sets
        if len(each)
    ]
    return or_waiting(pd.DataFrame(rows, columns=["measure", *AMONG.values()]), "nobody_to_rank", months=FEWEST)


def _by_month(months: pd.DataFrame, column: str) -> tuple[pd.Index, np.ndarray, np.ndarray]:
    """The accounts, their last 24 months (months × accounts, missing where not on record), and how many of these are on record."""
    number = 12 * months["month"].dt.year + months["month"].dt.month
    place = (number - number.max() + MONTHS - 1).to_numpy("int64")
    recent = months[place >= 0]
    who, ids = pd.factorize(recent["customer_id"])
    seen = np.full((MONTHS, len(ids)), np.nan)
    seen[place[place >= 0], who] = recent[column].to_numpy(float)
    return pd.Index(ids), seen, np.bincount(who, minlength=len(ids))


def _of_a_year(seen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Money of a year, what each month adds to its error (0 where not on record), and the degrees of freedom."""
    months = (~np.isnan(seen)).sum(axis=0)
    mean = np.nansum(seen, axis=0) / months
    return 12 * mean, 12 * np.nan_to_num(seen - mean) / np.sqrt(months * (months - 1.0)), months - 1


def _growth(seen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of the money of the last year less that of the year before."""
    before, last = seen[:12], seen[12:]
    around = np.vstack([before.mean(axis=0) - before, last - last.mean(axis=0)])
    return last.sum(axis=0) - before.sum(axis=0), around * np.sqrt(12 / 11), np.full(seen.shape[1], MONTHS - 2)


def _draws(errors: np.ndarray, block: int, bootstraps: int, seed: int) -> Iterator[np.ndarray]:
    """Joint errors, some accounts after the others: blocks of months drawn for all alike, and noise of each account's own by as
    much as noise explains the correlations of such blocks."""
    rng, (months, accounts) = np.random.default_rng(seed), errors.shape
    sums = np.sum([np.roll(errors, -k, axis=0) for k in range(block)], axis=0)
    size = np.sqrt((sums**2).sum(axis=0))
    unit = sums / np.where(size > 0, size, 1)
    alike = ((unit @ unit.T) ** 2).sum() - (size > 0).sum()  # sum of the squared correlations
    independent = months / sum((1 - abs(k) / block) ** 2 for k in range(-block, block + 1)) - 1
    noise = min(1.0, accounts * (accounts - 1) / independent / alike) if alike > 0 else 1.0
    times = rng.multinomial(months // block, np.full(months, 1 / months), bootstraps).astype(np.float32)
    times *= np.float32(np.sqrt((1 - noise) * months / (months // block)))
    unit, own = unit.astype(np.float32), np.sqrt((errors**2).sum(axis=0)).astype(np.float32)
    for start in range(0, accounts, _ACCOUNTS):
        part = slice(start, start + _ACCOUNTS)
        own_noise = rng.standard_normal((bootstraps, len(own[part])), dtype=np.float32)
        yield (times @ unit[:, part] + np.float32(np.sqrt(noise)) * own_noise) * own[part]


def _of_dependence(errors: np.ndarray) -> float:
    """By how much an error grows as months that follow each other are alike: of the lag-one correlation of all accounts, 1 at least."""
    varies = (errors != 0).any(axis=0)
    if varies.sum() < 2:
        return 1.0
    each, months = errors[:, varies] / np.sqrt((errors[:, varies] ** 2).mean(axis=0)), len(errors)
    each = each - each.mean(axis=1, keepdims=True)
    total = (each**2).sum() or 1.0
    alike = (months * (each[1:] * each[:-1]).sum() / total + 1) / (months - 4)  # of so few months it comes out too low
    return float(np.sqrt((1 + alike) / (1 - alike))) if 0 < alike < 1 else 1.0


def _checked(months: pd.DataFrame, measure: str, top: int, cover: float, block: int) -> None:
    if measure not in MEASURES:
        raise InputError("no such measure", found=measure, remedy=f"Give one of {', '.join(MEASURES)}.")
    has_columns(months, ["customer_id", "month", "margin" if measure == "margin" else "revenue"])
    if (twice := months.duplicated(["customer_id", "month"])).any():
        raise InputError(
            "a month of an account stands more than once", found=some(months.loc[twice, "customer_id"].unique())
        )
    allowed = (
        ("top", top, top >= 1, "1 or more"),
        ("cover", cover, 0.5 <= cover < 1, "0.5 to below 1"),
        ("block", block, 1 <= block <= MONTHS // 2, "1 to 12"),
    )
    for name, value, fits, range_ in allowed:
        if not fits:
            raise InputError(f"{name} is out of its range", found=value, remedy=f"Give {range_}.")
