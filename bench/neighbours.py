"""`python -m bench.neighbours`: all passages compared against candidates from an inverted file.

Nobody has 300,000 passages here, so vectors are made of real ones: each is a real passage's, mixed
with 0.45 of another's distance from the mean and with noise, at a cosine of some 0.95 to the first.
Neighbours are then closer together, and lists less apart, than a corpus of so many texts has them:
recall is rather told too low than too high. Queries are real questions.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import setting
from bench.corpus import read_corpus, read_questions
from bench.machine import machine, versions
from kotogura.semantics import neighbours
from kotogura.semantics.base_model import import_base_model
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.neighbours import Neighbours, build_neighbours
from kotogura.semantics.quantization import dot_products, quantize
from kotogura.semantics.vectors import PassageVectors

_MIXED = 0.45
_NOISE = 0.013
_CANDIDATES = 400
_AT_ONCE = 20_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one JSON object; exits with 2 when an input is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.neighbours", description=__doc__)
    setting.add_inputs(parser)
    parser.add_argument("--count", type=int, default=300_000, help="of vectors")
    parser.add_argument("--embedded", type=int, default=4_500, help="of real passages")
    parser.add_argument("--asked", type=int, default=300, help="of questions")
    parser.add_argument("--shares", type=int, nargs="+", default=[16, 8, 6, 4], help="of lists")
    options = parser.parse_args(arguments)
    corpus, queries = setting.inputs(options)
    base, asked = _real(corpus, queries, options.embedded, options.asked)
    vectors = synthetic(base, options.count)
    report: dict[str, Any] = {"count": options.count, "embedded": len(base), "asked": len(asked)}
    report |= _measure(vectors, asked, options.shares)
    report |= {
        "machine": machine(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(("kotogura", "faiss-cpu", "numpy", "onnxruntime")),
    }
    print(json.dumps(report, indent=1, ensure_ascii=False))


def _real(
    corpus: Path, queries: Path, embedded: int, asked: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return vectors of real passages and questions, kept between runs."""
    model = setting.CACHE / "base-model"
    import_base_model(model)
    embedder = OnnxEmbedder.open(model)
    kept = setting.CACHE / f"neighbours-{embedder.digest[:16]}-{embedded}-{asked}.npz"
    if not kept.exists():
        print("bench: embedding real passages", file=sys.stderr, flush=True)
        passages = read_corpus(corpus)
        some = passages[:: max(1, len(passages) // embedded)][:embedded]
        questions = read_questions(queries)
        few = questions[:: max(1, len(questions) // asked)][:asked]
        np.savez(
            kept,
            passages=embedder.embed_passages([f"{one.title}\n{one.text}" for one in some]),
            questions=embedder.embed_queries([one.text for one in few]),
        )
    with np.load(kept) as read:
        return read["passages"], read["questions"]


def synthetic(base: NDArray[np.float32], count: int) -> PassageVectors:
    """Return `count` vectors made of `base`, always the same."""
    chance = np.random.default_rng(0)
    mean = base.mean(axis=0)
    width = base.shape[1]
    matrix, scales = np.empty((count, width), np.int8), np.empty(count, np.float32)
    for first in range(0, count, _AT_ONCE):
        size = min(_AT_ONCE, count - first)
        one, other = base[chance.integers(0, len(base), (2, size))]
        made = one + np.float32(_MIXED) * (other - mean)
        made += chance.normal(0, _NOISE, (size, width)).astype(np.float32)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        matrix[first : first + size], scales[first : first + size] = quantize(made)
    numbers = np.arange(count, dtype=np.uint32)
    return PassageVectors(numbers, numbers, numbers, matrix, scales)


def _measure(
    vectors: PassageVectors, asked: NDArray[np.float32], shares: Sequence[int]
) -> dict[str, Any]:
    exact, times = [], []
    for query in asked:
        start = time.perf_counter()
        cosines = vectors.similarities(query)
        times.append(time.perf_counter() - start)
        exact.append(np.argsort(-cosines, kind="stable")[:100])
    report: dict[str, Any] = {"exact": _milliseconds(times)}
    start = time.perf_counter()
    data = build_neighbours(vectors)
    report["build_s"] = round(time.perf_counter() - start, 1)
    report["size_bytes"] = len(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "neighbours.faiss"
        path.write_bytes(data)
        start = time.perf_counter()
        opened = Neighbours.open(path, len(vectors.scales))
        report["open_ms"] = round((time.perf_counter() - start) * 1e3, 1)
        for share in shares:
            neighbours.PROBED_SHARE = share
            found, times = [], []
            for query in asked:
                start = time.perf_counter()
                rows = opened.nearest(query, _CANDIDATES)
                cosines = dot_products(vectors.matrix[rows], vectors.scales[rows], query)
                times.append(time.perf_counter() - start)
                found.append(rows[np.argsort(-cosines, kind="stable")])
            recalls = {f"recall{k}": _recall(exact, found, k) for k in (10, 100)}
            report[f"one list of {share}"] = recalls | _milliseconds(times)
    return report


def _recall(exact: Sequence[Any], found: Sequence[Any], count: int) -> float:
    hits = sum(len(np.intersect1d(a[:count], b[:count])) for a, b in zip(exact, found, strict=True))
    return round(hits / (count * len(exact)), 4)


def _milliseconds(times: Sequence[float]) -> dict[str, float]:
    p50, p99 = (round(float(one) * 1e3, 2) for one in np.percentile(times, (50, 99)))
    return {"p50_ms": p50, "p99_ms": p99}


if __name__ == "__main__":
    main()
