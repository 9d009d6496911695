"""How long each customer lets an invoice wait: Kaplan-Meier by customer, open invoices censored, shrunk to those of its group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from kamlib.stats.reasons import waiting
from kamlib.study.settings.sections import FEWEST

FIRST, LAST = -120, 400
"""Days past due that a curve is told for; an invoice that waits longer is not counted on."""
WEIGHT, FEW, OWN = 4, 5, 8
"""Invoices that its group counts for in a customer's curve; from which on a customer has a group; and from which on the curve is called
its own. The kit's choice: on invoices of the sample's last year, held out, these predict best."""
TAU, LATE, SLOW = 150, 60, 30
"""Days that the restricted mean looks at; days past due that scoring asks for; a late payer pays half of its invoices later than so many days past due."""
COLUMNS = [
    "customer_id", "invoices", "open_invoices", "prepaid_share", "own_curve", "terms_days", "median_days", "mean_days", "mean_days_paid",
    "median_late", "p_late_60", "payer",
]  # fmt: skip
_CHUNK = 2_000  # customers at once: a matrix of theirs has 8 MB, which are used again and not asked for anew
_CERTAIN = 1 - 1e-6


@dataclass(frozen=True)
class Curves:
    """Cumulated hazard of payment of each customer, by days past due: the share of its invoices still unpaid is exp(-hazard).

    `hazard` has a row for each of `customers`, a column for each day from `FIRST` to `LAST`, and a last row for those who were never billed.
    """

    customers: pd.Index
    hazard: np.ndarray

    def of(self, customers: pd.Series) -> np.ndarray:
        """Rows of `hazard` for ids."""
        return np.where((place := self.customers.get_indexer(pd.Index(customers))) >= 0, place, len(self.customers))

    def waits(self, rows: np.ndarray, late: np.ndarray, ahead: np.ndarray) -> np.ndarray:
        """Hazard of payment within so many days `ahead` of what is unpaid so many days past due, one each."""
        found: np.ndarray = self.hazard[rows, places_of(late + ahead)] - self.hazard[rows, places_of(late)]
        return found


def delay_curves(bills: pd.DataFrame) -> Curves:
    """The curve of each customer with an invoice, by number of invoices.

    Its hazard of payment on a day is that of its group, which counts as `WEIGHT` invoices at risk, and its own: (WEIGHT · h + paid) / (WEIGHT
    + at risk). So one invoice moves it little, and a hundred are believed. Its group are the customers that pay alike: those whose own
    median is before the issue, by the due day, within 30 days after it, or later. Who has fewer than 5 invoices, or is alike to fewer
    than 30 customers, has all as its group.

    Parameters
    ----------
    bills : `kamlib.facts.payment.bills.bills`; credit notes are no payment and are not looked at.

    References
    ----------
    Kaplan & Meier (1958), JASA 53; the prior: Hjort (1990), Nonparametric Bayes estimators based on beta processes, Annals of
    Statistics 18(3).
    """
    customers, hazards = _hazards(bills)
    own = np.empty((len(customers) + 1, LAST - FIRST + 1), "float32")
    for part, hazard in hazards:
        own[part] = np.cumsum(-np.log1p(-hazard.clip(max=_CERTAIN)), axis=1)
    return Curves(customers, own)


def late_chances(bills: pd.DataFrame) -> pd.Series:
    """The chance that an invoice is unpaid 60 days past due, as of `payment_delays`: by customer with an invoice.

    The whole curves are not kept, so a million customers fit into little memory.
    """
    customers, hazards = _hazards(bills, LATE)
    found = np.empty(len(customers) + 1)
    for part, hazard in hazards:
        found[part] = np.exp(np.log1p(-hazard.clip(max=_CERTAIN)).sum(axis=1))
    return pd.Series(found[:-1], customers, name="p_late_60")


def _hazards(bills: pd.DataFrame, last: int = LAST) -> tuple[pd.Index, Iterator[tuple[slice, np.ndarray]]]:
    """The customers with an invoice, and some thousand at a time their places and hazards of payment by day past due; in the end those of all."""
    rows = bills[bills["amount"] > 0]
    place, customers = pd.factorize(rows["customer_id"], sort=True)
    everyone = _hazard(np.zeros(len(rows), int), rows, 1, last)
    terms = (rows["due"] - rows["issued"]).dt.days.groupby(place).median()
    kinds = payer(_medians(place, rows, len(customers), FEW), terms)
    of = pd.factorize(kinds.where(kinds.groupby(kinds).transform("size") >= FEWEST.segmented))[0] + 1
    usual = np.vstack([everyone, _hazard(of[place], rows, int(of.max(initial=0)) + 1, last)[1:]])

    def hazards() -> Iterator[tuple[slice, np.ndarray]]:
        for part, codes, inside in _parts(place, rows, len(customers)):
            yield part, _hazard(codes, inside, part.stop - part.start, last, usual[of[part]])
        yield slice(len(customers), len(customers) + 1), everyone

    return pd.Index(customers), hazards()


def payment_delays(bills: pd.DataFrame, curves: Curves) -> pd.DataFrame:
    """When each customer pays, counted in invoices.

    Returns
    -------
    DataFrame, one row per customer with an invoice, by id
        customer_id, invoices, open_invoices, prepaid_share (paid before the day of issue), own_curve (8 invoices or more), terms_days
        (median days from issue to the due day); median_days, mean_days (restricted to 150 days) from issue, by the curve;
        mean_days_paid, of the paid ones alone, which is too kind; median_late (after the due day); p_late_60, the chance
        that an invoice is unpaid 60 days past due; payer: prepays, prompt (half are paid by the due day), usual, late (more than 30 days after).
        A median is missing where fewer than half are paid within 400 days.
    """
    rows = bills[bills["amount"] > 0]
    if rows.empty:
        return waiting(COLUMNS, "no_invoices")
    ahead, terms = rows["paid"] < rows["issued"], (rows["due"] - rows["issued"]).dt.days
    rows = rows.assign(terms=terms, ahead=ahead, paid_days=rows["days"].where(~rows["open"]))
    table = rows.groupby("customer_id").agg(
        invoices=("open", "size"),
        open_invoices=("open", "sum"),
        prepaid_share=("ahead", "mean"),
        terms_days=("terms", "median"),
        mean_days_paid=("paid_days", "mean"),
    )
    at, term = curves.of(table.index.to_series()), table["terms_days"].to_numpy()
    unpaid = np.exp(-curves.hazard[at])
    table["own_curve"] = table["invoices"] >= OWN
    table["median_late"] = _median(unpaid)
    table["median_days"] = table["median_late"] + term
    inside = np.arange(FIRST, LAST + 1)[None, :] < (TAU - term)[:, None]
    table["mean_days"] = FIRST + term + (unpaid * inside).sum(axis=1)
    table["p_late_60"] = unpaid[:, LATE - FIRST]
    table["payer"] = payer(table["median_late"], table["terms_days"]).fillna("late")
    return table.reset_index()[COLUMNS]


def payer(median_late: pd.Series, terms: pd.Series) -> pd.Series:
    """Kinds of payers by median days past due and from issue to the due day: prepays, prompt, usual, late; missing without a median."""
    kinds = [median_late.isna(), median_late + terms < 0, median_late <= 0, median_late <= SLOW]
    return pd.Series(np.select(kinds, ["", "prepays", "prompt", "usual"], "late"), median_late.index).replace("", None)


def restricted_mean(days: pd.Series, still: pd.Series, weight: pd.Series | None = None) -> float:
    """Mean days to payment within 150 days, those still open censored, by number or by `weight` such as the amount."""
    size = None if weight is None else weight.to_numpy(float)
    rows = pd.DataFrame({"late": days, "open": still})
    hazard = _hazard(np.zeros(len(rows), int), rows, 1, weight=size)
    return float(FIRST + np.cumprod(1 - hazard[0])[: TAU - FIRST].sum())


def median_late(bills: pd.DataFrame, fewest: int) -> pd.Series:
    """Median days past due by customer, open invoices censored; of those with so many invoices or more."""
    rows = bills[bills["amount"] > 0]
    place, customers = pd.factorize(rows["customer_id"], sort=True)
    found = _medians(place, rows, len(customers), fewest).set_axis(pd.Index(customers)).rename("median_late")
    return found[np.bincount(place, minlength=len(customers)) >= fewest]


def _medians(place: np.ndarray, rows: pd.DataFrame, n: int, fewest: int) -> pd.Series:
    """Median days past due of `n` customers, by their place; missing of those with fewer invoices."""
    late, size = rows["late"].to_numpy(), np.bincount(place, minlength=n)
    unpaid = rows["open"].to_numpy(bool) | (late > LAST)
    order = np.lexsort([unpaid, places_of(late), place])  # what is paid on a day was at risk on it with all that is not
    by = place[order]
    at_risk = np.cumsum(size)[by] - np.arange(len(by))
    still = pd.Series(np.where(unpaid[order], 1.0, 1 - 1 / at_risk)).groupby(by).cumprod()
    half = still.to_numpy() <= 0.5 + 1e-9
    days = pd.Series(places_of(late)[order][half] + FIRST, dtype=float).groupby(by[half]).first()
    return days.reindex(range(n)).where(size >= fewest)


def _median(unpaid: np.ndarray) -> np.ndarray:
    half = unpaid <= 0.5
    found: np.ndarray = np.where(half.any(axis=1), half.argmax(axis=1) + FIRST, np.nan)
    return found


def _hazard(
    codes: np.ndarray,
    rows: pd.DataFrame,
    n: int,
    last: int = LAST,
    usual: np.ndarray | None = None,
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """Hazard of payment by day past due of `n` curves, to day `last`; `usual` counts as so many invoices that are at risk on every day."""
    width, late = last - FIRST + 1, rows["late"].to_numpy()
    paid = ~rows["open"].to_numpy(bool) & (late <= last)
    flat = codes * width + places_of(late, last)
    size = np.ones(len(rows)) if weight is None else weight
    ended = np.bincount(flat, size, n * width).reshape(n, width)
    came = np.bincount(flat[paid], size[paid], n * width).reshape(n, width)
    at_risk = ended[:, ::-1].cumsum(axis=1)[:, ::-1]
    if usual is None:
        raw: np.ndarray = np.divide(came, at_risk, out=np.zeros(came.shape), where=at_risk > 0)
        return raw
    found: np.ndarray = (WEIGHT * usual + came) / (WEIGHT + at_risk)
    return found


def places_of(late: np.ndarray, last: int = LAST) -> np.ndarray:
    """Columns of `Curves.hazard` by days past due."""
    found: np.ndarray = (np.clip(late, FIRST, last) - FIRST).astype(int)
    return found


def _parts(place: np.ndarray, rows: pd.DataFrame, n: int) -> Iterator[tuple[slice, np.ndarray, pd.DataFrame]]:
    """Some of the `n` customers at a time, so that a million of them fit into memory: their places, and their rows with the place of each."""
    order = np.argsort(place, kind="stable")
    sorted_rows, at = rows[["late", "open"]].iloc[order], place[order]
    starts = range(0, n, _CHUNK)
    edges = [*np.searchsorted(at, starts), len(at)]
    for start, (first, last) in zip(starts, pairwise(edges), strict=True):
        yield slice(start, min(start + _CHUNK, n)), at[first:last] - start, sorted_rows.iloc[first:last]
