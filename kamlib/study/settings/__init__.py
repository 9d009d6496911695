"""The sections of a study file: what each may hold, its defaults and limits."""

from kamlib.study.settings.known_criteria import Known
from kamlib.study.settings.money import Money, Risk
from kamlib.study.settings.offers import WinBack
from kamlib.study.settings.sections import Scoring
from kamlib.study.settings.targets import Target

__all__ = ["Known", "Money", "Risk", "Scoring", "Target", "WinBack"]
