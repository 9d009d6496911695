"""A study run from start to report, whole or not at all."""

from kamlib.run.batch import run_batch
from kamlib.run.publish import run_study
from kamlib.run.steps import StepError
from kamlib.run.store import Run

__all__ = ["Run", "StepError", "run_batch", "run_study"]
