"""How sure a place on the list is, and where the list ends."""

from kamlib.scoring.doubt.border import falls, held, seats
from kamlib.scoring.doubt.sensitivity import drop_one, smallest_change
from kamlib.scoring.doubt.smaa import acceptability

__all__ = ["acceptability", "drop_one", "falls", "held", "seats", "smallest_change"]
