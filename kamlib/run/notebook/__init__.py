"""Notebooks: what they declare, the code they run on, a strict run of one, and its kernel."""

from kamlib.run.notebook.code import code_of
from kamlib.run.notebook.kernels import cool_down, stop_kernels, warm_up
from kamlib.run.notebook.steps import Step, notebook_steps

__all__ = ["Step", "code_of", "cool_down", "notebook_steps", "stop_kernels", "warm_up"]
