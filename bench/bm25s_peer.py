"""bm25s with its numba backend, given our terms and our k1 and b.

Our ranking takes title and text for one text in which the title counts by its weight, and so does
this: the title's terms stand in it as often as the title weighs.
"""

import json
import time
from typing import Any

import bm25s

from bench.engine import Found, Job
from bench.quality import FOUND_COUNT
from bench.terms import read_terms
from bench.terms_engine import TermsEngine
from kotogura.search.bm25 import Bm25Settings


def build(job: Job) -> dict[str, Any]:
    """Index the passages' terms."""
    settings = Bm25Settings()
    ids, rows = [], []
    for row in read_terms(job):
        ids.append(row.id)
        rows.append(row.weighted())
    job.folder.mkdir(parents=True)
    start = time.perf_counter()
    index = bm25s.BM25(k1=settings.k1, b=settings.b, method="lucene", backend="numba")
    index.index(rows, show_progress=False)
    build_s = time.perf_counter() - start
    index.save(str(job.folder / "index"), show_progress=False)
    (job.folder / "ids.json").write_text(json.dumps(ids), "utf-8")
    size = sum(path.stat().st_size for path in (job.folder / "index").iterdir())
    return {"build_s": round(build_s, 3), "index_bytes": size}


class Bm25s(TermsEngine):
    """Implements `TermsEngine`."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._index = bm25s.BM25.load(str(job.folder / "index"), show_progress=False)
        self._ids = json.loads((job.folder / "ids.json").read_text("utf-8"))

    def search_terms(self, terms: list[str]) -> Found:
        """Return the ten best (id, score)."""
        if not terms:
            return []
        count = min(FOUND_COUNT, len(self._ids))
        numbers, scores = self._index.retrieve([terms], k=count, n_threads=1, show_progress=False)
        found = [
            (self._ids[number], score)
            for number, score in zip(numbers[0].tolist(), scores[0].tolist(), strict=True)
            if score > 0
        ]
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return found


def open_engine(job: Job, name: str) -> Bm25s:  # noqa: ARG001 — one engine
    """Return the engine over the index that `build` made."""
    return Bm25s(job)
