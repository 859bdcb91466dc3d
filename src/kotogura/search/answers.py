"""What a search answers: the JSON that people's programs read."""

from typing import Literal

from pydantic import BaseModel

from kotogura.documents.extracted import Section
from kotogura.search.explain import Explanation
from kotogura.search.facets import FacetCounts
from kotogura.search.snippets import Snippet

BODY_LIMIT_CHARACTERS = 1_000_000
"""Three bytes each in UTF-8: half of what a function's answer may hold."""

Mode = Literal["words", "meaning", "both"]
MetadataJson = bool | int | float | str
"""A value of metadata; dates and times as ISO 8601 tells them."""


class Hit(BaseModel):
    """One document found.

    Attributes:
        document_id: its id.
        name: its name, the key below `<tenant>/documents/`.
        title: its title.
        score: greater is better; comparable within one answer only.
        snippet: why it was found.
        title_highlights: [start, end) pairs in the title.
        metadata: its fields, each with its values.
        section: the page and heading that the snippet's first highlight stands under.
        explanation: how the score came about; its parts sum to it.

    All but the id are None where the request selects other parts.
    """

    document_id: str
    name: str | None = None
    title: str | None = None
    score: float | None = None
    snippet: Snippet | None = None
    title_highlights: list[tuple[int, int]] | None = None
    metadata: dict[str, list[MetadataJson]] | None = None
    section: Section | None = None
    explanation: Explanation | None = None


class SearchAnswer(BaseModel):
    """Hits, best first.

    Attributes:
        mode: how was searched, also when the request didn't say.
        generation: the generation of the index that answered.
        total: how many documents match; by meaning every document does, more or less.
        hits: at most as many as were asked for.
        facets: counts over all that match, for each facet asked for.
        cursor: leads to the next page of this very search; None when there is none.
        did_you_mean: spellings of the query that documents have, where no document has its words.
        notice: code of a failure because of which less was done than usual: `model-lost` where
            was searched by word alone though there should be a model.
    """

    mode: Mode
    generation: int
    total: int
    hits: list[Hit]
    facets: list[FacetCounts] = []
    cursor: str | None = None
    did_you_mean: list[str] = []
    notice: str | None = None


class SimilarDocuments(BaseModel):
    """Documents whose meaning is close to one document's, closest first."""

    document_id: str
    generation: int
    hits: list[Hit]


class SimilarToText(BaseModel):
    """Documents whose best passages are close to a text, closest first; none where it is blank."""

    generation: int
    hits: list[Hit]


class SimilarWord(BaseModel):
    """A word of the tenant's texts; `similarity` is a cosine, `document_frequency` a count."""

    word: str
    similarity: float
    document_frequency: int


class SimilarWords(BaseModel):
    """Words whose meaning is close to one word's, closest first."""

    word: str
    generation: int
    hits: list[SimilarWord]


class DocumentAnswer(BaseModel):
    """A document as the index holds it; snippets' offsets count code points of `body`.

    A body of over `BODY_LIMIT_CHARACTERS` is cut there and `truncated`; the file itself is whole.
    """

    document_id: str
    name: str
    title: str
    body: str
    truncated: bool
    media_type: str
    generation: int
