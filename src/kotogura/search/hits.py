"""Hits: what is shown of each document found, and nothing that wasn't asked for."""

from typing import Any

from kotogura.documents.extracted import section_at
from kotogura.index.places import Span
from kotogura.search.answers import Hit, MetadataJson
from kotogura.search.meaning import MeaningScores
from kotogura.search.opened import OpenGeneration
from kotogura.search.ranking import Ranked
from kotogura.search.request import USUAL_PARTS, Selection
from kotogura.search.scoring import Found
from kotogura.search.snippets import Snippet, join_spans, make_snippet

_PLAIN = (bool, int, float, str)


def make_hits(
    opened: OpenGeneration,
    ranked: Ranked,
    found: Found,
    selection: Selection = USUAL_PARTS,
    explain: bool = False,
) -> list[Hit]:
    """Return hits in the order of `ranked`.

    Args:
        opened: the generation.
        ranked: (document, score).
        found: what to highlight, what passages, and why.
        selection: which parts to make; the others are None.
        explain: whether to tell how the scores came about.
    """
    numbers = [number for number, _ in ranked]
    parts = selection.parts
    places: dict[int, list[Span]] = {}
    if selection.any_of("snippet", "title_highlights", "section"):
        places = found.marks.places(numbers, opened.reader)
    documents = opened.reader.documents(numbers)
    described = _metadata(opened, numbers, selection)
    sections = opened.reader.metadata.sections(numbers) if "section" in parts else {}
    explained = dict(zip(numbers, found.explain(numbers), strict=True)) if explain else {}
    hits = []
    for number, score in ranked:
        document = documents[number]
        made: dict[str, Any] = {"document_id": document.document_id}
        if "name" in parts:
            made["name"] = document.name
        if "title" in parts:
            made["title"] = document.title
        if "score" in parts:
            made["score"] = round(score, 6)
        if selection.any_of("snippet", "section"):
            snippet = _snippet(opened, number, document.body, places[number], found.meaning)
            if "snippet" in parts:
                made["snippet"] = snippet
            if "section" in parts:
                made["section"] = section_at(sections[number], _shown_from(snippet))
        if "title_highlights" in parts:
            made["title_highlights"] = join_spans(
                (span.start, span.end) for span in places[number] if span.field == "title"
            )
        if number in explained:
            made["explanation"] = explained[number]
        if number in described:
            made["metadata"] = described[number]
        hits.append(Hit(**made))
    return hits


def _snippet(
    opened: OpenGeneration,
    number: int,
    body: str,
    places: list[Span],
    meaning: MeaningScores | None,
) -> Snippet:
    shown = [span for span in places if span.field == "body"]
    spans = [(span.start, span.end) for span in shown]
    best = opened.passages.passage(meaning, number) if meaning else None
    # By both, a passage is shown only where no word of the query is to be seen.
    passage = (best.start, best.end) if best and not spans else None
    return make_snippet(body, spans, passage, words=[span.term for span in shown])


def _shown_from(snippet: Snippet) -> int:
    """Return the first place that is highlighted, else where the snippet begins."""
    return snippet.highlights[0][0] if snippet.highlights else snippet.start


def _metadata(
    opened: OpenGeneration, numbers: list[int], selection: Selection
) -> dict[int, dict[str, list[MetadataJson]]]:
    """Return the fields of metadata that are selected, by document; none where none are."""
    if not (selection.fields or "metadata" in selection.parts):
        return {}
    found = opened.reader.metadata.of_documents(numbers)
    whole = "metadata" in selection.parts
    return {
        number: {
            name: [value if isinstance(value, _PLAIN) else value.isoformat() for value in values]
            for name, values in fields.items()
            if whole or name in selection.fields
        }
        for number, fields in found.items()
    }
