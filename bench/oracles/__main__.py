"""``python -m bench.oracles [folder]``"""

import sys
from pathlib import Path

from bench.oracles import SAMPLE, as_text, read_books

print(as_text(read_books(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)), end="")
