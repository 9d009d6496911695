"""A study → a pseudonymised copy for a class or for support: the same ranks, other ids, names, money and days.

How each column is carried over stands in `pseudonyms`. The key that ids, factor and shift are made from is drawn anew
each time and not kept, unless one is given.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import ibis
import numpy as np
import yaml

from kamlib.entities import review
from kamlib.errors import InputError
from kamlib.intake import pipeline
from kamlib.intake.pipeline import Clean
from kamlib.intake.rules import of_study
from kamlib.io.currencies import exact
from kamlib.privacy.protection import named_by_one_line, readme
from kamlib.privacy.pseudonyms import TREATMENT, invented, keyed, schema, treated, use_key
from kamlib.study.model import Study
from kamlib.study.periods import months_before
from kamlib.study.settings.sections import Criterion

_FACTORS = np.array([n / 100 for n in range(301, 3000) if n % 5])
_WINDOWS = (3, 6, 12, 18, 24)
_BASIC = ("no_account", "bad_amount", "bad_date", "after_as_of", "before_start", "no_rate")
_AMOUNTS = ("fixed_costs", "opening_cash", "hour", "opening_vat", "credit_line")  # of the section money
_MONEY = re.compile(
    r"(revenue|margin|returns)(_.*)?|average_order|cost_to_serve|potential|remaining_value|block_margin|stake(_horizon)?"
)


class Copied(NamedTuple):
    """The study file of a copy, and how surely one known order line names its account there (`named_by_one_line`)."""

    study: Path
    named: float


def anonymise(study: Study, out: str | Path, *, key: str | None = None) -> Copied:
    """Write a pseudonymised copy of a study into the folder `out`: a CSV file a table, study.yaml and README.txt.

    The copy is made from the clean tables, at the date of the study. Ids are keyed by HMAC-SHA256; firms get invented
    names; money is multiplied by one factor, and days are moved by one number of whole weeks, thresholds of the study
    alike. It is read back, and must hold the same number of lines and customers, and the same money by the factor.

    Parameters
    ----------
    study : from `Study.read`.
    out : folder; not there yet, or empty.
    key : secret text that makes the copy repeatable (the same ids next quarter); None: drawn, and not kept.

    Raises
    ------
    InputError
        If `out` holds something or can't be written, the key is short, or the study can't be read.
    """
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError("the folder is not empty", file=out, remedy="Name a new folder.")
    secret = _secret(key)
    clean = pipeline.collect(study)
    factor, shift, named = _factor(secret), timedelta(weeks=_weeks(secret, study)), named_by_one_line(clean.orders)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent) as beside:
            folder = Path(beside) / out.name
            folder.mkdir()
            names = _write_tables(folder, study, clean, secret, factor, shift)
            _write_study(folder, study, clean, names, factor, shift)
            (folder / "README.txt").write_text(readme(named), encoding="utf-8")
            _prove(folder / "study.yaml", clean, factor)
            if out.exists():
                out.rmdir()
            folder.rename(out)
    except OSError as error:
        raise InputError("the folder can't be written", file=out, found=error.strerror) from None
    return Copied(out / "study.yaml", named)


def _secret(key: str | None) -> bytes:
    if key is None:
        return secrets.token_bytes(32)
    if len(key) < 16:
        raise InputError(
            "--key is too short: who tries keys would find it",
            found=f"{len(key)} characters",
            remedy="Give at least 16.",
        )
    return hashlib.scrypt(key.encode(), salt=b"kam anonymise", n=2**14, r=8, p=1, dklen=32)


def _draws(secret: bytes, what: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hmac.digest(secret, what.encode(), "sha256"), "big"))


def _factor(secret: bytes) -> Decimal:
    """3.01 to 29.99, no round number; of two decimals, so that whole cents stay exact in four and no tie or zero is lost."""
    return exact(_draws(secret, "factor").choice(_FACTORS))


def _weeks(secret: bytes, study: Study) -> int:
    """Half a year to 19 years, there or back, so that windows of months before as_of keep their number of days."""
    months = {*_WINDOWS, study.rfm.window_months, study.abcxyz.months}

    def lengths(day: date) -> list[int]:
        return [(day - months_before(day, m)).days for m in sorted(months)]

    here = np.array(lengths(study.as_of))
    weeks = np.array([w for w in range(-1000, 1001) if abs(w) >= 26])
    off = np.array([np.abs(np.array(lengths(study.as_of + timedelta(weeks=int(w)))) - here).sum() for w in weeks])
    return int(_draws(secret, "weeks").choice(weeks[off == off.min()]))


def _write_tables(
    folder: Path, study: Study, clean: Clean, secret: bytes, factor: Decimal, shift: timedelta
) -> list[str]:
    """One CSV a table, and the review of likely duplicates where the study has one; returns the tables."""
    con: Any = ibis.get_backend(clean.orders)
    use_key(con, secret)
    written = [name for name in TREATMENT if name in study.sources]
    for name in written:
        if name == "orders":
            table = clean.orders
        else:
            frame = clean.tables[name]
            if name == "accounts":
                frame = frame.assign(name=invented(frame, _draws(secret, "names")))
            columns = list(TREATMENT[name])
            table = con.create_table(f"kam_copy_{name}", ibis.memtable(frame[columns], schema=schema(name)), temp=True)
        made = treated(table, name, study.cleaning.cancelled, factor, shift)
        con.to_csv(made.order_by(list(made.columns)), folder / f"{name}.csv", header=True)
    if path := study.review():
        decided = review.read(path, clean.heads["account_id"])
        there = clean.tables["accounts"]["account_id"]
        if "accounts" not in written:
            there = clean.orders.select("account_id").distinct().to_pandas()["account_id"]
        decided = decided[decided["account_id"].isin(there) & decided["other_id"].isin(there)]
        pairs = con.create_table("kam_copy_review", decided[["account_id", "other_id", "decision"]], temp=True)
        named = pairs.mutate(account_id=keyed(pairs.account_id, "account"), other_id=keyed(pairs.other_id, "account"))
        con.to_csv(named, folder / "firms.csv", header=True)
    return written


def _write_study(
    folder: Path, study: Study, clean: Clean, names: Sequence[str], factor: Decimal, shift: timedelta
) -> None:
    """The study of the copy: dates moved, money scaled, names and patterns left out."""

    def scaled(value: float | None) -> float | None:
        return None if value is None else float(exact(value) * factor)

    left_out = {"rates", "identity", "year_begins"}  # days are moved: no quarter of the copy is one of the company
    tree = study.model_dump(mode="json", exclude_defaults=True, exclude=left_out)
    done = [rule.name for rule in of_study(study) if rule.action in ("set_aside", "repair") and rule.name not in _BASIC]
    cleaning = study.cleaning
    tree |= {
        "name": "anonymised",
        "title": "Anonymised study",
        "as_of": (study.as_of + shift).isoformat(),
        "start": (study.start + shift).isoformat() if study.start else None,
        "currency": study.currency,
        "sources": {name: {"files": f"{name}.csv"} for name in names},
        "cleaning": {
            "cancelled": "^CN-" if cleaning.cancelled else None,
            "highest_price": scaled(cleaning.highest_price),
            "rules": cleaning.rules | dict.fromkeys(done, "off"),
        },
        **({"identity": {"review": "firms.csv"}} if study.review() else {}),
    }
    money = tree.get("money", {})
    money.pop("contra", None)  # it names customers
    for name in ("sponsors", "contact_names"):  # so do these
        tree.get("dossier", {}).pop(name, None)
    money |= {name: scaled(value) for name, value in money.items() if name in _AMOUNTS}
    if study.money.approval:
        money["approval"] = (study.money.approval + shift).isoformat()
    scoring = tree.get("scoring", {})
    if study.scoring.qualifying_revenue:
        scoring["qualifying_revenue"] = scaled(study.scoring.qualifying_revenue)
    for made, criterion in zip(scoring.get("criteria", []), study.scoring.criteria, strict=True):
        made.pop("words", None)
        if _is_money(criterion):
            made |= {"worst": scaled(criterion.worst), "best": scaled(criterion.best)}
    told = ("precedence", "hours_a_week", "win_back")  # the rest is words and names
    if book := {key: value for key, value in tree.pop("playbook", {}).items() if key in told}:
        tree["playbook"] = book
    offers = [
        offer for section in (tree.get("winback", {}), book.get("win_back", {})) for offer in section.get("offers", [])
    ]
    for number, offer in enumerate(offers, 1):
        offer |= {"offer": f"offer {number}", "cost": scaled(offer["cost"])}
    for number, segment in enumerate(tree.get("rfm", {}).get("segments", []), 1):
        segment |= {"name": f"segment {number}", "policy": f"policy {number}"}
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False)
    (folder / "study.yaml").write_text(f"# A pseudonymised copy: see README.txt.\n{text}", encoding="utf-8")


def _is_money(criterion: Criterion) -> bool:
    column = criterion.column or criterion.name
    if criterion.source == "accounts":
        return TREATMENT["accounts"].get(column) == "scale"
    return criterion.source != "rating" and _MONEY.fullmatch(column) is not None


def _prove(path: Path, clean: Clean, factor: Decimal) -> None:
    """The copy, read back, against what it was made from: lines, customers and money."""

    def sums(found: Clean) -> tuple[int, int, Decimal]:
        lines = found.orders
        row = lines.agg(n=lines.count(), units=lines.account_id.nunique(), money=lines.amount.sum()).to_pandas().iloc[0]
        return int(row["n"]), int(row["units"]), Decimal(row["money"])

    n, units, money = sums(clean)
    copy = sums(pipeline.collect(Study.read(path)))
    if copy[:2] != (n, units) or abs(copy[2] - money * factor) > n * Decimal("0.00005"):
        raise ArithmeticError(f"the copy holds {copy[0]} lines of {copy[1]} customers, of {n} lines of {units}")
