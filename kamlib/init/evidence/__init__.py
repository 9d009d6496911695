"""What the cells of a table prove about its columns: by arithmetic, by keys, by states."""

from kamlib.init.evidence.arithmetic import Product, product
from kamlib.init.evidence.keys import joins, one_each, one_to_one, tells_apart
from kamlib.init.evidence.proof import Proof, prove
from kamlib.init.evidence.state_words import credits_above_zero, states

__all__ = [
    "Product",
    "Proof",
    "credits_above_zero",
    "joins",
    "one_each",
    "one_to_one",
    "product",
    "prove",
    "states",
    "tells_apart",
]
