"""What `python -m bench.cold` starts: `python -m bench.first_hit FOLDER`.

Wires what `functions/search` is made of, AWS's clients apart, answers its first line of input,
and says so; then answers the others, and tells its memory. It imports nothing but the product.
"""

import json
import sys
from pathlib import Path

from bench.library import TENANT, Library
from bench.process import memory
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.search.pairs import PairRescoring


def main() -> None:
    """Answer the questions of the standard input, one a line."""
    service = Library(Path(sys.argv[1])).service(sudachi_analyzer(), PairRescoring())
    first = sys.stdin.readline().strip()
    answer = service.search(TENANT, first, "words", 10)
    print(json.dumps({"hits": len(answer.hits), **memory()}), flush=True)
    for line in sys.stdin:
        service.search(TENANT, line.strip(), "words", 10)
    print(json.dumps(memory()), flush=True)


if __name__ == "__main__":
    main()
