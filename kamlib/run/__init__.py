"""A study run from start to report, whole or not at all."""

from kamlib.errors import StepError
from kamlib.run.batch import run_batch
from kamlib.run.opened import Run
from kamlib.run.publish import run_study

__all__ = ["Run", "StepError", "run_batch", "run_study"]
