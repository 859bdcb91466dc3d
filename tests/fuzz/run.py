"""Fuzzes indexing and search, and tells what broke; exit code 1 if anything did."""

import argparse
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

ROUND = 250


def main() -> int:
    """Run rounds of `ROUND` documents and queries until `--count` of each have been."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="documents, and queries")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="how many to leave out")
    chosen = parser.parse_args()
    os.environ |= {
        "POWERTOOLS_SERVICE_NAME": "fuzz",
        "POWERTOOLS_METRICS_NAMESPACE": "Kotogura",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    }
    from tests.fuzz.fuzzing import Report, run_round  # noqa: PLC0415 — after the environment

    report, begun = Report(), time.monotonic()
    for start in range(chosen.first, chosen.first + chosen.count, ROUND):
        size = min(ROUND, chosen.first + chosen.count - start)
        with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()):  # metrics
            report.add(run_round(f"{chosen.seed}/{start}", size, Path(folder)))
    print(  # noqa: T201
        f"{chosen.count} documents {dict(report.documents)}, answers {dict(report.answers)}, "
        f"{report.hits} hits, {report.highlights} highlights, {time.monotonic() - begun:.0f} s"
    )
    for line in report.broken[:20]:
        print(line)  # noqa: T201
    print(f"{len(report.broken)} broken")  # noqa: T201
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
