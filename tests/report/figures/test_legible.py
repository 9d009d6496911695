"""Every picture of the pages 01 to 05 can be read: with one customer, with forty, and with the names that nobody expects."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import numpy as np
import pandas as pd
import pytest

from kamlib.report import figures
from kamlib.report.figures.style import figure_of
from kamlib.report.language import own_words, speaking

HOSTILE = (
    "W" * 300,
    "<img src=x onerror=alert(1)> $x^2$ & Söhne",
    "\u202eשלום עולם בע״מ\u202c חברה",
    "a_b" * 40,
    "Ltd",
)


def ids(n: int) -> list[str]:
    return [f"K.{i:04}" for i in range(n)]


def called(n: int) -> pd.Series:
    return pd.Series([HOSTILE[i % len(HOSTILE)] for i in range(n)], index=ids(n))


def scores(n: int) -> pd.DataFrame:
    score = np.linspace(98, 20, n)
    return pd.DataFrame(
        {
            "customer_id": ids(n),
            "rank": range(1, n + 1),
            "score": score,
            "low": score - 9,
            "high": np.minimum(score + 9, 100),
            "key": [i <= n // 2 for i in range(n)],
            "p_key": np.linspace(0.89, 0.06, n),
            **{f"points_{group}": score / 3 for group in ("revenue", "reputation", "development")},
            "contribution": np.linspace(2e7, -3e6, n),
        }
    )


def matrix(n: int) -> pd.DataFrame:
    """Most of them in one heap, as good customers are."""
    rng = np.random.default_rng(4)
    near = {"attractiveness": rng.normal(8, 0.3, n).clip(0, 10), "horizontal": rng.normal(9.6, 0.3, n).clip(0, 10)}
    return pd.DataFrame({"customer_id": ids(n), **near, "reading": "importance", "cell": "invest"})


def money(n: int) -> pd.Series:
    return pd.Series(np.geomspace(1e7, 1e3, n), index=ids(n))


def groups(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ids(n),
            "accounts": range(1, n + 1),
            "net_revenue": np.linspace(2e9, 1e9, n),
            "largest_account": 9e8,
            "share": 0.1,
        }
    )


def segments(n: int) -> pd.DataFrame:
    names = [HOSTILE[i % len(HOSTILE)] + str(i) for i in range(min(n, 12))]
    return pd.DataFrame({"segment": names, "accounts": 12345, "share_of_accounts": 0.1, "share_of_money": 0.9})


def rfm(n: int) -> pd.DataFrame:
    place = np.arange(n)
    worth = {"money": 123_456_789.0, "window_months": 24, "measure": "margin"}
    return pd.DataFrame({"r": place % 5 + 1, "f": place // 5 % 5 + 1, **worth})


def abc(n: int) -> pd.DataFrame:
    """Half of the customers hold nearly all, so that all marks of both methods lie close together."""
    share = np.full(n, 1 / n)
    return pd.DataFrame({"share": share, "abc": np.where(np.cumsum(share) < 0.8, "A", np.where(np.cumsum(share) < 0.95, "B", "C"))})  # fmt: skip


def cells(n: int) -> pd.DataFrame:
    pairs = [(a, x) for a in ("A", "B", "C", "net<=0", "no order in window") for x in "XYZNL"]
    return pd.DataFrame(pairs, columns=["abc", "xyz"]).assign(accounts=n, money=-123_456_789.0)


def traits(n: int) -> pd.DataFrame:
    values = [HOSTILE[i % len(HOSTILE)][:60] + str(i) for i in range(min(n + 1, 12))]
    table = pd.DataFrame({"trait": "industry", "value": values, "accounts": n, "share_of_revenue": 1 / len(values)})
    rates = np.linspace(-0.2, 0.9, len(values))
    table = table.assign(revenue=1e9, margin_rate=rates, margin=rates * 1e9, margin_known=1.0)
    return pd.concat([table, table.assign(trait="region")], ignore_index=True)


def staged(n: int) -> pd.DataFrame:
    stages = ("new", "developing", "loyal", "declining", "at risk", "lost")
    return pd.concat([traits(n).assign(stage=stage) for stage in stages], ignore_index=True)


def streams(n: int) -> pd.DataFrame:
    stages = ("loyal", "developing", "new", "declining", "at risk", "lost")
    rows = [(a, b) for a in stages for b in stages]
    return pd.DataFrame(rows, columns=["from", "to"]).assign(accounts=n, money_before=9e8, money_after=1e3)


def tried(n: int) -> pd.DataFrame:
    rows = [(m, k) for m in ("k-means", "Gaussian mixture") for k in range(2, 9)]
    table = pd.DataFrame(rows, columns=["method", "k"]).assign(silhouette=0.4, null=0.39, stability=0.9, chosen=False)
    table.loc[min(n, 12), "chosen"] = True
    return table


def profiles(n: int) -> pd.DataFrame:
    rows = min(n + 1, 8)
    names = [HOSTILE[i % len(HOSTILE)] + str(i) for i in range(rows)]
    table = pd.DataFrame(
        {"cluster": range(rows), "name": names, "accounts": 12345, "share_of_accounts": 0.1, "money": 1.0}
    )
    return table.assign(share_of_money=0.9, margin_a_year=1_234_567.0, gap_median=3.2, categories_24m=12.0, order_days_a_year=400.0)  # fmt: skip


def points(n: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    at = np.arange(n, dtype=float)
    placed = pd.DataFrame({"customer_id": ids(n), "first": at, "second": at % 7})
    loadings = {
        "component": ["first", "second"],
        "explained": [0.6, 0.3],
        "average_order": 0.9,
        "order_days_a_year": 0.8,
    }
    return placed, pd.DataFrame(loadings), pd.Series([f"{HOSTILE[i % 5]}{i % 5}" for i in range(n)], index=ids(n))


def shares(n: int) -> pd.DataFrame:
    names = [HOSTILE[i % len(HOSTILE)] + str(i) for i in range(min(n + 1, 8))]
    columns = ["core", "newcomers and occasional", "W" * 300, "slowing, large"]
    return pd.DataFrame(0.25, index=names, columns=columns)


def ledger(n: int) -> pd.DataFrame:
    rules = [(f"rule_of_a_long_name_{i}", ("set_aside", "repair", "mark")[i % 3]) for i in range(min(n, 20))]
    rows = [("orders", "came in", "", 10**7), *(("orders", rule, action, 9_999_999) for rule, action in rules)]
    table = pd.DataFrame(rows, columns=["table", "rule", "action", "rows"])
    return table.assign(matched_rows=table["rows"], amount=1e12, matched_amount=1e12)


def monthly(n: int) -> pd.DataFrame:
    months = pd.date_range("2020-01-01", periods=min(n, 80), freq="MS")
    rows = [(m, r, 9_999_999, -1e12) for m in months for r in ("kept", "without_any_customer_id", "bad_date")]
    return pd.DataFrame(rows, columns=["month", "reason", "rows", "amount"])


def returned(n: int) -> pd.DataFrame:
    months = pd.date_range("2020-01-01", periods=min(n, 80), freq="MS")
    kinds = ("cancelled_pair", "cancellation", "cancellation_without_order", "return_without_purchase")
    rows = [(m, kind, 9_999_999, -1e12) for m in months for kind in kinds]
    return pd.DataFrame(rows, columns=["month", "outcome", "rows", "amount"])


def calibration(n: int) -> pd.DataFrame:
    at = np.linspace(0, 1, min(n, 10))
    return pd.DataFrame({"accounts": 5, "predicted": at, "lost": at, "low": at * 0.8, "high": at})


def measured(n: int) -> pd.DataFrame:
    ways = ("model", "buyers_at_random", "state", "silence_in_limits", "silence_alone", "base_rate")
    rows = [(w, m) for w in ways for m in ("brier", "auc", "c")]
    return pd.DataFrame(rows, columns=["method", "measure"]).assign(value=0.999, low=0.001, high=0.999)


def buyers(n: int) -> pd.DataFrame:
    told = [(b, s) for b in ("buyer_often", "buyer_usual", "buyer_seldom")
            for s in ("silent_own_gap", "silent_own_limit", "silent_twice_limit")]  # fmt: skip
    table = pd.DataFrame(told, columns=["buyer", "silence"])
    return table.assign(gap_days=9_999.0, customers=n, days=99_999.0, p_silent=0.999, low=0.0, high=1.0)


def warned(n: int) -> pd.DataFrame:
    ways = {"days_of_silence": "above_days_of_silence", "silence_in_limits": "above_silence_in_limits"}
    rows = [(way, above, f'{{"at": {at}}}') for way, above in ways.items() for at in range(30, 30 + 5 * min(n, 6), 5)]
    table = pd.DataFrame(rows, columns=["way", "above", "above_values"])
    return table.assign(false_share=np.linspace(0, 1, len(table)), missed_share=np.linspace(1, 0, len(table)))


def stakes(n: int) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ids(n), "stake": np.linspace(9e9, 1, n), "p_silent": 0.999})


def quarters(n: int) -> pd.DataFrame:
    names = [f"{2010 + i // 4}Q{i % 4 + 1}" for i in range(min(n, 16))]
    return pd.DataFrame({"quarter": names, "margin": 9e9, "returned_margin": np.nan})


def causes(n: int) -> pd.DataFrame:
    kinds = ["promises", "attention", "quality", "deadlines", "closed_or_ended", "nothing_tells", "no_records"]
    return pd.DataFrame(99_999, index=quarters(n)["quarter"], columns=kinds)


def gone(_: int) -> pd.DataFrame:
    days = np.arange(541)
    parts = [pd.DataFrame({"kind": kind, "days_lost": days, "p_return": days / 600}) for kind in ("broken", "slow")]
    return pd.concat(parts, ignore_index=True).assign(low=0.0, high=1.0)


DRAWN = {
    "abcxyz_grid": lambda n: figures.abcxyz_grid(cells(n), currency="EUR of margin in the last 24 months"),
    "against_baselines": lambda n: figures.against_baselines(measured(n)),
    "aside_by_month": lambda n: figures.aside_by_month(monthly(n), currency="EUR"),
    "calibration_plot": lambda n: figures.calibration_plot(calibration(n)),
    "class_flows": lambda n: figures.class_flows(streams(n), ["loyal"], before="June", after="July", currency="EUR"),
    "class_grid": lambda n: figures.class_grid(staged(n), "industry", "stage", ["new", "loyal"]),
    "cluster_choice": lambda n: figures.cluster_choice(tried(n)),
    "cluster_map": lambda n: figures.cluster_map(*points(n)),
    "cluster_profiles": lambda n: figures.cluster_profiles(profiles(n), currency="EUR"),
    "cluster_segments": lambda n: figures.cluster_segments(shares(n), agreement=0.19),
    "group_bars": lambda n: figures.group_bars(groups(min(n, 10)), names=called(n), currency="EUR"),
    "kaism": lambda n: figures.kaism(matrix(n), names=called(n), revenue=money(n), wallet=9 * money(n)),
    "key_probability": lambda n: figures.key_probability(scores(n), names=called(n)),
    "ledger_bars": lambda n: figures.ledger_bars(ledger(n), currency="EUR"),
    "loss_series": lambda n: figures.loss_series(quarters(n), causes(n), money="margin", currency="EUR"),
    "pareto": lambda n: figures.pareto(abc(n), other=abc(n).assign(abc="A")),
    "priority_list": lambda n: figures.priority_list(stakes(n), names=called(n), currency="EUR", years=3),
    "ranked_scores": lambda n: figures.ranked_scores(scores(n), names=called(n)),
    "return_curves": lambda n: figures.return_curves(gone(n), horizon_days=180, overall=0.5),
    "returned_by_month": lambda n: figures.returned_by_month(returned(n), currency="EUR"),
    "rfm_grid": lambda n: figures.rfm_grid(rfm(n), currency="EUR"),
    "segment_money": lambda n: figures.segment_money(segments(n)),
    "trait_margins": lambda n: figures.trait_margins(traits(n)),
    "typical_buyers": lambda n: figures.typical_buyers(buyers(n), horizon_days=180),
    "warning_lines": lambda n: figures.warning_lines(warned(n)),
}


@pytest.mark.parametrize("customers", [1, 40])
@pytest.mark.parametrize("name", DRAWN)
def test_no_text_lies_on_another_or_outside_whatever_the_names(name, customers, clear):
    drawn = DRAWN[name](customers)
    assert clear(drawn), f"{name} has no text"


#: what the tables above hold, and what every language writes in Latin letters
DATA = " ".join(
    (*HOSTILE, "rule of a long name", "without any customer id", "June July", "EUR of margin in the last 24 months")
)
NAMES = {"KAISM", "RFM", "ABC", "XYZ", "AUC", "EUR"}


@pytest.mark.parametrize("language", ["ru", "ca"])
def test_every_picture_speaks_one_language_and_can_be_read_in_it(language, clear):
    english = {piece for piece in pieces("en") - pieces(language) if piece not in DATA}
    assert len(english) > 500
    for name, draw in DRAWN.items():
        with speaking(language):
            drawn = draw(12)
            told = [text.replace("\n", " ") for text in (*clear(drawn), figure_of(drawn).get_label())]
        assert not [piece for piece in english for text in told if piece in text], name
        words = {word for text in told for word in re.findall("[A-Za-z]{2,}", text)} - NAMES
        assert language != "ru" or not {word for word in words if word not in DATA}, name


def pieces(language: str) -> set[str]:
    """What the sentences of a language hold between their values, of two words or more."""
    parts = (literal.strip() for text in own_words(language).values() for literal, *_ in Formatter().parse(text))
    return {part.replace("\n", " ") for part in parts if len(part) > 8 and " " in part}


def test_no_picture_has_words_of_its_own():
    places = {"offset points", "axes fraction", "outside lower left"}
    for path in Path(figures.__file__).parent.rglob("*.py"):
        if path.parent.name == "drawing" or path.name == "style.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
        }
        assert not {text for text in texts - places if re.search("[A-Za-z]{2,} |[A-Z][a-z]+", text)}, path.name
