"""What a report warns of: at most five things, by what they cost a year and how soon."""

from __future__ import annotations

import pandas as pd

from kamlib.report.index.firm_warnings import FIRM_RULES
from kamlib.report.index.key_warnings import KEY_RULES
from kamlib.report.index.summary_facts import Tables
from kamlib.report.index.warning import Warned
from kamlib.report.numbers import Numbers
from kamlib.study.model import Study

MOST = 5
"""Warnings that are told."""


def warned(study: Study, tables: Tables, keys: pd.DataFrame) -> list[Warned]:
    """The warnings that the tables give, the dearest and soonest first.

    Parameters
    ----------
    study, tables : as for `kamlib.report.index.summary.summary`; `facts` of the last date alone.
    keys : customer_id, name and contribution of the key accounts.
    """
    write = Numbers(study.language, study.currency)
    found = [one for rule in (*KEY_RULES, *FIRM_RULES) for one in rule(study, tables, keys, write)]
    return sorted(found, key=lambda one: -one.weight)[:MOST]
