"""The product as the suite runs it: the real analyzer and search, over an index in memory."""

from pathlib import Path

from kotogura.analysis.analyzer import Analyzer
from kotogura.analysis.tokenizers import sudachi_analyzer
from kotogura.documents.extracted import ExtractedDocument
from kotogura.errors import InvalidQuery
from kotogura.index.staging import build_segment
from kotogura.search.request import HIT_LIMIT
from kotogura.tenants.identity import TenantId
from tests.conformance.japanese.cases import NumberedCase
from tests.conformance.japanese.outcomes import Answer
from tests.memory.library import Library


class Product:
    """Answers as the product does, with a tenant for each case so that none sees another's."""

    def __init__(self, scratch: Path, analyzer: Analyzer | None = None) -> None:
        self._library = Library(scratch, analyzer=analyzer or sudachi_analyzer())
        self._service = self._library.service()

    def answer(self, case: NumberedCase) -> Answer:
        """Index the case's documents as one segment, and search by word."""
        try:
            hits = self._search(case)
        except InvalidQuery as error:
            return Answer(refusal=error.detail)
        except Exception as error:  # noqa: BLE001 — one broken case must not hide the others
            return Answer(failure=f"{type(error).__name__}: {error}")
        return Answer(frozenset(hits))

    def _search(self, case: NumberedCase) -> list[str]:
        tenant = TenantId(case.name.replace("_", "-"))
        library = self._library
        segment = build_segment(
            tenant,
            [_extracted(name, one.title, one.body) for name, one in case.case.documents.items()],
            analyzer=library.words,
            embed=lambda *_: {},
            files=library.files,
        )
        library.generations.publish(
            tenant, None, segments=(segment,), content_changed=True, model=None
        )
        answer = self._service.search(tenant, case.case.query, "words", HIT_LIMIT)
        return [hit.document_id for hit in answer.hits]


def _extracted(name: str, title: str, body: str) -> ExtractedDocument:
    return ExtractedDocument(
        document_id=name,
        name=f"{name}.txt",
        version="1",
        title=title,
        body=body,
        media_type="text/plain",
        encoding="utf-8",
        size_bytes=len(f"{title}\n{body}".encode()),
    )
