"""Our terms of every passage, kept for the engines that are given them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.corpus import read_corpus
from bench.engine import Job
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.search.bm25 import Bm25Settings


@dataclass(frozen=True, slots=True)
class PassageTerms:
    """One passage's terms in their order, by field."""

    id: str
    title: list[str]
    text: list[str]

    def weighted(self) -> list[str]:
        """Return both as one, the title's terms as often as a title weighs."""
        return self.title * round(Bm25Settings().field_weights["title"]) + self.text


def build(job: Job) -> dict[str, Any]:
    """Write the terms of the corpus to `job.terms`, whole or not at all."""
    analyzer = sudachi_analyzer()
    temporary = job.terms.with_suffix(".writing")
    with temporary.open("w", encoding="utf-8") as file:
        for passage in read_corpus(job.corpus):
            row = [
                passage.id,
                list(analyzer.analyze(passage.title).terms),
                list(analyzer.analyze(passage.text).terms),
            ]
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    temporary.replace(job.terms)
    return {}


def read_terms(job: Job) -> Iterator[PassageTerms]:
    """Yield the passages' terms, by id."""
    with job.terms.open(encoding="utf-8") as lines:
        for line in lines:
            yield PassageTerms(*json.loads(line))


class QueryTerms:
    """A question's distinct terms, as the product's own search takes them."""

    def __init__(self) -> None:
        self._analyzer = sudachi_analyzer()

    def of(self, question: str) -> list[str]:
        """Return the terms in their order."""
        return list(dict.fromkeys(self._analyzer.analyze(question).terms))
