"""`python -m bench.meaning_cold`: a fresh process, from its start to its first hit, in each mode.

Over an index with vectors of the first passages of the corpus, which `bench.semantic_index` builds
and keeps. The process is started anew for each figure, the modes in turn.
"""

import argparse
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, get_args

from bench import setting
from bench.corpus import read_corpus, read_questions
from bench.fresh import ask_fresh, require_hits
from bench.latency import spread_sample
from bench.machine import machine, versions
from bench.semantic_index import build
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.search.answers import Mode
from kotogura.semantics.base_model import import_base_model


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one JSON object; exits with 2 when an input is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.meaning_cold", description=__doc__)
    setting.add_inputs(parser)
    parser.add_argument("--passages", type=int, default=300, help="of the corpus")
    parser.add_argument("--runs", type=int, default=7, help="of the process in each mode")
    parser.add_argument("--index", type=Path, help="an index with vectors that is there already")
    parser.add_argument("--asked", type=int, default=100, help="questions of each process")
    options = parser.parse_args(arguments)
    corpus, queries = setting.inputs(options)
    where = machine()
    folder = options.index or _index(corpus, options.passages)
    asked = [question.text for question in read_questions(queries)]
    questions = [asked[number] for number in spread_sample(len(asked))][: options.asked]
    runs: dict[str, list[dict[str, float]]] = {mode: [] for mode in get_args(Mode)}
    for number in range(options.runs):
        for mode, done in runs.items():
            done.append(_run(folder, mode, questions[number:] + questions[:number]))
    report: dict[str, Any] = {mode: _told(done) for mode, done in runs.items()}
    report |= {
        "runs": options.runs,
        "machine": where,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(("kotogura", "onnxruntime", "tokenizers", "sudachipy", "numpy")),
    }
    print(json.dumps(report, indent=1, ensure_ascii=False))


def _index(corpus: Path, count: int) -> Path:
    model = setting.CACHE / "base-model"
    import_base_model(model)
    passages = read_corpus(corpus)[:count]
    built = build(passages, model, sudachi_analyzer(), setting.CACHE, time.perf_counter)
    return built.folder


def _run(folder: Path, mode: str, questions: Sequence[str]) -> dict[str, float]:
    """Start the process once. A word may be in none of the passages; something is always near."""
    fresh = ask_fresh(["bench.meaning_hit", str(folder), mode], questions)
    if mode != "words":
        require_hits(fresh)
    after = {f"{name}_after_all": fresh.last[name] for name in ("peak_rss_mb", "anonymous_mb")}
    return {"first_hit_s": fresh.first_hit_s, **fresh.first, **after}


def _told(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return medians of times, and the greatest of what memory took."""
    told: dict[str, float] = {}
    for name in runs[0]:
        values = [run[name] for run in runs]
        if name.endswith("_s"):
            told[name] = round(median(values), 4)
        elif name != "hits":
            told[name] = max(values)
    return told | {"first_hit_slowest_s": round(max(run["first_hit_s"] for run in runs), 4)}


if __name__ == "__main__":
    main()
