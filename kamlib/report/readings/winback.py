"""What the page on losing customers says of returns, the win-back list, the last round of offers, and the two claims of the trade."""

from __future__ import annotations

import pandas as pd

from kamlib.churn.evaluation.holdout import Evaluation, Verdict
from kamlib.churn.returns import lost_at
from kamlib.measures.trade_claims import Claim
from kamlib.plan.offer_trial import Round
from kamlib.plan.winback import Plan
from kamlib.report.numbers import Numbers
from kamlib.report.readings.churn import capital, way_of
from kamlib.report.words import sentence
from kamlib.stats.reasons import Reason
from kamlib.study.settings.offers import WinBack


def expected_returns(plan: Plan, episodes: pd.DataFrame, horizon_days: int) -> Reason:
    """How many of the lost we expect back, or why no P(return) can be given."""
    values = {"n": len(plan.table), "seen": int(episodes["returned_on"].notna().sum()), "horizon": horizon_days}
    told = {"reason": sentence(plan.returns.reason), "way": plan.returns.way, "back": plan.table["p_return"].sum()}
    return Reason("returns_expected" if len(plan.returns.rates) else "no_p_return", values | told)


def level_of_returns(plan: Plan) -> Reason | None:
    """What P(return) promised before and what came, and by how much it is therefore moved."""
    level = plan.returns.level
    if level.empty:
        return None
    return Reason("level_of_returns" if level["horizons"] else "level_of_returns_not_known", dict(level))


def in_both_lists(plan: Plan, verdict: Verdict) -> Reason | None:
    """Who of the lost is still scored as at risk, and so has P(return) from there."""
    both = plan.table[plan.table["method"] == "model"]
    if both.empty:
        return None
    values = {"n": len(both), "method": way_of(verdict), "returns": both["p_return"].mean()}
    return Reason("in_both_lists", values)


def returns_of_the_scored(test: Evaluation, episodes: pd.DataFrame) -> Reason | None:
    """How many of those that were lost and still scored on the test day were to be expected back, and how many came."""
    day = test.verdict.test_date
    if day is None:
        return None
    both = lost_at(episodes, day).merge(test.predictions, on="customer_id")
    came = int((both["lost"] == 0).sum())
    values = {"day": day, "n": len(both), "expected": (1 - both[test.verdict.way]).sum(), "came": came}
    return Reason("returns_of_the_scored", values) if len(both) else None


def win_back_list(plan: Plan, standing: pd.DataFrame, playbook: WinBack, years: float, currency: str) -> Reason | None:
    """How many of the lost are on the list and how many are let go, what is to be expected of them, and what a return was worth.

    Parameters
    ----------
    standing : `kamlib.facts.customer_states`.
    years : of the value of a return (`kamlib.measures.BaseValue`).
    """
    if plan.listed.empty:
        return None
    drawn = plan.table[plan.table["arm"].notna()]
    values = {
        "n": len(drawn),
        "money": drawn["expected_return"].sum(),
        "control": int((drawn["arm"] == "control").sum()),
        "seed": playbook.seed,
        "gone": int((standing["state"] == "lost").sum()) - len(drawn) - plan.going_on,
        "years": years,
    }
    book = "" if playbook.offers else sentence(Reason("no_offers_yet"))
    return Reason("win_back_listed", values | dict(plan.worth) | {"currency": currency, "book": book})


def going_on(plan: Plan) -> Reason | None:
    """How many of the lost are in a round of offers that is not over."""
    return Reason("round_goes_on", {"n": plan.going_on}) if plan.going_on else None


def last_round(found: Round) -> Reason:
    """What the last round of offers changed (`kamlib.plan.offer_trial.last_round`)."""
    reason = sentence(found.reason)
    if found.day is None:
        return Reason("no_round_to_report", {"reason": reason})
    values = {
        "day": found.day,
        "gap": found.difference,
        "low": found.low,
        "high": found.high,
        "reason": reason,
        "enough": found.enough,
    }
    return Reason("round_reported" if found.enough == found.enough else "round_without_base", values)


def keeping(claim: Claim, currency: str) -> Reason:
    """Whether keeping is worth more than winning (`kamlib.measures.keeping_or_winning`)."""
    values = {"verdict": claim.verdict, "reason": capital(sentence(claim.reason)), "currency": currency}
    if claim.figures.empty:
        return Reason("keeping_not_tested", values)
    found = claim.figures.loc[["difference"], ["mean", "low", "high"]].iloc[0]
    left, won = claim.figures["accounts"].dropna().astype(int)
    return Reason("keeping_tested", values | dict(found) | {"left": left, "won": won})


def managing(claim: Claim) -> Reason:
    """Whether more than half of success is the manager (`kamlib.measures.trade_claims.managers_share`)."""
    values = {"verdict": claim.verdict, "reason": capital(sentence(claim.reason))}
    if claim.figures.empty:
        return Reason("managing_not_tested", values)
    growth = claim.figures[claim.figures["success"] == "growth"].iloc[-1]
    return Reason("managing_tested", values | dict(growth))


def first_to_win_back(plan: Plan, names: pd.Series, years: float, currency: str) -> Reason | None:
    """The customer to begin with, of those who get an offer."""
    if plan.listed.empty:
        return None
    best = plan.listed.iloc[0]
    values = {
        "name": names[best["customer_id"]],
        "p": Numbers().share(best["p_return"]),
        "money": best["expected_return"],
    }
    return Reason("begin_with", values | {"years": years, "currency": currency, "cause": best["cause"]})
