"""The first page of a report: what it answers, warns of and promises, before anybody opens a part of it."""

from kamlib.report.index.answer import answered
from kamlib.report.index.board import Board
from kamlib.report.index.since_last import Since
from kamlib.report.index.summary_facts import Fact
from kamlib.report.index.warning import Warned

__all__ = ["Board", "Fact", "Since", "Warned", "answered"]
