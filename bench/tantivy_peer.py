"""tantivy, given our terms: title and text are fields with our weights, one thread, one segment.

Its k1 and b can't be set: they are 1.2 and 0.75.
"""

import time
from collections.abc import Sequence
from typing import Any

import tantivy

from bench.engine import Found, Job, second_pass
from bench.quality import FOUND_COUNT
from bench.terms import QueryTerms, read_terms
from kotogura.search.bm25 import Bm25Settings

_HEAP_BYTES = 1_000_000_000


def build(job: Job) -> dict[str, Any]:
    """Index the passages' terms in the order of their ids, which is then its tie-break."""
    rows = [(row.id, _joined(row.title), _joined(row.text)) for row in read_terms(job)]
    folder = job.folder / "index"
    folder.mkdir(parents=True)
    start = time.perf_counter()
    index = tantivy.Index(_schema(), str(folder))
    _register(index)
    writer = index.writer(_HEAP_BYTES, 1)
    for number, (_, title, text) in enumerate(rows):
        document = tantivy.Document()
        document.add_unsigned("number", number)
        document.add_text("title", title)
        document.add_text("body", text)
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


class Tantivy:
    """Implements `Engine`."""

    paths = ("text", "terms")

    def __init__(self, job: Job) -> None:
        index = tantivy.Index.open(str(job.folder / "index"))
        _register(index)
        self._schema = index.schema
        self._searcher = index.searcher()
        self._weights = Bm25Settings().field_weights
        self._terms = QueryTerms()
        self._ids = [row.id for row in read_terms(job)]

    def search(self, question: str) -> Found:
        """Return the ten best (id, score)."""
        return self._search_terms(self._terms.of(question))

    def time(self, path: str, questions: Sequence[str]) -> list[float]:
        """Return the milliseconds of each question by one of `paths`."""
        if path == "text":
            return second_pass(self.search, questions)
        terms = {question: self._terms.of(question) for question in questions}
        return second_pass(lambda question: self._search_terms(terms[question]), questions)

    def _search_terms(self, terms: list[str]) -> Found:
        clauses = []
        for field, weight in self._weights.items():
            for term in terms:
                word = term.replace(" ", "_")
                query = tantivy.Query.term_query(self._schema, field, word, "freq")
                if weight != 1.0:
                    query = tantivy.Query.boost_query(query, weight)
                clauses.append((tantivy.Occur.Should, query))
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
    """Return terms as its whitespace tokenizer takes them: a blank within one would cut it."""
    return " ".join(term.replace(" ", "_") for term in terms)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", fast=True)
    for field in ("title", "body"):
        builder.add_text_field(field, tokenizer_name="terms", index_option="position")
    return builder.build()


def _register(index: tantivy.Index) -> None:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    index.register_tokenizer("terms", builder.build())
