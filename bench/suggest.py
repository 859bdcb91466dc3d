"""`python -m bench.suggest`: suggestions while typing, over the index of the benchmark's corpus.

Words spread over all frequencies are typed sign by sign: as they are written, in kana, and in Latin
letters. Times are of one thread in one process, after one round that isn't timed; `first_ms` is of
generations that nothing was asked of before.
"""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import setting
from bench.cold import built_index
from bench.latency import percentile, spread_sample, time_each
from bench.library import TENANT, Library
from bench.machine import machine, versions
from kotogura.analysis.analyzer import Analyzer
from kotogura.analysis.sounds import sound
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.search.written import WrittenWords

WORD_COUNT = 200
FIRST_COUNT = 9


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one JSON object; exits with 2 when an input is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.suggest", description=__doc__)
    setting.add_inputs(parser)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args(arguments)
    corpus, queries = setting.inputs(options)
    library, analyzer = Library(built_index(corpus, queries)), sudachi_analyzer()
    service = library.service(analyzer, None)
    typed = _typed(library)
    report: dict[str, Any] = {}
    for way, texts in typed.items():
        for text in texts:
            service.suggest(TENANT, text)
        times = time_each(texts, lambda text: service.suggest(TENANT, text))
        report[way] = {
            "count": len(texts),
            "p50_ms": round(percentile(times, 0.5), 2),
            "p95_ms": round(percentile(times, 0.95), 2),
            "slowest_ms": round(max(times), 2),
            "with_suggestions": _answered(library, analyzer, texts),
        }
    report["first_ms"] = {way: _first(library, analyzer, texts) for way, texts in typed.items()}
    report |= {
        "forms_bytes": sum(
            segment.files["forms"].size_bytes
            for segment in library.opened().current(TENANT).manifest.segments
        ),
        "machine": machine(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(("kotogura", "sudachipy", "sudachidict-core", "pyarrow", "numpy")),
    }
    text = json.dumps(report, indent=1, ensure_ascii=False)
    if options.json is not None:
        options.json.write_text(text + "\n", "utf-8")
    print(text)


def _typed(library: Library) -> dict[str, list[str]]:
    """Return what is typed, by the way it is: every beginning of each of the words."""
    opened = library.opened().current(TENANT)
    words = [
        (segment.forms[row].as_py(), segment.readings[row].as_py())
        for _, segment in WrittenWords(opened.reader, opened.files).segments()
        for row in spread_sample(len(segment.forms), WORD_COUNT)
    ]
    read = [reading for _, reading in words if reading]
    return {
        "written": _beginnings([form for form, _ in words]),
        "kana": _beginnings(read),
        "letters": _beginnings([sound(reading) for reading in read]),
    }


def _beginnings(words: Sequence[str]) -> list[str]:
    return [word[:length] for word in words for length in range(1, len(word) + 1)]


def _answered(library: Library, analyzer: Analyzer, texts: Sequence[str]) -> float:
    """Return the share of `texts` that anything is suggested for."""
    service = library.service(analyzer, None)
    found = sum(bool(service.suggest(TENANT, text).suggestions) for text in texts)
    return round(found / len(texts), 4)


def _first(library: Library, analyzer: Analyzer, texts: Sequence[str]) -> float:
    """Return the median of what a new generation takes for its first suggestion."""
    times = [
        time_each([text], lambda text: library.service(analyzer, None).suggest(TENANT, text))[0]
        for text in texts[:FIRST_COUNT]
    ]
    return round(percentile(times, 0.5), 2)


if __name__ == "__main__":
    main()
