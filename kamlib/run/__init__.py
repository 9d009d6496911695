"""A study run from start to report, whole or not at all."""

from kamlib.run.batch import run_batch
from kamlib.run.opened import Run
from kamlib.run.publish import run_study

__all__ = ["Run", "run_batch", "run_study"]
