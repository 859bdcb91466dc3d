"""Training pairs out of what people opened: their query, and the passage it was likely for."""

from collections import Counter
from collections.abc import Iterable, Sequence

from kotogura.semantics.token_measure import TokenMeasure
from kotogura.semantics.training_pairs import (
    TrainingDocument,
    TrainingPair,
    bare_passages,
    teaches,
)
from kotogura.tenants.openings import Opening

MOST_PER_DOCUMENT = 4
"""A document that everybody opens is not all that a tenant's people ask for."""


def opened_pairs(
    openings: Iterable[Opening], documents: Sequence[TrainingDocument], measure: TokenMeasure
) -> list[TrainingPair]:
    r"""Return each query with the passage of the opened document that shares most with it.

    Shared are pairs of characters; among equals it is the earlier passage. Of one document come the
    first `MOST_PER_DOCUMENT` openings. A document that is gone, a query that is too short or reads
    as code, and a passage that is too short teach nothing.

    >>> from kotogura.semantics.token_measure import CharacterMeasure
    >>> body = "# 目的\n休暇の取り方を定める規程です。\n# 申請\n三日前までに上長へ申請します。"
    >>> documents = [TrainingDocument("1", "休暇規程", body)]
    >>> asked = [Opening("いつまでに申請", "1", 3), Opening("休み", "2", 1)]
    >>> for pair in opened_pairs(asked, documents, CharacterMeasure(200)):
    ...     print(pair.query, "→", pair.passage)
    いつまでに申請 → 三日前までに上長へ申請します。
    """
    known = {document.document_id: document for document in documents}
    texts: dict[str, list[str]] = {}
    taken: Counter[str] = Counter()
    pairs: dict[TrainingPair, None] = {}
    for opening in openings:
        document = known.get(opening.document_id)
        if document is None or taken[opening.document_id] == MOST_PER_DOCUMENT:
            continue
        if opening.document_id not in texts:
            passages = bare_passages(document, measure)
            texts[opening.document_id] = [passage.text for passage in passages]
        passage = _closest(opening.query, texts[opening.document_id])
        if passage is not None and teaches(opening.query, passage):
            taken[opening.document_id] += 1
            pairs[TrainingPair(opening.query, passage, opening.document_id)] = None
    return list(pairs)


def _closest(query: str, passages: Sequence[str]) -> str | None:
    wanted = _grams(query)
    return max(passages, key=lambda text: len(wanted & _grams(text)), default=None)


def _grams(text: str) -> set[str]:
    bare = "".join(text.casefold().split())
    return {bare[at : at + 2] for at in range(len(bare) - 1)}
