"""One round: a library of random documents, and as many random queries through the real routes."""

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.documents.ledger import DocumentState
from tests.fuzz.laws import broken_laws
from tests.fuzz.texts import document_bytes, query
from tests.memory.gateway import Gateway
from tests.memory.library import Library

analyzer = cache(sudachi_analyzer)


@dataclass
class Report:
    """What rounds found.

    Attributes:
        documents: how many came to which state.
        answers: how many answers had which status; suggestions, too.
        hits: how many hits were looked at.
        highlights: how many highlights.
        broken: which law was broken by which query (as ASCII), once for each.
    """

    documents: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    hits: int = 0
    highlights: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Add another report to this one."""
        self.documents += other.documents
        self.answers += other.answers
        self.hits += other.hits
        self.highlights += other.highlights
        self.broken += other.broken


def run_round(seed: str, count: int, scratch: Path) -> Report:
    """Index `count` documents and ask `count` queries; equal seeds do the same."""
    random = Random(seed)  # noqa: S311 — no secret
    report = Report()
    library = Library(scratch, analyzer=analyzer())
    for number in range(count):
        extension, data = document_bytes(random)
        library.originals.put(library.tenant, f"{number:05}{extension}", data)
    library.reindex()
    states = Counter(
        record.state.value for record in library.ledger.page(library.tenant, limit=count).records
    )
    report.documents += states
    _ask(Asking(library), random, count, seed, report)
    unsettled = (
        count - states[DocumentState.INDEXED.value] - states[DocumentState.QUARANTINED.value]
    )
    if unsettled:
        report.broken.append(f"{seed}: {unsettled} documents are neither found nor quarantined")
    return report


class Asking:
    """Requests to one library, its documents kept once they were read."""

    def __init__(self, library: Library) -> None:
        self.gateway = Gateway(library)
        self._documents: dict[str, dict[str, Any]] = {}

    def document(self, document_id: str) -> dict[str, Any]:
        """Return what `GET /documents/{id}` answers."""
        if document_id not in self._documents:
            answer = self.gateway.request("GET", f"/documents/{document_id}")
            self._documents[document_id] = json.loads(answer["body"])
        return self._documents[document_id]

    def texts(self) -> list[str]:
        """Return bodies that were read until now."""
        return [one["body"] for one in self._documents.values() if one.get("body")]

    def search(self, text: str, limit: int) -> dict[str, Any]:
        """Return what `GET /search` answers."""
        return self.gateway.request("GET", "/search", [("q", text), ("limit", str(limit))])


def _ask(asking: Asking, random: Random, count: int, seed: str, report: Report) -> None:
    for _ in range(count):
        text = query(random, asking.texts())
        answer = asking.search(text, random.choice((1, 3, 10)))
        report.answers[str(answer["statusCode"])] += 1
        for law in broken_laws(answer, asking.document):
            report.broken.append(f"{seed}: {law}: {ascii(text)[:200]}")
        if answer["statusCode"] == 200:
            hits = json.loads(answer["body"])["hits"]
            report.hits += len(hits)
            report.highlights += sum(len(hit["snippet"]["highlights"]) for hit in hits)
        suggested = asking.gateway.request("GET", "/suggest", [("q", text[: random.randint(0, 9)])])
        report.answers[f"suggest {suggested['statusCode']}"] += 1
        if suggested["statusCode"] >= 500:
            report.broken.append(f"{seed}: suggest {suggested['statusCode']}: {ascii(text)[:200]}")
