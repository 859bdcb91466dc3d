"""tantivy, given our terms: one field, one thread, one segment.

Our ranking takes title and text for one text in which the title counts by its weight, and so does
this: the title's terms stand in it as often as the title weighs. Two fields would be slower and
find less. Its k1 and b can't be set: they are 1.2 and 0.75.
"""

import time
from collections.abc import Sequence
from typing import Any

import tantivy

from bench.engine import Found, Job
from bench.quality import FOUND_COUNT
from bench.terms import read_terms
from bench.terms_engine import TermsEngine

_HEAP_BYTES = 1_000_000_000


def build(job: Job) -> dict[str, Any]:
    """Index the passages' terms in the order of their ids, which is then its tie-break."""
    rows = [(row.id, _joined(row.weighted())) for row in read_terms(job)]
    folder = job.folder / "index"
    folder.mkdir(parents=True)
    start = time.perf_counter()
    index = tantivy.Index(_schema(), str(folder))
    _register(index)
    writer = index.writer(_HEAP_BYTES, 1)
    for number, (_, text) in enumerate(rows):
        document = tantivy.Document()
        document.add_unsigned("number", number)
        document.add_text("terms", text)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    build_s = time.perf_counter() - start
    size = sum(path.stat().st_size for path in folder.iterdir())
    index.reload()
    return {
        "build_s": round(build_s, 3),
        "index_bytes": size,
        "segments": index.searcher().num_segments,
    }


class Tantivy(TermsEngine):
    """Implements `TermsEngine`."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        index = tantivy.Index.open(str(job.folder / "index"))
        _register(index)
        self._schema = index.schema
        self._searcher = index.searcher()
        self._ids = [row.id for row in read_terms(job)]

    def search_terms(self, terms: list[str]) -> Found:
        """Return the ten best (id, score)."""
        schema = self._schema
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "terms", _word(term), "freq"))
            for term in terms
        ]
        # Without the count it may skip documents that can't be among the ten.
        hits = self._searcher.search(
            tantivy.Query.boolean_query(clauses), FOUND_COUNT, count=False
        ).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return [
            (self._ids[int(number or 0)], float(score))
            for (score, _), number in zip(hits, numbers, strict=True)
        ]


def open_engine(job: Job, name: str) -> Tantivy:  # noqa: ARG001 — one engine
    """Return the engine over the index that `build` made."""
    return Tantivy(job)


def _joined(terms: Sequence[str]) -> str:
    """Return terms as its whitespace tokenizer takes them."""
    return " ".join(map(_word, terms))


def _word(term: str) -> str:
    """Return a term without the blanks at which it would be cut."""
    return term.replace(" ", "_")


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", fast=True)
    builder.add_text_field("terms", tokenizer_name="terms", index_option="position")
    return builder.build()


def _register(index: tantivy.Index) -> None:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer("terms", builder.build())
