"""What `python -m bench.meaning_cold` starts: `python -m bench.meaning_hit FOLDER MODE`.

As `bench.first_hit`, in any mode: answers its first line of input, says so, then answers the
others, and tells its memory.
"""

import json
import sys
import time
from pathlib import Path
from typing import get_args

from bench.library import TENANT, Library
from bench.process import memory
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.search.answers import Mode
from kotogura.search.pairs import PairRescoring


def main() -> None:
    """Answer the questions of the standard input, one a line."""
    imported = time.perf_counter()
    folder, named = sys.argv[1:]
    mode = next(one for one in get_args(Mode) if one == named)
    service = Library(Path(folder)).service(sudachi_analyzer(), PairRescoring())
    first = sys.stdin.readline().strip()
    ready = time.perf_counter()
    answer = service.search(TENANT, first, mode, 10)
    told = {
        "wired_s": ready - imported,
        "searched_s": time.perf_counter() - ready,
        "processor_s": time.process_time(),  # of all from the start on; a busy machine adds little
    }
    print(json.dumps({"hits": len(answer.hits), **told, **memory()}), flush=True)
    for line in sys.stdin:
        service.search(TENANT, line.strip(), mode, 10)
    print(json.dumps(memory()), flush=True)


if __name__ == "__main__":
    main()
