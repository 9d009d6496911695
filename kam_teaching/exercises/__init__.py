"""Eight exercises along the study: done by hand, checked with words, made from their solutions."""

from kam_teaching.exercises.books import read
from kam_teaching.exercises.edition import make_course
from kam_teaching.exercises.feedback import Feedback, check

__all__ = ["Feedback", "check", "make_course", "read"]
